import { daysAfter } from '../../../dialogs/calendar.ts'
import type { AskedNews, PeerNews } from '../../../dialogs/peer.ts'
import type { RequestKind, RequestNews } from '../../../dialogs/requests.ts'
import type { TrackEvent } from '../../../dialogs/tracks/protocol.ts'
import { startTrack } from '../../../dialogs/tracks/registry.ts'
import { at, by, contoso, found, given, played, stepTicked } from './acting.ts'

/** Scenes of a reseller's request to its provider after the usual events, on either side. */

const reseller = { tenant: 'reseller-tenant', case: 'MC-RESE11' }
const provider = { tenant: 'desk-tenant', case: 'MC-DESK22' }
export const requestPeers = { reseller, provider }
export const requestDaysLater = (count: number) => daysAfter(at, count)

export const askedWork = (request: RequestKind = 'transfer'): AskedNews => ({
  kind: 'asked',
  customer: contoso,
  note: 'Before the year ends.',
  request,
  products: 'Azure plan',
  from: { ...reseller, company: 'Relecloud' },
  answers: { service: 'usage', 'usage-source': 'csp-partner' },
})
export const workReported = (state: RequestNews): PeerNews => ({ kind: 'request', state })
/** The provider's desk has opened its case. */
export const linkedToProvider: TrackEvent = { type: 'peer.linked', peer: provider, at, by: 'peer' }
export const fromProvider = (news: PeerNews, when = at): TrackEvent => ({
  type: 'peer.told',
  from: provider,
  news,
  at: when,
  by: 'peer',
})
export const fromAsker = (news: PeerNews, when = at): TrackEvent => ({
  type: 'peer.told',
  from: reseller,
  news,
  at: when,
  by: 'peer',
})
type Moved = Extract<TrackEvent, { type: 'track.moved' }>
export const moved = (track: Moved['track'], state: string, reached: Moved['reached'] = []): TrackEvent => ({
  type: 'track.moved',
  track,
  state,
  reached,
  at,
  by,
})
export const filled = given({ customer: 'contoso.example', products: ' Azure plan ', note: ' Before the year ends. ' })

export const beginRequest = (request: RequestKind = 'transfer') =>
  startTrack({ kind: 'invitation', side: 'reseller', request }, by, at)
export const filledRequest = (...events: TrackEvent[]) => played(beginRequest(), filled, found(contoso), ...events)
export const sentRequest = (...events: TrackEvent[]) => filledRequest(stepTicked('ask-partner'), ...events)
export const linkedRequest = (...events: TrackEvent[]) => sentRequest(linkedToProvider, ...events)
export const requestByHand = (...events: TrackEvent[]) => filledRequest(stepTicked('ask-by-hand'), ...events)
export const beginAtDesk = (request: RequestKind = 'transfer') =>
  startTrack({ kind: 'invitation', side: 'direct-partner', request }, by, at)
export const deskRequest = (...events: TrackEvent[]) => played(beginAtDesk(), fromAsker(askedWork()), ...events)
