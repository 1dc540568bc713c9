import { z } from 'zod'
import { daysAfter } from '../../calendar.ts'
import {
  type Call,
  type CallFault,
  eligibilitySchema,
  faultSchema,
  pendingSchema,
  type TenantInfo,
  type Transfer,
  type TransferItem,
  tenantSchema,
  transferItemSchema,
  transferSchema,
  type WatchedResource,
} from '../../calls.ts'

/** Context of a transfer, and what can be derived from it alone. */

export const transferStates = [
  'collecting',
  'creating',
  'awaiting-source-partner',
  'completed',
  'partially-completed',
  'rejected',
  'expired',
  'cancelled',
  'failed',
] as const

/** Ways of a transfer. `ticket` is on paper, where there is no API: people do it and tick. */
export const ways = ['api', 'ticket'] as const
export const products = ['azure', 'licences'] as const
/** Our side: `target` is the new partner, who requests; `source` the present one, who hands over. */
export const sides = ['target', 'source'] as const

/**
 * Steps of a transfer on paper, in the usual order: customer and partners agree; all three sign the form; the present
 * partner opens the ticket; Microsoft confirms; the old partner's access is removed.
 */
export const ticketSteps = ['agreement', 'forms', 'ticket', 'confirmation', 'access'] as const
export type TicketStep = (typeof ticketSteps)[number]

/**
 * Other steps to tick: `check-again` looks again for what was missing, and the last two say whether a call of unknown
 * outcome took effect.
 */
export const transferSteps = ['request', 'check-again', 'take-back', 'call-happened', 'call-again'] as const

/** Days before the deadline of a request on which the conversation is reminded. */
const TRANSFER_REMINDER_DAYS = [7, 1] as const
/** Days that the current partner has, if the service names no deadline. */
export const TRANSFER_DAYS = 30
/** Days of grace after the deadline, for late news to arrive. */
const GRACE_DAYS = 1

export const transferContextSchema = z.strictObject({
  way: z.enum(ways),
  product: z.enum(products),
  /** Products that earlier transfers of the case have moved. */
  moved: z.array(z.enum(products)).default([]),
  side: z.enum(sides).nullable(),
  /** Fields as they were typed last. */
  typed: z.strictObject({ customer: z.string(), source: z.string(), email: z.string() }),
  /** Indirect reseller that asked us for it, as its provider. */
  reseller: z.strictObject({ tenant: z.string(), name: z.string() }).nullable().default(null),
  /** Partner id of the indirect reseller that we request it for, as it was typed; empty if we do for nobody. */
  partnerId: z.string().default(''),
  customer: tenantSchema.nullable(),
  source: tenantSchema.nullable(),
  /** E-mail address of the customer's contact; null while the typed text is none. */
  email: z.string().nullable(),
  eligibility: eligibilitySchema.nullable(),
  /** Transfers of the customer that wait for us, as the current partner. */
  offered: z.array(transferSchema),
  /** Our subscriptions at the customer, as the current partner. */
  subscriptions: z.array(transferItemSchema),
  transfer: transferSchema.nullable(),
  requestedAt: z.string().nullable(),
  /** Deadline of the request. */
  due: z.string().nullable(),
  /** Time of the next look at the clock. */
  remindAt: z.string().nullable(),
  /** Subscriptions that an earlier transfer of the case failed to move. */
  left: z.array(transferItemSchema).default([]),
  settled: z.partialRecord(z.enum(ticketSteps), z.strictObject({ at: z.string(), by: z.string() })),
  pending: pendingSchema.nullable(),
  fault: faultSchema.nullable(),
})
export type TransferContext = z.infer<typeof transferContextSchema>

/** The e-mail address in a typed text; null if it is none. */
export const emailIn = (typed: string): string | null => z.email().safeParse(typed).data ?? null

/**
 * Facts that a transfer starts with; `asked` if a reseller has asked us for it, `earlier` what was typed for the one before
 * it and what that left behind.
 */
export interface TransferInput extends Pick<TransferContext, 'way' | 'product' | 'moved'> {
  earlier?: Pick<TransferContext, 'side' | 'typed' | 'partnerId' | 'left'>
  asked?: { customer: TenantInfo; partnerId: string; reseller: NonNullable<TransferContext['reseller']> }
}

/** An empty transfer. A reseller's request leaves us only the side of the new partner. */
export const openTransfer = ({ way, product, moved, asked, earlier }: TransferInput): TransferContext => ({
  way,
  product,
  moved,
  side: asked && way === 'api' ? 'target' : (earlier?.side ?? null),
  typed: {
    source: '',
    email: '',
    ...earlier?.typed,
    customer: asked?.customer.domain ?? earlier?.typed.customer ?? '',
  },
  reseller: asked?.reseller ?? null,
  partnerId: asked?.partnerId || earlier?.partnerId || '',
  left: earlier?.left ?? [],
  customer: null,
  source: null,
  email: emailIn(earlier?.typed.email ?? ''),
  eligibility: null,
  offered: [],
  subscriptions: [],
  transfer: null,
  requestedAt: null,
  due: null,
  remindAt: null,
  settled: {},
  pending: null,
  fault: null,
})

/** True if the partner of record can be named, or need not be: a reseller that asked us always is. */
export const isPartnerNamed = ({ reseller, partnerId }: TransferContext): boolean =>
  partnerId === '' ? reseller === null : /^\d{4,}$/.test(partnerId)

