import pino, { type Logger } from 'pino'
import { createBot } from '../bot/app.ts'
import { sandboxConfig } from '../bot/config/config.ts'
import { readEditions } from '../bot/config/editions.ts'
import { partnerAt } from './partner.ts'
import { untilEnd } from './until-end.ts'
import { managerId } from './upstream/graph/groups.ts'
import { startSandboxUpstream } from './upstream/start.ts'
import { registerWebhooks } from './webhooks.ts'

/** Address without a key server: clients on loopback need no token, and any token is refused. */
const nowhere = 'http://127.0.0.1:9/'

/** Writes one plain line per entry to standard error. */
function createLog(level: string): Logger {
  const write = (entry: string) => {
    const { level: severity, time, msg, err, ...more } = JSON.parse(entry) as Record<string, unknown>
    const clock = new Date(Number(time)).toTimeString().slice(0, 8)
    const details = Object.entries(more).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`)
    const cause = (err as { stack?: string } | undefined)?.stack
    process.stderr.write(`${clock} ${pino.levels.labels[Number(severity)]}: ${msg}${details.join('')}\n`)
    if (cause !== undefined) process.stderr.write(`${cause}\n`)
  }
  return pino({ level, base: null }, { write })
}

/**
 * Runs the bot of the sandbox without windows. The simulated services run in the same process unless SANDBOX_UPSTREAM
 * holds their address. Prints the addresses when ready, and stops at a signal or with its parent. Throws ConfigError.
 */
export async function runHeadless(env: NodeJS.ProcessEnv): Promise<void> {
  const elsewhere = env.SANDBOX_UPSTREAM
  const upstream = elsewhere === undefined ? await startSandboxUpstream(env) : undefined
  const { partner, vouch } = await partnerAt(upstream?.url ?? elsewhere ?? '')
  const config = sandboxConfig(
    { LOG_LEVEL: 'warn', ADMINS: managerId, ...env },
    { metadataUrl: nowhere, partner },
    readEditions(),
  )
  const log = createLog(config.logLevel)
  const bot = await createBot(config, { log, vouch })
  const { port } = await bot.start()
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  await registerWebhooks(partner, { bot: `http://127.0.0.1:${port}`, complain: (line) => log.warn(line) })
  const end = untilEnd()
  const page = upstream === undefined ? '' : `Customer and other partners: ${upstream.url}/\n`
  process.stdout.write(`The bot takes activities at http://${host}:${port}/api/messages\n${page}`)
  await end
  await bot.stop()
  await upstream?.stop()
}
