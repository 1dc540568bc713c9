import { createBot } from './app.ts'
import { hasApprovers } from './config/approvals.ts'
import { ConfigError, readConfig } from './config/config.ts'
import { readEditions } from './config/editions.ts'
import { createLog } from './ops/log.ts'

/** Time between reporting not ready and refusing requests: balancers probe every few seconds. */
const NOTICE_MS = 5_000

/** Starts the bot from the environment. Throws one ConfigError that names every missing setting. */
async function begin(): Promise<void> {
  const config = readConfig(process.env, readEditions())
  const bot = await createBot(config)
  if (!hasApprovers(config.approvals)) {
    createLog(config.logLevel).warn('neither APPROVERS nor APPROVERS_GROUP is set: every approval will be refused')
  }
  await bot.start()
  let stopping: number | undefined
  const stop = () => {
    // A second signal stops at once. One within 500 ms is the first again: npm forwards the signal that the terminal sent to both.
    if (stopping !== undefined && performance.now() - stopping > 500) process.exit(1)
    if (stopping !== undefined) return
    stopping = performance.now()
    bot.stop(NOTICE_MS).then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

/** Runs the bot until a signal. Prints the error and ends the process if it cannot start. */
export async function run(): Promise<void> {
  try {
    await begin()
  } catch (error) {
    console.error(
      error instanceof ConfigError
        ? `${error.message}\nTo try the bot without any configuration: npm run sandbox`
        : error,
    )
    process.exit(1)
  }
}
