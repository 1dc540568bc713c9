import pino, { type Logger } from 'pino'
import { createBot } from '../../bot/bot.ts'
import { sandboxConfig } from '../../bot/config.ts'
import { readEditions } from '../../bot/editions.ts'
import { untilEnd } from './ending.ts'

/** No key server: a client on loopback needs no token, and one that sends one is turned away. */
const nowhere = 'http://127.0.0.1:9/'

/** One plain line per entry, on standard error. */
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
 * The bot of the sandbox alone: prints one line with its address when it is ready, and stops at a signal or when the
 * process that started it is gone. Throws ConfigError.
 */
export async function runHeadless(env: NodeJS.ProcessEnv): Promise<void> {
  const config = sandboxConfig({ LOG_LEVEL: 'warn', ...env }, { metadataUrl: nowhere }, readEditions())
  const bot = await createBot(config, { log: createLog(config.logLevel) })
  const { port } = await bot.start()
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  const end = untilEnd()
  process.stdout.write(`The bot takes activities at http://${host}:${port}/api/messages\n`)
  await end
  await bot.stop()
}
