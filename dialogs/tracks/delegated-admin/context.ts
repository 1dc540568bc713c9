import { z } from 'zod'
import { daysAfter } from '../../calendar.ts'
import {
  adminRelationshipSchema,
  type Call,
  faultSchema,
  groupSchema,
  isWriteName,
  pendingSchema,
  tenantSchema,
  type WatchedResource,
} from '../../calls.ts'
import { presetIds, rolesOf } from '../../roles.ts'

/** Context of a delegated-admin request, and everything that follows from it alone. */

export const adminStates = [
  'drafting',
  'awaiting-approval',
  'approved',
  'creating',
  'awaiting-customer',
  'active',
  'denied',
  'expired',
  'failed',
  'withdrawn',
  'cancelled',
] as const

/**
 * Steps to tick: request the approval; go on with a half-made relationship or remove it; do without the group that
 * cannot get the access. The last two say whether a call of unknown outcome took effect.
 */
export const adminSteps = [
  'ask-approval',
  'continue',
  'remove',
  'without-group',
  'call-happened',
  'call-again',
] as const

/** Days of access: shortest, longest, and proposed. */
export const ACCESS_DAYS = { min: 1, max: 730, default: 90 } as const
/** Longest justification, in characters. */
export const MAX_STORED_JUSTIFICATION_LENGTH = 1_000
/** Days the customer has to approve. */
export const CUSTOMER_DAYS = 90
/** Days before the customer's deadline on which the conversation is reminded. */
const CUSTOMER_REMINDER_DAYS = [7, 1] as const

const settledBy = { by: z.string(), at: z.string() }
const extent = { roles: z.array(z.guid()), days: z.int() }

export const adminContextSchema = z.strictObject({
  /** Part of the relationship's name that makes it unique: the id of the case. */
  token: z.string(),
  /** Counts the requests of the case for approval, from 1. */
  number: z.int().default(1),
  customer: tenantSchema.nullable(),
  /** Fields as they were typed last. */
  typed: z.strictObject({ customer: z.string(), group: z.string() }),
  presets: z.array(z.enum(presetIds)),
  /** Role template ids: those of the presets, or a part of them after a narrowing. */
  ...extent,
  autoExtend: z.boolean(),
  justification: z.string(),
  /** The partner's group that gets the access; without a group, people grant it by hand. */
  group: groupSchema.nullable(),
  /** Name of the reseller that the request is for; the customer is then that of the invitation. */
  forCompany: z.string().nullable(),
  requestedAt: z.string().nullable(),
  /** Object ids of everybody who filled in or changed what is requested. */
  authors: z.array(z.string()).default([]),
  /** Object id of whoever sent the request. */
  requestedBy: z.string().nullable(),
  /** Number of approvers required at the time of the request; see `approvalsNeeded`. */
  required: z.int(),
  approvals: z.array(z.strictObject(settledBy)),
  decision: z
    .strictObject({
      kind: z.enum(['approved', 'denied', 'narrowed']),
      ...settledBy,
      reason: z.string().nullable(),
    })
    .nullable(),
  /** The last narrowing, with what was requested originally. */
  narrowed: z.strictObject({ ...extent, from: z.strictObject(extent), ...settledBy }).nullable(),
  relationship: adminRelationshipSchema.nullable(),
  /** Link for the customer's approval. */
  link: z.string().nullable(),
  /** The group has the access. */
  assigned: z.boolean(),
  /** Deadline of the approvers, then of the customer. */
  due: z.string().nullable(),
  /** Time of the next reminder or deadline. */
  remindAt: z.string().nullable(),
  pending: pendingSchema.nullable(),
  fault: faultSchema.nullable(),
})
export type AdminContext = z.infer<typeof adminContextSchema>

/** Facts that a request starts with; `earlier` if one before it came to nothing. */
export type AdminStart = Pick<AdminContext, 'token' | 'number' | 'customer' | 'forCompany'> & {
  earlier?:
    | Pick<AdminContext, 'typed' | 'presets' | 'days' | 'autoExtend' | 'justification' | 'group' | 'authors'>
    | undefined
}

