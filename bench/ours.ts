import { setTimeout as sleep } from 'node:timers/promises'
import { type Bot, createBot } from '../bot/app.ts'
import { readConfig } from '../bot/config/config.ts'
import { readEditions } from '../bot/config/editions.ts'
import type { ContestantPlace } from './contestant.ts'
import { serveParent } from './process.ts'
import type { startProfile } from './profile.ts'
import { appId, tenants } from './world.ts'

let bot: Bot | undefined
let profile: Awaited<ReturnType<typeof startProfile>> | undefined

/** Addresses and secrets of the simulated Microsoft. */
interface Upstream {
  url: string
  authority: string
  caPem: string
  secret: string
}

/** Starts the bot as in production. Only the key server and, if given, Microsoft are simulated. */
async function start({
  metadataUrl,
  database,
  upstream,
  approversGroup,
}: ContestantPlace & { database: string; upstream?: Upstream; approversGroup?: string }): Promise<number> {
  const settings = {
    MicrosoftAppId: appId,
    MicrosoftAppType: 'SingleTenant',
    MicrosoftAppTenantId: tenants[0],
    MicrosoftAppPassword: 'never used: a press of a button sends nothing',
    ALLOWED_TENANTS: tenants.join(),
    PARTNER_TENANT_ID: tenants[0],
    PARTNER_CLIENT_ID: appId,
    PARTNER_CLIENT_SECRET: upstream?.secret ?? 'never used',
    ...(approversGroup && { APPROVERS_GROUP: approversGroup }),
    DATABASE_URL: database,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
  }
  const read = readConfig(settings, readEditions())
  const partner = upstream
    ? {
        ...read.partner,
        authority: upstream.authority,
        disableInstanceDiscovery: true,
        partnerCenterUrl: upstream.url,
        graphUrl: upstream.url,
      }
    : read.partner
  // Loaded on demand, because the start-up bench measures this file too.
  if (upstream) (await import('../sandbox/partner.ts')).trustCertificate(upstream.caPem)
  const config = { ...read, partner, metadataUrl, port: 0, operatorPort: 0 }
  bot = await createBot(config, { loopback: true })
  return (await bot.start()).port
}

/** V8 returns freed pages from threads of its own, some time later. */
const givenBackMs = 1_000

/** Returns resident memory in bytes, before and after garbage collection. */
async function memory(): Promise<{ plain: number; collected: number }> {
  const plain = process.memoryUsage.rss()
  for (let time = 0; time < 3; time += 1) globalThis.gc?.()
  await sleep(givenBackMs)
  return { plain, collected: process.memoryUsage.rss() }
}

serveParent(
  {
    start,
    memory,
    profile: async () => {
      profile = await (await import('./profile.ts')).startProfile()
    },
    shares: () => profile?.end(),
  },
  async () => bot?.stop(),
)
