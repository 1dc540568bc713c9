import { randomUUID, verify, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createCertificates } from '../../../clients/certificates.ts'
import { createGraph } from '../../../clients/graph.ts'
import { createHttp } from '../../../clients/http.ts'
import { createPartnerCenter } from '../../../clients/partner-center.ts'
import { createWebhookVerifier } from '../../../clients/webhook.ts'
import { createProcessGroup } from '../../../sandbox/processes.ts'
import { directPartnerTenant, otherPartnerTenant, resellerTenant } from '../../../sandbox/upstream/companies.ts'
import type { SimulatedFaultKind } from '../../../sandbox/upstream/http/fault-injection.ts'
import { type SimulationOptions, startUpstream, type Upstream } from '../../../sandbox/upstream/server.ts'

const day = 24 * 3_600_000
const partnerCenter = 'https://api.partnercenter.microsoft.com'
const graph = 'https://graph.microsoft.com'
const started: Upstream[] = []
const clock = { ahead: 0 }

async function start({ settings, ...options }: SimulationOptions = {}): Promise<Upstream> {
  const now = () => Date.now() + clock.ahead
  const plain = { bom: 'never', numericCodes: 'never', webhookTwice: 0 } as const
  const upstream = await startUpstream({ now, settings: { ...plain, ...settings }, ...options })
  started.push(upstream)
  return upstream
}

afterEach(async () => {
  const running = started.splice(0)
  await Promise.all(running.map((upstream) => upstream.stop()))
  clock.ahead = 0
  // Every response has to fit the contract.
  expect(running.flatMap((upstream) => upstream.unfit())).toEqual([])
})

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
/** A token nobody signed: the simulation reads what it says. */
function token(claims: Record<string, unknown> = {}): string {
  const exp = Math.floor((Date.now() + clock.ahead) / 1_000) + 3_600
  const user = { aud: partnerCenter, tid: directPartnerTenant, oid: randomUUID(), scp: 'user_impersonation', exp }
  return `${part({ alg: 'none' })}.${part({ ...user, amr: ['pwd', 'mfa'], ...claims })}.`
}

interface Request {
  method?: string
  body?: unknown
  headers?: Record<string, string>
  claims?: Record<string, unknown>
}
async function ask(upstream: Upstream, path: string, { method = 'GET', body, headers = {}, claims }: Request = {}) {
  const aud = path.startsWith('/v1.0/') ? graph : partnerCenter
  const answer = await fetch(`${upstream.url}${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${token({ aud, ...claims })}`,
      Accept: 'application/json',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(2_000),
  })
  const bytes = Buffer.from(await answer.arrayBuffer())
  const text = bytes.toString('utf8')
  const json = text === '' ? undefined : JSON.parse(text.replace(/^\uFEFF/, ''))
  return { status: answer.status, headers: answer.headers, text, json }
}

const idOf = (upstream: Upstream, domain: string): string =>
  upstream.store.state.customers.find((customer) => customer.domain === domain)?.id ?? ''
const lookUp = (upstream: Upstream, domain: string) =>
  ask(upstream, `/v1.0/tenantRelationships/findTenantInformationByDomainName(domainName='${domain}')`)
/** Looks the customer up and fetches the link of its invitation. */
async function invite(upstream: Upstream, domain: string): Promise<string> {
  await lookUp(upstream, domain)
  return (await ask(upstream, '/v1/customers/relationshiprequests')).json.url
}
const order = (more: Record<string, unknown> = {}) => ({
  sourcePartnerTenantId: otherPartnerTenant,
  sourcePartnerName: 'Litware',
  customerEmailId: 'billing@contoso.example',
  transferType: 5,
  targetProductTypes: ['AzureSubscription'],
  ...more,
})
const request = (upstream: Upstream, domain = 'contoso.example', more: Request = {}) =>
  ask(upstream, `/v1/customers/${idOf(upstream, domain)}/transfers`, { method: 'POST', body: order(), ...more })

