import { registerHooks } from 'node:module'
import net from 'node:net'
import { serveParent } from '../../../bench/process.ts'
import type { Bot } from '../../../bot/app.ts'

/** A place in the bot's source and what stands there instead: how a mechanism is taken out. */
export interface SourceChange {
  /** From the root of the project. */
  readonly file: string
  readonly from: string
  readonly to: string
}

/** What the bot under attack is started with. */
export interface TargetStart {
  readonly env: Readonly<Record<string, string>>
  readonly metadataUrl: string
  /** Ports of this machine: all that the bot opens leads to the one, but what it asks of the key service. */
  readonly internet: number
  readonly keyService: number
  readonly changes: readonly SourceChange[]
  /** How much faster than agreed the bot loses its patience with services that do not answer. */
  readonly haste: number
}

/** Changes the source as it is loaded. A change that finds nothing to change is an error: it would prove nothing. */
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
 * Leads every connection to the stand-in for the internet, whatever host and port were meant; the certificate of the
 * stand-in counts for every name, as a certificate of their own would for the hosts of an attacker.
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
const told: Record<string, number> = {}

/** Counts what is logged, the first words of an error included. */
function note(line: string): void {
  const { msg, reason = '', err } = JSON.parse(line) as { msg: string; reason?: string; err?: { message?: string } }
  const what = `${msg} ${reason} ${err?.message?.slice(0, 200) ?? ''}`.trim()
  told[what] = (told[what] ?? 0) + 1
}

/** The bot exactly as production has it, but for where its connections lead, its clock, and what is changed on purpose. */
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

/** Resident memory in bytes after everything that can be freed was freed. */
function memory(): number {
  for (let time = 0; time < 3; time += 1) globalThis.gc?.()
  return process.memoryUsage.rss()
}

serveParent({
  start,
  memory,
  told: () => told,
  wake: () => bot?.wake(),
  travel: (ms: number) => {
    ahead = ms
  },
})