/** A request as it opens. Nothing is preselected, unless it was requested before. */
export const openAdmin = ({ token, number, customer, forCompany, earlier }: AdminStart): AdminContext => ({
  token,
  number,
  customer,
  typed: { customer: customer?.domain ?? '', group: '' },
  presets: [],
  roles: [],
  days: ACCESS_DAYS.default,
  autoExtend: false,
  justification: '',
  group: null,
  forCompany,
  requestedAt: null,
  authors: [],
  requestedBy: null,
  required: 1,
  approvals: [],
  ...(earlier && { ...earlier, roles: rolesOf(earlier.presets) }),
  decision: null,
  narrowed: null,
  relationship: null,
  link: null,
  assigned: false,
  due: null,
  remindAt: null,
  pending: null,
  fault: null,
})

/** True if the request is complete and no search is under way. */
export const isAskable = ({ customer, roles, justification, typed, group, pending }: AdminContext): boolean =>
  customer !== null && roles.length > 0 && justification !== '' && (typed.group === '' || !!group) && !pending

/**
 * True if the request can be dropped: not during a write, nor while a half-made relationship stands at Microsoft, which
 * would be forgotten there. That one goes on or is removed.
 */
export function isRequestRevocable({ pending, relationship, due }: AdminContext): boolean {
  if (pending && isWriteName(pending.call) && !pending.parked) return false
  return relationship === null || due !== null
}

/** Resource of the relationship at Microsoft. */
export const adminResource = ({ relationship }: AdminContext): WatchedResource | undefined =>
  relationship ? `admin/${relationship.id}` : undefined

/** Longest name of a relationship at Microsoft, in characters. */
const MAX_NAME_LENGTH = 50

/**
 * Name of the relationship, unique by case and moment of the request. The customer reads it in its admin center, and a
 * relationship whose creation got lost is found by it.
 */
export function displayNameOf({ token, requestedAt, customer }: AdminContext): string {
  const unique = `${token}, ${(requestedAt ?? '').slice(0, 19).replace('T', ' ')}`
  const room = MAX_NAME_LENGTH - unique.length - ', '.length
  const name = (customer?.name ?? '').slice(0, room).replace(halfLetter, '').trim()
  return name === '' ? unique : `${name}, ${unique}`
}

/** Half of a surrogate pair that was cut. */
const halfLetter = /[\uD800-\uDBFF]$/

/** The awaited call, from the context alone, so that it can be repeated exactly. */
export function adminCall(context: AdminContext): Call | undefined {
  const { pending, typed, customer, roles, days, autoExtend, approvals, relationship, group } = context
  switch (pending?.call) {
    case 'find-tenant':
      return { name: 'find-tenant', who: 'customer', text: typed.customer }
    case 'find-group':
      return { name: 'find-group', text: typed.group }
    case 'create-admin': {
      if (!customer) return undefined
      const approvedBy = approvals.map(({ by }) => by)
      return {
        name: 'create-admin',
        displayName: displayNameOf(context),
        customer,
        roles,
        days,
        autoExtend,
        approvedBy,
      }
    }
    case 'lock-admin':
    case 'remove-admin':
      return relationship ? { name: pending.call, relationship: relationship.id } : undefined
    case 'assign-access':
      return relationship && group
        ? { name: 'assign-access', relationship: relationship.id, group: group.id, roles }
        : undefined
  }
  return undefined
}

/** Starts the customer's clock. */
export function customerClock(at: string): Pick<AdminContext, 'due' | 'remindAt'> {
  const due = daysAfter(at, CUSTOMER_DAYS)
  return { due, remindAt: nextCustomerLook(due, at) }
}

/** Time of the customer's next reminder, or of the deadline. */
export const nextCustomerLook = (due: string, at: string): string =>
  CUSTOMER_REMINDER_DAYS.map((days) => daysAfter(due, -days)).find((time) => time > at) ?? due
