import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { partnerAt } from '../../sandbox/partner.ts'
import { directPartnerTenant, resellerTenant as wingtip } from '../../sandbox/upstream/companies.ts'
import { colleagueId, managerId } from '../../sandbox/upstream/graph/groups.ts'
import { startUpstream } from '../../sandbox/upstream/server.ts'
import { type AuditEntry, auditEntries } from '../../state/audit/entries.ts'
import { verify } from '../../state/audit/verify.ts'
import { activity, post, pressed, type Sent, type Speaker, startConnector } from '../support/bot.ts'
import { type Chat, createChat } from '../support/chat.ts'
import { rowsOf, until } from '../support/ledger-world.ts'
import { startWorld } from '../support/world.ts'

const seed = 20261122
const southridge = 'bbbbbbbb-1111-4000-8000-000000000000'
const upstream = await startUpstream()
afterAll(() => upstream.stop())
const { partner, vouch } = await partnerAt(upstream.url)
const named = { ADMINS: managerId, AUDITORS: managerId, APPROVERS: `${managerId},${colleagueId}` }
const world = await startWorld(named, 'file', { partner, world: { vouch, pollMs: 3_600_000 } })
const { bot, database } = world

/** A company with a Connector of its own: whatever is sent to it is found there and nowhere else. */
async function company(name: string, tenant: string) {
  const connector = await startConnector()
  afterAll(() => connector.close())
  const canary = (what: string) => `canary-${name}-${what}`
  const customers = ['shared', 'own'].map((what, index) => {
    const id = `cafe0000-00${name.charCodeAt(0).toString(16)}-4000-8000-00000000000${index}`
    return { id, name: canary(`customer-${what}`), domain: `${canary(`domain-${what}`)}.example` }
  })
  for (const customer of customers) upstream.addCustomer({ ...customer, country: 'US', underReview: false })
  const [shared, own] = customers as [(typeof customers)[0], (typeof customers)[0]]
  const person = (more: Speaker = {}): Speaker => {
    const id = more.id ?? `${tenant.slice(0, 8)}-0000-4000-8000-00000000c001`
    return { tenant, id, name: canary(`person-${id.slice(-4)}`), conversation: `a:${name}`, ...more }
  }
  return {
    name,
    tenant,
    connector,
    canary,
    shared,
    own,
    person,
    chat: (more: Speaker = {}): Chat => createChat(bot.url, connector, person(more)),
    /** Everything that ever was sent to this company's conversations. */
    received: (): string => JSON.stringify(connector.sent satisfies Sent[]),
  }
}
type Company = Awaited<ReturnType<typeof company>>

const [a, b, p] = [
  await company('wingtip', wingtip),
  await company('southridge', southridge),
  await company('firstup', directPartnerTenant),
]
const desk = { type: 'channel', conversation: '19:firstup-approvals@thread.tacv2' } as const

/** Reads the code that a desk was given. */
const codeIn = (text: string) => /[0-9A-HJKMNP-TV-Z]{4}[ -]?[0-9A-HJKMNP-TV-Z]{4}/.exec(text)?.[0] ?? ''

async function pairUp(reseller: Chat, atDesk: Chat): Promise<void> {
  await reseller.say(`link ${codeIn(await atDesk.say('link'))}`)
}

/** A reseller's request for an invitation, sent to the direct partner. */
async function requestInvitation(company: Company, chat: Chat): Promise<string> {
  await chat.say('new')
  await chat.press('answer', { question: 'role', value: 'indirect-reseller' })
  await chat.press('answer', { value: 'licence' })
  await chat.press('answer', { value: 'open' })
  await chat.press('start', { track: 'invitation' })
  const fields = { customer: company.shared.domain, note: company.canary('note') }
  await chat.press('set', { track: 'invitation' }, fields)
  await chat.see(new RegExp(company.shared.name))
  await chat.press('tick', { step: 'ask-partner' })
  return chat.caseId()
}

