import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLog } from '../../bot/ops/log.ts'
import type { TokenService } from '../../clients/token-service.ts'
import { directoryId } from '../../dialogs/directory-id.ts'
import { partnerAt } from '../../sandbox/partner.ts'
import { directPartnerTenant } from '../../sandbox/upstream/companies.ts'
import type { EntraFault } from '../../sandbox/upstream/entra.ts'
import type { SimulatedFaultKind } from '../../sandbox/upstream/http/fault-injection.ts'
import { startUpstream } from '../../sandbox/upstream/server.ts'
import { addEffects } from '../../state/outbox-store.ts'
import { activity, pressed } from '../support/bot.ts'
import { createPreparing, rowsOf } from '../support/ledger-world.ts'
import { findLeaks } from '../support/secret-scan.ts'
import { somebody, startWorld } from '../support/world.ts'

const canary = (what: string) => `canary-${what}-${randomBytes(18).toString('base64url')}`
const fabrikam = 'fabrikam.example'
const onLink = 'getRelationshipRequestUrl'
const onCreate = 'createTransfer'

/** Everything that was sent in the name of somebody, and everything the bot's own ports answered, as the network saw it. */
function tapNetwork(secrets: Map<string, string>) {
  const answers: string[] = []
  const own: string[] = []
  const { fetch } = globalThis
  globalThis.fetch = async (input, init) => {
    const url = String(input instanceof Request ? input.url : input)
    const isOwn = own.some((origin) => url.startsWith(origin))
    const [, token] = /^Bearer (.+)$/.exec(new Headers(init?.headers).get('authorization') ?? '') ?? []
    if (token && !isOwn && ![...secrets.values()].includes(token)) secrets.set(`token ${secrets.size}`, token)
    const response = await fetch(input, init)
    if (isOwn) {
      answers.push(JSON.stringify([...response.headers]), await response.clone().text())
    }
    return response
  }
  onTestFinished(() => {
    globalThis.fetch = fetch
  })
  return { answers, own }
}

/** A bot that logs everything, at a Microsoft all of whose secrets are known to the test. */
async function startWatched() {
  const secrets = new Map([['client secret', canary('client-secret')]])
  const { answers, own } = tapNetwork(secrets)
  const clientSecret = secrets.get('client secret') ?? ''
  const upstream = await startUpstream({ entra: { clientSecret }, settings: { refusesRunning: false } })
  onTestFinished(() => upstream.stop())
  const { partner, vouch } = await partnerAt(upstream.url)
  const assertionOf = async ({ tenant, id }: { tenant: string; id: string }, name = `assertion ${secrets.size}`) => {
    const assertion = (await vouch({ tenant: directoryId(tenant), id: directoryId(id) })) ?? ''
    secrets.set(name, assertion)
    return assertion
  }
  let redeemed = ''
  const tokenService: TokenService = {
    signInResource: async () => ({ signInLink: 'https://token.botframework.com/api/oauth/signin?signin=1' }),
    redeem: async () => redeemed,
  }
  const log: string[] = []
  const world = await startWorld({ SIGN_IN_CONNECTION: 'entra' }, 'test', {
    partner,
    world: {
      vouch: (person) => assertionOf(person),
      tokenService,
      pollMs: 200,
      checkDelaysMs: [30, 60],
      upstreamTimeoutMs: 500,
      log: createLog('trace', { write: (line) => log.push(line) }),
    },
  })
  own.push(world.bot.url, world.bot.operatorUrl)
  const prepare = createPreparing(upstream, world.database, () => world.now().toISOString())

  return {
    ...world,
    upstream,
    secrets,
    log,
    prepare,
    assertionOf,
    willRedeem: (assertion: string) => {
      redeemed = assertion
    },
    /** Everything the bot has written, said and answered so far, each under the name of its place. */
    places: async () => {
      const file = world.url.slice('sqlite:'.length)
      const files = readdirSync(dirname(file)).filter((name) => name.startsWith(basename(file)))
      const all = await rowsOf<{ type: string; name: string }>(world.database, 'sqlite_master')
      const tables = all.filter(({ type }) => type === 'table').map(({ name }) => name)
      const rows = await Promise.all(tables.map((table) => rowsOf(world.database, table)))
      return new Map<string, string | Buffer>([
        ['log', log.join('')],
        ['cards', JSON.stringify(world.connector.sent)],
        ['answers', answers.join('\n')],
        ...files.map((name): [string, Buffer] => [name, readFileSync(join(dirname(file), name))]),
        ...tables.map((table, index): [string, string] => [`table ${table}`, JSON.stringify(rows[index])]),
      ])
    },
  }
}
type Watched = Awaited<ReturnType<typeof startWatched>>

