import { z } from 'zod'
import { daysAfter } from '../../calendar.ts'
import { type Call, faultSchema, pendingSchema, tenantSchema, type WatchedResource } from '../../calls.ts'
import { adminNews, newsKinds, peerSchema } from '../../peer.ts'
import { requestKinds } from '../../requests.ts'

/** Context of one side of an invitation, and everything that follows from it alone. */

export const invitationStates = [
  'asking',
  'at-direct-partner',
  'created',
  'with-reseller',
  'with-customer',
  'accepted',
  'declined',
  'lapsed',
  'cancelled',
] as const

/** Sides of an invitation: the reseller requests it, the direct partner creates it. */
export const invitationSides = ['reseller', 'direct-partner'] as const

/** Steps of the reseller: request the invitation, note that the customer has it. */
export const invitationSteps = ['ask-partner', 'sent'] as const

/** Days after a hand-over on which the side that holds the invitation is reminded. */
export const HANDOVER_REMINDER_DAYS = [1, 3] as const
/** Days without a hand-over after which an invitation lapses. */
export const INVITATION_DAYS = 14
/** Number of hand-overs that are stored. */
const MAX_HANDOVERS = 20

export const invitationContextSchema = z.strictObject({
  side: z.enum(invitationSides),
  /** Request to the provider; null for an invitation. */
  request: z.enum(requestKinds).nullable().default(null),
  /** Case of the other side; null while unknown. */
  peer: peerSchema.nullable(),
  /** Name of the reseller's company, on the direct partner's side. */
  company: z.string().nullable(),
  /** Domain or tenant id as it was typed last. */
  typed: z.string(),
  /** Note of the reseller. */
  note: z.string(),
  customer: tenantSchema.nullable(),
  link: z.string().nullable(),
  /** Reason of the direct partner's refusal. */
  reason: z.string().nullable(),
  /** Hand-overs, newest last; `peer` is the other side. */
  handed: z.array(z.strictObject({ what: z.enum(newsKinds), at: z.string(), by: z.string() })).max(MAX_HANDOVERS),
  /** State of the direct partner's delegated-admin request for us, on the reseller's side. */
  admin: z.strictObject({ state: z.enum(adminNews), customer: z.string(), at: z.string() }).nullable(),
  linkAt: z.string().nullable(),
  /** Time at which the invitation lapses. */
  due: z.string().nullable(),
  /** Time of the next reminder. */
  remindAt: z.string().nullable(),
  pending: pendingSchema.nullable(),
  fault: faultSchema.nullable(),
})
export type InvitationContext = z.infer<typeof invitationContextSchema>

/** An empty invitation. */
export const openInvitation = ({ side, request }: Pick<InvitationContext, 'side' | 'request'>): InvitationContext => ({
  side,
  request,
  peer: null,
  company: null,
  typed: '',
  note: '',
  customer: null,
  link: null,
  reason: null,
  handed: [],
  admin: null,
  linkAt: null,
  due: null,
  remindAt: null,
  pending: null,
  fault: null,
})

/** Adds a hand-over: kind, time and author only, as the content is stored elsewhere. */
export const withHandover = (
  { handed }: Pick<InvitationContext, 'handed'>,
  what: (typeof newsKinds)[number],
  at: string,
  by: string,
): Pick<InvitationContext, 'handed'> => ({ handed: [...handed, { what, at, by }].slice(-MAX_HANDOVERS) })

/** Restarts the clock of the side that holds the invitation. */
export function withClock(at: string): Pick<InvitationContext, 'due' | 'remindAt'> {
  const due = daysAfter(at, INVITATION_DAYS)
  return { due, remindAt: nextNudge(due, at) }
}

/** Time of the next reminder, or of the lapse. After an outage one reminder is sent, not the backlog. */
export const nextNudge = (due: string, at: string): string =>
  HANDOVER_REMINDER_DAYS.map((days) => daysAfter(due, days - INVITATION_DAYS)).find((time) => time > at) ?? due

/** Resource that shows the customer's acceptance, watched by the direct partner. */
export const invitationResource = ({ side, customer }: InvitationContext): WatchedResource | undefined =>
  side === 'direct-partner' && customer ? `relationship/${customer.id}` : undefined

/** True if the reseller can request the invitation now. */
export const isPresentable = ({ side, customer, pending }: InvitationContext): boolean =>
  side === 'reseller' && customer !== null && !pending

/** The awaited call, from the context alone. */
export function invitationCall({ pending, typed, peer }: InvitationContext): Call | undefined {
  switch (pending?.call) {
    case 'find-tenant':
      return { name: 'find-tenant', who: 'customer', text: typed }
    case 'check-agreement':
      return peer ? { name: 'check-agreement', reseller: peer.tenant } : undefined
    case 'fetch-invitation':
      return { name: 'fetch-invitation' }
  }
  return undefined
}
