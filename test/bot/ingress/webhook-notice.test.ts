import { expect, it } from 'vitest'
import { runWebhooks } from '../../../bot/cli/webhooks.ts'
import { createTokenProvider } from '../../../clients/entra-tokens.ts'
import { createHttp } from '../../../clients/http.ts'
import { createWebhookRegistration } from '../../../clients/webhook-registration.ts'
import { partnerAt } from '../../../sandbox/partner.ts'
import { startActing } from '../../support/acting.ts'

const fabrikam = 'c0000000-0000-4000-8000-000000000001'
const coho = 'c0000000-0000-4000-8000-000000000002'
const hour = 3_600_000

/** A world with registered webhooks, in which nothing is polled again. */
async function startRegistered() {
  const world = await startActing({}, { pollMs: hour, settings: { webhookTwice: 1 } })
  const { partner } = await partnerAt(world.upstream.url)
  const { tenantId, clientId, secret, authority } = partner
  const tokens = createTokenProvider({
    partner: { tenantId, clientId, credential: { kind: 'secret', secret } },
    authority,
    resources: { 'partner-center': 'https://api.partnercenter.microsoft.com', graph: 'https://graph.microsoft.com' },
    now: Date.now,
    disableInstanceDiscovery: true,
  })
  const said: string[] = []
  const deps = {
    registration: createWebhookRegistration(createHttp({ baseUrl: world.upstream.url, now: Date.now, loopback: true })),
    token: () => tokens.app('partner-center'),
    url: `${world.bot.url}/api/partner-center/webhook`,
    say: (line: string) => void said.push(line),
    complain: (line: string) => void said.push(line),
    pause: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.min(ms, 200))),
  }
  expect(await runWebhooks('register', deps), said.join('\n')).toBe(0)
  expect(await runWebhooks('test', deps), said.join('\n')).toBe(0)
  return world
}

/** As far as the wait for the invited customer. */
async function invite(world: Awaited<ReturnType<typeof startRegistered>>, customer: string) {
  const chat = world.chat(world.agent())
  await chat.say('hello')
  await chat.press('answer', { question: 'role', value: 'direct' })
  await chat.press('answer', { value: 'licence' })
  await chat.press('answer', { value: 'ea' })
  await chat.press('start', { track: 'relationship' })
  await chat.press('set', { track: 'relationship' }, { customer })
  await chat.see(/Is this the customer/)
  await chat.press('tick', { step: 'confirm-customer' })
  await chat.see(/I’ve sent it/)
  return chat
}

it('reports a customer’s acceptance on a webhook event, before the next poll and only once', async () => {
  const world = await startRegistered()
  const chat = await invite(world, 'fabrikam.example')
  world.upstream.act('customer-accepts', { customer: fabrikam, partner: world.partner })
  await chat.see(/Relationship accepted/)
  const notices = world.connector.sent.filter(
    ({ method, body }) => method === 'POST' && /has accepted/.test(JSON.stringify(body)),
  )
  expect(notices).toHaveLength(1)
  expect(world.upstream.deliveries().length).toBeGreaterThan(1)
})

it('reports that another tenant than the invited one has accepted, to those who wait and only once', async () => {
  const world = await startRegistered()
  const chat = await invite(world, 'fabrikam.example')
  await chat.press('tick', { step: 'sent' })
  world.upstream.act('customer-accepts', { customer: coho, partner: world.partner })
  const told = await chat.see(/Another tenant has accepted/)
  for (const named of ['Coho Vineyard', 'coho.example', coho, fabrikam]) expect(told).toContain(named)
  await world.bot.idle()
  const notices = world.connector.sent.filter(
    ({ method, body }) => method === 'POST' && /A tenant other than the one you invited/.test(JSON.stringify(body)),
  )
  expect(notices).toHaveLength(1)
  await chat.press('tick', { step: 'other-is-right' })
  expect(chat.text()).toMatch(/^Coho Vineyard[\s\S]*Relationship accepted/)
})
