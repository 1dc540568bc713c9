import { z } from 'zod'
import { daysAfter } from '../../calendar.ts'
import {
  type Call,
  checkSchema,
  faultSchema,
  pendingSchema,
  type TenantInfo,
  tenantSchema,
  type WatchedResource,
} from '../../calls.ts'

/** Context of a reseller relationship, and what can be derived from it alone. */

export const relationshipStates = [
  'collecting-customer',
  'fetching-link',
  'link-ready',
  'awaiting-customer',
  'accepted',
  'failed',
  'lapsed',
  'cancelled',
] as const

/**
 * Steps to tick: confirm the customer, alone or jointly with the provider; fetch the link again (after signing in); note
 * that the customer has the invitation; where it was sent by hand, that the customer has accepted; and, once another
 * tenant has, whether that is the right one, has nothing to do with it, or is wrong.
 */
export const relationshipSteps = [
  'confirm-customer',
  'confirm-jointly',
  'fetch-link',
  'sent',
  'sent-by-hand',
  'customer-accepted',
  'other-is-right',
  'other-is-unrelated',
  'send-again',
] as const

/** Days after the invitation on which the conversation is reminded. */
export const RELATIONSHIP_REMINDER_DAYS = [3, 7, 14] as const
/** Days after which an unanswered invitation lapses. */
export const LAPSE_DAYS = 30

export const relationshipContextSchema = z.strictObject({
  /** Domain or tenant id as it was typed last. */
  typed: z.string(),
  customer: tenantSchema.nullable(),
  /** True if the relationship exists already. */
  isCustomer: z.boolean(),
  /** Result of comparing the CSP regions, once the customer’s country is known; a warning only. */
  region: checkSchema.optional(),
  /** Tenant of the indirect provider that the customer is invited with; null if we invite alone. */
  provider: z.guid().nullable().default(null),
  /** True if people look after the invitation, because Partner Center's API is closed to us. */
  isByHand: z.boolean().default(false),
  /** Tenants that accepted although nobody waited for them; the last one is in question while `isOtherOpen`. */
  others: z.array(tenantSchema).default([]),
  isOtherOpen: z.boolean().default(false),
  link: z.string().nullable(),
  linkAt: z.string().nullable(),
  sentAt: z.string().nullable(),
  /** Time of the next reminder, until the customer has accepted. */
  remindAt: z.string().nullable(),
  pending: pendingSchema.nullable(),
  fault: faultSchema.nullable(),
})
export type RelationshipContext = z.infer<typeof relationshipContextSchema>

/** The customer as it was typed for the relationship before, if there was one. */
export type RelationshipInput = Partial<Pick<RelationshipContext, 'typed'>>

/** A relationship without a customer yet. */
export const openRelationship: RelationshipContext = {
  typed: '',
  customer: null,
  isCustomer: false,
  provider: null,
  isByHand: false,
  others: [],
  isOtherOpen: false,
  link: null,
  linkAt: null,
  sentAt: null,
  remindAt: null,
  pending: null,
  fault: null,
}

/** Time of the next reminder. After an outage one reminder is sent, not the backlog. */
export const nextReminder = (invitedAt: string, at: string) =>
  [...RELATIONSHIP_REMINDER_DAYS, LAPSE_DAYS].map((days) => daysAfter(invitedAt, days)).find((due) => due > at) ?? null

/** Most other tenants that a conversation is told of, so that a busy partner is not told of every acceptance. */
const MAX_OTHERS = 5

/** The tenant whose acceptance is in question. */
export const otherTenant = ({ others, isOtherOpen }: RelationshipContext): TenantInfo | undefined =>
  isOtherOpen ? others.at(-1) : undefined

/** True if the acceptance of this tenant is worth a question: a link is out, and nobody has been asked about it. */
export const isOtherNews = ({ link, customer, others }: RelationshipContext, { id }: TenantInfo): boolean =>
  link !== null && id !== customer?.id && others.length < MAX_OTHERS && !others.some((known) => known.id === id)

/** Time from which reminders count: that of the link, or of an invitation without one. */
export const invitedAt = ({ linkAt, sentAt }: RelationshipContext): string | null => linkAt ?? sentAt

/** Deadline of the customer; undefined without an invitation. */
export function lapsesAt(context: RelationshipContext): string | undefined {
  const since = invitedAt(context)
  return since === null ? undefined : daysAfter(since, LAPSE_DAYS)
}

/** Resource that shows the customer's acceptance. */
export const relationshipResource = ({ customer }: RelationshipContext): WatchedResource | undefined =>
  customer === null ? undefined : `relationship/${customer.id}`

/** The call a context waits for, from its own content. */
export function relationshipCall({ pending, typed, provider }: RelationshipContext): Call | undefined {
  if (!pending) return undefined
  return pending.call === 'find-tenant'
    ? { name: 'find-tenant', who: 'customer', text: typed }
    : { name: 'fetch-invitation', ...(provider === null ? {} : { provider }) }
}