/** Plays from the first question to the accepted relationship, with every fault of Entra and Partner Center. */
async function invite({ chat, upstream, idle }: Watched) {
  const agent = somebody({ tenant: directPartnerTenant })
  const person = chat(agent)
  await person.say('hello')
  await person.press('answer', { question: 'role', value: 'direct' })
  await person.press('answer', { value: 'licence' })
  await person.press('answer', { value: 'ea' })
  await person.press('start', { track: 'relationship' })
  upstream.entra.faults.fault = 'invalid-client'
  await person.press('set', { track: 'relationship' }, { customer: fabrikam })
  await idle()
  upstream.entra.faults.fault = undefined
  await person.see(/Is this the customer/)
  const entra: [EntraFault, RegExp][] = [
    ['interaction-required', /multifactor authentication/],
    ['invalid-grant', /Please sign in/],
    ['no-mfa', /multifactor authentication/],
  ]
  let step = 'confirm-customer'
  for (const [fault, words] of entra) {
    upstream.entra.faults.fault = fault
    await person.press('tick', { step })
    await person.see(words)
    step = 'fetch-link'
  }
  upstream.entra.faults.fault = undefined
  upstream.faults.set([{ on: onLink, kind: '401-mfa', times: 1 }])
  await person.press('tick', { step })
  await person.see(/multifactor authentication/)
  const broken: SimulatedFaultKind[] = ['garbage', 'reset-before', '500-before-effect']
  upstream.faults.set(broken.map((kind) => ({ on: onLink, kind, times: 1 })))
  await person.press('tick', { step })
  await person.see(/I’ve sent it/, 25_000)
  await person.press('tick', { step: 'sent' })
  upstream.act('customer-accepts', { customer: 'c0000000-0000-4000-8000-000000000001', partner: directPartnerTenant })
  await person.see(/accepted/i)
}

/** Transfers whose requests get lost in every way. */
async function transfer({ chat, upstream, prepare, bot, connector }: Watched) {
  const broken: [SimulatedFaultKind, RegExp][] = [
    ['effect-then-reset', /days left/],
    ['502-after-effect', /days left/],
    ['garbage', /days left/],
    ['401-mfa', /multifactor authentication/],
    ['500-before-effect', /check in Partner Center/],
    ['hang', /check in Partner Center/],
  ]
  for (const [kind, words] of broken) {
    const ready = await prepare('request')
    upstream.faults.set([{ on: onCreate, kind, times: 1 }])
    const body = activity(connector.url, ready.speaker, pressed(ready.verb, ready.data))
    await fetch(`${bot.url}/api/messages`, { method: 'POST', body: JSON.stringify(body), headers: json })
    const person = chat(ready.speaker)
    await person.see(words)
    if (!/look/.test(words.source)) continue
    await person.press('tick', { step: 'call-again' })
    await person.see(/days left/)
  }
}

const json = { 'content-type': 'application/json' }

