import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { Call } from '../../../dialogs/calls.ts'
import type { Case } from '../../../dialogs/case.ts'
import { adminRoles } from '../../../dialogs/roles.ts'
import { partnerAt } from '../../../sandbox/partner.ts'
import { directPartnerTenant, resellerTenant } from '../../../sandbox/upstream/companies.ts'
import { approversGroup, colleagueId, managerId } from '../../../sandbox/upstream/graph/groups.ts'
import { startUpstream } from '../../../sandbox/upstream/server.ts'
import { type AuditEntry, roomEntries } from '../../../state/audit/entries.ts'
import { verify } from '../../../state/audit/verify.ts'
import { findCase, historyOf } from '../../../state/case-store.ts'
import { allOf } from '../../core/cards/walk.ts'
import { storeAwaiting } from '../../support/awaiting-approval.ts'
import { activity, type Posted, post, pressed, type Speaker } from '../../support/bot.ts'
import { rowsOf, until } from '../../support/ledger-world.ts'
import { somebody, startWorld } from '../../support/world.ts'

const upstream = await startUpstream()
afterAll(() => upstream.stop())
const { partner, vouch } = await partnerAt(upstream.url)
/** Runs just before a call goes out to Microsoft. */
let beforeCall: (call: Call) => void = () => {}
const world = await startWorld({ ADMINS: managerId }, 'file', {
  partner,
  world: {
    vouch,
    pollMs: 3_600_000,
    calls: (calls) => ({
      ...calls,
      attempt: (call, request) => {
        beforeCall(call)
        return calls.attempt(call, request)
      },
    }),
  },
})
const { bot, connector, database } = world

const requester = 'bbbbbbbb-0000-4000-8000-000000000001'
const helpdesk = adminRoles['helpdesk-administrator']
const stranger = 'bbbbbbbb-0000-4000-8000-000000000099'
const contoso = { id: 'c0000000-0000-4000-8000-000000000003', name: 'Contoso', domain: 'contoso.example' }
const desk: Speaker = { tenant: directPartnerTenant, type: 'channel', conversation: '19:approvals@thread.tacv2' }
const at = (id: string, more: Speaker = {}): Speaker => ({ ...desk, id, ...more })

await world.chat(at(managerId, { name: 'Manager' })).say('desk approvals')

afterEach(() => {
  beforeCall = () => {}
  upstream.faults.clear()
  upstream.groups.join(approversGroup, colleagueId)
})

/** A request that waits for approval, asked for by the direct partner unless told otherwise. */
async function waiting(by = requester, again = false) {
  const { conversation = '' } = somebody()
  const time = new Date(Date.now() - 1_000).toISOString()
  const asking = { by: { tenant: directPartnerTenant, id: by }, conversation, at: time, customer: contoso, again }
  const { case: caseRecord } = await database.transaction((tx) => storeAwaiting(tx, asking))
  const data = { case: caseRecord.id, rev: caseRecord.revision }
  return { ...caseRecord, data }
}
type Waiting = Awaited<ReturnType<typeof waiting>>

const press = (speaker: Speaker, verb: unknown, data: unknown, more: object = {}): Promise<Posted> =>
  post(bot.url, {
    ...activity(connector.url, speaker, pressed(verb as string, data as Record<string, unknown>)),
    ...more,
  })

const adminOf = ({ tracks }: Pick<Case, 'tracks'>) => tracks.find((track) => track.kind === 'delegated-admin')
const caseNow = async ({ id }: Waiting) =>
  (await database.transaction((tx) => findCase(tx, directPartnerTenant, id)))?.case

/** Every refusal that the audit holds, of all tenants. */
async function refusals(since?: string): Promise<AuditEntry[]> {
  const found: AuditEntry[] = []
  for await (const entry of roomEntries(database, { since })) if (entry.type === 'refusal') found.push(entry)
  return found
}

/** All that is kept of a case, row for row. */
async function storedAdmin({ id }: Waiting) {
  const rows = (await rowsOf<{ id: string }>(database, 'cases')).filter((row) => row.id === id)
  return { rows, history: await database.transaction((tx) => historyOf(tx, directPartnerTenant, id)) }
}