/** A case that is nobody else's business. */
async function keepToItself(company: Company, chat: Chat): Promise<string> {
  await chat.say('new')
  await chat.press('edition', { edition: '2026-11' }).catch(() => {})
  const role = chat.buttons().some(({ data }) => data.question === 'role')
  if (role) await chat.press('answer', { question: 'role', value: 'direct' })
  await chat.press('answer', { value: 'licence' })
  await chat.press('answer', { value: 'open' })
  await chat.press('start', { track: 'relationship' })
  await chat.press('set', { track: 'relationship' }, { customer: company.own.domain })
  await chat.see(new RegExp(company.own.name))
  return chat.caseId()
}

/** State of the story: the secrets of each side and where they are. */
interface Story {
  ids: Record<'aShared' | 'aOwn' | 'bShared' | 'bOwn' | 'pOfA' | 'pOfB' | 'pOwn', string>
  /** Present revisions, by id. */
  revs: Record<string, number>
  link: string
}
let story: Story

beforeAll(async () => {
  const [reseller, other] = [a.chat(), b.chat()]
  const approvals = p.chat({ id: managerId, ...desk })
  const atDesk = p.chat({ conversation: 'a:firstup-desk' })
  await approvals.say('desk approvals')
  await atDesk.say('desk direct-partner')
  for (const chat of [reseller, other]) await pairUp(chat, atDesk)
  const aShared = await requestInvitation(a, reseller)
  await atDesk.see(new RegExp(a.shared.name))
  const pOfA = atDesk.caseId()
  await atDesk.press('create-invitation')
  await atDesk.see(/Send/)
  await atDesk.press('send', { to: 'reseller' })
  await reseller.see(/Your invitation has arrived/)
  await atDesk.press('start', { track: 'delegated-admin' })
  const draft = { presets: 'helpdesk', days: '90', autoExtend: 'false', group: 'Customer care' }
  await atDesk.press('set', { track: 'delegated-admin' }, { ...draft, justification: p.canary('why') })
  await until('the group is found', async () => {
    const { card } = await atDesk.pressRaw('show', { case: pOfA, rev: 0, view: 'delegated-admin' })
    atDesk.look(card ?? {})
    return atDesk.buttons().some(({ data }) => data.step === 'ask-approval')
  })
  expect(atDesk.text()).toContain('Customer care')
  await atDesk.press('tick', { step: 'ask-approval' })
  await approvals.see(/Approve these admin rights/)
  const bShared = await requestInvitation(b, other)
  await atDesk.see(new RegExp(b.shared.name))
  const pOfB = atDesk.caseId()
  const aOwn = await keepToItself(
    a,
    a.chat({ conversation: 'a:wingtip-own', id: 'aaaaaaaa-0000-4000-8000-00000000c002' }),
  )
  const bOwn = await keepToItself(
    b,
    b.chat({ conversation: 'a:southridge-own', id: 'bbbbbbbb-1111-4000-8000-00000000c002' }),
  )
  const pOwn = await keepToItself(p, p.chat({ conversation: 'a:firstup-own', id: colleagueId }))
  const rows = await rowsOf<{ id: string; context: string; revision: number }>(database, 'cases')
  const revs = Object.fromEntries(rows.map((row) => [row.id, row.revision]))
  const sent = rows.find((row) => row.id === aShared)?.context
  const link = /"link":"([^"]+)"/.exec(sent ?? '')?.[1] ?? ''
  story = { ids: { aShared, aOwn, bShared, bOwn, pOfA, pOfB, pOwn }, revs, link }
}, 120_000)

/** The numbers of the cases at the other end of what a conversation has asked or was asked; no other room has them. */
function numbersFor(conversation: string | undefined): string[] {
  const { aShared, bShared, pOfA, pOfB } = story.ids
  return { 'a:wingtip': [pOfA], 'a:southridge': [pOfB], 'a:firstup-desk': [aShared, bShared] }[conversation ?? ''] ?? []
}

