import { z } from 'zod'
import {
  type ApprovalRequest,
  approvalDue,
  approvalsNeeded,
  type Decider,
  type Judgement,
  judgeApproval,
  judgeDenial,
  judgeNarrowing,
  judgeWithdrawal,
  nextApprovalLook,
  withApproval,
} from '../../approval.ts'
import { isAllPowerful, presetIds, rolesOf } from '../../roles.ts'
import type { TrackEvent } from '../protocol.ts'
import { answerTo } from '../waiting.ts'
import { type AdminContext, accessDays, customerClock, justificationLength } from './context.ts'

/** What the events of a delegated-admin request change in what it knows. */

export type Given = { context: AdminContext; event: TrackEvent }
type Change = Partial<AdminContext>

/** The form, as it is sent: every field may be left out, a list is joined by commas. */
const formSchema = z.object({
  customer: z.string().trim().optional(),
  presets: z
    .string()
    .transform((text) => text.split(',').filter((one) => one !== ''))
    .pipe(z.array(z.enum(presetIds)))
    .optional(),
  days: z.coerce.number().int().min(accessDays.least).max(accessDays.most).optional(),
  autoExtend: z.enum(['true', 'false']).optional(),
  justification: z.string().trim().max(justificationLength).optional(),
  group: z.string().trim().optional(),
})

/** What a form says; undefined for another event, for none of our fields, and for what no form of ours sends. */
function formIn({ event }: Given) {
  if (event.type !== 'details.given') return undefined
  const { data } = formSchema.safeParse(event.fields)
  return data && Object.values(data).some((value) => value !== undefined) ? data : undefined
}

export const isDescription = (given: Given): boolean => formIn(given) !== undefined

/**
 * What was typed is kept whatever comes of it. Made for a reseller, the request is for the customer of the invitation:
 * news of any other customer would reach somebody who has not heard of that one from us.
 */
export function takeDetails(given: Given): Change {
  const { context, event } = given
  const form = formIn(given)
  if (!form) return {}
  const mayChoose = context.forCompany === null
  const typed = {
    customer: (mayChoose ? form.customer : undefined) ?? context.typed.customer,
    group: form.group ?? context.typed.group,
  }
  const presets = form.presets ?? context.presets
  const roles = rolesOf(presets)
  const isExtended = form.autoExtend === undefined ? context.autoExtend : form.autoExtend === 'true'
  const found = {
    typed,
    customer: typed.customer === context.typed.customer ? context.customer : null,
    group: typed.group === context.typed.group ? context.group : null,
  }
  return {
    ...found,
    presets,
    roles,
    days: form.days ?? context.days,
    // The service does not extend what may do everything.
    autoExtend: isExtended && !isAllPowerful(roles),
    justification: form.justification ?? context.justification,
    pending: nextSearch(found, context, event.at),
    fault: null,
  }
}

type Found = Pick<AdminContext, 'typed' | 'customer' | 'group'>

/** The customer is looked up first, then the group. What is being looked up already is not asked twice. */
function nextSearch({ typed, customer, group }: Found, before: AdminContext, at: string): AdminContext['pending'] {
  const isCustomerMissing = typed.customer !== '' && !customer
  if (!isCustomerMissing && (typed.group === '' || group)) return null
  const [call, field] = isCustomerMissing ? (['find-tenant', 'customer'] as const) : (['find-group', 'group'] as const)
  const isUnderWay = before.pending?.call === call && typed[field] === before.typed[field]
  return isUnderWay ? before.pending : { call, since: at }
}

/** Does the form lead to something being looked up anew? */
export const isSearch = (given: Given): boolean => {
  const { pending } = takeDetails(given)
  return pending !== undefined && pending !== null && pending !== given.context.pending
}

/** What was asked for, or why not; then the next thing to look up, if there is one. */
export function takeFinding({ context, event }: Given): Change {
  const answer = answerTo(event)
  if (!answer || 'fault' in answer) return {}
  const found = {
    typed: context.typed,
    customer: 'tenant' in answer ? answer.tenant : context.customer,
    group: 'group' in answer ? answer.group : context.group,
  }
  return { ...found, pending: nextSearch(found, { ...context, pending: null }, event.at) }
}