const madeFor = ({ id }: Waiting) => upstream.store.state.gdap.filter(({ displayName }) => displayName.includes(id))

/** Sends an action that must not count: the person gets a private text and the audit one entry, and nothing changes. */
async function expectRefused(requestedCase: Waiting, attempt: () => Promise<Posted>, reason: string): Promise<string> {
  const since = new Date(Date.now() - 1_000).toISOString()
  const [before, noted] = [await storedAdmin(requestedCase), await refusals(since)]
  const { status, body } = await attempt()
  expect({ status, type: body?.type }).toEqual({ status: 200, type: 'application/vnd.microsoft.activity.message' })
  expect(body?.value).toMatch(/^[A-Z][^{}<>]{15,}$/)
  expect(await storedAdmin(requestedCase)).toEqual(before)
  const seen = new Set(noted.map(({ hash }) => hash))
  const fresh = (await refusals(since)).filter(({ hash }) => !seen.has(hash))
  expect(fresh.map(({ detail }) => detail.reason)).toEqual([reason])
  expect(madeFor(requestedCase)).toEqual([])
  return String(body?.value)
}

/** The same button, untouched, pressed by an approver at the desk: it counts. */
async function expectValid(requestedCase: Waiting, speaker = at(colleagueId)): Promise<void> {
  const { body } = await press(speaker, 'approve', requestedCase.data)
  expect(body?.type).toBe('application/vnd.microsoft.card.adaptive')
  const now = await caseNow(requestedCase)
  expect(now && adminOf(now)?.context.decision).toMatchObject({ kind: 'approved', by: speaker.id })
  await until('the relationship is made', () =>
    madeFor(requestedCase).some(({ status }) => status === 'approvalPending'),
  )
}

type Changed = (data: { case: string; rev: number }) => unknown
const altered: [string, Changed, string][] = [
  ['another case’s id', (data) => ({ ...data, case: 'MC-000000' }), 'not-here'],
  ['the id in small letters', (data) => ({ ...data, case: data.case.toLowerCase() }), 'malformed'],
  ['the id with more behind it', (data) => ({ ...data, case: `${data.case} ` }), 'malformed'],
  ['the id as a list', (data) => ({ ...data, case: [data.case] }), 'malformed'],
  ['the id as an object', (data) => ({ ...data, case: { id: data.case } }), 'malformed'],
  ['no id', ({ rev }) => ({ rev }), 'malformed'],
  ['null for an id', (data) => ({ ...data, case: null }), 'malformed'],
  ['a revision that has not been', (data) => ({ ...data, rev: data.rev + 1 }), 'malformed'],
  ['a negative revision', (data) => ({ ...data, rev: -data.rev }), 'malformed'],
  ['the revision as text', (data) => ({ ...data, rev: String(data.rev) }), 'malformed'],
  ['half a revision', (data) => ({ ...data, rev: data.rev + 0.5 }), 'malformed'],
  ['no revision', (data) => ({ case: data.case }), 'malformed'],
  ['null for a revision', (data) => ({ ...data, rev: null }), 'malformed'],
  ['a tenant beside', (data) => ({ ...data, tenant: directPartnerTenant }), 'malformed'],
  ['an approver beside', (data) => ({ ...data, isApprover: true, by: managerId }), 'malformed'],
  ['a verb beside', (data) => ({ ...data, verb: 'deny' }), 'malformed'],
  ['a constructor beside', (data) => ({ ...data, constructor: { prototype: {} } }), 'malformed'],
  ['a list', (data) => [data], 'malformed'],
  ['text', (data) => JSON.stringify(data), 'malformed'],
  ['nothing', () => null, 'malformed'],
]