describe('the simulated Partner Center', () => {
  it('serves the project’s own clients with every quirk switched on', async () => {
    const upstream = await start({ settings: { bom: 'always', numericCodes: 'always', pascalCase: 'everywhere' } })
    const contoso = idOf(upstream, 'contoso.example')
    const asking = (aud: string) => ({ token: token({ aud }), requestId: randomUUID(), correlationId: randomUUID() })
    const http = createHttp({ baseUrl: upstream.url, now: Date.now, loopback: true })
    const center = createPartnerCenter(http, { transferType: { send: 5, accepted: [3, 5] } })

    const found = await createGraph(http).findTenantByDomain(asking(graph), 'contoso.example')
    expect(found).toEqual({ kind: 'ok', value: { id: contoso, name: 'Contoso', domain: 'contoso.example' } })
    expect(await center.customer(asking(partnerCenter), contoso)).toMatchObject({ value: { country: 'US' } })
    const stranger = await center.customer(asking(partnerCenter), idOf(upstream, 'fabrikam.example'))
    expect(stranger).toMatchObject({ kind: 'refused', code: '20002' })
    const made = await center.createTransfer(asking(partnerCenter), {
      customer: { id: contoso, name: 'Contoso' },
      source: { id: otherPartnerTenant, name: 'Litware' },
      email: 'billing@contoso.example',
      productTypes: ['AzureSubscription'],
    })
    expect(made).toMatchObject({ kind: 'ok', value: { status: 'pending', source: { tenant: otherPartnerTenant } } })
    expect(await center.transfers(asking(partnerCenter), contoso)).toMatchObject({ value: [{ said: 'Active' }] })
    expect(upstream.violations()).toEqual([])
  })

  it('starts every second response with a byte order mark and writes every second code as a number', async () => {
    const upstream = await start({ settings: { bom: 'sometimes', numericCodes: 'sometimes' } })
    const path = `/v1/customers/${idOf(upstream, 'fabrikam.example')}`
    const texts = [await ask(upstream, path), await ask(upstream, path)].map(({ text }) => text)
    expect(texts.map((text) => text.startsWith('\uFEFF')).toSorted()).toEqual([false, true])
    const codes = texts.map((text) => JSON.parse(text.replace(/^\uFEFF/, '')).code)
    expect(codes.map((code) => typeof code).toSorted()).toEqual(['number', 'string'])
  })

  it('returns lists in an envelope, transfers as a bare array and a removed relationship in PascalCase', async () => {
    const upstream = await start()
    const path = `/v1/customers/${idOf(upstream, 'contoso.example')}`
    expect((await ask(upstream, '/v1/customers')).json).toMatchObject({ items: expect.any(Array) })
    expect((await ask(upstream, `${path}/transfers`)).json).toEqual([])
    const body = { relationshipToPartner: 'none', attributes: { objectType: 'Customer' } }
    const removed = await ask(upstream, path, { method: 'PATCH', body })
    expect(removed.json).toMatchObject({ RelationshipToPartner: 'none', CompanyProfile: { CompanyName: 'Contoso' } })
    expect((await ask(upstream, path)).json).toMatchObject({ code: '20002' })
  })

  it('pages customers by a token in a header', async () => {
    const upstream = await start()
    const first = await ask(upstream, '/v1/customers?size=4')
    const headers = { 'MS-ContinuationToken': first.json.continuationToken }
    const second = await ask(upstream, '/v1/customers?size=4&seekOperation=Next', { headers })
    const ids = [...first.json.items, ...second.json.items].map(({ id }) => id)
    expect(new Set(ids).size).toBe(6)
    expect(second.json.continuationToken).toBeUndefined()
  })

  it.each([
    ['no token', {}, { Authorization: '' }, 401, '800001'],
    ['the retired audience', { aud: 'https://graph.windows.net' }, {}, 401, '900420'],
    ['an expired token', { exp: 1 }, {}, 401, '400'],
    ['an app-only token where a person is required', { scp: undefined }, {}, 403, '900329'],
    ['a person without multi-factor authentication', { amr: ['pwd'] }, {}, 401, '900421'],
    ['a stranger', { tid: randomUUID() }, {}, 403, '2032'],
  ])('rejects %s', async (_, claims, headers, status, code) => {
    const upstream = await start()
    const answer = await ask(upstream, '/v1/customers/relationshiprequests', { claims, headers: headers as never })
    expect([answer.status, answer.json.code]).toEqual([status, code])
    expect(upstream.violations()).toEqual([])
  })

  it('can send a 401 without a body, as it did in earlier years', async () => {
    const upstream = await start({ settings: { mfaAnswer: 'empty' } })
    const answer = await ask(upstream, '/v1/customers', { claims: { amr: ['pwd'] } })
    expect([answer.status, answer.text, answer.headers.get('www-authenticate')]).toEqual([
      401,
      '',
      'Bearer error="invalid_token"',
    ])
  })

  it.each<[string, string, Request, RegExp]>([
    ['an unknown path', '/v1/nothing', {}, /not in the contract/],
    ['an unknown query parameter', '/v1/customers?colour=red', {}, /colour/],
    ['a wrong type in the query', '/v1/customers?size=many', {}, /size/],
    ['a tenant that is no GUID', '/v1/customers/contoso.example', {}, /customerId/],
    ['an MS-RequestId that is no GUID', '/v1/customers', { headers: { 'MS-RequestId': '7' } }, /MS-RequestId/],
    ['no Accept for JSON', '/v1/customers', { headers: { Accept: 'text/html' } }, /Accept/],
  ])('counts %s as a violation', async (_, path, more, problem) => {
    const upstream = await start()
    expect((await ask(upstream, path, more)).status).toBeGreaterThanOrEqual(400)
    expect(
      upstream
        .violations()
        .flatMap(({ problems }) => problems)
        .join(),
    ).toMatch(problem)
  })

  it('counts an invalid body as a violation and does nothing', async () => {
    const upstream = await start()
    const { status, json } = await request(upstream, 'contoso.example', {
      body: order({ transferType: 'NewCommerce' }),
    })
    expect([status, json.code]).toEqual([400, '800002'])
    expect(upstream.violations()).toHaveLength(1)
    expect(upstream.effects().total).toBe(0)
  })

  it('throttles per partner and customer with the gateway’s error, and counts throttled requests too', async () => {
    const upstream = await start({
      settings: { throttle: { perCustomer: { calls: 2, perMs: 1_000 }, retryAfter: 57 } },
    })
    const look = (domain: string) => ask(upstream, `/v1/customers/${idOf(upstream, domain)}`)
    await look('contoso.example')
    await look('contoso.example')
    const refused = await look('contoso.example')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '57'])
    expect(refused.json).toEqual({ statusCode: 429, message: expect.stringContaining('57') })
    expect((await look('northwind.example')).status).toBe(200)
  })

  it('offers joint invitations only to resellers that signed the agreement', async () => {
    const upstream = await start()
    const link = (query: string) => ask(upstream, `/v1/customers/relationshiprequests${query}`)
    const own = new URL((await link('')).json.url)
    expect(Object.fromEntries(own.searchParams)).toEqual({
      invType: 'ResellerRelationship',
      partnerId: directPartnerTenant,
      msppId: '0',
      DAP: 'false',
    })
    expect(own.hash).toBe('#/BillingAccounts/partner-invitation')
    const joint = new URL((await link(`?indirectResellerId=${resellerTenant}`)).json.url)
    expect(joint.searchParams.get('indirectCSPId')).toBe(directPartnerTenant)
    expect(joint.searchParams.get('partnerId')).toBe(resellerTenant)
    const unsigned = upstream.store.state.partners.find((partner) => !partner.signedAgreement)?.id
    expect((await link(`?indirectResellerId=${unsigned}`)).json.code).toBe('900123')
  })
})

