import type { Call, CallAnswer, CallName, Pending, Sighting } from './calls.ts'
import type { AdminNews, AdminRights, Peer, PeerNews } from './peer.ts'
import type { QuestionId } from './questions.ts'
import type { RequestNews } from './requests.ts'
import type { InvitationName, TrackName } from './track-names.ts'

/**
 * The vocabulary of the core: what can happen to a case, and what a case orders. All times are ISO strings in UTC, all
 * dates `YYYY-MM-DD`. The core never reads a clock: every event carries its time and its author.
 */

/**
 * Identity of a person: tenant and directory object id. Display names are stored elsewhere and never identify anybody.
 */
export interface Person {
  tenant: string
  id: string
}

/** Author of an event; `upstream` is Microsoft, `peer` the other side of an invitation. */
export type Actor = { kind: 'person'; person: Person } | { kind: 'timer' } | { kind: 'upstream' } | { kind: 'peer' }

/** Approver status and quorum at the moment of a decision. */
export interface Authority {
  /** Undefined if it cannot be read; that does not count as a yes. */
  isApprover: boolean | undefined
  /** Distinct approvers the organisation asks for; at least 1. */
  required: number
}

/** An event: a fact with its time and its author. */
export type CaseEvent = { at: string; by: Actor } & (
  | { type: 'question.answered'; question: QuestionId; value: string }
  | { type: 'question.reopened'; question: QuestionId }
  /** The customer as it was typed; an empty text takes the name away. */
  | { type: 'customer.named'; named: string }
  | { type: 'edition.changed'; edition: string }
  /** The edition of the case is no longer part of the product; another one replaces it. */
  | { type: 'edition.withdrawn'; from: string; edition: string }
  /** `none`: the plan is over at once, because there is nothing to do. */
  | { type: 'track.started'; track: TrackName; none?: boolean }
  /**
   * `choice` completes a step that offers some. `required` comes with `ask-approval`: the number of approvers the
   * organisation asks for now. `provider` comes with `confirm-jointly`: the tenant this conversation is paired with.
   */
  | { type: 'step.ticked'; step: string; track?: TrackName; choice?: string; required?: number; provider?: string }
  | { type: 'step.skipped'; step: string; track: TrackName; reason: string }
  | { type: 'track.cancelled'; track: TrackName }
  | { type: 'case.cancelled' }
  | { type: 'case.closed' }
  | { type: 'case.reopened' }
  /** The case would have closed by itself, and a person wants it open. */
  | { type: 'case.kept' }
  /** Nothing has happened in the case for a time. */
  | { type: 'case.idle' }
  /** The time has come to ask again for the end of the term. */
  | { type: 'question.due' }
  | { type: 'timer.fired'; track: TrackName; timer: string }
  /** Fields of a track's form, as they were typed. */
  | { type: 'details.given'; track: TrackName; fields: Record<string, string> }
  /** `since` is that of the answered call. */
  | { type: 'call.answered'; track: TrackName; since: string; answer: CallAnswer }
  | { type: 'call.delayed'; track: TrackName; since: string; call: CallName; again: NonNullable<Pending['again']> }
  | { type: 'call.parked'; track: TrackName; since: string; call: CallName }
  | { type: 'resource.seen'; track: TrackName; sighting: Sighting }
  /** The current partner hands these subscriptions over, or none. */
  | { type: 'transfer.accepted'; transfer: string; items: string[]; reason?: string }
  | { type: 'transfer.declined'; transfer: string; reason: string }
  /** The direct partner creates the invitation that a reseller requested. */
  | { type: 'invitation.requested' }
  /** The invitation is sent on, to the reseller or to the customer. */
  | { type: 'invitation.sent'; to: (typeof recipients)[number] }
  | { type: 'invitation.declined'; reason: string }
  /** The direct partner's desk has received the request and holds it in this case. */
  | { type: 'peer.linked'; track: InvitationName; peer: Peer }
  /** `from` is the sender's case; a track listens to its own peer alone. */
  | { type: 'peer.told'; track: InvitationName; from: Peer; news: PeerNews }
  | ({ type: 'approval.given' } & Authority)
  | ({ type: 'approval.denied'; reason: string } & Authority)
  /** An approval for less: some of the requested roles, for at most so many days. */
  | ({ type: 'approval.narrowed'; roles: string[]; days: number } & Authority)
  | { type: 'approval.withdrawn' }
)

/** Recipients of the direct partner's invitation. */
export const recipients = ['reseller', 'customer'] as const

/** An order to the outside world, stored before it is carried out. */
export type Effect =
  /**
   * Fires `timer.fired` at `due`; without a track, `case.idle` or, for `term-end`, `question.due`. A later wake of the same
   * track and timer replaces an earlier one.
   */
  | { kind: 'wake'; track?: TrackName; timer: string; due: string }
  /** Posts a notice in the conversation: one line beside the card of the case. */
  | { kind: 'notify'; track?: TrackName; notice: Notice }
  /** Makes a call to Microsoft, answered by `call.answered`; `since` tells it from earlier calls of the same name. */
  | { kind: 'call'; track: TrackName; since: string; call: Call }
  /** Sends news to the other side of the invitation; the first go to the desk that this conversation is paired with. */
  | { kind: 'tell'; track: InvitationName; news: PeerNews }
  /** Shows the request at the approvals desk; `reminder` if it was shown before and is still undecided. */
  | { kind: 'ask-approval'; track: 'delegated-admin'; reminder: boolean }

export const noticeKeys = [
  'term-reminder',
  'term-ended',
  'term-end-due',
  'plan-idle',
  'relationship-nudge',
  'relationship-accepted',
  'relationship-lapsed',
  'relationship-other',
  'transfer-reminder',
  'transfer-completed',
  'transfer-partly',
  'transfer-rejected',
  'transfer-expired',
  'transfer-failed',
  'transfer-cancelled',
  'action-parked',
  'case-closing',
  'sign-in-needed',
  'invitation-asked',
  'invitation-arrived',
  'invitation-nudge',
  'invitation-declined',
  'invitation-accepted',
  'invitation-needless',
  'invitation-lapsed',
  'invitation-withdrawn',
  'request-asked',
  'request-nudge',
  'request-declined',
  'request-lapsed',
  'request-withdrawn',
  'request-news',
  'admin-news',
  'approval-approved',
  'approval-denied',
  'approval-expired',
  'admin-stuck',
  'admin-awaiting-customer',
  'admin-active',
  'admin-failed',
  'admin-expired',
] as const

/** A sentence for the conversation with its arguments; the texts are in the locale files under `line.<key>`. */
export interface Notice {
  key: (typeof noticeKeys)[number]
  /** Whole days until something ends, or since something was done; 0 where the sentence names none. */
  days: number
  /** State of the delegated-admin request, if that is the news. */
  admin?: AdminNews | undefined
  /** The same with what was granted to whom. */
  rights?: AdminRights | undefined
  /** State of the provider's work, if that is the news. */
  request?: RequestNews | undefined
}

/** A history entry of an event. */
export interface HistoryEntry {
  at: string
  /** Object id, `timer`, `upstream` or `peer`. */
  by: string
  event: CaseEvent['type'] | 'case.opened'
  detail: Record<string, unknown>
}