/** Secrets that people and strangers may type, in their place and out of it. */
async function handIn({ bot, connector, secrets, assertionOf, willRedeem }: Watched) {
  const speaker = somebody({ tenant: directPartnerTenant })
  const person = { tenant: directPartnerTenant, id: speaker.id ?? '' }
  const good = await assertionOf(person, 'assertion handed in')
  const stranger = await assertionOf(
    { tenant: directPartnerTenant, id: 'ffffffff-0000-4000-8000-000000000000' },
    'of another',
  )
  willRedeem(await assertionOf(person, 'assertion redeemed'))
  for (const what of ['forged', 'connector-token', 'webhook-signature', 'broken']) secrets.set(what, canary(what))
  const of = (name: string) => secrets.get(name) ?? ''
  const send = (path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(`${bot.url}${path}`, { method: 'POST', body, headers: { ...json, ...headers } })
  const deliver = (what: object, headers?: Record<string, string>) =>
    send('/api/messages', JSON.stringify(activity(connector.url, speaker, what as Record<string, unknown>)), headers)
  const exchange = (token: string) => ({
    type: 'invoke',
    name: 'signin/tokenExchange',
    value: { id: 'exchange', connectionName: 'entra', token },
  })
  const pressWith = (token: string) => {
    const press = pressed('show', { list: 'all', page: 1 })
    return { ...press, value: { ...press.value, authentication: { id: '1', connectionName: 'entra', token } } }
  }
  const statuses = [
    await deliver(exchange(good)),
    await deliver(exchange(stranger)),
    await deliver(exchange(of('forged'))),
    await deliver(pressWith(of('forged'))),
    await deliver(pressWith(good)),
    await deliver({ type: 'message', text: '123456' }),
    await deliver({ type: 'invoke', name: 'signin/verifyState', value: { state: '123456' } }),
    await deliver({ type: 'message', text: 'hello' }, { authorization: `Bearer ${of('connector-token')}` }),
    await send('/api/messages', `{"type": "message", "text": "${of('broken')}`),
    await send('/api/messages', JSON.stringify({ type: 'invoke', value: of('broken') })),
    await send(`/api/${of('broken')}`, '{}'),
    await send('/api/partner-center/webhook', '{}', { authorization: `Signature ${of('webhook-signature')}` }),
    ...(await Promise.all(['healthz', 'readyz', 'metrics', ''].map((path) => fetch(`${bot.operatorUrl}/${path}`)))),
  ].map(({ status }) => status)
  return statuses
}

describe('secrets and tokens', () => {
  it('never appear in logs, stored data, messages or responses, whatever fails', {
    timeout: 120_000,
  }, async () => {
    const watched = await startWatched()
    await invite(watched)
    await transfer(watched)
    const statuses = await handIn(watched)
    await watched.idle()
    const { secrets, upstream } = watched
    const places = await watched.places()

    const names = [...secrets.keys()]
    console.log({ secrets: names, places: [...places].map(([name, { length }]) => `${name} ${length}`), statuses })
    expect(findLeaks(secrets, places)).toEqual([])
    // The scan saw what there is: both of the bot's own tokens and a person's, a file and its log, every word of the bot.
    expect(
      upstream.entra.faults.requests.some(({ client_secret }) => client_secret === secrets.get('client secret')),
    ).toBe(true)
    expect(names.filter((name) => name.startsWith('token')).length).toBeGreaterThanOrEqual(3)
    expect([...places.keys()]).toEqual(expect.arrayContaining(['test.db', 'test.db-wal']))
    for (const place of ['log', 'cards', 'answers']) expect(places.get(place)?.length).toBeGreaterThan(2_000)
    expect(statuses.some((status) => status >= 400)).toBe(true)
    // An invitation link is no secret: it is kept and shown, and the same scan finds it there.
    const link = (await rowsOf<{ url: string }>(watched.database, 'links'))[0]?.url ?? ''
    const found = findLeaks(new Map([['link', link]]), places).map(({ place }) => place)
    expect(found).toEqual(expect.arrayContaining(['cards', 'table links']))
    // In the log or copied back already.
    expect(found.some((place) => place.startsWith('test.db'))).toBe(true)
    expect(found).not.toContain('log')
  })

  it('are found by the same scan wherever they are planted', { timeout: 60_000 }, async () => {
    const { places, secrets, database, log, bot, connector, assertionOf } = await startWatched()
    const token = await assertionOf(
      { tenant: directPartnerTenant, id: 'ffffffff-0000-4000-8000-000000000000' },
      'token',
    )
    expect(findLeaks(secrets, await places())).toEqual([])
    createLog('info', { write: (line) => log.push(line) }).error({ err: new Error(`refused: ${token}`) }, 'turn failed')
    await database.transaction((tx) =>
      addEffects(tx, [{ kind: 'reply', tenant: '', payload: { token }, key: 'leak', due: '2999-01-01' }]),
    )
    const [, payload] = token.split('.')
    connector.sent.push({
      method: 'POST',
      conversation: '',
      activity: undefined,
      at: 0,
      body: { text: `see ${payload}` },
    })
    await fetch(`${bot.url}/api/messages`, { method: 'POST', body: '{}', headers: json })
    const leaks = findLeaks(secrets, await places())
    expect(leaks.map(({ place }) => place).sort()).toEqual(['cards', 'log', 'table outbox', 'test.db-wal'])
    const hidden = new Map([['a URL', Buffer.from(`x${secrets.get('client secret')}`).toString('base64')]])
    expect(findLeaks(secrets, hidden)).toMatchObject([{ secret: 'client secret', place: 'a URL' }])
  })
})
