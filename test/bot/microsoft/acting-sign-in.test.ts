import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import de from '../../../cards/locales/de.json' with { type: 'json' }
import en from '../../../cards/locales/en.json' with { type: 'json' }
import type { TokenService } from '../../../clients/token-service.ts'
import { partnerAt } from '../../../sandbox/partner.ts'
import { directPartnerTenant } from '../../../sandbox/upstream/companies.ts'
import { type Assertion, CHALLENGE, type EntraFault } from '../../../sandbox/upstream/entra.ts'
import { startUpstream, type Upstream } from '../../../sandbox/upstream/server.ts'
import { buttonsOf, type Card, pressed, type Speaker } from '../../support/bot.ts'
import type { Chat } from '../../support/chat.ts'
import { somebody, startWorld } from '../../support/world.ts'

const link = 'https://token.botframework.com/api/oauth/signin?signin=1'
const resource = { id: 'exchange-1', uri: 'api://botid-app' }
const connection = 'entra'
const stranger = '44444444-4444-4444-8444-444444444444'

let upstream: Upstream
afterEach(() => expect(upstream.violations()).toEqual([]))

/** A bot whose people sign in with a token service, which knows the assertion that stands behind each code. */
async function start() {
  upstream = await startUpstream()
  onTestFinished(() => upstream.stop())
  const { partner } = await partnerAt(upstream.url)
  const codes = new Map<string, string>()
  const tokenService: TokenService = {
    signInResource: async () => ({ signInLink: link, tokenExchangeResource: resource }),
    redeem: async ({ user, code }) => codes.get(`${user} ${code}`),
  }
  const world = await startWorld({ SIGN_IN_CONNECTION: connection }, 'test', {
    partner,
    world: { tokenService, pollMs: 300 },
  })
  /** A colleague, with the answers of their client and of the token service. */
  const person = (more: Speaker = {}) => {
    const speaker = somebody({ tenant: directPartnerTenant, ...more })
    const oid = speaker.id ?? ''
    const mint = (other: Partial<Assertion> = {}) =>
      upstream.entra.mintAssertion({ tenant: directPartnerTenant, oid, ...other })
    const chat = world.chat(speaker)
    return {
      chat,
      oid,
      mint,
      /** Signs in at the page of the token service, which shows a code then. */
      atPage: async (code: string, other: Partial<Assertion> = {}) => {
        const assertion = await mint(other)
        codes.set(`29:${oid} ${code}`, assertion)
        return assertion
      },
      /** Presses a button of the card in front; `more` is what Teams adds. */
      press: async (step: string, more: object = {}) => {
        const { verb, data } = chat.button('tick', { step })
        const { value, ...rest } = pressed(verb, data)
        const { status, body } = await chat.send({ ...rest, value: { ...value, ...more } })
        expect(status).toBe(200)
        return body
      },
    }
  }
  return { ...world, person }
}
type World = Awaited<ReturnType<typeof start>>
type Person = ReturnType<World['person']>

/** As far as the button that fetches the invitation in somebody's name. */
async function lookUp(chat: Chat, words = en, customer = 'fabrikam.example') {
  await chat.say('hello')
  await chat.press('answer', { question: 'role', value: 'direct' })
  await chat.press('answer', { value: 'licence' })
  await chat.press('answer', { value: 'ea' })
  await chat.press('start', { track: 'relationship' })
  await chat.press('set', { track: 'relationship' }, { customer })
  await chat.see(new RegExp(words['relationship.confirm.title'].replace('?', '\\?')))
}

const authentication = (token: string) => ({ authentication: { id: resource.id, connectionName: connection, token } })
const invoke = (name: string, value: object) => ({ type: 'invoke', name, value })
/** Writes what a sign-in page has shown, and has the card in front again after the answer. */
async function typeCode(chat: Chat, text: string, line: 'line.signed-in' | 'line.sign-in-failed') {
  const card = chat.card()
  const mention = '<at>Multicanal</at>'
  const entities = [{ type: 'mention', mentioned: { id: '28:bot' }, text: mention }]
  await chat.send({ type: 'message', text, ...(text.includes(mention) ? { entities } : {}) })
  await chat.see(new RegExp(en[line].slice(0, 20)))
  chat.look(card)
}
const invitations = () => upstream.calls().getRelationshipRequestUrl ?? 0
/** The assertions that Entra was asked to exchange. */
const exchanged = () => upstream.entra.faults.requests.flatMap(({ assertion }) => assertion ?? [])
const linksOf = (card: unknown) => JSON.stringify(card).match(/"url":"https:[^"]*signin=1[^"]*"/g) ?? []

