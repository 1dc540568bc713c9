import { z } from 'zod'
import { daysAfter } from '../../calendar.ts'
import {
  type Call,
  eligibilitySchema,
  faultSchema,
  pendingSchema,
  type Transfer,
  type TransferItem,
  tenantSchema,
  transferItemSchema,
  transferSchema,
  type WatchedResource,
} from '../../calls.ts'

/** What a transfer knows of itself, and what follows from that alone. */

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

/** `ticket`: there is no API for it, people do it on paper and tick. */
export const ways = ['api', 'ticket'] as const
export const products = ['azure', 'licences'] as const
/** Who we are: the new partner, who asks, or the present one, who hands over. */
export const sides = ['target', 'source'] as const

/**
 * On paper, in the usual order: customer and both partners agree; the form is signed by all three; the present partner
 * opens the ticket; Microsoft confirms; the access of the old partner is removed.
 */
export const ticketSteps = ['agreement', 'forms', 'ticket', 'confirmation', 'access'] as const
export type TicketStep = (typeof ticketSteps)[number]

/** What else a person ticks; the last two answer whether a call took effect of which nobody knows. */
export const transferSteps = ['request', 'take-back', 'call-happened', 'call-again'] as const

/** Days before a request runs out on which the conversation is told. */
export const dueReminderDays = [7, 1] as const
/** Days the present partner has, where the service does not say. */
export const transferDays = 30
/** Days after its end before a request of which nothing was seen counts as expired. */
const graceDays = 1

export const transferContextSchema = z.strictObject({
  way: z.enum(ways),
  product: z.enum(products),
  side: z.enum(sides).nullable(),
  /** As it was typed last, whatever came of it. */
  typed: z.strictObject({ customer: z.string(), source: z.string(), email: z.string() }),
  customer: tenantSchema.nullable(),
  source: tenantSchema.nullable(),
  /** The customer's contact; null while what was typed is no address. */
  email: z.string().nullable(),
  eligibility: eligibilitySchema.nullable(),
  /** As the present partner: transfers of the customer that wait for us. */
  offered: z.array(transferSchema),
  /** As the present partner: our subscriptions there. */
  subscriptions: z.array(transferItemSchema),
  transfer: transferSchema.nullable(),
  requestedAt: z.string().nullable(),
  /** When the request runs out. */
  due: z.string().nullable(),
  /** When to look at the clock next. */
  remindAt: z.string().nullable(),
  settled: z.partialRecord(z.enum(ticketSteps), z.strictObject({ at: z.string(), by: z.string() })),
  pending: pendingSchema.nullable(),
  fault: faultSchema.nullable(),
})
export type TransferContext = z.infer<typeof transferContextSchema>

/** A transfer of which nothing is known but how it is to be done. */
export const openTransfer = (way: TransferContext['way'], product: TransferContext['product']): TransferContext => ({
  way,
  product,
  side: null,
  typed: { customer: '', source: '', email: '' },
  customer: null,
  source: null,
  email: null,
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

/** Everything is there to ask for the transfer as the new partner. */
export const isRequestable = ({ way, side, customer, source, email, eligibility, pending }: TransferContext): boolean =>
  way === 'api' && side === 'target' && !!customer && !!source && email !== null && !!eligibility && !pending

/** The new partner may take a request back while the present one has not answered. */
export const isRevocable = ({ side, transfer, pending }: TransferContext): boolean =>
  side === 'target' && transfer?.status === 'pending' && !pending

/** What the present partner can hand over with an offered transfer: what it names, else all that is ours there. */
export const itemsOf = ({ subscriptions }: TransferContext, offered: Transfer): TransferItem[] =>
  offered.items.length > 0 ? offered.items : subscriptions

/** Where the transfer shows at Microsoft. */
export const transferResource = ({ way, customer }: TransferContext): WatchedResource | undefined =>
  way === 'api' && customer ? `transfers/${customer.id}` : undefined

/** The call a context waits for, from what the context holds; so it can be made again just as it was. */
export function awaitedCall(context: TransferContext): Call | undefined {
  const { pending, typed, customer, source, email, product, transfer } = context
  if (pending?.call === 'find-tenant') {
    return customer
      ? { name: 'find-tenant', who: 'source-partner', text: typed.source }
      : { name: 'find-tenant', who: 'customer', text: typed.customer }
  }
  if (!customer) return undefined
  switch (pending?.call) {
    case 'check-transfer':
    case 'find-transfer':
      return { name: pending.call, customer: customer.id }
    case 'create-transfer':
      return source && email !== null ? { name: 'create-transfer', customer, source, email, product } : undefined
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

/** When an ISO time of the service is, in milliseconds; NaN for what is none. */
const timeOf = (text: string | undefined) => (text === undefined ? Number.NaN : Date.parse(text))

/**
 * The context with the transfer as it was just told, and with its clock: what the service says, else 30 days from the
 * request. Once the present partner has agreed, nobody is reminded of anything.
 */
export function withTransfer(context: TransferContext, told: Transfer | null, at: string): TransferContext {
  const items = told?.items.length ? told.items : (context.transfer?.items ?? [])
  const transfer = told && { ...told, items }
  const asked = context.requestedAt ?? at
  const expires = timeOf(told?.expiresAt)
  // The service writes a time that is not set as the year 1.
  const isSaid = expires > Date.parse(asked)
  const due = isSaid ? new Date(expires).toISOString() : (context.due ?? daysAfter(asked, transferDays))
  const isRunning = !transfer || transfer.status === 'pending' || transfer.status === 'other'
  return { ...context, transfer, due, remindAt: isRunning ? nextLook(due, at) : null }
}

/** Only the next time counts. What is over already is looked at now. */
const nextLook = (due: string, at: string) =>
  [...dueReminderDays.map((days) => -days), graceDays].map((days) => daysAfter(due, days)).find((time) => time > at) ??
  at

/** Did the request run out, with a day for the news of it to arrive? */
export const isExpired = ({ due }: TransferContext, at: string): boolean =>
  due !== null && at >= daysAfter(due, graceDays)

/** Clocks differ: what was created shortly before we asked may still be ours. */
const clockSkewMs = 5 * 60_000

/** The transfer this track is about among those that were seen: the same id, or what our request must have made. */
export function mineAmong(context: TransferContext, seen: readonly Transfer[]): Transfer | undefined {
  const { transfer, source, requestedAt } = context
  if (transfer) return seen.find(({ id }) => id === transfer.id)
  if (!source || requestedAt === null) return undefined
  const since = Date.parse(requestedAt) - clockSkewMs
  return seen.find((one) => one.source.tenant === source.id && timeOf(one.createdAt) >= since)
}