export function takeFault({ event }: Given): Change {
  const answer = answerTo(event)
  return answer && 'fault' in answer ? { fault: answer.fault, pending: null } : {}
}

export function takeRequest({ event }: Given): Change {
  const required = event.type === 'step.ticked' ? (event.required ?? 1) : 1
  return {
    requestedAt: event.at,
    requestedBy: event.by,
    required,
    due: approvalDue(event.at),
    remindAt: nextApprovalLook(event.at, event.at),
    fault: null,
  }
}

const requestOf = ({ requestedBy: by, due, roles, days }: AdminContext): ApprovalRequest => ({ by, due, roles, days })

/** What comes of somebody's wish to decide; undefined for other events. */
export function judgementOf({ context, event }: Given): Judgement | undefined {
  const request = requestOf(context)
  const decider = (isApprover: boolean | undefined): Decider => ({ by: event.by, isApprover, at: event.at })
  switch (event.type) {
    case 'approval.given':
      return judgeApproval(request, context, decider(event.isApprover))
    case 'approval.denied':
      return judgeDenial(request, context, decider(event.isApprover), event.reason)
    case 'approval.narrowed':
      return judgeNarrowing(request, context, decider(event.isApprover), event)
    case 'approval.withdrawn':
      return judgeWithdrawal(request, context, decider(undefined))
    default:
      return undefined
  }
}

export const isAllowed = (given: Given): boolean => judgementOf(given)?.ok === true

/** The request with one more approval, of all of it or of a part. */
export function takeApproval({ context, event }: Given): Change {
  const approvals = withApproval(context.approvals, event.by, event.at)
  if (event.type !== 'approval.narrowed') return { approvals }
  const roles = context.roles.filter((role) => event.roles.includes(role))
  const { days } = event
  const from = context.narrowed?.from ?? { roles: context.roles, days: context.days }
  return { approvals, roles, days, narrowed: { roles, days, from, by: event.by, at: event.at } }
}

/** Would this approval be the last that is needed? The stricter of what was asked for then and now counts. */
export function isEnough(given: Given): boolean {
  const { context, event } = given
  if (event.type !== 'approval.given' && event.type !== 'approval.narrowed') return false
  const { approvals, roles } = { ...context, ...takeApproval(given) }
  return approvals.length >= approvalsNeeded(roles, Math.max(context.required, event.required))
}

export const takeDecision = ({ context, event }: Given): Change => ({
  decision: { kind: context.narrowed ? 'narrowed' : 'approved', by: event.by, at: event.at, reason: null },
  ...stopped,
  due: null,
})

export const takeDenial = ({ event }: Given): Change => ({
  decision: {
    kind: 'denied',
    by: event.by,
    at: event.at,
    reason: event.type === 'approval.denied' ? event.reason.trim() : null,
  },
  ...stopped,
})

/** Nothing is waited for and nobody is reminded any more. */
export const stopped = { remindAt: null, pending: null } as const

/** The relationship as an answer shows it. */
export function takeAnswer({ context, event }: Given): Change {
  const answer = answerTo(event)
  if (!answer || !('relationship' in answer)) return { pending: null }
  const { call, relationship, link } = answer
  return {
    relationship,
    link: link ?? context.link,
    assigned: context.assigned || call === 'assign-access',
    pending: null,
    fault: null,
  }
}

/** Goes on as if the call had been answered. */
export function takeAsDone({ context }: Given): Change {
  const { pending, relationship } = context
  if (pending?.call === 'assign-access') return { assigned: true, pending: null }
  const status = pending?.call === 'lock-admin' ? 'approvalPending' : 'terminated'
  return { relationship: relationship && { ...relationship, status }, pending: null }
}

export const startCustomerClock = ({ event }: Given): Change => customerClock(event.at)