/** Everything that is kept, as it lies on the disk. */
const kept = ({ url }: World) =>
  ['', '-wal'].map((suffix) => readFileSync(`${url.slice('sqlite:'.length)}${suffix}`, 'latin1')).join('')

describe('a press that needs the person', () => {
  it('is answered with a request to sign in, and changes nothing', async () => {
    const world = await start()
    const { chat, press } = world.person({ locale: 'de-DE' })
    await lookUp(chat, de)
    const before = await world.cases()
    expect(await press('confirm-customer')).toEqual({
      statusCode: 401,
      type: 'application/vnd.microsoft.activity.loginRequest',
      value: {
        text: de['sign-in.text'],
        connectionName: connection,
        tokenExchangeResource: resource,
        buttons: [{ title: de['sign-in.button'], text: de['sign-in.button'], type: 'signin', value: link }],
      },
    })
    expect(await world.cases()).toEqual(before)
    expect([invitations(), exchanged()]).toEqual([0, []])
  })

  it('goes on with the assertion that Teams adds, in the name of that very person', async () => {
    const world = await start()
    const [without, agent] = [world.person(), world.person()]
    upstream.store.state.roles[without.oid] = 'none'
    for (const { chat, press, mint } of [without, agent]) {
      await lookUp(chat)
      expect(await press('confirm-customer')).toMatchObject({ statusCode: 401 })
      const assertion = await mint()
      chat.look((await press('confirm-customer', authentication(assertion)))?.value as Card)
      expect(chat.text()).toContain(en['pending.fetch-invitation'])
      await chat.see(/I’ve sent it|isn’t allowed to do this/)
      expect(exchanged().at(-1)).toBe(assertion)
    }
    expect(without.chat.text()).toContain('900150')
    expect(agent.chat.text()).toContain(en['relationship.link-ready.title'])
  })

  it.each<[string, (person: Person) => Promise<string>]>([
    ['of somebody else', ({ mint }) => mint({ oid: stranger })],
    ['of another tenant', ({ mint }) => mint({ tenant: stranger })],
    ['for another application', ({ mint }) => mint({ aud: `api://${stranger}` })],
    ['that has ended', ({ mint }) => mint({ lifetime: -1 })],
    ['that is none', async () => 'e30.e30.e30'],
  ])('goes no further with an assertion %s', async (_what, minted) => {
    const world = await start()
    const person = world.person()
    await lookUp(person.chat)
    const before = await world.cases()
    const token = await minted(person)
    expect(await person.press('confirm-customer', authentication(token))).toMatchObject({
      statusCode: 412,
      type: 'application/vnd.microsoft.error.preconditionFailed',
    })
    expect(await world.cases()).toEqual(before)
    expect([invitations(), exchanged()]).toEqual([0, []])
    expect(await person.press('confirm-customer')).toMatchObject({ statusCode: 401 })
  })

  it('goes on at once for whoever has signed in before, and for nobody else', async () => {
    const world = await start()
    const [signedIn, other] = [world.person(), world.person()]
    const value = { id: resource.id, connectionName: connection, token: await signedIn.mint() }
    expect(await signedIn.chat.send(invoke('signin/tokenExchange', value))).toEqual({ status: 200, body: undefined })
    await lookUp(other.chat)
    expect(await other.press('confirm-customer')).toMatchObject({ statusCode: 401 })
    await lookUp(signedIn.chat)
    await signedIn.chat.press('tick', { step: 'confirm-customer' })
    await signedIn.chat.see(/I’ve sent it/)
  })

  it('does not need the person where the relationship is there already, or the button no longer counts', async () => {
    const world = await start()
    const { chat, press } = world.person()
    await lookUp(chat, en, 'contoso.example')
    expect(await press('confirm-customer')).toMatchObject({ statusCode: 200 })
    expect(await press('confirm-customer')).toMatchObject({ statusCode: 200 })
    expect(await world.cases()).toMatchObject([{ tracks: [{ state: 'accepted' }] }])
  })

  it('asks in the language that the person has chosen', async () => {
    const world = await start()
    const { chat, press } = world.person({ locale: 'en-US' })
    await chat.say('language de')
    await lookUp(chat, de)
    expect(await press('confirm-customer')).toMatchObject({ value: { text: de['sign-in.text'] } })
  })

  it('goes on with the code of a page that closed by itself', async () => {
    const world = await start()
    const { chat, atPage, press } = world.person()
    await lookUp(chat)
    const assertion = await atPage('123456')
    expect((await chat.send(invoke('signin/verifyState', { state: '654321' }))).status).toBe(404)
    expect((await chat.send(invoke('signin/verifyState', { state: 'CancelledByUser' }))).status).toBe(404)
    expect(await press('confirm-customer')).toMatchObject({ statusCode: 401 })
    expect(await chat.send(invoke('signin/verifyState', { state: '123456' }))).toEqual({ status: 200, body: undefined })
    await chat.press('tick', { step: 'confirm-customer' })
    await chat.see(/I’ve sent it/)
    expect(exchanged()).toEqual([assertion])
  })

  it('goes on with the code that Teams adds', async () => {
    const world = await start()
    const { chat, atPage, press } = world.person()
    await lookUp(chat)
    await atPage('123456')
    expect(await press('confirm-customer', { state: '654321' })).toMatchObject({ statusCode: 412 })
    await press('confirm-customer', { state: '123456' })
    await chat.see(/I’ve sent it/)
  })
})

