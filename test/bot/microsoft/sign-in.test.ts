import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createSignIn } from '../../../bot/microsoft/sign-in.ts'
import type { Origin } from '../../../bot/teams/activity.ts'
import { createTokenService } from '../../../clients/token-service.ts'
import { directoryId } from '../../../dialogs/directory-id.ts'
import { type Assertion, type Entra, PARTNER_APP, startEntra } from '../../../sandbox/upstream/entra.ts'
import { APP_ID, SERVICE_URL, TENANT } from '../../support/identity.ts'

const PERSON = '0d6b1f7a-3f0b-4f4e-8a1e-6a5c1c1b7e01'
const OTHER = '0d6b1f7a-3f0b-4f4e-8a1e-6a5c1c1b7e02'
const LINK = 'https://token.botframework.com/api/oauth/signin?signin=1'
const exchange = { id: 'exchange-1', uri: `api://botid-${PARTNER_APP}` }

const clock = { now: Date.now() }
let entra: Entra
const failures: unknown[] = []

/** The token service: what it was asked, and its next answer. */
const service = {
  url: '',
  asked: [] as { path: string; query: Record<string, string>; authorization: string | undefined }[],
  answer: (_response: ServerResponse): void => {},
  forgotten: 0,
}
const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://service')
  const { authorization } = request.headers
  service.asked.push({ path: pathname, query: Object.fromEntries(searchParams), authorization })
  service.answer(response)
})
/** Restify replaces `writeHead` for the whole process by a function that returns nothing: no chaining here. */
const end = (response: ServerResponse, status: number, headers: Record<string, string>, body = ''): void => {
  response.writeHead(status, headers)
  response.end(body)
}
const json = (status: number, body: unknown) => (response: ServerResponse) =>
  end(response, status, { 'content-type': 'application/json' }, JSON.stringify(body))

beforeAll(async () => {
  entra = await startEntra({ now: () => clock.now })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await entra.stop()
})
afterEach(() => {
  service.asked.length = 0
  service.forgotten = 0
  failures.length = 0
  clock.now = Date.now()
})

const token = {
  get: async () => 'bot-token',
  forget: () => {
    service.forgotten += 1
  },
}
const tokenService = () => createTokenService({ token, appId: APP_ID, baseUrl: service.url, timeoutMs: 300 })

function start(more: Partial<Parameters<typeof createSignIn>[0]> = {}) {
  return createSignIn({
    appId: PARTNER_APP,
    connectionName: 'entra',
    tokenService: tokenService(),
    now: () => clock.now,
    onFailure: (cause) => failures.push(cause),
    ...more,
  })
}

const reference = { serviceUrl: SERVICE_URL, bot: { id: `28:${APP_ID}`, name: 'Multicanal' }, user: '29:person' }
const tenant = directoryId(TENANT)
const place = { tenant, conversation: 'a:1', room: 'a:1', kind: 'personal' as const, reference }
const visit: Origin = { place, sender: { id: directoryId(PERSON), account: '29:person' } }
const person = { tenant, id: directoryId(PERSON) }

const mint = (more: Partial<Assertion> = {}) => entra.mintAssertion({ tenant: TENANT, oid: PERSON, ...more })
const sent = (assertion: string, more: object = {}) => ({ id: 'x', connectionName: 'entra', token: assertion, ...more })

