import type { PlanId } from '../../plans/plans.ts'
import type { RequestKind, RequestNews } from '../../requests.ts'
import type { TrackName } from '../../track-names.ts'
import type { TrackEvent } from '../protocol.ts'
import { type InvitationContext, workStateOf } from './context.ts'

/** The provider's work on a reseller's request: one track of its own case, whose progress is reported. */

const work = {
  order: 'switch-licences',
  'azure-plan': 'resource-move',
  transfer: 'transfer',
  'billing-ownership': 'billing-ownership',
  'channel-transfer': 'channel-transfer',
  'reseller-of-record': 'change-reseller-of-record',
} as const satisfies Record<RequestKind, PlanId | 'transfer'>

/** The action that fulfils a request. */
export const workActionOf = (request: RequestKind): PlanId | 'transfer' => work[request]

/** Name of the track that fulfils a request, at the provider's desk. */
export function workTrackOf(request: RequestKind): TrackName {
  const action = workActionOf(request)
  return action === 'transfer' ? action : `plan/${action}`
}

/** News of the states of a plan and of a transfer; a state without news is only on its way to another one. */
const newsOf: Readonly<Record<string, RequestNews>> = {
  open: 'in-hand',
  done: 'completed',
  collecting: 'in-hand',
  'awaiting-source-partner': 'requested',
  completed: 'completed',
  'partially-completed': 'partly',
  rejected: 'rejected',
  expired: 'expired',
  failed: 'failed',
  cancelled: 'stopped',
}

/** News of the work on this request in an event of its case, unless the reseller has heard them. */
export function workNewsIn(context: InvitationContext, event: TrackEvent): RequestNews | undefined {
  const { side, request } = context
  if (event.type !== 'track.moved' || side !== 'direct-partner' || request === null) return undefined
  if (event.track !== workTrackOf(request)) return undefined
  const moved = newsOf[event.state]
  const isMore = context.wanted.some((purpose) => !event.reached.includes(purpose))
  const news = moved === 'completed' && isMore ? 'partly' : moved
  return news === workStateOf(context) ? undefined : news
}
