import { afterAll, expect, it, vi } from 'vitest'
import { invokeResponse } from '../../bot/present.ts'
import { partnerAt } from '../../sandbox/partner.ts'
import { directPartnerTenant, resellerTenant } from '../../sandbox/upstream/companies.ts'
import { approversGroup, colleagueId, managerId } from '../../sandbox/upstream/graph/groups.ts'
import { startUpstream } from '../../sandbox/upstream/server.ts'
import { findCase } from '../../state/case-store.ts'
import { storeAwaiting } from '../support/awaiting-approval.ts'
import { activity, type Posted, post, pressed, type Speaker } from '../support/bot.ts'
import { rowsOf, until } from '../support/ledger-world.ts'
import { somebody, startWorld } from '../support/world.ts'

vi.mock('../../bot/present.ts', { spy: true })

const upstream = await startUpstream()
afterAll(() => upstream.stop())
const { partner, vouch } = await partnerAt(upstream.url)
const { bot, connector, database, chat } = await startWorld(
  { ADMINS: managerId, APPROVERS: managerId, APPROVERS_GROUP: approversGroup },
  'file',
  {
    partner,
    world: { vouch },
  },
)

const asker = 'bbbbbbbb-0000-4000-8000-000000000001'
const customer = { id: 'c0000000-0000-4000-8000-000000000003', name: 'Contoso', domain: 'contoso.example' }
const desk: Speaker = { tenant: directPartnerTenant, type: 'channel', conversation: '19:approvals@thread.tacv2' }
const thread = `${desk.conversation};messageid=1700000000000`
const at = (id: string, more: Speaker = {}): Speaker => ({ ...desk, id, conversation: thread, ...more })

await chat({ ...desk, id: managerId, name: 'Manager' }).say('desk approvals')

async function waiting() {
  const { conversation = '' } = somebody()
  const time = new Date(Date.now() - 1_000).toISOString()
  const asking = { by: { tenant: directPartnerTenant, id: asker }, conversation, at: time, customer }
  const { case: caseRecord } = await database.transaction((tx) => storeAwaiting(tx, asking))
  return { case: caseRecord.id, rev: caseRecord.revision }
}

const send = (speaker: Speaker, verb: string, data: object, more: object = {}): Promise<Posted> =>
  post(bot.url, { ...activity(connector.url, speaker, pressed(verb, data as Record<string, unknown>)), ...more })
const isCard = ({ body }: Posted) => body?.type === 'application/vnd.microsoft.card.adaptive'
const offers = ({ body }: Posted, verb: string) => JSON.stringify(body?.value).includes(`"verb":"${verb}"`)
const storedRows = async () => Promise.all(['deliveries', 'people', 'history'].map((table) => rowsOf(database, table)))

it('refreshes the request for every client of a channel, each for its person, without storing anything', async () => {
  const data = await waiting()
  const stranger = at('eeeeeeee-0000-4000-8000-000000000001')
  await until('the group was read', async () => !offers(await send(stranger, 'refresh', data), 'approve'))
  const before = await storedRows()
  const strangers = Array.from(
    { length: 57 },
    (_, index) => `eeeeeeee-0000-4000-8000-${String(100 + index).padStart(12, '0')}`,
  )
  const people = [managerId, colleagueId, asker, ...strangers]
  const answers = await Promise.all(people.map((id) => send(at(id), 'refresh', data)))
  expect(answers.map(({ status }) => status)).toEqual(people.map(() => 200))
  expect(answers.every(isCard)).toBe(true)
  const approvers = new Set([managerId, colleagueId])
  expect(answers.map((answer) => offers(answer, 'approve'))).toEqual(people.map((id) => approvers.has(id)))
  expect(await storedRows()).toEqual(before)
})

it('draws each variant once, even for simultaneous first requests', async () => {
  const data = await waiting()
  vi.mocked(invokeResponse).mockClear()
  const answers = await Promise.all(Array.from({ length: 30 }, () => send(at(managerId), 'refresh', data)))
  expect(answers.every(isCard)).toBe(true)
  expect(invokeResponse).toHaveBeenCalledTimes(1)
})

it('shows a decision at once to a client that has seen the later revision', async () => {
  const data = await waiting()
  expect(offers(await send(at(colleagueId), 'refresh', data), 'approve')).toBe(true)
  await send(at(managerId), 'approve', data)
  const stored = await database.transaction((tx) => findCase(tx, directPartnerTenant, data.case))
  const rev = stored?.case.revision ?? 0
  expect(rev).toBeGreaterThan(data.rev)
  const late = await send(at(colleagueId), 'refresh', { ...data, rev })
  expect([isCard(late), offers(late, 'approve')]).toEqual([true, false])
})

it('refreshes no card for a reader who may not see it', async () => {
  const data = await waiting()
  expect(isCard(await send(at(colleagueId), 'refresh', data))).toBe(true)
  const guest = { from: { id: '29:guest', aadObjectId: managerId, tenantId: resellerTenant, name: 'Guest' } }
  const refused = await Promise.all([
    send(at(managerId), 'refresh', data, guest),
    send(at(managerId, { conversation: '19:elsewhere@thread.tacv2' }), 'refresh', data),
    send(at(managerId, { tenant: resellerTenant }), 'refresh', data),
    send(at(managerId), 'refresh', { ...data, approver: managerId }),
    send(at(managerId), 'refresh', { ...data, case: 'MC-000000' }),
  ])
  expect(refused.map(isCard)).toEqual(refused.map(() => false))
  expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 200))
})