/** Refusals that another check can lift, once the person has done what is missing. */
const mendable: readonly CallFault['kind'][] = ['azure-plan-missing', 'no-relationship', 'no-such-customer']

/** True while something is missing that Microsoft would refuse the request for. The region only warns. */
export function isLacking({ product, eligibility, fault }: TransferContext): boolean {
  if (fault && mendable.includes(fault.kind)) return true
  const isPlanMissing = product === 'azure' && eligibility?.azurePlan === 'no'
  return isPlanMissing || eligibility?.relationship === 'no' || eligibility?.reseller === 'no'
}

/** True if the request can be sent. */
export const isRequestable = (context: TransferContext): boolean => isChecked(context) && !isLacking(context)

/** True if the request is complete and we are the new partner. */
export function isChecked(context: TransferContext): boolean {
  const { way, side, customer, source, email, eligibility, pending } = context
  const isComplete = !!customer && !!source && email !== null && !!eligibility && isPartnerNamed(context)
  return way === 'api' && side === 'target' && isComplete && !pending
}

/** True if the request can be taken back: we are the new partner, and the present one has not answered. */
export const isTransferRevocable = ({ side, transfer, pending }: TransferContext): boolean =>
  side === 'target' && transfer?.status === 'pending' && !pending

/** Subscriptions that can be handed over with an offered transfer: those it names, else all of ours. */
export const itemsOf = ({ subscriptions }: TransferContext, offered: Transfer): TransferItem[] =>
  offered.items.length > 0 ? offered.items : subscriptions

/** Resource of the transfer at Microsoft. */
export const transferResource = ({ way, customer }: TransferContext): WatchedResource | undefined =>
  way === 'api' && customer ? `transfers/${customer.id}` : undefined

/** The awaited call, from the context alone, so that it can be repeated exactly. */
export function transferCall(context: TransferContext): Call | undefined {
  const { pending, typed, customer, source, email, partnerId, product, transfer, reseller } = context
  if (pending?.call === 'find-tenant') {
    return customer
      ? { name: 'find-tenant', who: 'source-partner', text: typed.source }
      : { name: 'find-tenant', who: 'customer', text: typed.customer }
  }
  if (!customer) return undefined
  switch (pending?.call) {
    case 'check-transfer':
      return { name: 'check-transfer', customer: customer.id, ...(reseller ? { reseller: reseller.tenant } : {}) }
    case 'find-transfer':
      return { name: 'find-transfer', customer: customer.id }
    case 'create-transfer':
      if (!source || email === null) return undefined
      return {
        name: 'create-transfer',
        customer,
        source,
        email,
        product,
        ...(partnerId === '' ? {} : { partnerOnRecord: partnerId }),
      }
  }
  if (!transfer) return undefined
  switch (pending?.call) {
    case 'accept-transfer': {
      const items = transfer.items.map((item) => ({ subscription: item.subscription, product: item.product }))
      return { name: 'accept-transfer', customer: customer.id, transfer: transfer.id, items }
    }
    case 'decline-transfer':
      return { name: 'decline-transfer', customer: customer.id, transfer: transfer.id }
    case 'cancel-transfer':
      return { name: 'cancel-transfer', customer, transfer: transfer.id, source: transfer.source.tenant }
  }
  return undefined
}

/** Milliseconds of a time of the service; NaN if it is none. */
const timeOf = (text: string | undefined) => (text === undefined ? Number.NaN : Date.parse(text))

/**
 * Sets the transfer with its deadline: the service's, else 30 days from the request. Reminders end once the present
 * partner has agreed.
 */
export function withTransfer(context: TransferContext, found: Transfer | null, at: string): TransferContext {
  const items = found?.items.length ? found.items : (context.transfer?.items ?? [])
  const transfer = found && { ...found, items }
  const requestedAt = context.requestedAt ?? at
  const expires = timeOf(found?.expiresAt)
  // The service writes a time that is not set as the year 1.
  const hasDeadline = expires > Date.parse(requestedAt)
  const due = hasDeadline ? new Date(expires).toISOString() : (context.due ?? daysAfter(requestedAt, TRANSFER_DAYS))
  const isRunning = !transfer || transfer.status === 'pending' || transfer.status === 'other'
  return { ...context, transfer, due, remindAt: isRunning ? nextLook(due, at) : null }
}

/** Time of the next look; a deadline that has passed is looked at now. */
const nextLook = (due: string, at: string) =>
  [...TRANSFER_REMINDER_DAYS.map((days) => -days), GRACE_DAYS]
    .map((days) => daysAfter(due, days))
    .find((time) => time > at) ?? at

/** True if the deadline and a day of grace for late news have passed. */
export const isExpired = ({ due }: TransferContext, at: string): boolean =>
  due !== null && at >= daysAfter(due, GRACE_DAYS)

/** Tolerance for differing clocks: a transfer created shortly before our request may still be ours. */
const CLOCK_SKEW_MS = 5 * 60_000

/** Finds the transfer of this track: by its id, else by what our request must have created. */
export function mineAmong(context: TransferContext, seen: readonly Transfer[]): Transfer | undefined {
  const { transfer, source, requestedAt } = context
  if (transfer) return seen.find(({ id }) => id === transfer.id)
  if (!source || requestedAt === null) return undefined
  const since = Date.parse(requestedAt) - CLOCK_SKEW_MS
  return seen.find((candidate) => candidate.source.tenant === source.id && timeOf(candidate.createdAt) >= since)
}
