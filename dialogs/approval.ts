import { daysAfter } from './calendar.ts'
import { ok, type Result, refused } from './result.ts'
import { isAllPowerful } from './roles.ts'

/**
 * Four-eyes rule: nobody decides on a request that they wrote, changed or sent. Approver status is checked again at the moment of the
 * decision. One denial rejects; an approval needs the configured number of different approvers.
 */

/** Reasons for which a decision on a request changes nothing; each has its sentence on the card. */
export const approvalFaults = [
  'own-request',
  'not-approver',
  /** The list of approvers cannot be read. */
  'unreadable',
  'decided',
  'twice',
  'expired',
  /** Narrowed to nothing. */
  'no-role',
  /** Narrowed to the same or to more. */
  'not-less',
  'no-reason',
  /** Only the requester can withdraw. */
  'not-requester',
] as const
export type ApprovalFault = (typeof approvalFaults)[number]

/** A request: `days` is the length of the access, `due` the time (ISO) at which it expires undecided. */
export interface ApprovalRequest {
  /** Object id of whoever sent the request. */
  by: string | null
  /** Object ids of everybody who filled it in or changed it. */
  authors: readonly string[]
  due: string | null
  roles: readonly string[]
  days: number
}

/** Decisions so far. */
interface Decisions {
  approvals: readonly { by: string; at: string }[]
  decision: { kind: string } | null
}

/** A person who wants to decide, with the approver status read just now; undefined if it cannot be read. */
export interface Decider {
  by: string
  isApprover: boolean | undefined
  at: string
}

export type Judgement = Result<undefined, ApprovalFault>

const allowed: Judgement = ok(undefined)

/** True if the person wrote, changed or sent the request. */
export const isRequester = ({ by, authors }: Pick<ApprovalRequest, 'by' | 'authors'>, person: string): boolean =>
  person === by || authors.includes(person)

/** Judges whether a person may decide on the request now, in any way. */
export function judge(request: ApprovalRequest, { decision }: Decisions, { by, isApprover, at }: Decider): Judgement {
  if (decision) return refused('decided')
  if (isOverdue(request, at)) return refused('expired')
  if (isRequester(request, by)) return refused('own-request')
  if (isApprover === undefined) return refused('unreadable')
  return isApprover ? allowed : refused('not-approver')
}

/** Judges whether a person may approve the request as it is. A person counts once. */
export function judgeApproval(request: ApprovalRequest, decisions: Decisions, decider: Decider): Judgement {
  const judgement = judge(request, decisions, decider)
  if (!judgement.ok) return judgement
  return decisions.approvals.some(({ by }) => by === decider.by) ? refused('twice') : allowed
}

/** Judges whether a person may deny the request; a denial needs a reason. */
export function judgeDenial(
  request: ApprovalRequest,
  decisions: Decisions,
  decider: Decider,
  reason: string,
): Judgement {
  const judgement = judge(request, decisions, decider)
  if (!judgement.ok) return judgement
  return reason.trim() === '' ? refused('no-reason') : allowed
}

/**
 * Judges whether a person may approve the request for less. Earlier approvers may do so as well, and still count once.
 */
export function judgeNarrowing(
  request: ApprovalRequest,
  decisions: Decisions,
  decider: Decider,
  less: Pick<ApprovalRequest, 'roles' | 'days'>,
): Judgement {
  const judgement = judge(request, decisions, decider)
  if (!judgement.ok) return judgement
  if (less.roles.length === 0) return refused('no-role')
  return isLess(less, request) ? allowed : refused('not-less')
}

/** Judges whether a person may withdraw the request: its requester may, until it is decided. */
export function judgeWithdrawal(
  request: ApprovalRequest,
  { decision }: Decisions,
  { by, at }: Omit<Decider, 'isApprover'>,
): Judgement {
  if (decision) return refused('decided')
  if (isOverdue(request, at)) return refused('expired')
  return by === request.by ? allowed : refused('not-requester')
}

const isOverdue = ({ due }: ApprovalRequest, at: string) => due !== null && at >= due

/** True if the roles are a part of those requested, for no longer, and something is less. */
function isLess(less: Pick<ApprovalRequest, 'roles' | 'days'>, { roles, days }: ApprovalRequest): boolean {
  const isPart = new Set(less.roles).size === less.roles.length && less.roles.every((role) => roles.includes(role))
  const isShorter = Number.isInteger(less.days) && less.days >= 1 && less.days <= days
  return isPart && isShorter && (less.roles.length < roles.length || less.days < days)
}

/** Number of different approvers these roles need; `required` is the minimum the organisation asks for. */
export const approvalsNeeded = (roles: readonly string[], required: number): number =>
  Math.max(1, required) + (isAllPowerful(roles) ? 1 : 0)

/**
 * Adds an approval. Approvals from before a narrowing stand: they cover every part of the request, and asking again
 * would only teach people to click.
 */
export const withApproval = (approvals: Decisions['approvals'], by: string, at: string) =>
  approvals.some((approval) => approval.by === by) ? [...approvals] : [...approvals, { by, at }]

/** Hours after which an undecided request is shown again, and after which it expires. */
const APPROVAL_REMINDER_HOURS = [24, 48] as const
const APPROVAL_HOURS = 72

export const approvalDue = (requestedAt: string): string => daysAfter(requestedAt, APPROVAL_HOURS / 24)

/** Time of the next reminder or of the expiry, whichever comes first. */
export const nextApprovalLook = (requestedAt: string, at: string): string =>
  APPROVAL_REMINDER_HOURS.map((hours) => daysAfter(requestedAt, hours / 24)).find((time) => time > at) ??
  approvalDue(requestedAt)