describe('an approval button whose data is altered changes nothing', () => {
  it.each(altered)('%s', async (_, change, reason) => {
    const requestedCase = await waiting()
    await expectRefused(requestedCase, () => press(at(colleagueId), 'approve', change(requestedCase.data)), reason)
    await expectValid(requestedCase)
  })

  it.each([
    'Approve',
    'approve ',
    'constructor',
    '__proto__',
    'hasOwnProperty',
    '',
    null,
    7,
    ['approve'],
    { approve: true },
  ])('the verb %j', async (verb) => {
    const requestedCase = await waiting()
    await expectRefused(requestedCase, () => press(at(colleagueId), verb, requestedCase.data), 'malformed')
    await expectValid(requestedCase)
  })

  it.each([
    ['withdraw', {}, 'not-here'],
    ['cancel', { sure: true }, 'not-here'],
    ['tick', { step: 'ask-approval' }, 'not-here'],
    ['answer', { question: 'service', value: 'usage' }, 'not-here'],
    ['approve', { reason: 'because' }, 'malformed'],
    ['narrow', { roles: helpdesk, days: 30 }, 'malformed'],
    ['narrow', { roles: helpdesk, days: '0' }, 'malformed'],
    ['narrow', { roles: helpdesk, days: '731' }, 'malformed'],
    ['narrow', { roles: [helpdesk], days: '30' }, 'malformed'],
    ['narrow', { roles: helpdesk, days: '30', justification: 'x' }, 'malformed'],
    ['deny', { reason: { $ne: '' } }, 'malformed'],
    ['deny', { reason: 'no', approve: '' }, 'malformed'],
  ])('%s with %j, which belongs to another card or to none', async (verb, more, reason) => {
    const requestedCase = await waiting()
    await expectRefused(requestedCase, () => press(at(colleagueId), verb, { ...requestedCase.data, ...more }), reason)
    await expectValid(requestedCase)
  })

  it('a reason longer than the field', async () => {
    const requestedCase = await waiting()
    const data = { ...requestedCase.data, reason: 'x'.repeat(301) }
    await expectRefused(requestedCase, () => press(at(colleagueId), 'deny', data), 'malformed')
    await expectValid(requestedCase)
  })

  it('a prototype among its fields or in their place: such JSON is refused unread', async () => {
    const requestedCase = await waiting()
    const before = await storedAdmin(requestedCase)
    const proto = (value: unknown) => Object.fromEntries([['__proto__', value]])
    for (const data of [
      proto(requestedCase.data),
      { ...requestedCase.data, ...proto({ isApprover: true }) },
      proto(null),
    ]) {
      const text = JSON.stringify(data)
      expect(text).toContain('__proto__')
      expect((await press(at(colleagueId), 'approve', JSON.parse(text))).status).toBe(400)
    }
    expect(await storedAdmin(requestedCase)).toEqual(before)
    await expectValid(requestedCase)
  })

  it.each([
    ['more than was asked for', { roles: adminRoles['global-administrator'], days: '30' }, /doesn’t reduce/, ''],
    ['longer than was asked for', { roles: helpdesk, days: '181' }, /doesn’t reduce/, helpdesk],
    ['nothing at all', { roles: '', days: '30' }, /Keep at least one role/, ''],
  ])('narrow to %s: the form says so, and keeps what was chosen', async (_, more, words, ticked) => {
    const requestedCase = await waiting()
    const before = await storedAdmin(requestedCase)
    const { body } = await press(at(colleagueId), 'narrow', { ...requestedCase.data, ...more })
    expect(JSON.stringify(body?.value)).toMatch(words)
    const fields = Object.fromEntries(allOf(body?.value, 'Input.ChoiceSet').map(({ id, value }) => [id, value]))
    expect(fields).toEqual({ roles: ticked, days: more.days })
    expect(await storedAdmin(requestedCase)).toEqual(before)
    await expectValid(requestedCase)
  })

  it('an older revision, as on an outdated card: it gets the current card', async () => {
    const requestedCase = await waiting()
    const before = await storedAdmin(requestedCase)
    for (const rev of [0, requestedCase.revision - 1]) {
      const { body } = await press(at(colleagueId), 'approve', { ...requestedCase.data, rev })
      expect(JSON.stringify(body?.value)).toContain(`"rev":${requestedCase.revision}`)
    }
    expect(await storedAdmin(requestedCase)).toEqual(before)
    await expectValid(requestedCase)
  })

  it('any field in any way', { timeout: 60_000 }, async () => {
    const requestedCase = await waiting()
    const [before, noted] = [await storedAdmin(requestedCase), (await refusals()).length]
    const value = fc.oneof(
      fc.jsonValue(),
      fc.string(),
      fc.constantFrom<unknown>(managerId, -1, 1e300, requestedCase.revision + 1),
    )
    const beside = fc.tuple(fc.constantFrom('constructor', 'toString', 'tenant', 'room', 'isApprover', 'by'), value)
    const mutation = fc
      .oneof(
        beside,
        fc.tuple(
          fc.constant('case'),
          value.filter((other) => other !== requestedCase.id),
        ),
        // A revision that has been is that of a late click, which is met with the present card.
        fc.tuple(
          fc.constant('rev'),
          value.filter(
            (other) => !(Number.isInteger(other) && Number(other) >= 0 && Number(other) <= requestedCase.revision),
          ),
        ),
      )
      .map(([name, strange]) => Object.fromEntries([...Object.entries<unknown>(requestedCase.data), [name, strange]]))
      // JSON with such a field is turned away before anybody reads it.
      .filter((data) => !JSON.stringify(data).includes('__proto__'))
    const forms = { approve: {}, deny: { reason: 'no' }, narrow: { roles: helpdesk, days: '30' } }
    let tries = 0
    await fc.assert(
      fc.asyncProperty(mutation, fc.constantFrom('approve', 'deny', 'narrow'), async (data, verb) => {
        tries += 1
        const { status, body } = await press(at(colleagueId), verb, { ...forms[verb], ...data })
        expect({ status, type: body?.type }).toEqual({
          status: 200,
          type: 'application/vnd.microsoft.activity.message',
        })
      }),
      { numRuns: 300, seed: 20261122, endOnFailure: true },
    )
    expect(await storedAdmin(requestedCase)).toEqual(before)
    expect((await refusals()).length - noted).toBe(tries)
    await expectValid(requestedCase)
  })
})

