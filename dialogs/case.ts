import type { Call, CallAnswer, CallName, Pending, Sighting } from './calls.ts'
import type { AdminNews, Peer, PeerNews } from './peer.ts'
import type { Cloud } from './policy/policy.ts'
import type { Answers, QuestionId } from './questions.ts'
import type { Track, TrackKind } from './tracks/registry.ts'

/**
 * The vocabulary of the core. All times are ISO strings in UTC, all dates `YYYY-MM-DD`;
 * the core never asks what time it is or who is there: every event says so.
 */

/** Identity of a person: tenant and directory object id. Display names are kept elsewhere and are never identity. */
export interface Person {
  tenant: string
  id: string
}

/** Where the questions stand. */
export const intakeStates = [
  'asking-role',
  'asking-service',
  'asking-licence-source',
  'asking-usage-source',
  'asking-commerce',
  'asking-offer',
  'answered',
  'cancelled',
] as const
export type IntakeState = (typeof intakeStates)[number]

/** One customer situation in one conversation. */
export interface Case {
  /** `MC-` and six characters of Crockford base 32. */
  id: string
  tenant: string
  /** Full conversation id, of a channel including the thread. */
  conversation: string
  edition: string
  cloud: Cloud
  /** Counts the events that took effect; a card carries the revision it was drawn from. */
  revision: number
  intake: IntakeState
  answers: Answers
  tracks: Track[]
  createdBy: Person
  createdAt: string
  updatedAt: string
  /** Who caused the newest revision: an object id, `timer`, `upstream` or `peer`. */
  updatedBy: string
}

/** What a list and an export say of a case: its question while asking, else how its tracks stand. */
export type CaseState = Exclude<IntakeState, 'answered'> | 'answered' | 'in-progress' | 'done'

/** Who caused an event; `upstream` is whatever came from Microsoft, `peer` the other side of an invitation. */
export type Actor = { kind: 'person'; person: Person } | { kind: 'timer' } | { kind: 'upstream' } | { kind: 'peer' }

/** What counts at the moment of a decision: may this person decide, and how many have to agree at least? */
export interface Authority {
  /** Undefined: nobody could find out, so it does not count as a yes. */
  isApprover: boolean | undefined
  /** Distinct approvers the organisation asks for; at least 1. */
  required: number
}

/** What happened: facts, said once, at a time, by someone. */
export type CaseEvent = { at: string; by: Actor } & (
  | { type: 'question.answered'; question: QuestionId; value: string }
  | { type: 'question.reopened'; question: QuestionId }
  | { type: 'edition.changed'; edition: string }
  | { type: 'track.started'; track: TrackKind }
  /** `required` goes with `ask-approval`: how many approvers the organisation asks for now. */
  | { type: 'step.ticked'; step: string; required?: number }
  | { type: 'step.skipped'; step: string; reason: string }
  | { type: 'track.cancelled'; track: TrackKind }
  | { type: 'case.cancelled' }
  | { type: 'timer.fired'; track: TrackKind; timer: string }
  /** Fields of a track's form, as they were typed. */
  | { type: 'details.given'; track: TrackKind; fields: Record<string, string> }
  /** `since` is that of the call it is about. */
  | { type: 'call.answered'; track: TrackKind; since: string; answer: CallAnswer }
  | { type: 'call.delayed'; track: TrackKind; since: string; call: CallName; again: NonNullable<Pending['again']> }
  | { type: 'call.parked'; track: TrackKind; since: string; call: CallName }
  | { type: 'resource.seen'; track: TrackKind; sighting: Sighting }
  /** As the present partner: hand these subscriptions over, or nothing. */
  | { type: 'transfer.accepted'; transfer: string; items: string[] }
  | { type: 'transfer.declined'; transfer: string }
  /** As the direct partner: have the invitation made that a reseller asked for. */
  | { type: 'invitation.requested' }
  /** The invitation goes on, to the reseller or to the customer. */
  | { type: 'invitation.sent'; to: (typeof recipients)[number] }
  | { type: 'invitation.declined'; reason: string }
  /** The direct partner's desk has received the request, and keeps it in this case. */
  | { type: 'peer.linked'; track: 'invitation'; peer: Peer }
  /** `from` is the case that tells it; a track listens to its own peer alone. */
  | { type: 'peer.told'; track: 'invitation'; from: Peer; news: PeerNews }
  | ({ type: 'approval.given' } & Authority)
  | ({ type: 'approval.denied'; reason: string } & Authority)
  /** Approved for less: these of the roles that were asked for, and no more than these days. */
  | ({ type: 'approval.narrowed'; roles: string[]; days: number } & Authority)
  | { type: 'approval.withdrawn' }
)

/** To whom the direct partner sends an invitation. */
export const recipients = ['reseller', 'customer'] as const

/** What must happen outside, written down before it is done. */
export type Effect =
  /** Come back with `timer.fired` at `due`. A later wake of the same track and timer replaces an earlier one. */
  | { kind: 'wake'; track: TrackKind; timer: string; due: string }
  /** Tell the conversation something, with the case's present card under it. */
  | { kind: 'notify'; track: TrackKind; notice: Notice }
  /** Ask this at Microsoft and come back with `call.answered`; `since` tells it from earlier calls of the same name. */
  | { kind: 'call'; track: TrackKind; since: string; call: Call }
  /** Tell the other side of the invitation; the first time, the desk that this conversation is paired with. */
  | { kind: 'tell'; track: 'invitation'; news: PeerNews }
  /** Show the request at the approvals desk; `reminder`: once more, since nobody has decided yet. */
  | { kind: 'ask-approval'; track: 'delegated-admin'; reminder: boolean }

export const noticeKeys = [
  'term-reminder',
  'term-ended',
  'migration-idle',
  'relationship-nudge',
  'relationship-accepted',
  'relationship-lapsed',
  'transfer-reminder',
  'transfer-completed',
  'transfer-partly',
  'transfer-rejected',
  'transfer-expired',
  'transfer-failed',
  'transfer-cancelled',
  'action-parked',
  'sign-in-needed',
  'invitation-asked',
  'invitation-arrived',
  'invitation-nudge',
  'invitation-declined',
  'invitation-accepted',
  'invitation-lapsed',
  'invitation-withdrawn',
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

/** A sentence to say, with what it needs; the words are in the locale files under `line.<key>`. */
export interface Notice {
  key: (typeof noticeKeys)[number]
  /** Whole days until something ends, or since something was done; 0 where the sentence names none. */
  days: number
  /** How the request for admin rights stands, where that is the news. */
  admin?: AdminNews | undefined
}

/** What the history keeps of an event. */
export interface HistoryEntry {
  at: string
  /** Object id, `timer`, `upstream` or `peer`. */
  by: string
  event: CaseEvent['type'] | 'case.opened'
  detail: Record<string, unknown>
}

/** Ids are random, so that they tell nothing: 30 random bits given by the caller become `MC-` and six characters. */
export function caseId(random: number): string {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  let id = ''
  for (let rest = random, index = 0; index < 6; index += 1, rest = Math.floor(rest / 32)) id += alphabet[rest % 32]
  return `MC-${id}`
}

/** Reads an id as people type it: any case, with or without `MC-`, `O` for 0, `I` and `L` for 1. Undefined when it is none. */
export function readCaseId(text: string): string | undefined {
  const [, id = ''] = /^(?:MC-?)?(.{6})$/.exec(text.trim().toUpperCase()) ?? []
  const digits = id.replaceAll('O', '0').replace(/[IL]/g, '1')
  return /^[0-9A-HJKMNP-TV-Z]{6}$/.test(digits) ? `MC-${digits}` : undefined
}
