import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type DoctorDeps, doctor, runDoctor } from '../../../bot/cli/doctor.ts'
import { type Config, sandboxConfig } from '../../../bot/config/config.ts'
import { readEditions } from '../../../bot/config/editions.ts'
import { createConnector } from '../../../bot/teams/connector.ts'
import { loopbackServiceUrls } from '../../../bot/teams/service-urls.ts'
import { partnerAt } from '../../../sandbox/partner.ts'
import { directPartnerTenant } from '../../../sandbox/upstream/companies.ts'
import { managerId } from '../../../sandbox/upstream/graph/groups.ts'
import { startUpstream } from '../../../sandbox/upstream/server.ts'
import { startBot, startConnector, textOf } from '../../support/bot.ts'
import { createChat } from '../../support/chat.ts'
import { fullEnv } from '../../support/env.ts'
import { startIdentity } from '../../support/identity.ts'

const password = 'canary-database-password'

/** Everything the bot depends on, in order, on this machine. */
async function healthy() {
  const folder = mkdtempSync(join(tmpdir(), 'multicanal-doctor-'))
  const upstream = await startUpstream()
  const identity = await startIdentity()
  const connector = await startConnector()
  onTestFinished(async () => {
    await connector.close()
    await identity.close()
    await upstream.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  const { partner } = await partnerAt(upstream.url)
  const url = `sqlite:${join(folder, 'doctor.db')}`
  const config = sandboxConfig(
    { DATABASE_URL: url, ADMINS: managerId },
    { metadataUrl: 'http://127.0.0.1:9/none', partner },
    readEditions(),
  )
  const token = { get: async () => 'canary-connector-token', forget: () => {} }
  const deps = {
    // As in production, but for where Microsoft is.
    config: { ...config, mode: 'production', metadataUrl: identity.metadataUrl } as unknown as Config,
    policy: readEditions(),
    today: '2026-11-28',
    token,
    connector: createConnector({ serviceUrls: loopbackServiceUrls, now: Date.now }),
    webhookUrl: undefined,
    loopback: true,
  } satisfies Omit<DoctorDeps, 'say'>
  return { upstream, identity, fake: connector, partner, url, deps }
}
type Healthy = Awaited<ReturnType<typeof healthy>>

async function examine(deps: Omit<DoctorDeps, 'say'>, send = false) {
  const lines: string[] = []
  const code = await runDoctor({ ...deps, say: (line) => lines.push(line) }, { send })
  return { code, lines, faults: lines.filter((line) => line.startsWith('fault')) }
}

const withConfig = (deps: Healthy['deps'], change: Partial<Config>) => ({
  ...deps,
  config: { ...deps.config, ...change } as Config,
})

describe('the doctor', () => {
  it('reports no fault in a healthy world', async () => {
    const { deps } = await healthy()
    const { code, lines } = await examine(deps)
    expect(lines.map((line) => line.replace(/ {2,}/g, ' '))).toEqual([
      'ok configuration',
      'ok policy edition 2026-11',
      'ok database sqlite, writable',
      'ok database file',
      'ok migrations',
      'ok database clock',
      'ok token for the Connector',
      'ok keys of the Connector',
      'ok token for Partner Center',
      'ok Partner Center',
      'ok token for Graph',
      'ok Graph',
      'ok webhook none: the bot polls',
      expect.stringMatching(/^ok approvers the group has \d+ members$/),
    ])
    expect(code).toBe(0)
  })

  it('names a database file that others may open, and still ends well', async () => {
    const { deps, url } = await healthy()
    const file = url.slice('sqlite:'.length)
    await examine(deps)
    chmodSync(file, 0o644)
    const { code, lines } = await examine(deps)
    const warned = lines.filter((line) => line.startsWith('warn'))
    expect([code, warned]).toEqual([0, [expect.stringMatching(/database file +open to other users: chmod go= /)]])
    expect(warned[0]).toContain(file)
  })

  it('warns of rules that nobody compared with their pages for half a year, and still ends well', async () => {
    const { deps } = await healthy()
    const lineOn = async (today: string) => {
      const { code, lines } = await examine({ ...deps, today })
      return [code, lines.find((line) => /^\S+ +policy/.test(line))]
    }
    expect(await lineOn('2027-05-20')).toEqual([0, expect.stringMatching(/^ok /)])
    expect(await lineOn('2027-05-21')).toEqual([
      0,
      expect.stringMatching(/^warn {3}policy +8 rules of 2017-03 .* 180 days: see npm run -s policy -- check$/),
    ])
    expect(await lineOn('2027-05-27')).toEqual([0, expect.stringContaining('rules of 2017-03, 2026-11')])
  })

  const broken: [string, (world: Healthy) => Omit<DoctorDeps, 'say'> | Promise<Omit<DoctorDeps, 'say'>>, RegExp[]][] = [
    [
      'the database',
      ({ deps }) => withConfig(deps, { databaseUrl: () => `postgres://user:${password}@127.0.0.1:9/db` }),
      [/^fault +database .*DATABASE_URL/],
    ],
    [
      'the bot’s own token',
      ({ deps }) => ({
        ...deps,
        token: { get: () => Promise.reject(new Error('AADSTS700016: not found')), forget: () => {} },
      }),
      [/^fault +token for the Connector +AADSTS700016.*MicrosoftAppId/],
    ],
    [
      'the keys',
      ({ deps }) => withConfig(deps, { metadataUrl: 'http://127.0.0.1:9/' }),
      [/^fault +keys of the Connector .*127\.0\.0\.1:9 must be reachable/],
    ],
    [
      'the partner’s secret',
      ({ deps, upstream }) => {
        upstream.entra.faults.fault = 'invalid-client'
        return deps
      },
      [/token for Partner Center .*PARTNER_CLIENT_ID/, /token for Graph/, /webhook/, /approvers/],
    ],
    [
      'Partner Center',
      ({ deps, upstream }) => {
        upstream.faults.set([{ on: 'GET /webhooks/v1/registration/events', kind: '500-before-effect' }])
        return deps
      },
      [/^fault +Partner Center .*no readable response/],
    ],
    [
      'Graph',
      ({ deps }) => withConfig(deps, { partner: { ...deps.config.partner, graphUrl: 'http://127.0.0.1:2' } }),
      [/^fault +Graph +cannot be reached/, /approvers/],
    ],
    [
      'the webhook',
      ({ deps }) => ({ ...deps, webhookUrl: 'https://bot.example/api/partner-center/webhook' }),
      [/^fault +webhook .*WEBHOOK_URL.*register/],
    ],
    [
      'the approvers',
      ({ deps }) => withConfig(deps, { approvals: { approvers: new Set(), group: undefined, required: 1 } }),
      [/^fault +approvers +none: set/],
    ],
    [
      'the group',
      ({ deps }) => {
        const group = '00000000-0000-4000-8000-00000000dead'
        return withConfig(deps, { approvals: { approvers: new Set(), group, required: 1 } })
      },
      [/^fault +approvers +the group: refused with 404/],
    ],
  ]
  it.each(broken)('reports only a fault of %s', async (_, hurt, expected) => {
    const world = await healthy()
    const { code, lines, faults } = await examine(await hurt(world))
    expect(faults).toHaveLength(expected.length)
    for (const [index, fault] of faults.entries()) expect(fault).toMatch(expected[index] as RegExp)
    expect(code).toBe(1)
    for (const secret of [password, 'canary', world.partner.secret()]) expect(lines.join('\n')).not.toContain(secret)
  })

  it('tells every fault of the configuration at once, and no value', async () => {
    const lines: string[] = []
    const { MicrosoftAppId: _, ...env } = fullEnv
    const wrong = { ...env, ALLOWED_TENANTS: 'canary-tenant', PRIVILEGED_ACTIONS: 'canary' }
    expect(await doctor(wrong, { send: true, say: (line) => lines.push(line) })).toBe(1)
    expect(lines.map((line) => line.split(/ +/)[1])).toEqual([
      'MicrosoftAppId',
      'ALLOWED_TENANTS',
      'PRIVILEGED_ACTIONS',
    ])
    expect(lines.join('\n')).not.toContain('canary')
  })

  it('sends a card to an administrator with a known chat, and explains how to get one', async () => {
    const { deps, fake, url, partner } = await healthy()
    const unmet = await examine(deps, true)
    expect(unmet.faults).toEqual([expect.stringMatching(/test card .*say something to it in a personal chat/)])
    const bot = await startBot({ DATABASE_URL: url }, {}, partner)
    const who = { tenant: directPartnerTenant, id: managerId, name: 'Manager', conversation: 'a:manager' }
    await createChat(bot.url, fake, who).say('hello')
    await bot.stop()
    const met = await examine(deps, true)
    expect(met.faults).toEqual([])
    expect(met.lines.at(-1)).toMatch(/^ok +test card +sent to /)
    const { conversation, body } = fake.sent.at(-1) ?? { conversation: '', body: {} }
    expect([conversation, textOf(body.attachments)]).toEqual([
      'a:manager',
      expect.stringContaining('This is a test card'),
    ])
    fake.fail({ status: 403, body: { error: { code: 'BotDisabledByAdmin' } } })
    expect((await examine(deps, true)).faults).toEqual([expect.stringMatching(/refused with 403 BotDisabledByAdmin/)])
  })
})
