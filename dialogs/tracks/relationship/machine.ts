import { setup } from 'xstate'
import { z } from 'zod'
import { daysAfter, daysUntil } from '../../calendar.ts'
import {
  type Call,
  type CallFault,
  checkSchema,
  faultSchema,
  pendingSchema,
  tenantSchema,
  type WatchedResource,
} from '../../calls.ts'
import type { TrackEvent } from '../protocol.ts'
import {
  answerTo,
  changing,
  commonEffects,
  fieldsOf,
  isFaultOf,
  isPast,
  isTick,
  type WaitingArgs,
  waitingActions,
  waitingGuards,
} from '../waiting.ts'

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

/** Steps to tick: confirm the customer, fetch the link again (after signing in), note that the customer has it. */
export const relationshipSteps = ['confirm-customer', 'fetch-link', 'sent'] as const

/** Days after the link was fetched on which the conversation is reminded. */
export const RELATIONSHIP_REMINDER_DAYS = [3, 7, 14] as const
/** Days after which an unanswered invitation lapses. */
export const LAPSE_DAYS = 30

export const relationshipContextSchema = z.strictObject({
  /** Domain or tenant id as it was typed last. */
  typed: z.string(),
  customer: tenantSchema.nullable(),
  /** True if the relationship exists already. */
  isCustomer: z.boolean(),
  /** Whether the customer is in our CSP region, where its country is known; a warning only. */
  region: checkSchema.optional(),
  link: z.string().nullable(),
  linkAt: z.string().nullable(),
  sentAt: z.string().nullable(),
  /** Time of the next reminder, until the customer has accepted. */
  remindAt: z.string().nullable(),
  pending: pendingSchema.nullable(),
  fault: faultSchema.nullable(),
})
export type RelationshipContext = z.infer<typeof relationshipContextSchema>

type GivenRelationship = WaitingArgs<RelationshipContext>

const fresh: RelationshipContext = {
  typed: '',
  customer: null,
  isCustomer: false,
  link: null,
  linkAt: null,
  sentAt: null,
  remindAt: null,
  pending: null,
  fault: null,
}

/** Time of the next reminder. After an outage one reminder is sent, not the backlog. */
const nextTime = (linkAt: string, at: string) =>
  [...RELATIONSHIP_REMINDER_DAYS, LAPSE_DAYS].map((days) => daysAfter(linkAt, days)).find((due) => due > at) ?? null

/** Deadline of the customer; undefined without a link. */
export const lapsesAt = ({ linkAt }: RelationshipContext): string | undefined =>
  linkAt === null ? undefined : daysAfter(linkAt, LAPSE_DAYS)

/** Resource that shows the customer's acceptance. */
export const relationshipResource = ({ customer }: RelationshipContext): WatchedResource | undefined =>
  customer === null ? undefined : `relationship/${customer.id}`

const typedCustomer = (event: TrackEvent) => (fieldsOf(event).customer ?? '').trim()

/** Faults that leave the track where it is: they are mended by signing in, or by a right that is granted. */
const mendable: readonly CallFault['kind'][] = ['sign-in', 'second-factor', 'user-needed', 'access-denied']

function takeAnswer({ context, event }: GivenRelationship): Partial<RelationshipContext> {
  const answer = answerTo(event)
  if (!answer) return {}
  if ('fault' in answer) return { fault: answer.fault, pending: null }
  switch (answer.call) {
    case 'find-tenant':
      return {
        customer: answer.tenant,
        isCustomer: answer.isCustomer,
        ...(answer.region && { region: answer.region }),
        pending: null,
      }
    case 'fetch-invitation':
      return { link: answer.url, linkAt: event.at, remindAt: nextTime(event.at, event.at), pending: null }
    default:
      return context
  }
}

const { notify, wake, ask, askSignIn } = commonEffects

/** The call a context waits for, from its own content. */
function relationshipCall({ pending, typed }: RelationshipContext): Call | undefined {
  if (!pending) return undefined
  return pending.call === 'find-tenant'
    ? { name: 'find-tenant', who: 'customer', text: typed }
    : { name: 'fetch-invitation' }
}

const asking = {
  type: 'effects',
  params: ({ context }: GivenRelationship) => ask(context.pending, relationshipCall(context)),
} as const
const waking = { type: 'effects', params: wake } as const
const signing = { type: 'effects', params: askSignIn } as const
const saying = (key: 'relationship-accepted' | 'relationship-lapsed') =>
  ({ type: 'effects', params: () => notify(key) }) as const