/** Texts that nobody of a company may ever read: all of the other's but what was sent to it. */
function secretsFrom(reader: Company): [what: string, text: string][] {
  const { ids, link } = story
  const of = (company: Company): [string, string][] => [
    [`${company.name}: a person`, company.canary('person')],
    [`${company.name}: a customer of its own`, company.own.name],
    [`${company.name}: a domain of its own`, company.own.domain],
    [`${company.name}: a customer id of its own`, company.own.id],
  ]
  const shared = (company: Company): [string, string][] => [
    [`${company.name}: the customer it asks for`, company.shared.name],
    [`${company.name}: the domain it asks for`, company.shared.domain],
    [`${company.name}: its note`, company.canary('note')],
  ]
  const partners: [string, string][] = [
    ...of(p),
    ['why admin rights are asked for', p.canary('why')],
    ['a group of the partner', 'Customer care'],
    ['cases of the desk', ids.pOfA],
    ['cases of the desk', ids.pOfB],
    ['a case of the partner', ids.pOwn],
    ['an approver', managerId],
    ['an approver', colleagueId],
  ]
  if (reader === p) {
    const cases = [ids.aShared, ids.aOwn, ids.bShared, ids.bOwn].map((id): [string, string] => ['a case', id])
    return [...of(a), ...of(b), ...cases]
  }
  const hostile = reader === a ? b : a
  const theirs = hostile === a ? [ids.aShared, ids.aOwn] : [ids.bShared, ids.bOwn]
  return [
    ...partners,
    ...of(hostile),
    ...shared(hostile),
    ...theirs.map((id): [string, string] => ['a case', id]),
    // The link went to the one, and is on its way to nobody else.
    ...(reader === b ? [['the invitation link', link] as [string, string]] : []),
  ]
}

/** Lists the secrets found in a text, plain or as written in JSON and addresses; `known` are those that it may contain. */
function leaksIn(text: string, reader: Company, { typed = '', known = [] as string[] } = {}): string[] {
  const lower = text.toLowerCase()
  return (
    secretsFrom(reader)
      .filter(([, secret]) => !known.includes(secret))
      // An answer may repeat the name of a case or customer that its reader typed.
      .filter(([, secret]) => !typed.toLowerCase().includes(secret.toLowerCase()))
      .filter(([, secret]) =>
        [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)].some((form) =>
          lower.includes(form.toLowerCase()),
        ),
      )
      .map(([what, secret]) => `${what}: ${secret}`)
  )
}

/** Lists the secrets in messages, of which each conversation may know other numbers. */
const leaksAmong = (messages: readonly Sent[], reader: Company): string[] =>
  messages.flatMap((message) => leaksIn(JSON.stringify(message), reader, { known: numbersFor(message.conversation) }))

const casesOf = async (...but: string[]) =>
  (await rowsOf<{ id: string; tenant: string }>(database, 'cases')).filter(
    ({ id, tenant }) => Object.values(story.ids).includes(id) && !but.includes(tenant),
  )

describe('a planted secret', () => {
  it('is where it belongs, so that a leak would be found', () => {
    const { ids, link } = story
    for (const id of Object.values(ids)) expect(id).toMatch(/^MC-/)
    expect(new Set(Object.values(ids)).size).toBe(7)
    expect(link).toMatch(/^http/)
    expect(a.received()).toContain(JSON.stringify(link).slice(1, -1))
    expect(a.received()).toContain(a.own.name)
    for (const sent of [a.shared.name, a.canary('note'), b.shared.name, b.canary('note'), p.canary('why')]) {
      expect(p.received()).toContain(sent)
    }
    expect(p.received()).toContain(p.canary('person'))
  })

  it('was sent to no other company', () => {
    for (const reader of [a, b, p]) expect(leaksAmong(reader.connector.sent, reader)).toEqual([])
  })

  it('is the number of a case, unless the reader’s own case is connected with it', () => {
    const { aShared, bShared, pOfA, pOfB } = story.ids
    expect(a.received()).toContain(pOfA)
    expect(b.received()).toContain(pOfB)
    const atDesk = p.connector.sent.filter(({ conversation }) => conversation === 'a:firstup-desk')
    for (const [theirs, ours, other] of [
      [aShared, pOfA, bShared],
      [bShared, pOfB, aShared],
    ] as const) {
      const cards = atDesk.map((message) => JSON.stringify(message)).filter((text) => text.includes(ours))
      expect(cards.join()).toContain(theirs)
      expect(cards.filter((text) => text.includes(other))).toEqual([])
    }
  })

  it('is found by the search in its own company', () => {
    expect(leaksIn(a.received(), b)).not.toEqual([])
    expect(leaksIn(p.received(), a)).not.toEqual([])
    expect(leaksIn(b.received(), p)).not.toEqual([])
  })
})

