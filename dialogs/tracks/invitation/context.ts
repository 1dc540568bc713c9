import { z } from 'zod'
import { daysAfter } from '../../calendar.ts'
import { type Call, faultSchema, pendingSchema, tenantSchema, type WatchedResource } from '../../calls.ts'
import { type AdminNews, adminNews, adminRightsSchema, newsKinds, peerSchema } from '../../peer.ts'
import { type RequestNews, requestKinds, requestNews } from '../../requests.ts'
import { purposes } from '../../track-names.ts'

/** Context of one side of an invitation, and everything that follows from it alone. */

export const invitationStates = [
  'asking',
  'at-direct-partner',
  'created',
  'with-reseller',
  'with-customer',
  'by-hand',
  'in-hand',
  'fulfilled',
  'accepted',
  'declined',
  'lapsed',
  'cancelled',
] as const

/** Sides of an invitation: the reseller requests it, the direct partner creates it. */
export const invitationSides = ['reseller', 'direct-partner'] as const

/**
 * Steps of the reseller: send the request, note that the customer has the invitation; without a paired provider, turn to
 * asking by hand and note that it was asked. Either side may note that the work of a request is done.
 */
export const invitationSteps = ['ask-partner', 'sent', 'ask-by-hand', 'asked-by-hand', 'request-done'] as const

/** Days after a hand-over on which the side that holds the invitation is reminded. */
export const HANDOVER_REMINDER_DAYS = [1, 3] as const
/** Days without a hand-over after which an invitation lapses. */
export const INVITATION_DAYS = 14
/** Days of the same kind while the provider works on a request, which may wait for a third party. */
export const WORK_REMINDER_DAYS = [7, 30] as const
export const WORK_DAYS = 90

/** Waits of either side: for an answer, or for work. */
const waits = {
  answer: { days: INVITATION_DAYS, reminders: HANDOVER_REMINDER_DAYS },
  work: { days: WORK_DAYS, reminders: WORK_REMINDER_DAYS },
} as const
export type Wait = keyof typeof waits
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
  /** Products or subscriptions of a request, as they were typed. */
  products: z.string().default(''),
  /** Partner id of the reseller, as it was typed; empty if it was not. */
  partnerId: z.string().default(''),
  /** Purposes that the work of a request has to bring about, where one track brings about too little. */
  wanted: z.array(z.enum(purposes)).default([]),
  customer: tenantSchema.nullable(),
  /** True if the customer had been one before anybody asked. */
  isKnownCustomer: z.boolean().default(false),
  link: z.string().nullable(),
  /** Reason of the direct partner's refusal. */
  reason: z.string().nullable(),
  /** Hand-overs, newest last; `peer` is the other side, `state` that of the work of a request, `admin` that of the rights. */
  handed: z
    .array(
      z.strictObject({
        what: z.enum(newsKinds),
        at: z.string(),
        by: z.string(),
        state: z.enum(requestNews).optional(),
        admin: z.enum(adminNews).optional(),
      }),
    )
    .max(MAX_HANDOVERS),
  /** Time at which the reseller asked a provider that is not paired. */
  askedAt: z.string().nullable().default(null),
  /** State of the direct partner's delegated-admin request for us, on the reseller's side. */
  admin: adminRightsSchema.extend({ at: z.string() }).nullable(),
  linkAt: z.string().nullable(),
  /** Time at which the invitation lapses. */
  due: z.string().nullable(),
  /** Time of the next reminder. */
  remindAt: z.string().nullable(),
  pending: pendingSchema.nullable(),
  fault: faultSchema.nullable(),
})
export type InvitationContext = z.infer<typeof invitationContextSchema>

/**
 * Facts that an invitation starts with: the side we are on, the request if it is one, the customer if known, and what was
 * typed for the one before.
 */
export type InvitationInput = Pick<InvitationContext, 'side' | 'request'> & {
  customer?: InvitationContext['customer']
  earlier?: Pick<InvitationContext, 'typed' | 'note' | 'products' | 'partnerId'> | undefined
}

/** An empty invitation. */
export const openInvitation = ({ side, request, customer = null, earlier }: InvitationInput): InvitationContext => ({
  side,
  request,
  peer: null,
  company: null,
  typed: customer?.domain ?? '',
  note: '',
  products: '',
  partnerId: '',
  ...earlier,
  askedAt: null,
  wanted: [],
  customer,
  isKnownCustomer: false,
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

/** Adds a hand-over: kind, time, author and state only, as the content is stored elsewhere. */
export const withHandover = (
  { handed }: Pick<InvitationContext, 'handed'>,
  what: (typeof newsKinds)[number],
  at: string,
  by: string,
  states: { state?: RequestNews; admin?: AdminNews } = {},
): Pick<InvitationContext, 'handed'> => ({
  handed: [...handed, { what, at, by, ...states }].slice(-MAX_HANDOVERS),
})

/** The state of the work that was reported last. */
export const workStateOf = ({ handed }: Pick<InvitationContext, 'handed'>): RequestNews | undefined =>
  handed.findLast(({ what }) => what === 'request')?.state

/** Restarts the clock of the side that holds the invitation. */
export function withClock(at: string, wait: Wait = 'answer'): Pick<InvitationContext, 'due' | 'remindAt'> {
  const due = daysAfter(at, waits[wait].days)
  return { due, remindAt: nextNudge(due, at, wait) }
}

/** Time of the next reminder, or of the lapse. After an outage one reminder is sent, not the backlog. */
export const nextNudge = (due: string, at: string, wait: Wait): string =>
  waits[wait].reminders.map((days) => daysAfter(due, days - waits[wait].days)).find((time) => time > at) ?? due

/** Start of a wait, from its end. */
export const waitBegan = (due: string, wait: Wait): string => daysAfter(due, -waits[wait].days)

/** Resource that shows the customer's acceptance, watched by the direct partner. */
export const invitationResource = ({ side, customer }: InvitationContext): WatchedResource | undefined =>
  side === 'direct-partner' && customer ? `relationship/${customer.id}` : undefined

/** True if the reseller can send the request now. Work also needs its products or subscriptions. */
export const isPresentable = ({ side, request, customer, products, pending }: InvitationContext): boolean =>
  side === 'reseller' && customer !== null && !pending && (request === null || products !== '')

/** The awaited call, from the context alone. */
export function invitationCall({ pending, typed, peer, customer }: InvitationContext): Call | undefined {
  switch (pending?.call) {
    case 'find-tenant':
      return { name: 'find-tenant', who: 'customer', text: typed }
    case 'check-agreement':
      return peer && customer ? { name: 'check-agreement', reseller: peer.tenant, customer: customer.id } : undefined
    case 'fetch-invitation':
      return { name: 'fetch-invitation' }
  }
  return undefined
}
