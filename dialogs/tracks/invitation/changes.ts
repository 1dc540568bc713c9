import { daysAfter, daysUntil } from '../../calendar.ts'
import type { Notice } from '../../events.ts'
import { noteLength, type PeerNews } from '../../peer.ts'
import type { TrackEffect, TrackEvent } from '../protocol.ts'
import { answerTo, isAwaited } from '../waiting.ts'
import {
  type InvitationContext,
  invitationCall,
  invitationDays,
  invitationResource,
  type invitationSteps,
  nextNudge,
  withClock,
  withHandover,
} from './context.ts'

/** What the events of an invitation change in what one side knows, and what they order. */

export type Given = { context: InvitationContext; event: TrackEvent }
type Change = Partial<InvitationContext>

const fieldsOf = (event: TrackEvent) => (event.type === 'details.given' ? event.fields : {})

export const isTick = (event: TrackEvent, step: (typeof invitationSteps)[number]): boolean =>
  event.type === 'step.ticked' && event.step === step

/** Whom the reseller typed, with what is typed now. */
const typedIn = ({ context, event }: Given) => (fieldsOf(event).customer ?? context.typed).trim()

/** Does the reseller say for whom it asks, or what it wants to say? */
export const isDescription = (given: Given): boolean =>
  given.context.side === 'reseller' &&
  ['customer', 'note'].some((name) => fieldsOf(given.event)[name] !== undefined) &&
  typedIn(given) !== ''

/** Is the customer known already whose name was typed? */
export const isKnown = (given: Given): boolean =>
  given.context.customer !== null && typedIn(given) === given.context.typed

/** What was typed is kept whatever comes of it. */
export function takeNote({ context, event }: Given): Change {
  return { note: (fieldsOf(event).note ?? context.note).trim().slice(0, noteLength) }
}

export const takeCustomer = (given: Given): Change => ({
  ...takeNote(given),
  typed: typedIn(given),
  customer: null,
  fault: null,
  pending: { call: 'find-tenant', since: given.event.at },
})

/** What was asked for, or why not; nothing is awaited any more. */
export function takeAnswer({ context, event }: Given): Change {
  const answer = answerTo(event)
  if (!answer) return {}
  if ('fault' in answer) return { fault: answer.fault, pending: null }
  switch (answer.call) {
    case 'find-tenant':
      return { customer: answer.tenant, pending: null }
    case 'check-agreement':
      return answer.signed ? { pending: null } : { fault: { kind: 'agreement-missing' }, pending: null }
    case 'fetch-invitation':
      return { link: answer.url, linkAt: event.at, pending: null, ...withClock(event.at) }
    default:
      return context
  }
}

/** Has the reseller signed the agreement without which nobody sells through it? */
export function isSigned({ context, event }: Given): boolean {
  const answer = answerTo(event)
  return isAwaited(context.pending, event) && answer !== undefined && 'signed' in answer && answer.signed
}

/** What each side listens to; whether the customer has accepted, the direct partner sees for itself. */
const heard: Record<InvitationContext['side'], readonly PeerNews['kind'][]> = {
  reseller: ['invitation', 'declined', 'with-customer', 'accepted', 'withdrawn', 'lapsed', 'admin'],
  'direct-partner': ['asked', 'with-customer', 'withdrawn', 'lapsed'],
}

/** The news an event brings, if it comes from the other side of this very invitation. */
export function newsIn({ context, event }: Given): PeerNews | undefined {
  if (event.type !== 'peer.told' || !heard[context.side].includes(event.news.kind)) return undefined
  return isFromPeer(context, event) ? event.news : undefined
}

/** A request opens the direct partner's side; the first answer to it shows where the other side is. */
function isFromPeer({ side, peer, handed }: InvitationContext, event: Extract<TrackEvent, { type: 'peer.told' }>) {
  const { from, news } = event
  if (news.kind === 'asked') return peer === null && from.tenant === news.from.tenant && from.case === news.from.case
  if (peer) return peer.tenant === from.tenant && peer.case === from.case
  return side === 'reseller' && handed.length > 0
}