describe('an assertion that a client sends', () => {
  it('with a card button is remembered until it ends', async () => {
    const signIn = start()
    const assertion = await mint()
    const value = { action: { verb: 'tick' }, authentication: sent(assertion) }
    expect(await signIn.assertionOf(person)).toBeUndefined()
    expect(await signIn.takeAction(visit, value)).toEqual({ taken: true, fresh: true })
    expect(await signIn.assertionOf(person)).toBe(assertion)
    clock.now += 3_599_000
    expect(await signIn.assertionOf(person)).toBe(assertion)
    clock.now += 2_000
    expect(await signIn.assertionOf(person)).toBeUndefined()
    expect(service.asked).toEqual([])
  })

  it.each([
    ['no value', undefined],
    ['null', null],
    ['a text', 'text'],
    ['an empty object', {}],
    ['another action', { action: { verb: 'tick' } }],
    ['a number for a token', { authentication: { token: 7 } }],
  ])('is nothing at all in a button that carries none: %s', async (_, value) => {
    expect(await start().takeAction(visit, value)).toBeUndefined()
  })

  it('comes once from each client: all are answered well, the first is fresh, the last is kept', async () => {
    const signIn = start()
    const [phone, desktop, web] = await Promise.all([mint(), mint(), mint()])
    expect(signIn.takeExchange(visit, sent(phone))).toEqual({ status: 200, fresh: true })
    expect(signIn.takeExchange(visit, sent(desktop))).toEqual({ status: 200, fresh: false })
    expect(signIn.takeExchange(visit, sent(desktop))).toEqual({ status: 200, fresh: false })
    expect(signIn.takeExchange(visit, sent(web))).toEqual({ status: 200, fresh: false })
    expect(await signIn.assertionOf(person)).toBe(web)
  })

  it.each([
    ['by its id', PARTNER_APP],
    ['by its id in capitals', PARTNER_APP.toUpperCase()],
    ['by the URI of an application', `api://${PARTNER_APP}`],
    ['by the URI of a bot', `api://botid-${PARTNER_APP}`],
    ['by the URI of a tab', `api://bot.example:8443/${PARTNER_APP}`],
    ['by the URI of a tab with a bot', `api://bot.example/botid-${PARTNER_APP}`],
  ])('may name our application %s', async (_how, aud) => {
    expect(start().takeExchange(visit, sent(await mint({ aud })))).toMatchObject({ status: 200 })
  })

  it.each<[string, Partial<Assertion>]>([
    ['for another application', { aud: `api://${APP_ID}` }],
    ['for an application that only ends like ours', { aud: `api://evil${PARTNER_APP}` }],
    ['for an address with our id in it', { aud: `https://evil.example/${PARTNER_APP}` }],
    ['of another person', { oid: OTHER }],
    ['of another tenant', { tenant: OTHER }],
    ['that has ended', { lifetime: -1 }],
  ])('%s is refused and not remembered', async (_what, more) => {
    const signIn = start()
    const assertion = await mint(more)
    const failureDetail = 'The token cannot be used. Sign in with the button.'
    const body = { id: 'x', connectionName: 'entra', failureDetail }
    expect(signIn.takeExchange(visit, sent(assertion))).toEqual({ status: 412, body, fresh: false })
    expect(await signIn.takeAction(visit, { authentication: sent(assertion) })).toEqual({ taken: false })
    expect(await signIn.assertionOf(person)).toBeUndefined()
    expect(await signIn.assertionOf({ tenant, id: directoryId(OTHER) })).toBeUndefined()
  })

  it.each([
    undefined,
    {},
    { id: 'x', connectionName: 'entra' },
    { id: 'x', connectionName: 'entra', token: 'no token' },
    { id: 'x', connectionName: 'entra', token: 'e30.e30.e30' },
    { id: 'x', connectionName: 'entra', token: `${'e'.repeat(20_000)}.e30.e30` },
  ])('is refused when it is none: case %#', (value) => {
    expect(start().takeExchange(visit, value)).toMatchObject({ status: 412, fresh: false })
  })

  it('is refused for another connection, and where there is none', async () => {
    const assertion = await mint()
    expect(start().takeExchange(visit, sent(assertion, { connectionName: 'other' }))).toMatchObject({ status: 412 })
    const without = start({ connectionName: undefined })
    expect(without.takeExchange(visit, sent(assertion))).toMatchObject({ status: 412 })
  })

  it('is forgotten when Entra refused it, but not the newer one that came meanwhile', async () => {
    const signIn = start()
    const [old, newer] = [await mint(), await mint()]
    signIn.takeExchange(visit, sent(old))
    signIn.takeExchange(visit, sent(newer))
    signIn.forget(person, old)
    expect(await signIn.assertionOf(person)).toBe(newer)
    signIn.forget(person, newer)
    expect(await signIn.assertionOf(person)).toBeUndefined()
    expect(signIn.takeExchange(visit, sent(await mint()))).toEqual({ status: 200, fresh: true })
  })

  it('is forgotten when two thousand other people came after it', async () => {
    const signIn = start()
    signIn.takeExchange(visit, sent(await mint()))
    expect(await signIn.assertionOf(person)).toBeDefined()
    for (let count = 0; count < 2_000; count += 1) {
      const id = `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`
      signIn.takeExchange({ place, sender: { id: directoryId(id), account: `29:${count}` } }, sent(unsigned(id)))
    }
    expect(await signIn.assertionOf(person)).toBeUndefined()
  })
})

