import { createBot } from './app.ts'
import { hasApprovers } from './config/approvals.ts'
import { ConfigError, readConfig } from './config/config.ts'
import { readEditions } from './config/editions.ts'
import { createLog } from './ops/log.ts'

/** Balancers look every few seconds whether a process is ready; one that is to end answers until they must have seen it. */
const noticeMs = 5_000

/** Starts production: a complete configuration or one message that names everything that is missing. */
async function begin(): Promise<void> {
  const config = readConfig(process.env, readEditions())
  const bot = await createBot(config)
  if (!hasApprovers(config.approvals)) {
    createLog(config.logLevel).warn('neither APPROVERS nor APPROVERS_GROUP is set: every approval will be refused')
  }
  await bot.start()
  let stopping: number | undefined
  const stop = () => {
    // A second signal means now. One that follows at once is the first again: npm passes on what the terminal sent to both.
    if (stopping !== undefined && performance.now() - stopping > 500) process.exit(1)
    if (stopping !== undefined) return
    stopping = performance.now()
    bot.stop(noticeMs).then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

/** Runs production until it is told to end; what keeps it from starting is told, and ends the process. */
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
