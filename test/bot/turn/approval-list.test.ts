import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Case } from '../../../dialogs/case.ts'
import { step } from '../../../dialogs/step.ts'
import { partnerAt } from '../../../sandbox/partner.ts'
import { directPartnerTenant, resellerTenant } from '../../../sandbox/upstream/companies.ts'
import { approversGroup, colleagueId, managerId } from '../../../sandbox/upstream/graph/groups.ts'
import { startUpstream } from '../../../sandbox/upstream/server.ts'
import { listApprovalRequests } from '../../../state/approval-requests.ts'
import { type AuditEntry, roomEntries } from '../../../state/audit/entries.ts'
import { findCase, saveCase } from '../../../state/case-store.ts'
import { storeAwaiting } from '../../support/awaiting-approval.ts'
import type { Speaker } from '../../support/bot.ts'
import { policy } from '../../support/policy.ts'
import { somebody, startWorld } from '../../support/world.ts'

const upstream = await startUpstream()
afterAll(() => upstream.stop())
const { partner, vouch } = await partnerAt(upstream.url)
const world = await startWorld({ ADMINS: managerId }, 'file', { partner, world: { vouch, pollMs: 3_600_000 } })
const { database } = world

const desk = { tenant: directPartnerTenant, type: 'channel', conversation: '19:approvals@thread.tacv2' } as const
const requester = 'bbbbbbbb-0000-4000-8000-000000000001'
const stranger = 'bbbbbbbb-0000-4000-8000-000000000099'
const atDesk = (id: string, more: Speaker = {}) => world.chat({ ...desk, id, ...more })
const alone = (id: string, more: Speaker = {}) =>
  world.chat(somebody({ tenant: directPartnerTenant, id, name: `Person ${id.slice(-2)}`, ...more }))

await atDesk(managerId).say('desk approvals')

/** Hours after which the requests of a test were made: older ones are listed first. */
const customers = ['Contoso', 'Fabrikam', 'Woodgrove', 'Tailspin', 'Northwind', 'Litware', 'Proseware']
function waiting(customer = 'Contoso', hoursAgo = 1): Promise<Case> {
  const asking = {
    by: { tenant: directPartnerTenant, id: requester },
    conversation: somebody().conversation ?? '',
    at: new Date(Date.now() - hoursAgo * 3_600_000).toISOString(),
    customer: { id: 'c0000000-0000-4000-8000-000000000003', name: customer, domain: 'contoso.example' },
  }
  return database.transaction(async (tx) => (await storeAwaiting(tx, asking)).case)
}

/** Withdraws everything that waits. */
async function clear(): Promise<void> {
  await database.transaction(async (tx) => {
    const { cases } = await listApprovalRequests(tx, { tenant: directPartnerTenant, page: 0, size: 100 })
    for (const { id, createdBy } of cases) {
      const stored = await findCase(tx, directPartnerTenant, id)
      const at = new Date().toISOString()
      const by = { kind: 'person', person: createdBy } as const
      const next = stored && step(policy, stored.case, { type: 'approval.withdrawn', at, by })
      if (stored && next?.ok) await saveCase(tx, stored, next.value.case, next.value.entry)
    }
  })
}

async function refusals(): Promise<AuditEntry[]> {
  const found: AuditEntry[] = []
  for await (const entry of roomEntries(database, {})) if (entry.type === 'refusal') found.push(entry)
  return found
}

beforeEach(clear)
afterEach(() => {
  upstream.faults.clear()
  upstream.groups.join(approversGroup, colleagueId)
})

const words = [
  ['en-GB', 'approvals'],
  ['fr-FR', 'approbations'],
  ['de-DE', 'Genehmigungen'],
] as const

describe('approvals', () => {
  it.each(words)('in %s lists what waits in all rooms, the oldest first', async (locale, typed) => {
    await waiting('Fabrikam', 5)
    await waiting('Contoso', 50)
    for (const chat of [atDesk(colleagueId, { locale }), alone(managerId, { locale })]) {
      const text = await chat.say(typed)
      expect(text.indexOf('Contoso')).toBeGreaterThan(-1)
      expect(text.indexOf('Fabrikam')).toBeGreaterThan(text.indexOf('Contoso'))
    }
  })

  it('says of each who asks, for which rights and how long, since when, and how much time is left', async () => {
    await waiting('Contoso', 50)
    await alone(requester, { name: 'Anna Berg' }).say('hello')
    const text = await alone(managerId).say('approvals')
    expect(text).toContain('1 request')
    expect(text).toContain('Anna Berg, 2 days ago')
    expect(text).toMatch(/Administrator.*180 days/)
    expect(text).toContain('21 hours left')
    expect(text).toContain('0 of 1 approvals')
  })

  it('goes page by page and back from an opened request', async () => {
    for (const [index, customer] of customers.entries()) await waiting(customer, 20 - index)
    const chat = alone(colleagueId)
    expect(await chat.say('approvals')).not.toContain('Proseware')
    await chat.press('show', { list: 'approvals', page: 2 })
    expect(chat.text()).toContain('Proseware')
    await chat.press('show', { view: 'approval' })
    expect(chat.text()).toContain('Support after the move')
    await chat.press('show', { list: 'approvals', page: 2 })
    expect(chat.text()).toContain('Proseware')
  })

  it('says that nothing waits', async () => {
    expect(await alone(managerId).say('approvals')).toContain('No requests are waiting.')
  })
})

