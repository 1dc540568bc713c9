import { daysAfter } from './calendar.ts'
import { ok, type Result, refused } from './result.ts'
import { isAllPowerful } from './roles.ts'

/**
 * Who may decide on a request, and when it is decided. Nobody approves what they asked for themselves; whoever cannot be
 * shown to be an approver now is none; one no decides, a yes takes as many different people as the organisation asks for.
 */

/** Why a click on a request changes nothing; there is a sentence for each. */
export const approvalFaults = [
  'own-request',
  'not-approver',
  /** Nobody could find out who the approvers are. */
  'unreadable',
  'decided',
  'twice',
  'expired',
  /** Narrowed to the same or to more. */
  'not-less',
  'no-reason',
  /** Only whoever asked can withdraw. */
  'not-requester',
] as const
export type ApprovalFault = (typeof approvalFaults)[number]

/** What was asked for: `days` is how long the access would last, `due` when nobody needs to decide any more. */
export interface ApprovalRequest {
  /** Object id of whoever asked. */
  by: string | null
  due: string | null
  roles: readonly string[]
  days: number
}

/** What people have decided so far. */
export interface Decisions {
  approvals: readonly { by: string; at: string }[]
  decision: { kind: string } | null
}

/** Somebody who wants to decide, with what was found out about them just now. */
export interface Decider {
  by: string
  isApprover: boolean | undefined
  at: string
}

export type Judgement = Result<undefined, ApprovalFault>

const allowed: Judgement = ok(undefined)

/** May this person decide on the request now, whichever way? */
export function judge(request: ApprovalRequest, { decision }: Decisions, { by, isApprover, at }: Decider): Judgement {
  if (decision) return refused('decided')
  if (isOverdue(request, at)) return refused('expired')
  if (by === request.by) return refused('own-request')
  if (isApprover === undefined) return refused('unreadable')
  return isApprover ? allowed : refused('not-approver')
}

/** May this person approve the request as it is? Nobody counts twice. */
export function judgeApproval(request: ApprovalRequest, decisions: Decisions, decider: Decider): Judgement {
  const judgement = judge(request, decisions, decider)
  if (!judgement.ok) return judgement
  return decisions.approvals.some(({ by }) => by === decider.by) ? refused('twice') : allowed
}

/** May this person deny the request? A reason is part of it. */
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
 * May this person approve the request for less? Whoever has approved more before may do so as well; they still count
 * once.
 */
export function judgeNarrowing(
  request: ApprovalRequest,
  decisions: Decisions,
  decider: Decider,
  less: Pick<ApprovalRequest, 'roles' | 'days'>,
): Judgement {
  const judgement = judge(request, decisions, decider)
  if (!judgement.ok) return judgement
  return isLess(less, request) ? allowed : refused('not-less')
}

/** May this person take the request back? While nobody has decided, whoever asked may. */
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

/** Some of the roles, each once, for no longer; and not the very same. */
function isLess(less: Pick<ApprovalRequest, 'roles' | 'days'>, { roles, days }: ApprovalRequest): boolean {
  const isPart =
    less.roles.length > 0 &&
    new Set(less.roles).size === less.roles.length &&
    less.roles.every((role) => roles.includes(role))
  const isShorter = Number.isInteger(less.days) && less.days >= 1 && less.days <= days
  return isPart && isShorter && (less.roles.length < roles.length || less.days < days)
}

/** How many different people have to approve these roles; `required` is what the organisation asks for at least. */
export const approvalsNeeded = (roles: readonly string[], required: number): number =>
  Math.max(1, required) + (isAllPowerful(roles) ? 1 : 0)

/**
 * The approvals with one more. Approvals of more than what a request was narrowed to stand: whoever agreed to the whole
 * has agreed to a part of it, and asking them again would only teach people to click.
 */
export const withApproval = (approvals: Decisions['approvals'], by: string, at: string) =>
  approvals.some((one) => one.by === by) ? [...approvals] : [...approvals, { by, at }]

/** Hours after which a request is shown again while nobody has decided, and after which nobody can any more. */
export const approvalReminderHours = [24, 48] as const
export const approvalHours = 72

export const approvalDue = (requestedAt: string): string => daysAfter(requestedAt, approvalHours / 24)

/** When to look at an open request next. Only the next time counts. */
export const nextApprovalLook = (requestedAt: string, at: string): string =>
  approvalReminderHours.map((hours) => daysAfter(requestedAt, hours / 24)).find((time) => time > at) ??
  approvalDue(requestedAt)
