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
import { presetIds } from '../../roles.ts'

/** What a delegated-admin request knows of itself, and what follows from that alone. */

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
 * What a person ticks: have it approved; when something stands already, go on with it or have it removed; do without the
 * group that cannot be given the access. The last two answer whether a call took effect of which nobody knows.
 */
export const adminSteps = [
  'ask-approval',
  'continue',
  'remove',
  'without-group',
  'call-happened',
  'call-again',
] as const

/** The shortest and the longest access there is, and what is proposed. */
export const accessDays = { least: 1, most: 730, usual: 90 } as const
/** Longest justification, in characters. */
export const justificationLength = 1_000
/** Days the customer has to approve. */
export const customerDays = 90
/** Days before the customer's time runs out on which the conversation is told. */
export const customerReminderDays = [7, 1] as const

const settledBy = { by: z.string(), at: z.string() }
const extent = { roles: z.array(z.guid()), days: z.int() }

export const adminContextSchema = z.strictObject({
  /** What makes names of this case's relationships unlike all others: the id of the case. */
  token: z.string(),
  customer: tenantSchema.nullable(),
  /** As it was typed last, whatever came of it. */
  typed: z.strictObject({ customer: z.string(), group: z.string() }),
  presets: z.array(z.enum(presetIds)),
  /** Role template ids: those of the presets, or what is left of them. */
  ...extent,
  autoExtend: z.boolean(),
  justification: z.string(),
  /** The partner's group that is given the access; without one, people do that by hand. */
  group: groupSchema.nullable(),
  /** The reseller it is for, as a name; the customer is then the one of the invitation. */
  forCompany: z.string().nullable(),
  requestedAt: z.string().nullable(),
  /** Object id. */
  requestedBy: z.string().nullable(),
  /** Approvers the organisation asked for when it was requested; see `approvalsNeeded`. */
  required: z.int(),
  approvals: z.array(z.strictObject(settledBy)),
  decision: z
    .strictObject({
      kind: z.enum(['approved', 'denied', 'narrowed']),
      ...settledBy,
      reason: z.string().nullable(),
    })
    .nullable(),
  /** What it was narrowed to, last, and from what it was asked for. */
  narrowed: z.strictObject({ ...extent, from: z.strictObject(extent), ...settledBy }).nullable(),
  relationship: adminRelationshipSchema.nullable(),
  /** Where the customer approves it. */
  link: z.string().nullable(),
  /** The group has the access. */
  assigned: z.boolean(),
  /** By when somebody has to decide, then the customer. */
  due: z.string().nullable(),
  /** When to look at the clock next. */
  remindAt: z.string().nullable(),
  pending: pendingSchema.nullable(),
  fault: faultSchema.nullable(),
})
export type AdminContext = z.infer<typeof adminContextSchema>

/** What a request begins with. */
export type AdminStart = Pick<AdminContext, 'token' | 'customer' | 'forCompany'>

/** A request of which nothing is known but for whom it is. Nothing is preselected. */
export const openAdmin = ({ token, customer, forCompany }: AdminStart): AdminContext => ({
  token,
  customer,
  typed: { customer: customer?.domain ?? '', group: '' },
  presets: [],
  roles: [],
  days: accessDays.usual,
  autoExtend: false,
  justification: '',
  group: null,
  forCompany,
  requestedAt: null,
  requestedBy: null,
  required: 1,
  approvals: [],
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

/** Everything is there to ask for approval. */
export const isAskable = ({ customer, roles, justification, typed, group, pending }: AdminContext): boolean =>
  customer !== null && roles.length > 0 && justification !== '' && (typed.group === '' || !!group) && !pending

/**
 * Can the request simply be dropped? Not while something is being done at Microsoft, nor while a relationship stands
 * there that nobody can approve: that one goes on or is removed, so that nothing is forgotten there.
 */
export function isRevocable({ pending, relationship, due }: AdminContext): boolean {
  if (pending && isWriteName(pending.call) && !pending.parked) return false
  return relationship === null || due !== null
}

/** Where the relationship shows at Microsoft. */
export const adminResource = ({ relationship }: AdminContext): WatchedResource | undefined =>
  relationship ? `admin/${relationship.id}` : undefined

/** Longest name of a relationship at Microsoft, in characters. */
const nameLength = 50

/** A name no other relationship has: case and moment of the request. It is by this that a lost one is found again. */
export const displayNameOf = ({ token, requestedAt, customer }: AdminContext): string =>
  `${token} ${(requestedAt ?? '').slice(0, 19)} ${customer?.name ?? ''}`
    .slice(0, nameLength)
    .replace(halfLetter, '')
    .trim()

/** What is left of a letter of two UTF-16 units that was cut in two. */
const halfLetter = /[\uD800-\uDBFF]$/

/** The call a context waits for, from what the context holds; so it can be made again just as it was. */
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

/** The clock of the customer, from the moment there is a link. */
export function customerClock(at: string): Pick<AdminContext, 'due' | 'remindAt'> {
  const due = daysAfter(at, customerDays)
  return { due, remindAt: nextCustomerLook(due, at) }
}

/** Only the next time counts. */
export const nextCustomerLook = (due: string, at: string): string =>
  customerReminderDays.map((days) => daysAfter(due, -days)).find((time) => time > at) ?? due