type Attack =
  | { kind: 'say'; words: string }
  | { kind: 'press'; verb: string; data: Record<string, unknown> }
  | { kind: 'search'; name: 'query' | 'queryLink'; value: Record<string, unknown> }
  | { kind: 'consent'; format: 'jsonl' | 'csv' }

const places = ['own', 'new', 'victim', 'desk'] as const
type Where = (typeof places)[number]
const victimRooms = [
  'a:wingtip',
  'a:wingtip-own',
  'a:southridge',
  'a:southridge-own',
  'a:firstup-desk',
  'a:firstup-own',
]

/** Creates a person of a tenant, in a conversation of their own or in one with another's id. */
function speakerOf(attacker: Company, where: Where, number: number): Speaker {
  const id = `${attacker.tenant.slice(0, 8)}-0000-4000-8000-00000000d${String(number % 10).padStart(3, '0')}`
  const conversation = {
    own: `a:${attacker.name}-attack-${number % 3}`,
    new: `a:${attacker.name}-attack-new-${number}`,
    victim: victimRooms[number % victimRooms.length] ?? '',
    desk: desk.conversation,
  }[where]
  const type = where === 'desk' ? 'channel' : number % 5 === 0 ? 'groupChat' : 'personal'
  // A case of the attacker’s own conversation is no case of somebody else.
  return { tenant: attacker.tenant, id, name: attacker.canary(`person-${number % 10}`), conversation, type }
}

const id = fc.constantFrom('aShared', 'aOwn', 'bShared', 'bOwn', 'pOfA', 'pOfB', 'pOwn') as fc.Arbitrary<
  keyof Story['ids']
>
const words = fc.constantFrom(
  ...[
    'case ID',
    'ID',
    'cancel ID',
    'approve ID',
    'deny ID because',
    'link ID',
    'cases',
    'resume',
    'export',
    'export all',
  ],
  ...['link', 'link 7K2P-9QXA', 'unlink', 'desk approvals', 'desk direct-partner', 'desk off', 'help', 'canary', 'new'],
  ...['what is ID about?', 'fall ID', 'annuler ID', 'genehmigen ID'],
)
const fields: Record<string, Record<string, unknown>> = {
  answer: { question: 'service', value: 'usage' },
  reopen: { question: 'role' },
  start: { track: 'invitation' },
  tick: { step: 'ask-partner' },
  skip: { step: 'order-licences', reason: 'x' },
  edition: { edition: '2026-11' },
  cancel: { sure: true },
  show: { view: 'history' },
  refresh: {},
  decline: { reason: 'no' },
  'create-invitation': {},
  send: { to: 'customer' },
  forward: {},
  approve: {},
  deny: { reason: 'no' },
  narrow: { roles: '88d8e3e3-8f55-4a1e-953a-9b9898b8876b', days: '1' },
  withdraw: {},
  set: { track: 'invitation', customer: 'contoso.example', note: 'x' },
  customer: { named: 'x' },
}
const views = ['outcome', 'invitation', 'relationship', 'delegated-admin', 'history', 'skip', 'customer']

const search = (text: string, skip = 0): Attack => ({
  kind: 'search',
  name: 'query',
  value: {
    commandId: 'invitation',
    parameters: [{ name: 'customer', value: text }],
    queryOptions: { skip, count: 25 },
  },
})

/** A button of any case, mostly as the present card has it. */
function pressOf([verb, of, rev, view]: [string, keyof Story['ids'], number, string], { ids, revs }: Story): Attack {
  const id = ids[of]
  const data = { case: id, rev: rev > 5 ? (revs[id] ?? 0) : rev, ...fields[verb], ...(verb === 'show' ? { view } : {}) }
  return { kind: 'press', verb, data }
}

