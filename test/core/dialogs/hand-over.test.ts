import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stateOf } from '../../../dialogs/case.ts'
import type { CaseEvent } from '../../../dialogs/events.ts'
import { newsKinds } from '../../../dialogs/peer.ts'
import { startable, watchesOf } from '../../../dialogs/step.ts'
import { parse, serialize } from '../../../dialogs/versions.ts'
import { policy } from '../../support/policy.ts'
import { at, contoso, fabrikam } from './acting.ts'
import { group } from './admin-scenes.ts'
import {
  answer,
  approving,
  askingHandOver,
  doneBy,
  invitationIn,
  making,
  openReseller,
  people,
  personActor,
  play,
  type Side,
  sentHandOver,
  type What,
  yes,
} from './hand-over-scenes.ts'
import { url } from './invitation-scenes.ts'

describe('two desks and one invitation', () => {
  it('the request opens a case with the content of the request alone', () => {
    const { cases, posted } = play(...doneBy('reseller', ...askingHandOver))
    expect(posted).toEqual([
      {
        kind: 'asked',
        customer: contoso,
        note: 'Please.',
        from: { tenant: 'reseller-tenant', case: 'MC-RESE11' },
        answers: { service: 'licence', 'licence-source': 'open' },
      },
    ])
    const { desk, reseller } = cases
    expect(desk).toMatchObject({
      tenant: 'desk-tenant',
      conversation: 'desk-room',
      revision: 0,
      intake: 'answered',
      answers: { role: 'direct', service: 'licence', 'licence-source': 'open' },
      updatedBy: 'peer',
    })
    expect(invitationIn(desk)).toMatchObject({ state: 'at-direct-partner', startedBy: 'peer' })
    expect(invitationIn(reseller).context.peer).toEqual({ tenant: 'desk-tenant', case: 'MC-DESK22' })
    expect(JSON.stringify(desk)).not.toMatch(/reseller-person|reseller-room/)
  })

  it('both cards show the whole story, with times', () => {
    const { cases } = play(
      ...doneBy('reseller', ...askingHandOver),
      ...doneBy('desk', ...making, sentHandOver('reseller')),
      ...doneBy('reseller', sentHandOver('customer', 'reseller')),
      ...doneBy('desk', yes, ...approving),
    )
    const reseller = invitationIn(cases.reseller)
    const desk = invitationIn(cases.desk)
    expect([reseller.state, desk.state]).toEqual(['accepted', 'accepted'])
    const kinds = ['asked', 'invitation', 'with-customer', 'accepted', 'admin', 'admin', 'admin', 'admin']
    expect(reseller.context.handed.map(({ what }) => what)).toEqual(kinds)
    expect(desk.context.handed.map(({ what }) => what)).toEqual(kinds)
    const states = ['awaiting-approval', 'approved', 'awaiting-customer', 'active']
    for (const { context } of [reseller, desk]) {
      expect(context.handed.flatMap(({ what, admin }) => (what === 'admin' ? [admin] : []))).toEqual(states)
    }
    expect(reseller.context.admin).toEqual({
      roles: 3,
      until: '2027-02-20',
      state: 'active',
      customer: 'Contoso',
      at,
    })
    expect(cases.desk?.tracks.find(({ kind }) => kind === 'delegated-admin')).toMatchObject({
      state: 'active',
      context: { forCompany: 'reseller-tenant', customer: contoso },
    })
    expect(cases.desk && stateOf(cases.desk)).toBe('done')
    for (const caseRecord of Object.values(cases)) {
      const { version, context } = serialize(caseRecord)
      expect(parse(version, context).tracks).toEqual(caseRecord.tracks)
    }
  })

  it('the direct partner waits at Microsoft for the customer, and asks for delegated admin from the link on', () => {
    const before = play(...doneBy('reseller', ...askingHandOver)).cases
    // An invitation is a way to the relationship: nobody begins another beside it.
    expect(before.desk && startable(policy, before.desk)).toEqual(['plan/switch-licences'])
    const closed = { ...openReseller(), tracks: before.desk?.tracks ?? [] }
    expect(startable(policy, closed)).toEqual([])
    const { cases } = play(...doneBy('reseller', ...askingHandOver), ...doneBy('desk', ...making))
    expect(startable(policy, { ...closed, tracks: cases.desk?.tracks ?? [] })).toEqual(['delegated-admin'])
    // There is no GDAP in China.
    const inChina = { ...closed, cloud: 'china', tracks: cases.desk?.tracks ?? [] } as const
    expect(startable(policy, inChina)).toEqual([])
    expect(cases.desk && watchesOf(cases.desk)).toEqual([
      { track: 'invitation', resource: `relationship/${contoso.id}` },
    ])
    expect(cases.reseller && watchesOf(cases.reseller)).toEqual([])
  })

  it('a cancelled case tells the other side', () => {
    const stopped = play(...doneBy('reseller', ...askingHandOver, personActor('reseller', { type: 'case.cancelled' })))
    expect(stopped.posted.at(-1)).toEqual({ kind: 'withdrawn' })
    expect(invitationIn(stopped.cases.desk).state).toBe('cancelled')
  })

  it('a case cannot be cancelled while work at Microsoft is half-done', () => {
    const pair = play(...doneBy('reseller', ...askingHandOver), ...doneBy('desk', ...making, ...approving.slice(0, 5)))
    expect(pair.take('desk', personActor('desk', { type: 'case.cancelled' }))).toBe(false)
    expect(pair.take('desk', approving[5] as CaseEvent)).toBe(true)
    expect(pair.take('desk', personActor('desk', { type: 'case.cancelled' }))).toBe(true)
  })
})