describe('an approval button changes nothing', () => {
  const places: [string, Speaker][] = [
    ['in a personal chat', { type: 'personal', conversation: 'a:colleague' }],
    ['in a group chat', { type: 'groupChat', conversation: '19:group@thread.v2' }],
    ['in another channel of the same tenant', { conversation: '19:other@thread.tacv2' }],
    ['in a channel of another tenant that has the same id', { tenant: resellerTenant }],
  ]
  it.each(places)('%s', async (_, place) => {
    const requestedCase = await waiting()
    const forms = { approve: {}, deny: { reason: 'no' }, narrow: { roles: helpdesk, days: '9' } }
    for (const [verb, form] of Object.entries(forms)) {
      await expectRefused(
        requestedCase,
        () => press(at(managerId, place), verb, { ...requestedCase.data, ...form }),
        'not-here',
      )
    }
    await expectValid(requestedCase)
  })

  it('in the conversation of the case itself, which is no desk', async () => {
    const requestedCase = await waiting()
    const place = at(managerId, { type: 'personal', conversation: requestedCase.conversation })
    await expectRefused(requestedCase, () => press(place, 'approve', requestedCase.data), 'not-a-desk')
    await expectValid(requestedCase)
  })

  it('of a guest, whose id is of another directory', async () => {
    const requestedCase = await waiting()
    const from = { id: '29:guest', aadObjectId: managerId, tenantId: resellerTenant, name: 'Manager' }
    await expectRefused(requestedCase, () => press(desk, 'approve', requestedCase.data, { from }), 'no-identity')
    await expectValid(requestedCase)
  })

  it('of a person without a directory id', async () => {
    const requestedCase = await waiting()
    await expectRefused(
      requestedCase,
      () => press(desk, 'approve', requestedCase.data, { from: { id: `29:${managerId}` } }),
      'no-identity',
    )
    await expectValid(requestedCase)
  })

  it('of a person of another tenant who has an approver’s id', async () => {
    const requestedCase = await waiting()
    const elsewhere = at(managerId, { tenant: resellerTenant })
    await expectRefused(requestedCase, () => press(elsewhere, 'approve', requestedCase.data), 'not-here')
    await expectValid(requestedCase)
  })

  it('of a colleague who is no approver', async () => {
    const requestedCase = await waiting()
    const said = await expectRefused(
      requestedCase,
      () => press(at(stranger), 'approve', requestedCase.data),
      'not-approver',
    )
    expect(said).toMatch(/aren’t an approver/)
    await expectValid(requestedCase)
  })

  it('of the requester, even as an approver', async () => {
    const requestedCase = await waiting(managerId)
    const said = await expectRefused(
      requestedCase,
      () => press(at(managerId), 'approve', requestedCase.data),
      'own-request',
    )
    expect(said).toMatch(/your own request/)
    await expectValid(requestedCase)
  })

  it('of the requester, whose id arrives in capitals', async () => {
    const requestedCase = await waiting(managerId)
    const capital = at(managerId.toUpperCase())
    await expectRefused(requestedCase, () => press(capital, 'approve', requestedCase.data), 'own-request')
    await expectValid(requestedCase)
  })

  it('of a person who has lost the role since the card was posted', async () => {
    const requestedCase = await waiting()
    const other = await waiting()
    await expectValid(other)
    upstream.groups.leave(approversGroup, colleagueId)
    await expectRefused(requestedCase, () => press(at(colleagueId), 'approve', requestedCase.data), 'not-approver')
    await expectRefused(
      requestedCase,
      () => press(at(colleagueId), 'deny', { ...requestedCase.data, reason: 'no' }),
      'not-approver',
    )
    await expectValid(requestedCase, at(managerId))
  })

  it('while the approvers cannot be read', async () => {
    const requestedCase = await waiting()
    upstream.faults.set([{ on: 'listTransitiveMembers', kind: '500-before-effect' }])
    const said = await expectRefused(
      requestedCase,
      () => press(at(colleagueId), 'approve', requestedCase.data),
      'unreadable',
    )
    expect(said).toMatch(/can’t check/)
    upstream.faults.clear()
    await expectValid(requestedCase)
  })

  it('while the directory does not answer, and before the client gives up', async () => {
    const requestedCase = await waiting()
    upstream.faults.set([{ on: 'listTransitiveMembers', kind: 'hang' }])
    const patience = setTimeout(8_000, undefined, { ref: false })
    const answer = await Promise.race([press(at(colleagueId), 'approve', requestedCase.data), patience])
    expect(JSON.stringify(answer)).toMatch(/can’t check/)
    expect(adminOf((await caseNow(requestedCase)) ?? requestedCase)).toEqual(adminOf(requestedCase))
  })

  it('that the client sends as a message', async () => {
    const requestedCase = await waiting()
    const [before, noted] = [await storedAdmin(requestedCase), (await refusals()).length]
    const value = { ...requestedCase.data, verb: 'approve' }
    const submitted = activity(connector.url, at(stranger), { type: 'message', value, replyToId: 'card-1' })
    expect(await post(bot.url, submitted)).toEqual({ status: 200, body: undefined })
    expect(await storedAdmin(requestedCase)).toEqual(before)
    expect(await refusals()).toHaveLength(noted + 1)
    await expectValid(requestedCase)
  })
})

