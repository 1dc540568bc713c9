import { registerHooks } from 'node:module'
import net from 'node:net'
import { serveParent } from '../../../bench/process.ts'
import type { Bot } from '../../../bot/app.ts'

/** Replacement in the bot's source that disables a safeguard. */
export interface SourceChange {
  /** Path from the root of the project. */
  readonly file: string
  readonly from: string
  readonly to: string
}

/** Start options of the bot under attack. */
export interface TargetStart {
  readonly env: Readonly<Record<string, string>>
  readonly metadataUrl: string
  /** Ports of this machine. All connections lead to `internet`, except those to the key service. */
  readonly internet: number
  readonly keyService: number
  readonly changes: readonly SourceChange[]
  /** Factor by which timeouts of other services are shortened. */
  readonly haste: number
}

/** Changes the source as it is loaded. Throws for a change that matches nothing, because it would prove nothing. */
function change(changes: readonly SourceChange[]): void {
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context)
      const mine = changes.filter(({ file }) => url.endsWith(`/${file}`))
      if (mine.length === 0) return loaded
      let source = String(loaded.source)
      for (const { file, from, to } of mine) {
        if (!source.includes(from)) throw new Error(`${file} no longer says ${from}`)
        source = source.replace(from, to)
      }
      return { ...loaded, source }
    },
  })
}

/**
 * Redirects every connection to the simulated internet and accepts its certificate for every host, as an attacker's
 * valid certificate would be.
 */
function confine(internet: number, keyService: number): void {
  const { connect } = net.Socket.prototype
  net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
    const [first] = args
    const options = (Array.isArray(first) ? first[0] : first) as { host?: string; port?: number | string }
    if (Number(options.port) !== keyService) Object.assign(options, { host: '127.0.0.1', port: internet })
    return Reflect.apply(connect as () => net.Socket, this, args)
  } as typeof connect
  process.removeAllListeners('warning')
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
}

function hurry(haste: number): void {
  const { timeout } = AbortSignal
  AbortSignal.timeout = (ms) => timeout(Math.ceil(ms / haste))
}

let bot: Bot | undefined
let ahead = 0
const counts: Record<string, number> = {}

/** Counts log lines, the first words of an error included. */
function note(line: string): void {
  const { msg, reason = '', err } = JSON.parse(line) as { msg: string; reason?: string; err?: { message?: string } }
  const what = `${msg} ${reason} ${err?.message?.slice(0, 200) ?? ''}`.trim()
  counts[what] = (counts[what] ?? 0) + 1
}

/** Starts the bot as in production, except for its connections, its clock and the disabled safeguards. */
async function start({ env, metadataUrl, internet, keyService, changes, haste }: TargetStart): Promise<number> {
  change(changes)
  confine(internet, keyService)
  hurry(haste)
  const { createBot } = await import('../../../bot/app.ts')
  const { createLog } = await import('../../../bot/ops/log.ts')
  const { readConfig } = await import('../../../bot/config/config.ts')
  const { readEditions } = await import('../../../bot/config/editions.ts')
  const config = { ...readConfig(env, readEditions()), metadataUrl, port: 0, operatorPort: 0 }
  const now = () => new Date(Date.now() + ahead)
  bot = await createBot(config, { now, log: createLog('warn', { write: note }) })
  return (await bot.start()).port
}

/** Returns resident memory in bytes after garbage collection. */
function memory(): number {
  for (let time = 0; time < 3; time += 1) globalThis.gc?.()
  return process.memoryUsage.rss()
}

serveParent({
  start,
  memory,
  told: () => counts,
  wake: () => bot?.wake(),
  travel: (ms: number) => {
    ahead = ms
  },
})