/** Only what the news say is kept of them: the other side's people and cases stay unknown. */
export function takeNews(given: Given): Change {
  const { context, event } = given
  const news = newsIn(given)
  if (!news || event.type !== 'peer.told') return {}
  const { tenant, case: id } = event.from
  const common = { peer: { tenant, case: id }, ...withHandover(context, news.kind, event.at, 'peer') }
  switch (news.kind) {
    case 'asked': {
      const { customer, note, from } = news
      return { ...common, ...withClock(event.at), customer, note, company: from.company ?? null }
    }
    case 'invitation':
      return { ...common, ...withClock(event.at), link: news.link, linkAt: event.at }
    case 'with-customer':
      return { ...common, ...withClock(event.at) }
    case 'declined':
      return { ...common, reason: news.reason, ...stopped }
    case 'admin':
      return { ...common, admin: { state: news.state, customer: news.customer, at: event.at } }
    case 'accepted':
    case 'withdrawn':
    case 'lapsed':
      return { ...common, ...stopped }
  }
  return news satisfies never
}

/** At an end nothing is waited for. */
export const stopped = { remindAt: null, pending: null } as const

/** Something was handed to the other side, and its clock begins. */
export const noteHandover =
  (what: PeerNews['kind']) =>
  ({ context, event }: Given): Change => ({
    ...withHandover(context, what, event.at, event.by),
    ...withClock(event.at),
  })

/** Has the customer accepted whom the direct partner waits for? */
export const isAccepted = ({ context, event }: Given): boolean =>
  event.type === 'resource.seen' &&
  'accepted' in event.sighting &&
  event.sighting.accepted &&
  event.sighting.resource === invitationResource(context)

export const notify = (key: Notice['key'], days = 0): TrackEffect[] => [
  { kind: 'notify', track: 'invitation', notice: { key, days } },
]

/** The reseller hears how the request for admin rights stands that is made for it. */
export function adminNotice(given: Given): TrackEffect[] {
  const news = newsIn(given)
  if (news?.kind !== 'admin') return []
  return [{ kind: 'notify', track: 'invitation', notice: { key: 'admin-news', days: 0, admin: news.state } }]
}

export function ask({ context }: Given): TrackEffect[] {
  const call = invitationCall(context)
  return call && context.pending ? [{ kind: 'call', track: 'invitation', since: context.pending.since, call }] : []
}

export const wake = ({ context: { remindAt } }: Given): TrackEffect[] =>
  remindAt === null ? [] : [{ kind: 'wake', track: 'invitation', timer: 'clock', due: remindAt }]

type Tell = Extract<TrackEffect, { kind: 'tell' }>
export const tell = (news: Tell['news']): TrackEffect[] => [{ kind: 'tell', track: 'invitation', news }]

export const tellRequest = ({ context: { customer, note } }: Given): TrackEffect[] =>
  customer ? tell({ kind: 'asked', customer, note }) : []

export const tellLink = ({ context: { link } }: Given): TrackEffect[] =>
  link === null ? [] : tell({ kind: 'invitation', link })

export const tellReason = ({ context: { reason } }: Given): TrackEffect[] =>
  tell({ kind: 'declined', reason: reason ?? '' })

/** Whoever gives up says so, unless the other side has never heard of it. */
export const tellWithdrawal = ({ context: { handed } }: Given): TrackEffect[] =>
  handed.length === 0 ? [] : tell({ kind: 'withdrawn' })

/** Whole days since the last hand-over. */
export function nudge({ context, event }: Given): TrackEffect[] {
  const begun = daysAfter(context.due ?? event.at, -invitationDays)
  return notify('invitation-nudge', -daysUntil(begun.slice(0, 10), event.at))
}

export const lookAgain = ({ context, event }: Given): Change => ({
  remindAt: context.due === null ? null : nextNudge(context.due, event.at),
})
