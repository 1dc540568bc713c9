import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ConfigError, readDatabaseConfig } from '../bot/config/config.ts'
import { readEditions } from '../bot/config/editions.ts'
import { locales, tagOf } from '../cards/text/text.ts'
import { successorOf } from '../dialogs/policy/withdrawn.ts'
import { keepAlive, type ProcessPair, pageOf, startPair } from './pair.ts'
import { createProcessGroup, type ProcessGroup, StartError } from './processes.ts'
import { ResetError, resetData } from './reset.ts'
import { untilEnd } from './until-end.ts'
import { situations } from './upstream/companies.ts'
import { type SandboxSeat, seats } from './windows/seats.ts'
import { type ChatWindow, nameOfWindow, startChatWindow } from './windows/window.ts'

const usage = `npm run sandbox                            the bot and four windows to talk to it
npm run sandbox -- --headless              the bot without windows
npm run sandbox -- --locale fr             windows in another language of the bot
npm run sandbox -- --locale manager=fr     one window: reseller, direct-partner, manager or approver
npm run sandbox -- --edition 2017-03       answers by another edition of the policy
npm run sandbox -- --automatic             customers accept invitations by themselves, after a minute
npm run sandbox -- --reset                 forgets all cases and starts over`

/** Wrong use of the command line. The message is for the terminal. */
class UsageError extends Error {}

/** Language of a client that is not asked for another, as the Playground has it. */
const DEFAULT_CLIENT = 'en-US'

/** Reads the languages of `--locale`, each `fr` or `manager=fr`. The last one that fits a seat counts. */
function readLocales(options: readonly string[]): (seat: SandboxSeat) => string {
  const parsed = options.map((text) => {
    const [, slug, language = ''] = /^(?:([^=]*)=)?(.*)$/.exec(text) ?? []
    const locale = locales.find((known) => known === language)
    if (locale === undefined || (slug !== undefined && !seats.some((seat) => seat.slug === slug))) {
      throw new UsageError(`--locale ${text} is not understood.\n\n${usage}`)
    }
    return { slug, locale: locale === 'en' ? DEFAULT_CLIENT : tagOf(locale) }
  })
  return (seat) => parsed.findLast(({ slug }) => slug === undefined || slug === seat.slug)?.locale ?? DEFAULT_CLIENT
}

/** Checks the edition of `--edition`, by which the bot answers in place of POLICY_EDITION. */
function readEdition(name: string): string {
  const successor = successorOf(name)
  if (successor !== undefined) throw new UsageError(`Edition ${name} is withdrawn: ${successor} replaces it.`)
  const known = Object.keys(readEditions())
  if (!known.includes(name)) throw new UsageError(`There is no edition ${name}. There are ${known.join(' and ')}.`)
  return name
}

const dataPlace = (url: string) => {
  if (url.startsWith('sqlite:')) return url.slice('sqlite:'.length)
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}

function announce({ bot, upstream }: ProcessPair, windows: readonly ChatWindow[]): void {
  const lines = windows.map(({ seat, url }) => `  ${seat.desk.padEnd(16)}${url}  ${seat.name}, ${seat.company}`)
  const companies = situations.map(({ domain, situation }) => `  ${domain.padEnd(25)}${situation}`)
  const same = process.env.DATABASE_URL === undefined ? '' : ', with the same DATABASE_URL'
  console.log(`Multicanal sandbox. Everything runs on this machine.

${lines.join('\n')}

Open one of them in a browser, type "new" and answer with clicks. docs/sandbox.md has walk-throughs, click by click.

Customer and other partners: ${pageOf({ bot, upstream })}

There you play everybody else. Customers to type in the windows of First Up Consultants:

${companies.join('\n')}

The other partner is Litware: litware.example.

  Bot             ${bot.ready[1]}, process ${bot.pid}
  Microsoft       simulated, process ${upstream.pid}
  Data            ${dataPlace(readDatabaseConfig(process.env).databaseUrl())}, kept when you stop (--reset starts over)
  All cases       npm run -s cases -- list${same}
  Stop            Ctrl-C`)
}

/** Reports a window that ends by itself. The others go on. */
async function watch({ seat, process, lastWords }: ChatWindow): Promise<void> {
  const how = await process.died
  console.error(`\nSandbox: ${nameOfWindow(seat)} exited (${how}). Its log ends with:\n${lastWords()}`)
}

async function run(processes: ProcessGroup, folder: string, localeOf: (seat: SandboxSeat) => string): Promise<never> {
  const pair = await startPair(processes)
  const [, endpoint = '', botPort] = pair.bot.ready
  const windows = await Promise.all(
    seats.map((seat) => {
      const port = Number(botPort) + seat.offset
      return startChatWindow(seat, { processes, endpoint, port, locale: localeOf(seat), folder })
    }),
  )
  announce(pair, windows)
  for (const window of windows) void watch(window)
  return keepAlive(processes, pair)
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      headless: { type: 'boolean' },
      locale: { type: 'string', multiple: true, default: [] },
      edition: { type: 'string' },
      automatic: { type: 'boolean' },
      reset: { type: 'boolean' },
    },
  })
  if (values.reset) resetData(process.env)
  // The processes get these with their environment.
  if (values.automatic) process.env.SANDBOX_AUTOMATIC = '1'
  if (values.edition !== undefined) process.env.POLICY_EDITION = readEdition(values.edition)
  if (values.headless) {
    const { runHeadless } = await import('./headless.ts')
    return runHeadless(process.env)
  }
  const localeOf = readLocales(values.locale)
  const end = untilEnd()
  const folder = mkdtempSync(join(tmpdir(), 'multicanal-sandbox-'))
  const processes = createProcessGroup()
  try {
    await Promise.race([end, run(processes, folder, localeOf)])
  } finally {
    await processes.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Turns an expected error into words for the terminal, and returns any other unchanged. */
function explain(error: unknown): unknown {
  if (error instanceof ConfigError || error instanceof UsageError || error instanceof ResetError) return error.message
  if (error instanceof StartError) return `Sandbox: ${error.message}.`
  if (!(error instanceof Error) || !('code' in error)) return error
  if (error.code === 'EADDRINUSE' && 'port' in error) {
    return `Port ${error.port} is taken, perhaps by another sandbox. This one can have others:

PORT=4978 OPERATOR_PORT=4979 npm run sandbox`
  }
  return String(error.code).startsWith('ERR_PARSE_ARGS') ? `${error.message}\n\n${usage}` : error
}

main().then(
  // Signal handlers and the IPC channel would keep this process alive.
  () => process.exit(0),
  (error: unknown) => {
    console.error(explain(error))
    process.exit(1)
  },
)