const nudging = {
  type: 'effects',
  params: ({ context, event }: GivenRelationship) =>
    notify('relationship-nudge', -daysUntil((context.linkAt ?? event.at).slice(0, 10), event.at)),
} as const

/** Requests a reseller relationship from a customer: the customer's name, the link, then the wait for its yes. */
export const relationshipMachine = setup({
  types: {} as { context: RelationshipContext; events: TrackEvent },
  actions: {
    ...waitingActions<RelationshipContext>(),
    takeCustomer: changing<RelationshipContext>(({ event }) => ({
      ...fresh,
      typed: typedCustomer(event),
      pending: { call: 'find-tenant', since: event.at },
    })),
    takeAnswer: changing(takeAnswer),
    noteSent: changing<RelationshipContext>(({ event }) => ({ sentAt: event.at })),
    lookAgain: changing<RelationshipContext>(({ context, event }) => ({
      remindAt: nextTime(context.linkAt ?? event.at, event.at),
    })),
    stopClock: changing<RelationshipContext>(() => ({ remindAt: null })),
  },
  guards: {
    ...waitingGuards<RelationshipContext>(),
    isCustomerGiven: ({ event }: GivenRelationship) => typedCustomer(event) !== '',
    isMendable: ({ context, event }: GivenRelationship) => isFaultOf(context.pending, event, mendable),
    isThereAlready: ({ context, event }: GivenRelationship) =>
      isTick(event, 'confirm-customer') && !context.pending && context.customer !== null && context.isCustomer,
    isConfirmed: ({ context, event }: GivenRelationship) =>
      isTick(event, 'confirm-customer') && !context.pending && context.customer !== null && !context.isCustomer,
    isAskedAgain: ({ context, event }: GivenRelationship) => isTick(event, 'fetch-link') && !context.pending,
    isSent: ({ event }: GivenRelationship) => isTick(event, 'sent'),
    isAccepted: ({ context, event }: GivenRelationship) =>
      event.type === 'resource.seen' &&
      'accepted' in event.sighting &&
      event.sighting.accepted &&
      event.sighting.resource === relationshipResource(context),
    isOver: ({ context, event }: GivenRelationship) => isPast(lapsesAt(context), event),
    isDue: ({ context, event }: GivenRelationship) => isPast(context.remindAt, event),
  },
}).createMachine({
  id: 'relationship',
  context: fresh,
  initial: 'collecting-customer',
  on: { 'call.delayed': { guard: 'isAwaited', actions: 'noteDelay' }, 'track.cancelled': '.cancelled' },
  states: {
    'collecting-customer': {
      on: {
        'details.given': { guard: 'isCustomerGiven', actions: ['takeCustomer', asking] },
        'call.answered': { guard: 'isAwaited', actions: 'takeAnswer' },
        'step.ticked': [
          { guard: 'isThereAlready', target: 'accepted' },
          {
            guard: 'isConfirmed',
            target: 'fetching-link',
            actions: [{ type: 'waitFor', params: 'fetch-invitation' }, asking],
          },
        ],
      },
    },
    'fetching-link': {
      on: {
        'call.answered': [
          { guard: 'isMendable', actions: ['takeAnswer', signing] },
          { guard: 'isFault', target: 'failed', actions: 'takeAnswer' },
          { guard: 'isAwaited', target: 'link-ready', actions: ['takeAnswer', waking] },
        ],
        'step.ticked': { guard: 'isAskedAgain', actions: [{ type: 'waitFor', params: 'fetch-invitation' }, asking] },
      },
    },
    'link-ready': {
      on: {
        ...waitingForYes(),
        'step.ticked': { guard: 'isSent', target: 'awaiting-customer', actions: 'noteSent' },
      },
    },
    'awaiting-customer': { on: waitingForYes() },
    accepted: { type: 'final' },
    failed: { type: 'final' },
    lapsed: { type: 'final' },
    cancelled: { type: 'final' },
  },
})

/** Ends with the customer's yes from the moment there is a link; until then the clock runs. */
function waitingForYes() {
  return {
    'resource.seen': {
      guard: 'isAccepted',
      target: 'accepted',
      actions: ['stopClock', saying('relationship-accepted')],
    },
    'timer.fired': [
      {
        guard: 'isOver',
        target: 'lapsed',
        actions: ['stopClock', saying('relationship-lapsed')],
      },
      { guard: 'isDue', actions: [nudging, 'lookAgain', waking] },
    ],
  } as const
}