describe('a relationship', () => {
  it('appears in the lists some time after the customer accepts', async () => {
    const upstream = await start({ settings: { relationshipDelayMs: 60_000 } })
    await invite(upstream, 'fabrikam.example')
    const customer = idOf(upstream, 'fabrikam.example')
    upstream.act('customer-accepts', { customer, partner: directPartnerTenant })
    expect((await ask(upstream, `/v1/customers/${customer}`)).json.code).toBe('20002')
    clock.ahead = 60_000
    expect((await ask(upstream, `/v1/customers/${customer}`)).status).toBe(200)
    expect(upstream.effects().byKey).toEqual({ [`relationship.accept ${customer} ${directPartnerTenant}`]: 1 })
  })

  it('needs an invitation, and begins by itself only where customers do so, each for its own invitation', async () => {
    const upstream = await start({ settings: { acceptAfterMs: 20_000 } })
    const path = (domain: string) => `/v1/customers/${idOf(upstream, domain)}`
    await lookUp(upstream, 'coho.example')
    const customer = idOf(upstream, 'coho.example')
    expect(() => upstream.act('customer-accepts', { customer, partner: directPartnerTenant })).toThrow(
      /has not invited/,
    )
    await invite(upstream, 'coho.example')
    await lookUp(upstream, 'fabrikam.example')
    clock.ahead = 19_000
    expect((await ask(upstream, path('coho.example'))).status).toBe(403)
    clock.ahead = 20_500
    expect((await ask(upstream, path('coho.example'))).status).toBe(200)
    clock.ahead = 60_000
    expect((await ask(upstream, path('fabrikam.example'))).status).toBe(403)
  })

  it('does not begin by itself unless customers are let', async () => {
    const upstream = await start()
    await invite(upstream, 'coho.example')
    clock.ahead = 3_600_000
    expect((await ask(upstream, `/v1/customers/${idOf(upstream, 'coho.example')}`)).status).toBe(403)
    upstream.act('customers-accept', { by: 'themselves' })
    await invite(upstream, 'coho.example')
    clock.ahead = 2 * 3_600_000
    expect((await ask(upstream, `/v1/customers/${idOf(upstream, 'coho.example')}`)).status).toBe(200)
  })

  it('is as at first once its customer has started over, whatever was under way', async () => {
    const upstream = await start()
    const first = structuredClone(upstream.store.state)
    const { json } = await request(upstream)
    await invite(upstream, 'fabrikam.example')
    upstream.act('customer-accepts', { customer: idOf(upstream, 'fabrikam.example'), partner: directPartnerTenant })
    for (const domain of ['contoso.example', 'fabrikam.example']) {
      upstream.act('customer-starts-over', { customer: idOf(upstream, domain) })
    }
    const look = await ask(upstream, `/v1/customers/${json.customerTenantId}/transfers/${json.id}`)
    expect(look.json.status).toBe('Cancel')
    const { relationships, subscriptions, invitations } = upstream.store.state
    const pairs = (all: typeof relationships) => all.map(({ customer, partner }) => `${customer} ${partner}`).toSorted()
    expect(pairs(relationships)).toEqual(pairs(first.relationships))
    expect(subscriptions.map(({ id }) => id).toSorted()).toEqual(first.subscriptions.map(({ id }) => id).toSorted())
    expect(invitations.map(({ customer }) => customer)).toEqual([null])
  })
})