it('under random events, neither side stores more of the other than it was sent', () => {
  const deeds: What[] = [
    {
      type: 'details.given',
      track: 'delegated-admin',
      fields: { customer: 'fabrikam.example', group: 'secret-group' },
    },
    { type: 'invitation.declined', reason: 'not ours' },
    { type: 'track.cancelled', track: 'invitation' },
    { type: 'case.cancelled' },
    { type: 'step.ticked', step: 'sent' },
    { type: 'approval.withdrawn' },
    { type: 'question.reopened', question: 'service' },
  ]
  const found: CaseEvent[] = [
    answer('delegated-admin', { call: 'find-tenant', tenant: fabrikam, isCustomer: true }),
    answer('delegated-admin', { call: 'find-group', group }),
    answer('invitation', { call: 'check-agreement', signed: false }),
  ]
  const everything = [
    ...[...askingHandOver, ...making, ...approving, yes, ...found, sentHandOver('reseller'), sentHandOver('customer')],
    ...deeds.flatMap((what) => [personActor('reseller', what), personActor('desk', what)]),
  ]
  const deed = fc.record({ side: fc.constantFrom<Side>('reseller', 'desk'), event: fc.constantFrom(...everything) })
  const clock: What = { type: 'timer.fired', track: 'invitation', timer: 'clock' }
  const lapsing = { ...personActor('desk', clock), at: '2027-01-01T10:00:00.000Z' }
  const ends = [
    [sentHandOver('reseller'), ...approving, yes],
    [...approving, sentHandOver('customer'), yes],
    [sentHandOver('reseller'), sentHandOver('customer'), ...approving, lapsing],
    [personActor('desk', { type: 'invitation.declined', reason: 'not ours' })],
    [sentHandOver('reseller'), personActor('desk', { type: 'track.cancelled', track: 'invitation' })],
  ]
  const stories = ends.map((end) => [...making, ...end].map((event) => ({ side: 'desk' as const, event })))
  /** The story as it should go, with whatever else people do in between; now and then a part of it is left out. */
  const happening = fc
    .tuple(
      fc.constantFrom(...stories).chain((story) => fc.subarray(story, { minLength: story.length - 1 })),
      fc.array(fc.array(deed, { maxLength: 1 }), { maxLength: 12 }),
    )
    .map(([kept, others]) => kept.flatMap((event, index) => [...(others[index] ?? []), event]))
  const told: Record<string, number> = {}
  fc.assert(
    fc.property(happening, (events) => {
      const { cases, posted, take } = play(...doneBy('reseller', ...askingHandOver))
      for (const { side, event } of events) {
        // A person acts on their own side alone.
        const isElsewhere = event.by.kind === 'person' && event.by.person.tenant !== people[side].tenant
        if (!isElsewhere) take(side, event)
      }
      for (const news of posted) told[news.kind] = (told[news.kind] ?? 0) + 1
      const atReseller = JSON.stringify(cases.reseller)
      expect(atReseller).not.toMatch(
        /desk-person|manager-person|desk-room|relationship-1|secret-group|Because|Fabrikam/,
      )
      expect(JSON.stringify(cases.desk)).not.toMatch(/reseller-person|reseller-room|indirect-reseller/)
      if (!posted.some(({ kind }) => kind === 'invitation')) expect(atReseller).not.toContain(url)
    }),
    { numRuns: 600 },
  )
  // The request of an action by name is told in the tests of requests.
  for (const kind of newsKinds.filter((each) => each !== 'request')) expect(told[kind] ?? 0, kind).toBeGreaterThan(10)
})
