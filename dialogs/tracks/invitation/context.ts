import { z } from 'zod'
import { daysAfter } from '../../calendar.ts'
import { type Call, faultSchema, pendingSchema, tenantSchema, type WatchedResource } from '../../calls.ts'
import { adminNews, newsKinds, peerSchema } from '../../peer.ts'

/** What one side of an invitation knows of it, and what follows from that alone. */

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

/** Who we are: the reseller, who asks for the invitation, or the direct partner, whose invitation it is. */
export const invitationSides = ['reseller', 'direct-partner'] as const

/** What the reseller ticks: ask the direct partner for it, the customer has it. */
export const invitationSteps = ['ask-partner', 'sent'] as const

/** Days after a hand-over on which whoever holds the invitation is asked to go on. */
export const handoverNudgeDays = [1, 3] as const
/** Days without a hand-over after which an invitation is given up. */
export const invitationDays = 14
/** Hand-overs that are kept. */
const keptHandovers = 20

export const invitationContextSchema = z.strictObject({
  side: z.enum(invitationSides),
  /** The other side's case; null as long as none is known. */
  peer: peerSchema.nullable(),
  /** As the direct partner: what the reseller's company is called. */
  company: z.string().nullable(),
  /** What was typed last: a domain or a tenant id. */
  typed: z.string(),
  /** What the reseller wants to say with it. */
  note: z.string(),
  customer: tenantSchema.nullable(),
  link: z.string().nullable(),
  /** Why the direct partner declined. */
  reason: z.string().nullable(),
  /** Who gave what to the other side when, newest last; `peer` is the other side. */
  handed: z.array(z.strictObject({ what: z.enum(newsKinds), at: z.string(), by: z.string() })).max(keptHandovers),
  /** As the reseller: how the delegated-admin request stands that the direct partner makes for us. */
  admin: z.strictObject({ state: z.enum(adminNews), customer: z.string(), at: z.string() }).nullable(),
  linkAt: z.string().nullable(),
  /** When it is given up. */
  due: z.string().nullable(),
  /** When to speak next. */
  remindAt: z.string().nullable(),
  pending: pendingSchema.nullable(),
  fault: faultSchema.nullable(),
})
export type InvitationContext = z.infer<typeof invitationContextSchema>

/** An invitation of which nothing is known but who we are. */
export const openInvitation = (side: InvitationContext['side']): InvitationContext => ({
  side,
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

/** One more hand-over. Only what, when and by whom: what was handed over is not kept twice. */
export const withHandover = (
  { handed }: Pick<InvitationContext, 'handed'>,
  what: (typeof newsKinds)[number],
  at: string,
  by: string,
): Pick<InvitationContext, 'handed'> => ({ handed: [...handed, { what, at, by }].slice(-keptHandovers) })

/** The clock of whoever holds the invitation begins anew with every hand-over. */
export function withClock(at: string): Pick<InvitationContext, 'due' | 'remindAt'> {
  const due = daysAfter(at, invitationDays)
  return { due, remindAt: nextNudge(due, at) }
}

/** Only the next time counts: after an outage one thing is said for the present, not the backlog. */
export const nextNudge = (due: string, at: string): string =>
  handoverNudgeDays.map((days) => daysAfter(due, days - invitationDays)).find((time) => time > at) ?? due

/** What the direct partner waits for at Microsoft: that the customer has accepted. */
export const invitationResource = ({ side, customer }: InvitationContext): WatchedResource | undefined =>
  side === 'direct-partner' && customer ? `relationship/${customer.id}` : undefined

/** May the reseller ask for the invitation now? */
export const isPresentable = ({ side, customer, pending }: InvitationContext): boolean =>
  side === 'reseller' && customer !== null && !pending

/** The call a context waits for, from what the context holds. */
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