describe('a transfer', () => {
  it.each([
    ['without a relationship', 'fabrikam.example', {}, '20002'],
    ['from a partner to itself', 'contoso.example', { sourcePartnerTenantId: directPartnerTenant }, '900148'],
    ['from an unknown partner', 'contoso.example', { sourcePartnerTenantId: randomUUID() }, '900147'],
    ['without an Azure plan', 'northwind.example', {}, '900133'],
    ['of legacy Azure subscriptions', 'tailspin.example', {}, '900131'],
    ['to another country', 'adventure-works.example', {}, '2030'],
    ['of an account under review', 'humongous.example', {}, '800073'],
  ])('is refused %s', async (_, domain, more, code) => {
    const upstream = await start()
    expect((await request(upstream, domain, { body: order(more) })).json.code).toBe(code)
    expect(upstream.effects().total).toBe(0)
  })

  it('is refused while another is under way, unless duplicates are allowed', async () => {
    const upstream = await start()
    const { json } = await request(upstream)
    const again = await request(upstream)
    expect([again.status, again.json.code]).toEqual([409, '900101'])
    expect(again.json.description).toContain(json.id)
    expect(
      (await request(upstream, 'contoso.example', { body: order({ targetProductTypes: ['OnlineServicesNCE'] }) }))
        .status,
    ).toBe(201)
    upstream.settings.refusesRunning = false
    expect((await request(upstream)).status).toBe(201)
    expect(upstream.effects().byKey[`transfer.create ${idOf(upstream, 'contoso.example')} ${otherPartnerTenant}`]).toBe(
      3,
    )
  })

  it('goes from Active through InProgress to its end on schedule, and moves its subscriptions', async () => {
    const upstream = await start({ settings: { transferStartMs: 1_000, transferEndMs: 5_000 } })
    const { json } = await request(upstream)
    const look = async () => (await ask(upstream, `/v1/customers/${json.customerTenantId}/transfers/${json.id}`)).json
    expect(Date.parse(json.expirationTime) - Date.parse(json.createdTime)).toBe(30 * day)
    upstream.act('source-accepts', { transfer: json.id, failing: 'some' })
    expect((await look()).status).toBe('Active')
    clock.ahead = 1_100
    expect((await look()).status).toBe('InProgress')
    clock.ahead = 6_500
    const ended = await look()
    expect(ended.status).toBe('PartiallyComplete')
    expect(ended.lineItems.map(({ status, transferError }: never) => [status, transferError])).toEqual([
      ['Failed', expect.stringContaining('900103')],
      ['Complete', undefined],
    ])
    const ours = `/v1/customers/${json.customerTenantId}/subscriptions`
    const [plan, ...others] = (await ask(upstream, ours)).json.items
    expect([plan.friendlyName, others]).toEqual(['Azure plan', []])
    const inPlan = await ask(upstream, `${ours}/${plan.id}/azureEntitlements`)
    expect(inPlan.json.items).toMatchObject([{ friendlyName: 'Contoso test', subscriptionId: plan.id }])
  })

  it('expires after 30 days unless the source has accepted', async () => {
    const upstream = await start({ settings: { transferStartMs: 90 * day } })
    const first = await request(upstream)
    const second = await request(upstream, 'contoso.example', {
      body: order({ targetProductTypes: ['OnlineServicesNCE'] }),
    })
    upstream.act('source-accepts', { transfer: second.json.id })
    clock.ahead = 30 * day + 1
    const all = await ask(upstream, `/v1/customers/${first.json.customerTenantId}/transfers`)
    expect(all.json.map(({ status }: never) => status)).toEqual(['Expired', 'Active'])
  })

  it('is accepted or declined by the source or cancelled by the target, and only once', async () => {
    const upstream = await start({ settings: { transferStartMs: 60_000 } })
    const customer = idOf(upstream, 'woodgrove.example')
    upstream.act('partner-asks', { customer, source: directPartnerTenant, target: otherPartnerTenant })
    const { id } = (await ask(upstream, `/v1/customers/${customer}/transfers`)).json[0]
    const patch = (body: object, claims = {}) =>
      ask(upstream, `/v1/customers/${customer}/transfers/${id}`, { method: 'PATCH', body: { id, ...body }, claims })
    const sold = (await ask(upstream, `/v1/customers/${customer}/subscriptions`)).json.items
    const inPlan = `/v1/customers/${customer}/subscriptions/${sold[0].id}/azureEntitlements`
    const azure = (await ask(upstream, inPlan)).json.items
    const lineItems = azure.map((subscription: { id: string }) => ({
      subscriptionId: subscription.id,
      productType: 'AzureSubscription',
    }))

    expect((await patch({ status: 'Cancel' })).json.code).toBe('2032')
    const wrong = [{ subscriptionId: sold[0].id, productType: 'AzureSubscription' }]
    expect((await patch({ lineItems: wrong })).json.code).toBe('800078')
    expect((await patch({ lineItems })).json).toMatchObject({ status: 'Active', lineItems: [{}, {}] })
    expect((await patch({ lineItems })).json.code).toBe('900104')
    expect((await patch({ status: 'Cancel' }, { tid: otherPartnerTenant })).json.code).toBe('900104')
    expect(upstream.effects().byKey[`transfer.accept ${id}`]).toBe(1)

    const other = await request(upstream)
    const path = `/v1/customers/${other.json.customerTenantId}/transfers/${other.json.id}`
    const cancel = { method: 'PATCH', body: { id: other.json.id, status: 'Cancel' } }
    expect((await ask(upstream, path, cancel)).json.status).toBe('Cancel')
    expect((await ask(upstream, path, cancel)).json.code).toBe('900102')
    expect(upstream.violations()).toEqual([])
  })
})