describe('a code of the sign-in page', () => {
  const redeemed = async (more: Partial<Assertion> = {}) => {
    const answer = { channelId: 'msteams', connectionName: 'entra', token: await mint(more), expiration: '2026-01-15' }
    service.answer = json(200, answer)
    return answer.token
  }

  it('that the page hands over is redeemed for the assertion', async () => {
    const signIn = start()
    const assertion = await redeemed()
    expect(await signIn.takeState(visit, { state: '123456' })).toEqual({ status: 200, fresh: true })
    expect(await signIn.assertionOf(person)).toBe(assertion)
    const query = { userId: '29:person', connectionName: 'entra', channelId: 'msteams', code: '123456' }
    expect(service.asked).toEqual([{ path: '/api/usertoken/GetToken', query, authorization: 'Bearer bot-token' }])
  })

  it('may come with the button that was pressed again, or be typed', async () => {
    await redeemed()
    const value = { action: { verb: 'tick' }, state: '123456' }
    expect(await start().takeAction(visit, value)).toEqual({ taken: true, fresh: true })
    const signIn = start()
    expect(['123456', ' 123456 '].map(signIn.isCode)).toEqual([true, true])
    expect(['12345', '1234567', '12345a', '', '1 2 3 4 5 6'].map(signIn.isCode)).not.toContain(true)
    expect(await signIn.takeCode(visit, ' 123456 ')).toEqual({ taken: true, fresh: true })
    expect(service.asked.at(-1)?.query.code).toBe('123456')
  })

  it('of somebody else signs nobody in', async () => {
    const signIn = start()
    await redeemed({ oid: OTHER })
    expect(await signIn.takeState(visit, { state: '123456' })).toEqual({ status: 404, fresh: false })
    expect(await signIn.assertionOf(person)).toBeUndefined()
  })

  it('that is wrong or was used before is answered with 404, without a word in the log', async () => {
    service.answer = json(404, {})
    expect(await start().takeState(visit, { state: '123456' })).toEqual({ status: 404, fresh: false })
    expect(failures).toEqual([])
  })

  it.each([
    ['no value', undefined],
    ['no state', {}],
    ['an empty state', { state: '' }],
    ['a cancelled sign-in', { state: 'CancelledByUser' }],
    ['a number', { state: 123456 }],
  ])('that is none is not sent anywhere: %s', async (_, value) => {
    expect(await start().takeState(visit, value)).toEqual({ status: 404, fresh: false })
    expect(service.asked).toEqual([])
  })

  it.each<[string, (response: ServerResponse) => void]>([
    ['fails', json(500, {})],
    ['hangs', () => {}],
    ['resets', (response) => response.destroy()],
    ['sends something else', (response) => response.end('<html>')],
    ['sends a redirect', (response) => end(response, 302, { location: '/elsewhere' })],
    ['sends too much', (response) => response.end(`{"token":"${'x'.repeat(100_000)}"}`)],
  ])('is not taken while the token service %s, which is told', async (_what, answer) => {
    service.answer = answer
    expect(await start().takeState(visit, { state: '123456' })).toEqual({ status: 404, fresh: false })
    expect(failures).toHaveLength(1)
    expect(service.asked).toHaveLength(1)
  })

  it('makes the bot ask for a new token of its own when the service no longer takes it', async () => {
    service.answer = json(401, {})
    await start().takeState(visit, { state: '123456' })
    expect([service.forgotten, failures.length]).toEqual([1, 1])
  })
})