describe('in a thread of the desk', () => {
  it('an approval button works as in the channel', async () => {
    await expectValid(
      await waiting(),
      at(colleagueId, { conversation: `${desk.conversation};messageid=1700000000000` }),
    )
  })
})

describe('approve and deny, typed,', () => {
  /** Says a word that must not count, in a conversation where it is answered. */
  async function expectUnheard(requestedCase: Waiting, speaker: Speaker, reason: string, from?: object): Promise<void> {
    for (const words of [`approve ${requestedCase.id}`, `deny ${requestedCase.id} for no reason`]) {
      const [before, noted, said] = [await storedAdmin(requestedCase), (await refusals()).length, connector.sent.length]
      const message = activity(connector.url, speaker, { type: 'message', text: words })
      await post(bot.url, { ...message, ...(from === undefined ? {} : { from }) })
      await connector.until(said + 1)
      expect(await storedAdmin(requestedCase)).toEqual(before)
      const fresh = (await refusals()).toSorted((a, b) => a.at.localeCompare(b.at)).slice(noted)
      expect(fresh.map(({ detail }) => [detail.reason, detail.case])).toEqual([[reason, requestedCase.id]])
    }
  }

  it('count at the desk', async () => {
    const [requestedCase, other] = [await waiting(), await waiting()]
    await world.chat(at(colleagueId)).say(`approve ${requestedCase.id}`)
    await world.chat(at(colleagueId)).say(`deny ${other.id} not now`)
    const ends = [await caseNow(requestedCase), await caseNow(other)].map(
      (now) => now && adminOf(now)?.context.decision,
    )
    expect(ends).toMatchObject([
      { kind: 'approved', by: colleagueId },
      { kind: 'denied', reason: 'not now' },
    ])
  })

  it('do not count for another request of the case than the one that was named', async () => {
    const requestedCase = await waiting(requester, true)
    const before = await storedAdmin(requestedCase)
    for (const words of [
      `approve ${requestedCase.id}`,
      `approve ${requestedCase.id}/1`,
      `deny ${requestedCase.id}/3 no`,
    ]) {
      const shown = await world.chat(at(colleagueId)).say(words)
      expect(shown).toContain(`name ${requestedCase.id}/2 when you decide`)
      expect(shown).toContain('Approve these admin rights?')
      expect(await storedAdmin(requestedCase)).toEqual(before)
    }
    await world.chat(at(colleagueId)).say(`approve ${requestedCase.id}/2`)
    const now = await caseNow(requestedCase)
    expect(now && adminOf(now)?.context.decision).toMatchObject({ kind: 'approved', by: colleagueId })
  })

  it.each([
    ['in another channel', at(managerId, { conversation: '19:other@thread.tacv2' }), 'not-here'],
    ['in a personal chat', at(managerId, { type: 'personal', conversation: 'a:manager' }), 'not-here'],
    ['in another tenant', at(managerId, { tenant: resellerTenant }), 'not-here'],
    ['by a colleague who is no approver', at(stranger), 'not-approver'],
    ['by whoever asked', at(requester), 'own-request'],
  ])('%s change nothing', async (_, speaker, reason) => {
    const requestedCase = await waiting()
    await expectUnheard(requestedCase, speaker as Speaker, String(reason))
    await expectValid(requestedCase)
  })

  it('by a guest or a person without an id change nothing', async () => {
    const requestedCase = await waiting()
    const guest = { id: '29:guest', aadObjectId: managerId, tenantId: resellerTenant }
    await expectUnheard(requestedCase, desk, 'no-identity', guest)
    await expectUnheard(requestedCase, desk, 'no-identity', { id: '29:nobody' })
    await expectValid(requestedCase)
  })

  it('by a former approver, or while the group cannot be read, change nothing', async () => {
    const requestedCase = await waiting()
    upstream.groups.leave(approversGroup, colleagueId)
    await expectUnheard(requestedCase, at(colleagueId), 'not-approver')
    upstream.groups.join(approversGroup, colleagueId)
    upstream.faults.set([{ on: 'listTransitiveMembers', kind: '500-before-effect' }])
    await expectUnheard(requestedCase, at(colleagueId), 'unreadable')
    upstream.faults.clear()
    await expectValid(requestedCase)
  })
})

describe('an approved request', () => {
  it('is not carried out when the approver loses the role in between', async () => {
    const requestedCase = await waiting()
    beforeCall = ({ name }) => {
      if (name === 'create-admin') upstream.groups.leave(approversGroup, colleagueId)
    }
    const { body } = await press(at(colleagueId), 'approve', requestedCase.data)
    expect(body?.type).toBe('application/vnd.microsoft.card.adaptive')
    const track = async () => adminOf((await caseNow(requestedCase)) as Case)
    await until('the request has ended', async () => (await track())?.state === 'denied')
    expect((await track())?.context).toMatchObject({ fault: { kind: 'approval-lapsed' }, relationship: null })
    expect(madeFor(requestedCase)).toEqual([])
  })
})

describe('every attempt', () => {
  it('leaves the audit intact and sends Microsoft nothing invalid', async () => {
    expect((await verify(database)).faults).toEqual([])
    expect(upstream.violations()).toEqual([])
  })
})