describe('an exchange that a client sends', () => {
  it('of somebody else is refused with 412, and nobody is signed in', async () => {
    const world = await start()
    const { chat, mint, press } = world.person()
    await lookUp(chat)
    const value = { id: 'x', connectionName: connection, token: await mint({ oid: stranger }) }
    expect(await chat.send(invoke('signin/tokenExchange', value))).toEqual({
      status: 412,
      body: { id: 'x', connectionName: connection, failureDetail: expect.any(String) },
    })
    expect(await press('confirm-customer')).toMatchObject({ statusCode: 401 })
  })

  it('may fail on its side, which is taken note of', async () => {
    const world = await start()
    const { chat } = world.person()
    const value = { code: 'resourcematchfailed', message: 'Resource match failed' }
    expect((await chat.send(invoke('signin/failure', value))).status).toBe(200)
  })
})

const channel = { type: 'channel', conversation: '19:room@thread.tacv2;messageid=1' } as const

/** Confirms the customer in a channel: the card itself asks for a sign-in. */
async function asked(person: Person) {
  await lookUp(person.chat)
  await person.chat.press('tick', { step: 'confirm-customer' })
  return person.chat.see(/Please sign in to Microsoft/)
}

describe('in a channel', () => {
  it('the card has a link to sign in and goes on after the six digits', async () => {
    const world = await start()
    const person = world.person(channel)
    const { chat } = person
    await asked(person)
    const card = chat.card()
    expect(linksOf(card)).toEqual([`"url":"${link}"`])
    expect(buttonsOf(card).map(({ data }) => data.step)).toContain('fetch-link')
    const assertion = await person.atPage('123456')
    await typeCode(chat, '<at>Multicanal</at> 123456', 'line.signed-in')
    await chat.press('tick', { step: 'fetch-link' })
    await chat.see(/I’ve sent it/)
    expect(exchanged()).toEqual([assertion])
  })

  it('wrong digits sign nobody in, and those of somebody else neither', async () => {
    const world = await start()
    const [person, other] = [world.person(channel), world.person(channel)]
    const { chat } = person
    await asked(person)
    await other.atPage('123456')
    for (const code of ['123456', '654321']) await typeCode(chat, code, 'line.sign-in-failed')
    await chat.press('tick', { step: 'fetch-link' })
    await vi.waitFor(async () =>
      expect((await world.cases())[0]?.tracks).toMatchObject([{ context: { pending: null } }]),
    )
    await chat.see(/Please sign in to Microsoft/)
    expect([invitations(), exchanged()]).toEqual([0, []])
  })

  it('a colleague who has signed in may go on', async () => {
    const world = await start()
    const [person, colleague] = [world.person(channel), world.person(channel)]
    await asked(person)
    const value = { id: 'x', connectionName: connection, token: await colleague.mint() }
    await colleague.chat.send(invoke('signin/tokenExchange', value))
    colleague.chat.look(person.chat.card())
    await colleague.chat.press('tick', { step: 'fetch-link' })
    await colleague.chat.see(/I’ve sent it/)
  })
})

