import { z } from 'zod'
import type { CallName, Transfer } from '../../calls.ts'
import type { TrackEvent } from '../protocol.ts'
import { answerTo } from '../waiting.ts'
import {
  itemsOf,
  mineAmong,
  openTransfer,
  sides,
  type TicketStep,
  type TransferContext,
  ticketSteps,
  transferResource,
  withTransfer,
} from './context.ts'

/** What the events of a transfer change in what it knows. */

export type Given = { context: TransferContext; event: TrackEvent }
type Change = Partial<TransferContext>

/** The fields of a form; none for other events. */
export const fieldsOf = (event: TrackEvent) => (event.type === 'details.given' ? event.fields : {})
/** The side a form tells, if it tells one. */
export const sideIn = (event: TrackEvent) => sides.find((side) => side === fieldsOf(event).side)

/** What belongs to one customer and goes when another is typed. */
const { customer, source, email, eligibility, offered, subscriptions, fault } = openTransfer('api', 'azure')
export const nobody = { customer, source, email, eligibility, offered, subscriptions, fault, pending: null }

/** What was typed is kept whatever comes of it; it is looked up once both partners' fields are filled. */
export function takeDetails({ context, event }: Given): Change {
  const given = (name: 'customer' | 'source' | 'email') => (fieldsOf(event)[name] ?? context.typed[name]).trim()
  const typed = { customer: given('customer'), source: given('source'), email: given('email') }
  const isComplete = typed.customer !== '' && (context.side === 'source' || typed.source !== '')
  return {
    ...nobody,
    typed,
    email: z.email().safeParse(typed.email).data ?? null,
    pending: isComplete ? { call: 'find-tenant', since: event.at } : null,
  }
}

/** One question follows from the answer to the other: customer, present partner, may it be done; or what is offered. */
export function takeFinding({ context, event }: Given): Change {
  const answer = answerTo(event)
  if (!answer || 'fault' in answer) return {}
  const next = (call: CallName) => ({ call, since: event.at })
  switch (answer.call) {
    case 'find-tenant':
      if (context.customer) return { source: answer.tenant, pending: next('check-transfer') }
      return { customer: answer.tenant, pending: next(context.side === 'source' ? 'find-transfer' : 'find-tenant') }
    case 'check-transfer':
      return { eligibility: answer.eligibility, pending: null }
    case 'find-transfer':
      return { offered: answer.transfers, subscriptions: answer.subscriptions, pending: null }
    default:
      return { pending: null }
  }
}

/** The awaited answer was no: why, and nothing is awaited any more. */
export function takeFault({ event }: Given): Change {
  const answer = answerTo(event)
  return answer && 'fault' in answer ? { fault: answer.fault, pending: null } : {}
}

/**
 * Nothing was made: what was typed and found stays, to be corrected and asked for again. An offer that is not as it was
 * is gone: it has to be looked for anew.
 */
export function backToForm(given: Given): Change {
  const change = takeFault(given)
  const isGone = change.fault?.kind === 'stale'
  return { ...change, transfer: null, requestedAt: null, ...(isGone ? { offered: [] } : {}) }
}

/** The transfer an event tells of, where it is the one of this track. */
export function toldIn({ context, event }: Given): Transfer | undefined {
  const answer = answerTo(event)
  if (answer) return 'transfer' in answer ? answer.transfer : undefined
  if (event.type !== 'resource.seen' || !('transfers' in event.sighting)) return undefined
  if (event.sighting.resource !== transferResource(context)) return undefined
  return mineAmong(context, event.sighting.transfers)
}

/** The transfer as an answer or a look shows it. An answer, and any end, leaves nothing to wait for. */
export function takeTransfer(given: Given): Change {
  const { context, event } = given
  const next = withTransfer(context, toldIn(given) ?? context.transfer, event.at)
  const isAnswered = answerTo(event) !== undefined || endOf(next.transfer) !== undefined
  return isAnswered ? { ...next, pending: null, fault: null } : next
}

/** Does the event tell something of the transfer that was not known? */
export function isNews(given: Given): boolean {
  const { context, event } = given
  const told = toldIn(given)
  if (!told) return false
  return JSON.stringify(withTransfer(context, told, event.at).transfer) !== JSON.stringify(context.transfer)
}

/** As present partner, the offered transfer somebody decided on, with what is to be handed over. */
export function chosenIn({ context, event }: Given): Transfer | undefined {
  if (context.side !== 'source') return undefined
  if (event.type !== 'transfer.accepted' && event.type !== 'transfer.declined') return undefined
  const transfer = context.offered.find(({ id }) => id === event.transfer)
  if (!transfer || event.type === 'transfer.declined') return transfer
  const items = itemsOf(context, transfer).filter(({ subscription }) => event.items.includes(subscription))
  return items.length > 0 && items.length === event.items.length ? { ...transfer, items } : undefined
}

/** What a call makes of a transfer when somebody has seen that it took effect. */
export const effected: Partial<Record<CallName, Transfer['status']>> = {
  'accept-transfer': 'in-progress',
  'decline-transfer': 'rejected',
  'cancel-transfer': 'cancelled',
}

/** Goes on as if the call had been answered; the next look at the service tells the rest. */
export function takeAsDone({ context, event }: Given): Change {
  const { transfer, pending } = context
  const status = effected[pending?.call as CallName] ?? transfer?.status ?? 'pending'
  return { ...withTransfer(context, transfer && { ...transfer, status }, event.at), pending: null }
}

/** A settled step that is ticked again was settled by mistake: it opens. */
export function settleStep({ context, event }: Given): Change {
  if (event.type !== 'step.ticked') return {}
  const { [event.step as TicketStep]: before, ...others } = context.settled
  return { settled: before ? others : { ...others, [event.step]: { at: event.at, by: event.by } } }
}

/** Statuses that end a transfer; each is a state of its own. */
const ends = ['completed', 'partially-completed', 'rejected', 'expired', 'cancelled', 'failed'] as const
export type End = (typeof ends)[number]

/** The end a transfer has come to, if it has. */
export const endOf = (transfer: Transfer | null | undefined): End | undefined =>
  ends.find((end) => end === transfer?.status)

/** On paper there is one end: every step is settled. */
export const endOnPaper = ({ settled }: TransferContext): End | undefined =>
  ticketSteps.every((step) => settled[step]) ? 'completed' : undefined
