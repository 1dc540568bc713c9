import { createBot } from './bot.ts'
import { ConfigError, readConfig } from './config.ts'
import { readEditions } from './editions.ts'

/** Starts production: a complete configuration or one message that names everything that is missing. */
async function main(): Promise<void> {
  const config = readConfig(process.env, readEditions())
  const bot = await createBot(config)
  await bot.start()
  let stopping = false
  const stop = () => {
    // A second signal means now.
    if (stopping) process.exit(1)
    stopping = true
    bot.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error)
  process.exit(1)
})