const attack = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(words, id).map(
      ([text, of]) =>
        ({ ids }: Story): Attack => ({ kind: 'say', words: text.replace('ID', ids[of]) }),
    ),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(...Object.keys(fields)), id, fc.nat({ max: 20 }), fc.constantFrom(...views))
      .map((drawn) => (now: Story) => pressOf(drawn, now)),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('all', 'open'), fc.integer({ min: 1, max: 5 })).map(
      ([list, page]) =>
        (): Attack => ({ kind: 'press', verb: 'show', data: { list, page } }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('', 'canary', 'MC-', '.example', 'a'), fc.nat({ max: 1 })).map(
      ([text, skip]) =>
        () =>
          search(text, skip),
    ),
  },
  {
    weight: 1,
    arbitrary: id.map(
      (of) =>
        ({ ids }: Story) =>
          search(ids[of]),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant(({ link }: Story): Attack => ({ kind: 'search', name: 'queryLink', value: { url: link } })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('jsonl' as const, 'csv' as const)
      .map((format) => (): Attack => ({ kind: 'consent', format })),
  },
)

/** The file of an export, accepted by somebody who was offered none. */
const consent = (url: string, format: string) => ({
  type: 'invoke',
  name: 'fileConsent/invoke',
  value: {
    type: 'fileUpload',
    action: 'accept',
    context: { export: { format } },
    uploadInfo: { uploadUrl: `${url}file`, contentUrl: `${url}file`, name: 'x', uniqueId: 'x', fileType: format },
  },
})

function activityOf({ connector }: Company, what: Attack): Record<string, unknown> {
  switch (what.kind) {
    case 'say':
      return { type: 'message', text: what.words }
    case 'press':
      return pressed(what.verb, what.data)
    case 'search':
      return { type: 'invoke', name: `composeExtension/${what.name}`, value: what.value }
    case 'consent':
      return consent(connector.url, what.format)
    default:
      return what satisfies never
  }
}

/** Runs it and returns the complete HTTP response. */
async function perform(attacker: Company, speaker: Speaker, what: Attack): Promise<string> {
  const answer = await post(bot.url, activity(attacker.connector.url, speaker, activityOf(attacker, what)))
  expect(answer.status).toBe(200)
  return JSON.stringify(answer.body ?? '')
}

describe('no tenant reads data of another', () => {
  it('with commands, buttons, refreshes, searches and links', { timeout: 180_000 }, async () => {
    const before = await casesOf()
    const marks = new Map([a, b, p].map((company) => [company, company.connector.sent.length]))
    const counts: Record<string, number> = {}
    const attackers = fc.constantFrom(a, b, p)
    let number = 0
    await fc.assert(
      fc.asyncProperty(attackers, fc.constantFrom(...places), attack, async (attacker, where, make) => {
        number += 1
        const what = make(story)
        // The partner's own rooms are its own to use; here it is after what the resellers keep to themselves.
        const speaker = speakerOf(attacker, attacker === p && where === 'desk' ? 'new' : where, number)
        const inOwnRoom = speaker.conversation?.startsWith(`a:${attacker.name}`) && where === 'victim'
        fc.pre(!inOwnRoom)
        const typed = JSON.stringify(what)
        const answer = await perform(attacker, speaker, what)
        counts[what.kind] = (counts[what.kind] ?? 0) + 1
        expect(leaksIn(answer, attacker, { typed })).toEqual([])
      }),
      { numRuns: 900, seed, endOnFailure: true },
    )
    await until('everything that was to be said is said', async () =>
      (await rowsOf<{ kind: string; state: string }>(database, 'outbox')).every(
        ({ kind, state }) => kind !== 'reply' || state !== 'due',
      ),
    )
    for (const reader of [a, b, p]) {
      const messages = reader.connector.sent.slice(marks.get(reader))
      expect(messages.length).toBeGreaterThan(20)
      expect(leaksAmong(messages, reader)).toEqual([])
    }
    console.log(JSON.stringify({ seed, attacks: number, ...counts }))
    expect(await casesOf()).toEqual(before)
    expect((await verify(database)).faults).toEqual([])
  })

  it('through the approvers on a form for admin rights in another tenant', async () => {
    const chat = a.chat({ conversation: 'a:wingtip-admin', id: 'aaaaaaaa-0000-4000-8000-00000000c003' })
    await chat.say('new')
    await chat.press('answer', { question: 'role', value: 'direct' })
    await chat.press('answer', { value: 'licence' })
    await chat.press('answer', { value: 'open' })
    await chat.press('edition', { edition: '2026-11' })
    await chat.press('answer', { value: 'take-over' })
    const data: Record<string, unknown> = {
      ...chat.button('start', { track: 'relationship' }).data,
      track: 'delegated-admin',
    }
    const count = a.connector.sent.length
    const seen = [await chat.pressRaw('start', data)]
    const now = { case: chat.caseId(), rev: Number(data.rev) + 1, track: 'delegated-admin' }
    const draft = { customer: a.own.domain, presets: 'helpdesk', days: '30', autoExtend: 'false', group: '' }
    seen.push(await chat.pressRaw('set', { ...now, ...draft, justification: 'x' }))
    // The customer would be found by now.
    await world.idle()
    for (const view of [undefined, 'delegated-admin']) {
      seen.push(await chat.pressRaw('show', { case: now.case, rev: 0, ...(view === undefined ? {} : { view }) }))
    }
    expect(leaksIn(JSON.stringify([seen, a.connector.sent.slice(count)]), a)).toEqual([])
  })

  it('but a person finds an invitation they requested, and a colleague does not', async () => {
    expect(await perform(a, a.person(), search('canary'))).toContain(a.shared.name)
    expect(await perform(a, a.person(), { kind: 'search', name: 'queryLink', value: { url: story.link } })).toContain(
      'adaptive',
    )
    expect(await perform(a, a.person({ id: 'aaaaaaaa-0000-4000-8000-00000000c009' }), search(''))).not.toContain(
      'canary',
    )
    expect(await perform(b, b.person(), search('canary'))).not.toContain(a.shared.name)
  })
})

describe('an export for auditors', () => {
  it('contains only their own company', async () => {
    const entries: AuditEntry[] = []
    for await (const entry of auditEntries(database, { tenant: directPartnerTenant })) {
      // A refusal says what was tried, which its own people have tried above with the ids of others.
      if (entry.type !== 'refusal') entries.push(entry)
    }
    const text = JSON.stringify(entries)
    expect(text).toContain(story.ids.pOfA)
    expect(new Set(entries.map(({ tenant }) => tenant))).toEqual(new Set([directPartnerTenant]))
    expect(leaksIn(text, p, { known: numbersFor('a:firstup-desk') })).toEqual([])
  })

  it('is refused to everybody else, whatever their name', async () => {
    const impostor = b.chat({ conversation: 'a:southridge-auditor', id: managerId })
    expect(await impostor.say('export')).toMatch(/Only the bot’s administrators and auditors/)
  })
})

describe('the number of the other side’s case', () => {
  const rooms = [
    ['the reseller', () => a.chat(), 'pOfA'],
    ['the desk', () => p.chat({ conversation: 'a:firstup-desk' }), 'aShared'],
    ['a manager of the desk', () => p.chat({ id: managerId, ...desk }), 'aShared'],
  ] as const
  const unknown = 'MC-000000'
  /** Says the same about a number and about one that is nobody's; the answers may differ by the number alone. */
  const sayBoth = async (chat: Chat, words: string, number: string) => {
    const about = await chat.say(words.replace('ID', number))
    return [about.replaceAll(number, unknown), await chat.say(words.replace('ID', unknown))]
  }

  it.each(rooms)('is an unknown one to commands of %s', async (_, chatOf, of) => {
    const before = await casesOf()
    for (const words of ['case ID', 'ID', 'cancel ID', 'approve ID', 'deny ID because', 'fall ID']) {
      const [about, ofNobody] = await sayBoth(chatOf(), words, story.ids[of])
      expect(about).toBe(ofNobody)
    }
    expect(await casesOf()).toEqual(before)
  })

  it.each(rooms)('opens nothing to buttons of %s', async (_, chatOf, of) => {
    const before = await casesOf()
    const rev = story.revs[story.ids[of]] ?? 0
    for (const [verb, more] of Object.entries(fields)) {
      const press = async (number: string) => {
        const { card, text } = await chatOf().pressRaw(verb, { case: number, rev, ...more })
        return [card, text.replaceAll(number, unknown)]
      }
      expect(await press(story.ids[of])).toEqual(await press(unknown))
    }
    expect(await casesOf()).toEqual(before)
  })

  it('finds nothing in a search', async () => {
    expect(await perform(a, a.person(), search(story.ids.pOfA))).toBe(await perform(a, a.person(), search(unknown)))
  })
})

describe('the names of customers that are offered', () => {
  const offeredTo = async (chat: Chat) => {
    await chat.say('new')
    await chat.press('answer', { question: 'role', value: 'direct' }).catch(() => {})
    await chat.press('answer', { value: 'licence' })
    await chat.press('show', { view: 'customer' })
    return JSON.stringify(chat.card())
  }

  it('are those of the room', async () => {
    for (const reader of [a, b]) {
      const offered = await offeredTo(reader.chat())
      expect(offered).toContain(reader.shared.name)
      expect(offered).not.toContain(reader.own.name)
      expect(leaksIn(offered, reader)).toEqual([])
    }
  })

  it('are never those of another room, nor of another company in a room of the same id', async () => {
    const id = 'bbbbbbbb-1111-4000-8000-00000000c021'
    expect(await offeredTo(a.chat({ conversation: 'a:wingtip-elsewhere' }))).not.toContain('canary-')
    expect(await offeredTo(b.chat({ conversation: 'a:wingtip-own', id }))).not.toContain('canary-')
  })
})

describe('a paired reseller', () => {
  it('sees only the desk’s own messages', async () => {
    const chat = a.chat()
    const shown = [await chat.say(`case ${story.ids.aShared}`), await chat.say('cases'), a.received()].join()
    expect(shown).toMatch(/sent the invitation|admin rights/i)
    expect(shown).toContain(story.ids.pOfA)
    expect(leaksIn(shown, a, { known: numbersFor('a:wingtip') })).toEqual([])
  })

  it('cannot guess a code, and a code works only once', async () => {
    const guesser = b.chat({ conversation: 'a:southridge-guess', id: 'bbbbbbbb-1111-4000-8000-00000000c005' })
    const code = codeIn(await p.chat({ conversation: 'a:firstup-desk' }).say('link'))
    for (const guess of ['0000-0000', '1111-1111', '2222-2222', '3333-3333', '4444-4444']) {
      expect(await guesser.say(`link ${guess}`)).toMatch(/don’t recognise this code/)
    }
    expect(await guesser.say(`link ${code}`)).toMatch(/Too many wrong codes/)
    const paired = await rowsOf<{ room: string; tenant: string }>(database, 'pairings')
    expect(paired.map(({ room }) => room).toSorted()).toEqual(['a:southridge', 'a:wingtip'])
    const [honest, second] = [1, 2].map((number) =>
      b.chat({ conversation: `a:southridge-late-${number}`, id: `bbbbbbbb-1111-4000-8000-00000000c01${number}` }),
    ) as [Chat, Chat]
    expect(await honest.say(`link ${code}`)).not.toMatch(/code/)
    expect(await second.say(`link ${code}`)).toMatch(/already been used/)
    expect(await rowsOf(database, 'pairings')).toHaveLength(3)
    await honest.say('unlink')
  })

  it('can request nothing after the desk has ended the pairing', async () => {
    const atDesk = p.chat({ conversation: 'a:firstup-desk' })
    const reseller = a.chat()
    await reseller.say('new')
    await reseller.press('answer', { value: 'licence' })
    await reseller.press('answer', { value: 'open' })
    await reseller.press('start', { track: 'invitation' })
    await reseller.press('set', { track: 'invitation' }, { customer: 'coho.example', note: 'late' })
    await reseller.see(/Coho/)
    const count = p.connector.sent.length
    expect(await atDesk.say('unlink')).toMatch(/isn’t connected|no longer|ended/i)
    const before = (await rowsOf<{ kind: string }>(database, 'outbox')).filter(({ kind }) => kind === 'tell')
    const { text } = await reseller.press('tick', { step: 'ask-partner' })
    expect(text).toMatch(/link/)
    expect((await rowsOf<{ kind: string }>(database, 'outbox')).filter(({ kind }) => kind === 'tell')).toEqual(before)
    await world.idle()
    expect(JSON.stringify(p.connector.sent.slice(count))).not.toContain('Coho')
  })
})