describe('a fault', () => {
  const once = (kind: SimulatedFaultKind) => [{ on: 'createTransfer', kind, times: 1, retryAfter: 9 }]
  const make = (upstream: Upstream, headers: Record<string, string> = {}) =>
    request(upstream, 'contoso.example', { headers }).then(
      ({ status }) => status,
      (error: Error) => error.name,
    )

  it.each<[SimulatedFaultKind, number | string, number]>([
    ['reset-before', 'TypeError', 0],
    ['500-before-effect', 500, 0],
    ['429', 429, 0],
    ['401-mfa', 401, 0],
    ['hang', 'TimeoutError', 0],
    ['effect-then-reset', 'TypeError', 1],
    ['502-after-effect', 'SyntaxError', 1],
    ['effect-then-hang', 'TimeoutError', 1],
    ['garbage', 'SyntaxError', 1],
    ['slow:50', 201, 1],
  ])('%s ends in %s with %i effects', async (kind, outcome, effects) => {
    const upstream = await start()
    upstream.faults.set(once(kind))
    const requestId = randomUUID()
    expect(await make(upstream, { 'MS-RequestId': requestId })).toBe(outcome)
    expect(upstream.effects().byRequest[requestId] ?? 0).toBe(effects)
    expect(upstream.faults.fired()).toEqual({ [kind]: 1 })
    // It was to happen once: with the same id there is one effect in the end, whatever went wrong.
    expect(await make(upstream, { 'MS-RequestId': requestId })).toBe(201)
    expect(upstream.effects().byRequest[requestId]).toBe(1)
  })

  it('duplicates a repeated request if neither ids nor duplicates are checked', async () => {
    const upstream = await start({ settings: { remembersRequestIds: false, refusesRunning: false } })
    upstream.faults.set(once('effect-then-reset'))
    const headers = { 'MS-RequestId': randomUUID() }
    await make(upstream, headers)
    await make(upstream, headers)
    expect(upstream.effects().byRequest).toEqual({ [headers['MS-RequestId']]: 2 })
  })

  it('strikes its route with its probability, and repeatably for the same seed', async () => {
    const upstream = await start()
    const kind: SimulatedFaultKind[] = ['500-before-effect', '429']
    const outcomes = async () => {
      upstream.faults.set([{ on: 'GET /v1/customers/*', kind, probability: 0.5, seed: 42 }])
      const path = `/v1/customers/${idOf(upstream, 'contoso.example')}`
      const statuses: number[] = []
      for (let time = 0; time < 40; time += 1) statuses.push((await ask(upstream, path)).status)
      return statuses
    }
    const first = await outcomes()
    expect(new Set(first)).toEqual(new Set([200, 429, 500]))
    expect(first.filter((status) => status === 200).length).toBeGreaterThan(10)
    expect(first.filter((status) => status === 200).length).toBeLessThan(30)
    expect(await outcomes()).toEqual(first)
    expect((await ask(upstream, '/v1/customers')).status).toBe(200)
  })

  it('is switched on and off over HTTP, which also reports effects and calls', async () => {
    const upstream = await start()
    const control = async (path: string, method = 'GET', body?: unknown) => {
      const answer = await fetch(`${upstream.url}/sandbox/${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return (await answer.json()) as Record<string, unknown>
    }
    await control('faults', 'POST', once('500-before-effect'))
    expect(await make(upstream)).toBe(500)
    expect(await make(upstream)).toBe(201)
    expect(await control('effects')).toMatchObject({ total: 1 })
    expect(await control('calls')).toEqual({ createTransfer: 2 })
    await control('faults', 'POST', [{ on: '*', kind: 'hang' }])
    await control('faults', 'DELETE')
    expect((await ask(upstream, '/v1/customers')).status).toBe(200)
    expect(await control('faults', 'POST', [{ on: '*', kind: 'flood' }])).toMatchObject({ error: expect.any(String) })
    await control('settings', 'POST', { mfaAnswer: 'empty' })
    expect(upstream.settings.mfaAnswer).toBe('empty')
  })
})

describe('webhooks', () => {
  interface Received {
    headers: IncomingHttpHeaders
    body: string
  }
  async function listen(statuses: number[] = []) {
    const received: Received[] = []
    const server = createServer(async (incoming, response) => {
      let body = ''
      for await (const chunk of incoming) body += chunk
      received.push({ headers: incoming.headers, body })
      response.writeHead(statuses.shift() ?? 200).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
    return { url, received, close: () => server.close() }
  }
  const register = (upstream: Upstream, url: string, events: string[]) =>
    ask(upstream, '/webhooks/v1/registration', { method: 'POST', body: { WebhookUrl: url, WebhookEvents: events } })
  const accepted = 'reseller-relationship-accepted-by-customer'

  it('report an acceptance, signed by a chain up to the published root', async () => {
    const upstream = await start()
    const hook = await listen()
    expect((await register(upstream, hook.url, [accepted])).status).toBe(200)
    await invite(upstream, 'fabrikam.example')
    const customer = idOf(upstream, 'fabrikam.example')
    upstream.act('customer-accepts', { customer, partner: directPartnerTenant })
    await expect.poll(() => hook.received.length).toBe(1)
    hook.close()

    const { headers, body } = hook.received[0] as Received
    const fetchCertificate = async (url: string) =>
      new X509Certificate(Buffer.from(await (await fetch(url)).arrayBuffer()))
    const leaf = await fetchCertificate(String(headers['x-ms-certificate-url']))
    const middle = await fetchCertificate(/URI:(\S+)/.exec(leaf.infoAccess ?? '')?.[1] ?? '')
    const root = new X509Certificate(upstream.certificates().rootPem)
    expect(leaf.subject).toContain('O=Microsoft Corporation')
    expect([leaf.verify(middle.publicKey), middle.verify(root.publicKey)]).toEqual([true, true])
    expect(root.subject).not.toContain('Microsoft')
    const signature = Buffer.from(String(headers.authorization).replace('Signature ', ''), 'base64')
    expect(verify('sha256', Buffer.from(body), leaf.publicKey, signature)).toBe(true)
    expect(verify('sha256', Buffer.from(`${body} `), leaf.publicKey, signature)).toBe(false)
    expect(JSON.parse(body)).toMatchObject({
      EventName: accepted,
      ResourceUri: `${upstream.url}/v1/customers/${customer}`,
      AuditUri: expect.stringContaining(`${directPartnerTenant}_${customer}_`),
    })
    const trust = { hosts: [], issuerHosts: [], trustedRoots: () => [root], loopback: true, now: Date.now }
    const verifier = createWebhookVerifier({ certificates: createCertificates(trust), now: Date.now })
    const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [String(value)]]))
    expect(await verifier({ headers: lists, body: Buffer.from(body) })).toMatchObject({ ok: true, value: { customer } })
    const audit = await ask(upstream, '/v1/auditrecords')
    expect(audit.json.items).toMatchObject([{ customerId: customer, operationType: 'extend_relationship' }])
  })

  it('are retried until acknowledged, sometimes duplicated, and limited to the registered events', async () => {
    const upstream = await start({ settings: { webhookTwice: 1, webhookPausesMs: [0, 10, 10] } })
    const hook = await listen([500])
    await register(upstream, hook.url, ['create-transfer'])
    await invite(upstream, 'fabrikam.example')
    const customer = idOf(upstream, 'fabrikam.example')
    upstream.act('customer-accepts', { customer, partner: directPartnerTenant })
    await request(upstream)
    await expect
      .poll(() =>
        upstream
          .deliveries()
          .map(({ status }) => status)
          .toSorted(),
      )
      .toEqual([200, 200, 500])
    hook.close()
    expect(new Set(hook.received.map(({ body }) => JSON.parse(body).EventName))).toEqual(new Set(['create-transfer']))
    expect(new Set(hook.received.map(({ body }) => body)).size).toBe(1)
  })

  it('are registered once, listed and tested at most twice a minute', async () => {
    const upstream = await start()
    const hook = await listen()
    expect((await ask(upstream, '/webhooks/v1/registration')).status).toBe(404)
    expect((await register(upstream, hook.url, ['no-such-event'])).json.code).toBe('3000')
    await register(upstream, hook.url, ['test-created'])
    expect((await register(upstream, hook.url, ['test-created'])).status).toBe(409)
    expect((await ask(upstream, '/webhooks/v1/registration/events')).json).toContain('test-created')
    const test = () => ask(upstream, '/webhooks/v1/registration/validationEvents', { method: 'POST' })
    expect([(await test()).status, (await test()).status, (await test()).status]).toEqual([200, 200, 429])
    await expect.poll(() => hook.received.length).toBe(2)
    hook.close()
    expect(upstream.violations()).toEqual([])
  })
})

describe('the simulated Graph', () => {
  const root = '/v1.0/tenantRelationships/delegatedAdminRelationships'
  const role = '729827e3-9c14-49f7-bb1b-9608f156bbb8'
  const accessDetails = { unifiedRoles: [{ roleDefinitionId: role }] }

  it('takes a delegated-admin relationship from draft to an active group, with the quirks of Graph', async () => {
    const upstream = await start({ settings: { gdapDelayMs: 1_000 } })
    const post = (path: string, body: unknown) => ask(upstream, path, { method: 'POST', body })
    const made = await post(root, { displayName: 'MC-1', duration: 'P730D', accessDetails })
    expect(made.json).toMatchObject({ status: 'created', activatedDateTime: '' })
    expect(made.json.id).toHaveLength(73)
    expect((await post(root, { displayName: 'MC-1', duration: 'P1D', accessDetails })).status).toBe(409)
    const path = `${root}/${made.json.id}`
    const change = { method: 'PATCH', body: { duration: 'P90D' } }
    expect((await ask(upstream, path, { ...change, headers: { 'If-Match': 'W/"0"' } })).status).toBe(412)
    expect((await ask(upstream, path, { ...change, headers: { 'If-Match': made.json['@odata.etag'] } })).status).toBe(
      200,
    )
    expect((await post(`${path}/requests`, { action: 'lockForApproval' })).status).toBe(201)
    upstream.act('customer-approves-gdap', { relationship: made.json.id, customer: idOf(upstream, 'contoso.example') })
    clock.ahead = 1_100
    expect((await ask(upstream, path)).json).toMatchObject({ status: 'active', customer: { displayName: 'Contoso' } })

    const accessContainer = { accessContainerId: randomUUID(), accessContainerType: 'securityGroup' }
    const group = await post(`${path}/accessAssignments`, { accessContainer, accessDetails })
    expect(group.json.status).toBe('pending')
    clock.ahead = 2_200
    const now = (await ask(upstream, `${path}/accessAssignments/${group.json.id}`)).json
    expect(now.status).toBe('active')
    const more = { unifiedRoles: [...accessDetails.unifiedRoles, { roleDefinitionId: randomUUID() }] }
    const patched = await ask(upstream, `${path}/accessAssignments/${group.json.id}`, {
      method: 'PATCH',
      body: { accessDetails: more },
      headers: { 'If-Match': now['@odata.etag'] },
    })
    expect([patched.status, patched.headers.get('retry-after')]).toEqual([202, '10'])
    const operation = new URL(patched.headers.get('location') ?? '').pathname
    expect((await ask(upstream, operation)).json.status).toBe('running')
    const missing = `${root}?$filter=${encodeURIComponent("displayName eq 'MC-2'")}`
    expect((await ask(upstream, missing)).json.value).toEqual([])
    expect(upstream.violations()).toEqual([])
  })

  it('returns errors in the format of OData', async () => {
    const upstream = await start()
    const unknown = "/v1.0/tenantRelationships/findTenantInformationByDomainName(domainName='nobody.example')"
    const answer = await ask(upstream, unknown)
    expect([answer.status, answer.json.error.code]).toEqual([404, 'Request_ResourceNotFound'])
    expect((await ask(upstream, unknown, { claims: { aud: partnerCenter } })).status).toBe(401)
  })
})

describe('the page', () => {
  const press = (upstream: Upstream, action: string, fields: Record<string, string>, headers = {}) =>
    fetch(`${upstream.url}/do/${action}`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers,
      redirect: 'manual',
    })
  const see = async (upstream: Upstream, path = '/') => (await fetch(`${upstream.url}${path}`)).text()

  it('lets a person accept as the customer and as the source, and explains a refusal', async () => {
    const upstream = await start()
    const customer = idOf(upstream, 'fabrikam.example')
    const accept = () => press(upstream, 'customer-accepts', { customer, partner: directPartnerTenant })
    expect((await accept()).headers.get('location')).toContain('has%20not%20invited%20anybody')
    const link = new URL(await invite(upstream, 'fabrikam.example'))
    expect(await see(upstream)).toContain('See the invitation')
    const invited = await see(upstream, `${link.pathname}${link.search}`)
    expect(invited).toContain('<b>First Up Consultants</b> would like to be your reseller.')
    expect(invited).toMatch(/ checked> Fabrikam/)
    const pressed = await accept()
    expect([pressed.status, pressed.headers.get('location')]).toEqual([303, '/'])
    expect(await see(upstream, `${link.pathname}${link.search}`)).toContain('Fabrikam has accepted.')
    expect(await see(upstream)).not.toContain('See the invitation')
    expect((await ask(upstream, `/v1/customers/${customer}`)).status).toBe(200)
    const { json } = await request(upstream)
    expect(await see(upstream)).toContain('Accepts, some items fail')
    await press(upstream, 'source-accepts', { transfer: json.id })
    const again = await press(upstream, 'source-declines', { transfer: json.id })
    expect(await see(upstream, again.headers.get('location') ?? '')).toContain(
      'The transfer cannot be processed: Complete.',
    )
  })

  it('plays the admin center behind an invitation link, also for a joint invitation', async () => {
    const upstream = await start()
    const { json } = await ask(upstream, `/v1/customers/relationshiprequests?indirectResellerId=${resellerTenant}`)
    expect(json.url).toContain(`${upstream.url}/Adminportal/Home?`)
    const shown = await (await fetch(json.url)).text()
    expect(shown).toContain('Wingtip Services and First Up Consultants')
    const form = new URLSearchParams([['customer', idOf(upstream, 'coho.example')]])
    for (const [, id = ''] of shown.matchAll(/name="partner" value="([^"]+)"/g)) form.append('partner', id)
    await fetch(`${upstream.url}/do/customer-accepts`, { method: 'POST', body: form })
    expect(Object.keys(upstream.effects().byKey)).toHaveLength(2)
  })

  it('shows a request for admin roles as its customer sees it, who may also let it expire or remove the roles', async () => {
    const upstream = await start()
    const ask = (displayName: string) => {
      const roles = ['29232cdf-9323-42fd-ade2-1d097af3e4de']
      const accessDetails = { unifiedRoles: roles.map((roleDefinitionId) => ({ roleDefinitionId })) }
      const customer = { tenantId: idOf(upstream, 'coho.example') }
      const made = upstream.gdap.create(
        directPartnerTenant,
        { displayName, duration: 'P30D', customer, accessDetails },
        null,
      )
      upstream.gdap.request(made, 'lockForApproval', null)
      return { relationship: made.id, customer: customer.tenantId }
    }
    const first = ask('Coho Vineyard, MC-7K2P9Q')
    const shown = await see(upstream, '/AdminPortal/Home')
    expect(shown).toMatch(/First Up Consultants<\/b> asks for 1 role for 30 days/)
    expect(shown).toContain('<b>Exchange Administrator</b>: manage all of Exchange')
    await press(upstream, 'customer-approves-gdap', first)
    expect(await see(upstream, '/AdminPortal/Home')).not.toContain('Approve all')
    await press(upstream, 'customer-ends-gdap', first)
    expect(upstream.gdap.find(first.relationship)?.status).toBe('terminated')
    const second = ask('Coho Vineyard, MC-2B3C4D')
    await press(upstream, 'customer-ignores-gdap', second)
    expect(await see(upstream, '/AdminPortal/Home')).toContain('The request has expired.')
  })

  it('escapes names', async () => {
    const upstream = await start()
    const id = randomUUID()
    upstream.addCustomer({
      id,
      name: '<script>alert(1)</script>',
      domain: 'x.example',
      country: 'US',
      underReview: false,
    })
    const page = await see(upstream)
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page).not.toContain('<script')
    expect(await see(upstream, '/?note=%3Cb%3Eboo')).toContain('&lt;b&gt;boo')
  })

  it('refuses requests from other web pages', async () => {
    const upstream = await start()
    const fields = { customer: idOf(upstream, 'fabrikam.example'), partner: directPartnerTenant }
    const pressed = await press(upstream, 'customer-accepts', fields, { Origin: 'https://elsewhere.example' })
    expect(pressed.status).toBe(403)
    expect(upstream.effects().total).toBe(0)
  })
})

describe('a restart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'multicanal-upstream-'))
  const file = join(folder, 'upstream.json')
  afterEach(() => rmSync(file, { force: true }))

  it('keeps all state, including scheduled events', async () => {
    const first = await start({ file, settings: { transferStartMs: 1_000 } })
    const { json } = await request(first)
    first.act('source-accepts', { transfer: json.id })
    const { leafPem } = first.certificates()
    await first.stop()
    clock.ahead = 2_000
    const second = await start({ file })
    const look = await ask(second, `/v1/customers/${json.customerTenantId}/transfers/${json.id}`)
    expect(look.json.status).toBe('Complete')
    expect(second.effects().total).toBe(2)
    expect(second.certificates().leafPem).toBe(leafPem)
  })

  it('works as a process of its own, which prints its address', async () => {
    const processes = createProcessGroup()
    const simulation = await processes.start(
      [join(import.meta.dirname, '..', '..', '..', 'sandbox', 'upstream', 'main.ts')],
      {
        name: 'the simulation',
        env: { ...process.env, PORT: '0', DATABASE_URL: 'sqlite::memory:' },
        until: /(http:\/\/\S+)\n/,
      },
    )
    const entra = await (await fetch(`${simulation.ready[1]}sandbox/entra`)).json()
    expect(entra).toMatchObject({ url: expect.stringContaining('https://'), caPem: expect.stringContaining('BEGIN') })
    await processes.stop()
  })
})
