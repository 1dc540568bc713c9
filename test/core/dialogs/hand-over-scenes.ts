import type { CallAnswer } from '../../../dialogs/calls.ts'
import type { Case } from '../../../dialogs/case.ts'
import type { CaseEvent, Effect } from '../../../dialogs/events.ts'
import { type Peer, type PeerNews, peerNewsSchema } from '../../../dialogs/peer.ts'
import type { Answers } from '../../../dialogs/questions.ts'
import { openCase, openDeskCase, step } from '../../../dialogs/step.ts'
import { policy } from '../../support/policy.ts'
import { at, contoso } from './acting.ts'
import { link, relation } from './admin-scenes.ts'
import { url } from './invitation-scenes.ts'

/** Two cases, one on either side of an invitation, that know of each other only by what they tell. */

export type What = CaseEvent extends infer E ? (E extends CaseEvent ? Omit<E, 'at' | 'by'> : never) : never
export type Side = 'reseller' | 'desk'
export const people = {
  reseller: { tenant: 'reseller-tenant', id: 'reseller-person' },
  desk: { tenant: 'desk-tenant', id: 'desk-person' },
}
export const personActor = (side: Side, what: What): CaseEvent =>
  ({ ...what, at, by: { kind: 'person', person: people[side] } }) as CaseEvent
export const upstream = (what: What): CaseEvent => ({ ...what, at, by: { kind: 'upstream' } }) as CaseEvent
export const answer = (track: 'invitation' | 'delegated-admin', given: CallAnswer) =>
  upstream({ type: 'call.answered', track, since: at, answer: given })

export function openReseller(): Case {
  const answers: Answers = { role: 'indirect-reseller', service: 'licence', 'licence-source': 'open' }
  const { case: caseRecord } = openCase(policy, {
    id: 'MC-RESE11',
    conversation: 'reseller-room',
    edition: '2017-03',
    cloud: 'global',
    by: people.reseller,
    at,
  })
  return { ...caseRecord, intake: 'answered', answers }
}

/** Both cases, with the post between them: what the one tells, the other hears, and nothing else. */
export function createPair() {
  const cases: Partial<Record<Side, Case>> = { reseller: openReseller() }
  const posted: PeerNews[] = []
  const heard: Effect[] = []

  function take(side: Side, event: CaseEvent): boolean {
    const caseRecord = cases[side]
    const next = caseRecord && step(policy, caseRecord, event)
    if (!caseRecord || !next?.ok) return false
    cases[side] = next.value.case
    deliver(side, { tenant: caseRecord.tenant, case: caseRecord.id }, next.value.effects)
    return true
  }

  function deliver(from: Side, address: Peer, effects: Effect[]) {
    for (const effect of effects) {
      heard.push(effect)
      if (effect.kind !== 'tell') continue
      const news = peerNewsSchema.parse(JSON.parse(JSON.stringify(effect.news)))
      posted.push(news)
      if (news.kind === 'asked') openDesk(news)
      else take(from === 'desk' ? 'reseller' : 'desk', told(address, news))
    }
  }

  function openDesk(news: Extract<PeerNews, { kind: 'asked' }>) {
    const opening = {
      id: 'MC-DESK22',
      conversation: 'desk-room',
      edition: '2026-11',
      cloud: 'global',
      by: people.desk,
      at,
    } as const
    const opened = openDeskCase(policy, opening, news)
    cases.desk = opened.case
    heard.push(...opened.effects)
    const peer = { tenant: people.desk.tenant, case: opening.id }
    take('reseller', { type: 'peer.linked', track: 'invitation', peer, at, by: { kind: 'peer' } })
  }

  const told = (from: Peer, news: PeerNews): CaseEvent => ({
    type: 'peer.told',
    track: 'invitation',
    from,
    news,
    at,
    by: { kind: 'peer' },
  })
  return { cases, posted, heard, take }
}

export const askingHandOver: CaseEvent[] = [
  personActor('reseller', { type: 'track.started', track: 'invitation' }),
  personActor('reseller', {
    type: 'details.given',
    track: 'invitation',
    fields: { customer: 'contoso.example', note: 'Please.' },
  }),
  answer('invitation', { call: 'find-tenant', tenant: contoso, isCustomer: false }),
  personActor('reseller', { type: 'step.ticked', step: 'ask-partner' }),
]
export const making: CaseEvent[] = [
  personActor('desk', { type: 'invitation.requested' }),
  answer('invitation', { call: 'check-agreement', signed: true }),
  answer('invitation', { call: 'fetch-invitation', url }),
]
export const yes = upstream({
  type: 'resource.seen',
  track: 'invitation',
  sighting: { resource: `relationship/${contoso.id}`, accepted: true },
})
export const approver = { kind: 'person', person: { tenant: people.desk.tenant, id: 'manager-person' } } as const
export const approving: CaseEvent[] = [
  personActor('desk', { type: 'track.started', track: 'delegated-admin' }),
  personActor('desk', {
    type: 'details.given',
    track: 'delegated-admin',
    fields: { presets: 'helpdesk', justification: 'Because.', days: '90' },
  }),
  personActor('desk', { type: 'step.ticked', step: 'ask-approval' }),
  { type: 'approval.given', isApprover: true, required: 1, at, by: approver },
  answer('delegated-admin', { call: 'create-admin', relationship: relation('created'), link }),
  answer('delegated-admin', { call: 'lock-admin', relationship: relation('approvalPending') }),
  upstream({
    type: 'resource.seen',
    track: 'delegated-admin',
    sighting: { resource: 'admin/relationship-1', status: 'active' },
  }),
]
export const sentHandOver = (to: 'reseller' | 'customer', side: Side = 'desk') =>
  personActor(side, { type: 'invitation.sent', to })

export const play = (...events: [Side, CaseEvent][]) => {
  const pair = createPair()
  for (const [side, event] of events) {
    if (!pair.take(side, event)) throw new Error(`refused at the ${side}: ${JSON.stringify(event)}`)
  }
  return pair
}
export const doneBy = (side: Side, ...events: CaseEvent[]) => events.map((event): [Side, CaseEvent] => [side, event])
export const invitationIn = (caseRecord: Case | undefined) => {
  const track = caseRecord?.tracks.find(({ kind }) => kind === 'invitation')
  if (track?.kind !== 'invitation') throw new Error('no invitation')
  return track
}