describe('asking somebody to sign in', () => {
  const words = { text: 'Please sign in', button: 'Sign in' }

  it('is a card that Teams answers by itself where it can', async () => {
    service.answer = json(200, { signInLink: LINK, tokenExchangeResource: exchange, tokenPostResource: {} })
    expect(await start().loginRequest(visit, words)).toEqual({
      statusCode: 401,
      type: 'application/vnd.microsoft.activity.loginRequest',
      value: {
        text: 'Please sign in',
        connectionName: 'entra',
        tokenExchangeResource: exchange,
        buttons: [{ title: 'Sign in', text: 'Sign in', type: 'signin', value: LINK }],
      },
    })
  })

  it('tells the token service where to send its answer', async () => {
    service.answer = json(200, { signInLink: LINK })
    const conversation = '19:abc@thread.tacv2;messageid=1'
    await start().loginRequest({ ...visit, place: { ...place, conversation, kind: 'channel' } }, words)
    const { path, query, authorization } = service.asked[0] ?? {}
    expect([path, authorization]).toEqual(['/api/botsignin/GetSignInResource', 'Bearer bot-token'])
    expect(JSON.parse(Buffer.from(query?.state ?? '', 'base64').toString())).toEqual({
      connectionName: 'entra',
      msAppId: APP_ID,
      conversation: {
        user: { id: '29:person', aadObjectId: PERSON },
        bot: reference.bot,
        conversation: { id: conversation, conversationType: 'channel', tenantId: TENANT, isGroup: true },
        channelId: 'msteams',
        serviceUrl: SERVICE_URL,
      },
    })
  })

  it('is a plain link where the card cannot ask, with what Entra demands', async () => {
    service.answer = json(200, { signInLink: LINK, tokenExchangeResource: null })
    const signIn = start()
    expect(await signIn.link(visit)).toBe(LINK)
    const demanded = new URL((await signIn.link(visit, '{"access_token":{}}')) ?? '')
    expect(Object.fromEntries(demanded.searchParams)).toEqual({ signin: '1', claims: '{"access_token":{}}' })
  })

  it.each(['javascript:alert(1)', 'http://token.botframework.com/x', ''])('never shows %o as a link', async (link) => {
    service.answer = json(200, { signInLink: link })
    expect(await start().link(visit)).toBeUndefined()
    expect(failures).toHaveLength(1)
  })

  it('is not possible without a connection or a token service', async () => {
    for (const signIn of [start({ connectionName: undefined }), start({ tokenService: undefined })]) {
      expect(await signIn.loginRequest(visit, words)).toBeUndefined()
      expect(await signIn.link(visit)).toBeUndefined()
      expect(await signIn.takeCode(visit, '123456')).toEqual({ taken: false })
    }
    expect(start({ connectionName: undefined }).isCode('123456')).toBe(false)
    expect([service.asked, failures]).toEqual([[], []])
  })
})

describe('vouching', () => {
  it('stands in for the client, is asked once and checked like everybody', async () => {
    const vouched: unknown[] = []
    const vouch = async (whom: { tenant: string; id: string }) => {
      vouched.push(whom)
      return mint({ oid: PERSON })
    }
    const signIn = start({ vouch, tokenService: undefined })
    const assertion = await signIn.assertionOf(person)
    expect(await entra.read(assertion ?? '')).toMatchObject({ oid: PERSON, tid: TENANT })
    expect(await signIn.assertionOf(person)).toBe(assertion)
    expect(vouched).toEqual([person])
    expect(await signIn.assertionOf({ tenant, id: directoryId(OTHER) })).toBeUndefined()
  })
})

describe('the token service', () => {
  it.each([
    'https://evil.example',
    'http://10.0.0.1:80',
    'https://token.botframework.com.evil.example',
    'http://localhost:80',
    'http://[::1]:80',
    'https://127.0.0.1:80',
    'http://127.0.0.1',
    'http://127.0.0.1:80/',
    '',
  ])('is never looked for at %o', (baseUrl) => {
    expect(() => createTokenService({ token, appId: APP_ID, baseUrl })).toThrow('not the address')
  })
})

/** An assertion whose signature is nonsense, as anybody could write it. */
function unsigned(oid: string): string {
  const payload = { aud: PARTNER_APP, tid: TENANT, oid, exp: Math.floor(clock.now / 1_000) + 60 }
  return `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.e30`
}
