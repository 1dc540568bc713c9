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
import { answerTo, changing, stopped, type WaitingArgs, waitingActions } from '../waiting.ts'
import {
  ACCESS_DAYS,
  type AdminContext,
  customerClock,
  MAX_STORED_JUSTIFICATION_LENGTH,
  nextCustomerLook,
} from './context.ts'
import { statusIn } from './news.ts'

/** The changes that events make to a delegated-admin request. */

export type GivenAdmin = WaitingArgs<AdminContext>
type Change = Partial<AdminContext>

/** The fields of a form as they are sent: each may be missing, a list is joined by commas. */
const formSchema = z.object({
  customer: z.string().trim().optional(),
  presets: z
    .string()
    .transform((text) => text.split(',').filter((preset) => preset !== ''))
    .pipe(z.array(z.enum(presetIds)))
    .optional(),
  days: z.coerce.number().int().min(ACCESS_DAYS.min).max(ACCESS_DAYS.max).optional(),
  autoExtend: z.enum(['true', 'false']).optional(),
  justification: z.string().trim().max(MAX_STORED_JUSTIFICATION_LENGTH).optional(),
  group: z.string().trim().optional(),
})

/** Reads a form; undefined for other events, without any of our fields, and for values that no form of ours sends. */
function formIn({ event }: GivenAdmin) {
  if (event.type !== 'details.given') return undefined
  const { data } = formSchema.safeParse(event.fields)
  return data && Object.values(data).some((value) => value !== undefined) ? data : undefined
}

export const isForm = (given: GivenAdmin): boolean => formIn(given) !== undefined

/**
 * Keeps the typed fields even if the search fails. A request for a reseller stays with the customer of the invitation:
 * news of any other customer must not reach the reseller.
 */
function takeForm(given: GivenAdmin): Change {
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
    authors: [...new Set([...context.authors, event.by])],
    presets,
    roles,
    days: form.days ?? context.days,
    // The service does not extend relationships with the Global Administrator role.
    autoExtend: isExtended && !isAllPowerful(roles),
    justification: form.justification ?? context.justification,
    pending: nextSearch(found, context, event.at),
    fault: null,
  }
}

type Found = Pick<AdminContext, 'typed' | 'customer' | 'group'>

/** Searches the customer first, then the group. A search that is under way already goes on. */
function nextSearch({ typed, customer, group }: Found, before: AdminContext, at: string): AdminContext['pending'] {
  const isCustomerMissing = typed.customer !== '' && !customer
  if (!isCustomerMissing && (typed.group === '' || group)) return null
  const [call, field] = isCustomerMissing ? (['find-tenant', 'customer'] as const) : (['find-group', 'group'] as const)
  const isUnderWay = before.pending?.call === call && typed[field] === before.typed[field]
  return isUnderWay ? before.pending : { call, since: at }
}

/** True if the form starts a new search. */
export const isSearch = (given: GivenAdmin): boolean => {
  const { pending } = takeForm(given)
  return pending !== undefined && pending !== null && pending !== given.context.pending
}

/** Takes one finding and starts the next search, if there is one. */
function takeSearchResult({ context, event }: GivenAdmin): Change {
  const answer = answerTo(event)
  if (!answer || 'fault' in answer) return {}
  const found = {
    typed: context.typed,
    customer: 'tenant' in answer ? answer.tenant : context.customer,
    group: 'group' in answer ? answer.group : context.group,
  }
  return { ...found, pending: nextSearch(found, { ...context, pending: null }, event.at) }
}

function takeRequest({ event }: GivenAdmin): Change {
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

const requestOf = ({ authors, requestedBy, due, roles, days }: AdminContext): ApprovalRequest => ({
  by: requestedBy,
  authors,
  due,
  roles,
  days,
})

/** Judges a decision on the request; undefined for events that are none. */
export function judgementOf({ context, event }: GivenAdmin): Judgement | undefined {
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

export const isAllowed = (given: GivenAdmin): boolean => judgementOf(given)?.ok === true

/** Adds an approval, of the whole request or of a part. */
function takeApproval({ context, event }: GivenAdmin): Change {
  const approvals = withApproval(context.approvals, event.by, event.at)
  if (event.type !== 'approval.narrowed') return { approvals }
  const roles = context.roles.filter((role) => event.roles.includes(role))
  const { days } = event
  const from = context.narrowed?.from ?? { roles: context.roles, days: context.days }
  return { approvals, roles, days, narrowed: { roles, days, from, by: event.by, at: event.at } }
}

/** True if no further approval is needed. The stricter of the number required at the request and now counts. */
export function isEnough(given: GivenAdmin): boolean {
  const { context, event } = given
  if (event.type !== 'approval.given' && event.type !== 'approval.narrowed') return false
  const { approvals, roles } = { ...context, ...takeApproval(given) }
  return approvals.length >= approvalsNeeded(roles, Math.max(context.required, event.required))
}

const takeDecision = ({ context, event }: GivenAdmin): Change => ({
  decision: { kind: context.narrowed ? 'narrowed' : 'approved', by: event.by, at: event.at, reason: null },
  ...stopped,
  due: null,
})

const takeDenial = ({ event }: GivenAdmin): Change => ({
  decision: {
    kind: 'denied',
    by: event.by,
    at: event.at,
    reason: event.type === 'approval.denied' ? event.reason.trim() : null,
  },
  ...stopped,
})

/** Takes the relationship as an answer shows it. */
function takeRelationship({ context, event }: GivenAdmin): Change {
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
function assumeDone({ context }: GivenAdmin): Change {
  const { pending, relationship } = context
  if (pending?.call === 'assign-access') return { assigned: true, pending: null }
  const status = pending?.call === 'lock-admin' ? 'approvalPending' : 'terminated'
  return { relationship: relationship && { ...relationship, status }, pending: null }
}

export const adminActions = {
  ...waitingActions<AdminContext>(),
  takeForm: changing(takeForm),
  takeSearchResult: changing(takeSearchResult),
  takeRequest: changing(takeRequest),
  takeApproval: changing(takeApproval),
  takeDecision: changing(takeDecision),
  takeDenial: changing(takeDenial),
  takeRelationship: changing(takeRelationship),
  takeAsDone: changing(assumeDone),
  takeStatus: changing<AdminContext>((given) => {
    const { relationship } = given.context
    return { relationship: relationship && { ...relationship, status: statusIn(given) ?? relationship.status } }
  }),
  startCustomerClock: changing<AdminContext>(({ event }) => customerClock(event.at)),
  lookAtApproval: changing<AdminContext>(({ context, event }) => ({
    remindAt: nextApprovalLook(context.requestedAt ?? event.at, event.at),
  })),
  lookAtCustomer: changing<AdminContext>(({ context, event }) => ({
    remindAt: nextCustomerLook(context.due ?? event.at, event.at),
  })),
  stopClock: changing<AdminContext>(() => stopped),
}