describe('a request opened from the list', () => {
  it('is decided at the desk, and only read in a personal chat', async () => {
    const { id } = await waiting()
    const mine = alone(colleagueId)
    await mine.say('approvals')
    await mine.press('show', { case: id })
    expect(mine.text()).toContain('You decide in the approvals channel')
    expect(mine.buttons().map(({ verb }) => verb)).toEqual(['show'])
    const here = atDesk(colleagueId)
    await here.say('approvals')
    await here.press('show', { case: id })
    await here.press('approve')
    expect(here.text()).toContain('Approved')
  })

  it('keeps the way back to the list at the desk once its message is updated for everybody', async () => {
    const { id } = await waiting()
    const here = atDesk(colleagueId)
    await here.say('approvals')
    await here.press('show', { case: id })
    const shared = () =>
      world.connector.sent
        .flatMap(({ method, body }) => (method === 'PUT' ? JSON.stringify(body) : []))
        .findLast((body) => body.includes(`Contoso · ${id}`))
    await expect.poll(shared, { timeout: 10_000 }).toBeDefined()
    expect(shared()).toContain('Approve these admin rights?')
    expect(shared()).toContain('{"list":"approvals","page":1}')
  })

  it('opens alone at the desk, whatever face of the case a button asks for', async () => {
    const { id, revision } = await waiting()
    for (const view of [{}, { view: 'history' }, { view: 'outcome' }, { view: 'cancel' }]) {
      const here = atDesk(colleagueId)
      await here.pressRaw('show', { case: id, rev: revision, ...view })
      const [reply] = here.screen().slice(-1)
      expect(JSON.stringify(reply)).toContain('Approve these admin rights?')
    }
  })

  it('cannot be decided in a personal chat by a forged button', async () => {
    const { id, revision } = await waiting()
    const mine = alone(colleagueId)
    await mine.say('approvals')
    expect((await mine.send(press('approve', { case: id, rev: revision }))).body?.value).toMatch(/isn’t|not/)
    expect((await world.findCase(id, directPartnerTenant))?.tracks.at(-1)?.state).toBe('awaiting-approval')
  })
})

const press = (verb: string, data: object) => ({
  type: 'invoke',
  name: 'adaptiveCard/action',
  replyToId: 'card-1',
  value: { action: { type: 'Action.Execute', verb, data } },
})

describe('people who may not decide see nothing of what waits', () => {
  const others: [string, () => ReturnType<typeof world.chat>][] = [
    ['a colleague who is no approver, alone', () => alone(stranger)],
    ['a colleague who is no approver, at the desk', () => atDesk(stranger)],
    ['the requester', () => alone(requester)],
    ['a person of another tenant with the id of an approver', () => alone(managerId, { tenant: resellerTenant })],
    [
      'an approver in another channel',
      () => world.chat({ ...desk, conversation: '19:other@thread.tacv2', id: managerId }),
    ],
    [
      'an approver in a group chat',
      () => world.chat({ tenant: directPartnerTenant, type: 'groupChat', conversation: '19:chat', id: managerId }),
    ],
  ]

  it.each(others)('%s', async (_, chat) => {
    const { id, revision } = await waiting('Contoso')
    const here = chat()
    for (const typed of ['approvals', 'approve', 'deny']) {
      const text = await here.say(typed)
      expect(text).not.toMatch(/Contoso|MC-|request[^s]/)
      expect(here.buttons()).toEqual([])
    }
    for (const data of [
      { list: 'approvals', page: 1 },
      { case: id, rev: revision, view: 'approval' },
    ]) {
      const { body } = await here.send(press('show', data))
      expect(body?.type).toBe('application/vnd.microsoft.activity.message')
      expect(body?.value).not.toMatch(/Contoso|MC-/)
    }
  })

  it('a request that exists is refused like one that does not, and the attempt is recorded', async () => {
    const { id, revision } = await waiting()
    const here = alone(stranger)
    const before = (await refusals()).length
    const real = await here.send(press('show', { case: id, rev: revision, view: 'approval' }))
    const none = await here.send(press('show', { case: 'MC-000000', rev: revision, view: 'approval' }))
    expect(real.body).toEqual(none.body)
    expect(await refusals()).toHaveLength(before + 2)
  })

  it('an approver who has left the group', async () => {
    await waiting()
    upstream.groups.leave(approversGroup, colleagueId)
    expect(await atDesk(colleagueId).say('approve')).not.toContain('Contoso')
  })
})

describe('a decision that names no request', () => {
  it.each(['approve', 'deny'])('“%s” shows the only one that waits, and decides nothing', async (typed) => {
    const { id } = await waiting('Contoso')
    const here = atDesk(colleagueId)
    const text = await here.say(typed)
    expect(text).toContain(`${id} is waiting: the request for Contoso`)
    expect(here.buttons().some(({ verb }) => verb === 'approve')).toBe(true)
    expect((await world.findCase(id, directPartnerTenant))?.tracks.at(-1)?.state).toBe('awaiting-approval')
  })

  it('lists several, and says when there is none', async () => {
    const here = atDesk(colleagueId)
    expect(await here.say('approve')).toContain('Nothing is waiting')
    await waiting('Contoso')
    await waiting('Fabrikam')
    const text = await here.say('approve')
    expect(text).toContain('Contoso')
    expect(text).toContain('Fabrikam')
    expect(here.buttons().every(({ verb }) => verb === 'show')).toBe(true)
  })
})
