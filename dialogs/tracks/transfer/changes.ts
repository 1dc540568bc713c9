import type { CallFault, CallName, Transfer } from '../../calls.ts'
import type { TrackEvent } from '../protocol.ts'
import {
  answerTo,
  changing,
  faultChange,
  fieldsOf,
  isFaultOf,
  isInDoubt,
  isPast,
  isTick,
  stopped,
  type WaitingArgs,
  waitingActions,
  waitingGuards,
} from '../waiting.ts'
import {
  emailIn,
  isChecked,
  isExpired,
  isRequestable,
  isTransferRevocable,
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

/** The actions and guards of a transfer. */

type GivenTransfer = WaitingArgs<TransferContext>
type Change = Partial<TransferContext>

/** The side in a form, if it names one. */
const sideIn = (event: TrackEvent) => sides.find((side) => side === fieldsOf(event).side)

/** Everything that belongs to one customer, empty again. */
const { customer, source, email, eligibility, offered, subscriptions, fault } = openTransfer({
  way: 'api',
  product: 'azure',
  moved: [],
})
const nobody = { customer, source, email, eligibility, offered, subscriptions, fault, pending: null }

/** Keeps the typed fields even if the search fails, and searches once the fields of both partners are filled. */
function takeDetails({ context, event }: GivenTransfer): Change {
  const given = (name: 'customer' | 'source' | 'email') => (fieldsOf(event)[name] ?? context.typed[name]).trim()
  // A reseller's request is for its customer: news of another one must not reach it.
  const customer = context.reseller ? context.typed.customer : given('customer')
  const typed = { customer, source: given('source'), email: given('email') }
  const isComplete = typed.customer !== '' && (context.side === 'source' || typed.source !== '')
  return {
    ...nobody,
    typed,
    partnerId: (fieldsOf(event).partnerId ?? context.partnerId).trim(),
    email: emailIn(typed.email),
    left: customer === context.typed.customer ? context.left : [],
    pending: isComplete ? { call: 'find-tenant', since: event.at } : null,
  }
}

/** Takes one finding and makes the next call: customer, current partner, eligibility; or customer, offers. */
function takeFinding({ context, event }: GivenTransfer): Change {
  const answer = answerTo(event)
  if (!answer || 'fault' in answer) return {}
  const next = (call: CallName) => ({ call, since: event.at })
  switch (answer.call) {
    case 'find-tenant':
      if (context.customer) return { source: answer.tenant, pending: next('check-transfer') }
      return { customer: answer.tenant, pending: next(context.side === 'source' ? 'find-transfer' : 'find-tenant') }
    case 'check-transfer':
      return {
        eligibility: answer.eligibility,
        // The id of a reseller that asked us is found, unless it was typed.
        ...(context.partnerId === '' && answer.partnerId !== undefined ? { partnerId: answer.partnerId } : {}),
        pending: null,
      }
    case 'find-transfer':
      return { offered: answer.transfers, subscriptions: answer.subscriptions, pending: null }
    default:
      return { pending: null }
  }
}

/** Goes back to the filled form after a refusal. An offer that has changed is dropped and has to be searched anew. */
function backToForm({ event }: GivenTransfer): Change {
  const change = faultChange(event)
  const isGone = change.fault?.kind === 'stale'
  return { ...change, transfer: null, requestedAt: null, ...(isGone ? { offered: [] } : {}) }
}

/** Reads the transfer of this track from an answer or a sighting. */
export function transferIn({ context, event }: GivenTransfer): Transfer | undefined {
  const answer = answerTo(event)
  if (answer) return 'transfer' in answer ? answer.transfer : undefined
  if (event.type !== 'resource.seen' || !('transfers' in event.sighting)) return undefined
  if (event.sighting.resource !== transferResource(context)) return undefined
  return mineAmong(context, event.sighting.transfers)
}

/** Takes the transfer as an answer or a sighting shows it. An answer, and any end, leaves nothing to wait for. */
function takeTransfer(given: GivenTransfer): Change {
  const { context, event } = given
  const next = withTransfer(context, transferIn(given) ?? context.transfer, event.at)
  const isAnswered = answerTo(event) !== undefined || endOf(next.transfer) !== undefined
  return isAnswered ? { ...next, pending: null, fault: null } : next
}

/** True if the event shows something new about the transfer. */
function isNews(given: GivenTransfer): boolean {
  const { context, event } = given
  const transfer = transferIn(given)
  if (!transfer) return false
  return JSON.stringify(withTransfer(context, transfer, event.at).transfer) !== JSON.stringify(context.transfer)
}

/**
 * Finds the offered transfer that is accepted or declined by us as the current partner, with its items. Declining takes a
 * reason.
 */
function chosenIn({ context, event }: GivenTransfer): Transfer | undefined {
  if (context.side !== 'source') return undefined
  if (event.type !== 'transfer.accepted' && event.type !== 'transfer.declined') return undefined
  const transfer = context.offered.find(({ id }) => id === event.transfer)
  if (event.type === 'transfer.declined') return event.reason.trim() === '' ? undefined : transfer
  if (!transfer) return undefined
  const items = itemsOf(context, transfer).filter(({ subscription }) => event.items.includes(subscription))
  return items.length > 0 && items.length === event.items.length ? { ...transfer, items } : undefined
}

/** The status that each write leads to, if a person confirms that it took effect. */
export const statusAfter: Partial<Record<CallName, Transfer['status']>> = {
  'accept-transfer': 'in-progress',
  'decline-transfer': 'rejected',
  'cancel-transfer': 'cancelled',
}

/** Goes on as if the call had been answered; the next sighting brings the rest. */
function takeAsDone({ context, event }: GivenTransfer): Change {
  const { transfer, pending } = context
  const status = statusAfter[pending?.call as CallName] ?? transfer?.status ?? 'pending'
  return { ...withTransfer(context, transfer && { ...transfer, status }, event.at), pending: null }
}

/** Ticks a step. A second tick takes the first back: it was a mistake. */
function tickTicketStep({ context, event }: GivenTransfer): Change {
  if (event.type !== 'step.ticked') return {}
  const { [event.step as TicketStep]: before, ...others } = context.settled
  return { settled: before ? others : { ...others, [event.step]: { at: event.at, by: event.by } } }
}

/** Statuses that end a transfer; each is a state of the machine. */
const ends = ['completed', 'partially-completed', 'rejected', 'expired', 'cancelled', 'failed'] as const
export type TransferEnd = (typeof ends)[number]

/** The end that a transfer has come to, if it has. */
export const endOf = (transfer: Transfer | null | undefined): TransferEnd | undefined =>
  ends.find((end) => end === transfer?.status)

/** A transfer on paper has one end: every step is ticked. */
const endOnPaper = ({ settled }: TransferContext): TransferEnd | undefined =>
  ticketSteps.every((step) => settled[step]) ? 'completed' : undefined

export const transferActions = {
  ...waitingActions<TransferContext>(),
  takeSide: changing<TransferContext>(({ event }) => ({ ...nobody, side: sideIn(event) ?? null })),
  takeDetails: changing(takeDetails),
  takeFinding: changing(takeFinding),
  backToForm: changing(backToForm),
  takeTransfer: changing(takeTransfer),
  takeAsDone: changing(takeAsDone),
  tickTicketStep: changing(tickTicketStep),
  noteRequest: changing<TransferContext>(({ event }) => ({ requestedAt: event.at })),
  noteChoice: changing<TransferContext>((given) => ({
    transfer: chosenIn(given) ?? null,
    requestedAt: given.event.at,
  })),
  lookAgain: changing<TransferContext>(({ context, event }) => withTransfer(context, context.transfer, event.at)),
  stopClock: changing<TransferContext>(() => stopped),
}

/** Faults that another customer, partner or address would not change. */
const hopeless: readonly CallFault['kind'][] = ['region', 'national-cloud']

const isParked = ({ pending }: TransferContext) => pending?.parked === true

export const transferGuards = {
  ...waitingGuards<TransferContext>(),
  isOtherSide: ({ context, event }: GivenTransfer) =>
    context.way === 'api' && sideIn(event) !== undefined && sideIn(event) !== context.side,
  isDescription: ({ context, event }: GivenTransfer) =>
    context.side !== null && ['customer', 'source', 'email'].some((name) => fieldsOf(event)[name]?.trim()),
  isInDoubt: ({ context, event }: GivenTransfer) => isInDoubt(context.pending, event),
  isHopeless: ({ context, event }: GivenTransfer) => isFaultOf(context.pending, event, hopeless),
  canCheckAgain: ({ context, event }: GivenTransfer) => isTick(event, 'check-again') && isChecked(context),
  canRequest: ({ context, event }: GivenTransfer) => isTick(event, 'request') && isRequestable(context),
  canTakeBack: ({ context, event }: GivenTransfer) => isTick(event, 'take-back') && isTransferRevocable(context),
  hasHappened: ({ context, event }: GivenTransfer) => isTick(event, 'call-happened') && isParked(context),
  isTriedAgain: ({ context, event }: GivenTransfer) => isTick(event, 'call-again') && isParked(context),
  isOffered: (given: GivenTransfer) => chosenIn(given) !== undefined,
  isTicketStep: ({ context, event }: GivenTransfer) =>
    context.way === 'ticket' && event.type === 'step.ticked' && ticketSteps.some((step) => step === event.step),
  isNews,
  isDue: ({ context, event }: GivenTransfer) => isPast(context.remindAt, event),
  isExpired: ({ context, event }: GivenTransfer) => isPast(context.remindAt, event) && isExpired(context, event.at),
  hasEnded: ({ context }: GivenTransfer, end: TransferEnd) =>
    (context.way === 'ticket' ? endOnPaper(context) : endOf(context.transfer)) === end,
  isRequested: ({ context }: GivenTransfer) => context.way === 'api' || context.settled.ticket !== undefined,
}