/** Signs in and confirms the customer, with a sign-in that Microsoft does not take. */
async function confirmed({ chat, press, mint }: Person, fault?: EntraFault) {
  await lookUp(chat)
  upstream.entra.faults.fault = fault
  chat.look((await press('confirm-customer', authentication(await mint())))?.value as Card)
}

describe('a sign-in without a second factor', () => {
  it.each([
    ['no-mfa', undefined],
    ['interaction-required', CHALLENGE],
    ['basic-action', CHALLENGE],
    ['enrolment', undefined],
  ] as const)('is told with what Entra demands, and a better one goes on: %s', async (fault, claims) => {
    const world = await start()
    const person = world.person()
    const { chat } = person
    await confirmed(person, fault)
    const told = await chat.see(/multifactor authentication/)
    const card = chat.card()
    const url = new URL(linksOf(card)[0]?.slice('"url":"'.length, -1) ?? '')
    expect(url.searchParams.get('claims')).toBe(claims ?? null)
    if (claims) expect(told).toContain(en['fault.claims'])
    expect(invitations()).toBe(0)
    upstream.entra.faults.fault = undefined
    const better = await person.atPage('123456')
    await typeCode(chat, '123456', 'line.signed-in')
    await chat.press('tick', { step: 'fetch-link' })
    await chat.see(/I’ve sent it/)
    expect(exchanged().at(-1)).toBe(better)
  })

  it.each([
    ['900421', /multifactor authentication/],
    ['empty', /Please sign in to Microsoft/],
  ] as const)('that only Partner Center notices is told as well: %s', async (mfaAnswer, words) => {
    const world = await start()
    const person = world.person()
    const { chat } = person
    upstream.settings.mfaAnswer = mfaAnswer
    upstream.faults.set([{ on: 'getRelationshipRequestUrl', kind: '401-mfa', times: 1 }])
    await confirmed(person)
    await chat.see(words)
    const card = chat.card()
    expect(linksOf(card)).toHaveLength(1)
    await person.atPage('123456')
    await typeCode(chat, '123456', 'line.signed-in')
    await chat.press('tick', { step: 'fetch-link' })
    await chat.see(/I’ve sent it/)
  })

  it('that Entra has forgotten is asked for anew', async () => {
    const world = await start()
    const person = world.person()
    const { chat, press, mint } = person
    await confirmed(person, 'invalid-grant')
    await chat.see(/Please sign in to Microsoft/)
    upstream.entra.faults.fault = undefined
    expect(await press('fetch-link')).toMatchObject({ statusCode: 401 })
    await press('fetch-link', authentication(await mint()))
    await chat.see(/I’ve sent it/)
  })
})

describe('what is kept', () => {
  it('holds no assertion, no token and no code, whichever way they came', async () => {
    const world = await start()
    const { chat, press, mint, atPage, oid } = world.person()
    await lookUp(chat)
    await press('confirm-customer')
    const value = { id: resource.id, connectionName: connection, token: await mint() }
    await chat.send(invoke('signin/tokenExchange', value))
    await atPage('271828')
    await chat.send(invoke('signin/verifyState', { state: '271828' }))
    await atPage('314159')
    await typeCode(chat, '314159', 'line.signed-in')
    await press('confirm-customer', authentication(await mint()))
    await chat.see(/I’ve sent it/)
    const stored = kept(world)
    expect(stored).toContain(oid)
    for (const secret of ['271828', '314159', 'eyJ', ...exchanged()]) expect(stored).not.toContain(secret)
  })
})
