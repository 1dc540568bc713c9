import { type Bot, createBot } from '../../bot/bot.ts'
import { readConfig } from '../../bot/config.ts'
import { readEditions } from '../../bot/editions.ts'
import type { Place } from './contestant.ts'
import { serveParent } from './process.ts'
import { startProfile } from './profile.ts'
import { appId, tenants } from './world.ts'

let bot: Bot | undefined
let profile: Awaited<ReturnType<typeof startProfile>> | undefined

/** The bot as in production but for the key server, which is on this machine. */
async function start({ metadataUrl, database }: Place & { database: string }): Promise<number> {
  const settings = {
    MicrosoftAppId: appId,
    MicrosoftAppType: 'SingleTenant',
    MicrosoftAppTenantId: tenants[0],
    MicrosoftAppPassword: 'never used: a press of a button sends nothing',
    ALLOWED_TENANTS: tenants.join(),
    DATABASE_URL: `sqlite:${database}`,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
  }
  const config = { ...readConfig(settings, readEditions()), metadataUrl, port: 0, operatorPort: 0 }
  bot = await createBot(config, { loopback: true })
  return (await bot.start()).port
}

/** Resident memory in bytes, as it is and after everything that can be freed was freed. */
function memory(): { plain: number; collected: number } {
  const plain = process.memoryUsage.rss()
  for (let time = 0; time < 3; time += 1) globalThis.gc?.()
  return { plain, collected: process.memoryUsage.rss() }
}

serveParent(
  {
    start,
    memory,
    profile: async () => {
      profile = await startProfile()
    },
    shares: () => profile?.end(),
  },
  async () => bot?.stop(),
)
