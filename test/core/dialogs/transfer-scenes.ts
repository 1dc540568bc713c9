import { daysAfter } from '../../../dialogs/calendar.ts'
import type { Eligibility, Transfer } from '../../../dialogs/calls.ts'
import type { TrackEvent } from '../../../dialogs/tracks/protocol.ts'
import { startTrack } from '../../../dialogs/tracks/registry.ts'
import {
  at,
  by,
  callAnswered,
  contoso,
  email,
  fabrikam,
  found,
  given,
  item,
  played,
  stepTicked,
  transferOf,
} from './acting.ts'

/** Scenes of a transfer after the usual events, as the new partner and as the present one. */

export const transferDaysLater = (count: number) => daysAfter(at, count)
export const eligibility: Eligibility = { relationship: 'yes', region: 'yes', azurePlan: 'unknown' }
export const checked = callAnswered({ call: 'check-transfer', eligibility })
export const createdTransfer = (transfer: Transfer) => callAnswered({ call: 'create-transfer', transfer })
export const fields = { customer: 'contoso.example', source: ' fabrikam.example', email }
export const describedTransfer = given(fields)

export const beginTransfer = (way: 'api' | 'ticket' = 'api') =>
  startTrack({ kind: 'transfer', way, product: 'azure', moved: [] }, by, at)
export const target = (...events: TrackEvent[]) => played(beginTransfer(), given({ side: 'target' }), ...events)
export const checkedOut = (...events: TrackEvent[]) =>
  target(describedTransfer, found(contoso), found(fabrikam), checked, ...events)
export const requestedTransfer = (...events: TrackEvent[]) => checkedOut(stepTicked('request'), ...events)
export const pending = transferOf('pending', { createdAt: at })
export const waitingTransfer = (...events: TrackEvent[]) => requestedTransfer(createdTransfer(pending), ...events)

export const offer = transferOf('pending', { expiresAt: transferDaysLater(20) })
export const offered = callAnswered({
  call: 'find-transfer',
  transfers: [offer],
  subscriptions: [item('s1'), item('s2')],
})
export const source = (...events: TrackEvent[]) =>
  played(
    beginTransfer(),
    given({ side: 'source' }),
    given({ customer: 'contoso.example' }),
    found(contoso),
    offered,
    ...events,
  )
export const accept = (items: string[], transfer = offer.id): TrackEvent => ({
  type: 'transfer.accepted',
  transfer,
  items,
  at,
  by,
})
export const declineFor = (reason: string): TrackEvent => ({
  type: 'transfer.declined',
  transfer: offer.id,
  reason,
  at,
  by,
})
export const decline = declineFor('Not agreed.')
