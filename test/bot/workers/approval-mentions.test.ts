import { afterAll, describe, expect, it } from 'vitest'
import { effectRow } from '../../../bot/turn/commit-step.ts'
import { partnerAt } from '../../../sandbox/partner.ts'
import { directPartnerTenant } from '../../../sandbox/upstream/companies.ts'
import { approversGroup, colleagueId, managerId } from '../../../sandbox/upstream/graph/groups.ts'
import { startUpstream } from '../../../sandbox/upstream/server.ts'
import { addEffects } from '../../../state/outbox-store.ts'
import { storeAwaiting } from '../../support/awaiting-approval.ts'
import { type Card, pressed, type Speaker, textOf } from '../../support/bot.ts'
import { somebody, startWorld } from '../../support/world.ts'

const upstream = await startUpstream()
afterAll(() => upstream.stop())
const { partner, vouch } = await partnerAt(upstream.url)
const world = await startWorld({ ADMINS: managerId }, 'file', { partner, world: { vouch, pollMs: 3_600_000 } })
const { database, connector } = world
const desk = { tenant: directPartnerTenant, type: 'channel', conversation: '19:approvals@thread.tacv2' } as const
const at = (id: string, more: Speaker = {}) => world.chat({ ...desk, id, ...more })
await at(managerId, { name: 'Maria Berg' }).say('desk approvals')
// A decision reads the group, whose members are then known.
await at(managerId).say('approve')

const contoso = { id: 'c0000000-0000-4000-8000-000000000003', name: 'Contoso', domain: 'contoso.example' }
const stranger = 'bbbbbbbb-0000-4000-8000-000000000099'

/** Posts a request at the desk, and returns its message with the data of its case. */
async function posted({ by = stranger, required = 1, reminder = false } = {}) {
  const count = connector.sent.length
  const time = new Date(Date.now() - 1_000).toISOString()
  const asking = { by: { tenant: directPartnerTenant, id: by }, conversation: somebody().conversation ?? '', at: time }
  const stored = await database.transaction(async (tx) => {
    const { case: caseRecord } = await storeAwaiting(tx, { ...asking, customer: contoso, required })
    await addEffects(tx, [effectRow(caseRecord, { kind: 'ask-approval', track: 'delegated-admin', reminder }, 0)])
    return caseRecord
  })
  world.bot.wake()
  await connector.until(count + 1)
  const message = connector.sent[count]
  const card = message?.body.attachments?.[0]?.content ?? {}
  return { stored, message, card, data: { case: stored.id, rev: stored.revision } }
}

const entitiesOf = (card: Card) => (card.msteams as { entities: unknown[] } | undefined)?.entities ?? []
const mention = (id: string, name: string) => ({
  type: 'mention',
  text: `<at>${name}</at>`,
  mentioned: { id: `29:${id}`, name },
})

describe('a request at the approvals desk', () => {
  it('mentions those who may decide, in the form that Teams reads', async () => {
    await at(colleagueId, { name: 'Jo [Klein](https://evil.example) *x*' }).say('cases')
    const { message, card } = await posted()
    expect(message).toMatchObject({ method: 'POST', conversation: desk.conversation })
    expect(message?.body.text).toBeUndefined()
    const jo = 'Jo Kleinhttpsevil.example x'
    expect(entitiesOf(card)).toEqual(
      expect.arrayContaining([mention(managerId, 'Maria Berg'), mention(colleagueId, jo)]),
    )
    expect(entitiesOf(card)).toHaveLength(2)
    // Teams finds each entity by its text, in the order of the entities.
    const marks = [...textOf(card.body).matchAll(/<at>.*?<\/at>/g)].map(([mark]) => mark)
    expect(marks).toEqual(entitiesOf(card).map((entity) => (entity as { text: string }).text))
  })

  it('mentions them again in a reminder, but not its requester', async () => {
    const { card } = await posted({ by: managerId, reminder: true })
    expect(entitiesOf(card).map((entity) => (entity as { mentioned: { id: string } }).mentioned.id)).toEqual([
      `29:${colleagueId}`,
    ])
  })

  it('calls nobody by an update of the message', async () => {
    const { data } = await posted({ required: 2 })
    const { body } = await at(colleagueId).send(pressed('approve', data, 'sent-1'))
    expect(JSON.stringify(body?.value)).not.toContain('<at>')
    await world.idle()
    const update = connector.sent.findLast(({ method }) => method === 'PUT')
    expect(update?.body.attachments?.[0]?.content).toBeDefined()
    expect(JSON.stringify(update?.body)).not.toMatch(/<at>|"mention"/)
  })

  it('names the channel instead of more than a handful of people', async () => {
    const many = Array.from({ length: 5 }, (_, index) => `dddddddd-0000-4000-8000-00000000000${index}`)
    for (const id of many) {
      upstream.groups.join(approversGroup, id)
      await at(id, { name: `Approver ${id.at(-1)}` }).say('cases')
    }
    await at(colleagueId).say('approve')
    const { card } = await posted()
    expect(entitiesOf(card)).toEqual([])
    expect(textOf(card)).toContain('Approvers in this channel: please decide.')
  })
})
