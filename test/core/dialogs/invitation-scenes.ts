import { daysAfter } from '../../../dialogs/calendar.ts'
import type { AskedNews, Peer, PeerNews } from '../../../dialogs/peer.ts'
import type { TrackEffect, TrackEvent } from '../../../dialogs/tracks/protocol.ts'
import { startTrack } from '../../../dialogs/tracks/registry.ts'
import { at, by, callAnswered, contoso, found, given, played, stepTicked } from './acting.ts'

/** Scenes of an invitation after the usual events, on either side. */

export const invitationDaysLater = (count: number) => daysAfter(at, count)
export const url = 'https://admin.example/invitation'
const reseller: Peer = { tenant: 'reseller-tenant', case: 'MC-RESE11' }
const desk: Peer = { tenant: 'desk-tenant', case: 'MC-DESK22' }
export const peers = { reseller, desk }
export const askedInvitation: AskedNews = {
  kind: 'asked',
  customer: contoso,
  note: 'They bought through Open.',
  from: { ...reseller, company: 'Relecloud' },
  answers: { service: 'licence', 'licence-source': 'open' },
}

export const told = (news: PeerNews, from: Peer = desk, when = at): TrackEvent => ({
  type: 'peer.told',
  from,
  news,
  at: when,
  by: 'peer',
})
export const fromReseller = (news: PeerNews, when = at) => told(news, reseller, when)
export const sentInvitation = (to: 'reseller' | 'customer', when = at): TrackEvent => ({
  type: 'invitation.sent',
  to,
  at: when,
  by,
})
export const requestedInvitation: TrackEvent = { type: 'invitation.requested', at, by }
export const declined = (reason: string): TrackEvent => ({ type: 'invitation.declined', reason, at, by })
export const linkedTo = (peer: Peer): TrackEvent => ({ type: 'peer.linked', peer, at, by: 'peer' })
export const signed = (yes: boolean) => callAnswered({ call: 'check-agreement', signed: yes })
export const fetched = (when = at) => callAnswered({ call: 'fetch-invitation', url }, at, when)
export const typed = given({ customer: 'contoso.example', note: ' They bought through Open. ' })
export const invitationNews: PeerNews = { kind: 'invitation', link: url }

const begin = (side: 'reseller' | 'direct-partner') => startTrack({ kind: 'invitation', side, request: null }, by, at)
export const askingInvitation = (...events: TrackEvent[]) => played(begin('reseller'), typed, found(contoso), ...events)
export const waitingInvitation = (...events: TrackEvent[]) => askingInvitation(stepTicked('ask-partner'), ...events)
/** The desk has opened its case. */
export const linkedInvitation = (...events: TrackEvent[]) => waitingInvitation(linkedTo(desk), ...events)
export const arrived = (...events: TrackEvent[]) => linkedInvitation(told(invitationNews), ...events)
/** The agreement is signed, and the customer is one of ours already. */
export const knownCustomer = callAnswered({ call: 'check-agreement', signed: true, isCustomer: true })

export const atDesk = (...events: TrackEvent[]) =>
  played(begin('direct-partner'), fromReseller(askedInvitation), ...events)
export const createdInvitation = (...events: TrackEvent[]) =>
  atDesk(requestedInvitation, signed(true), fetched(), ...events)
export const beginnings = { reseller: begin('reseller'), desk: begin('direct-partner') }

export const newsOf = (effects: readonly TrackEffect[]) =>
  effects.flatMap((effect) => (effect.kind === 'tell' ? [effect.news] : []))

/** One of every kind. */
export const everyNews: PeerNews[] = [
  askedInvitation,
  invitationNews,
  { kind: 'declined', reason: 'not ours' },
  { kind: 'with-customer' },
  { kind: 'accepted' },
  { kind: 'withdrawn' },
  { kind: 'lapsed' },
  { kind: 'admin', state: 'active', customer: 'Contoso' },
]
