import { assign, setup } from 'xstate'
import { z } from 'zod'
import { daysAfter, daysUntil } from '../../calendar.ts'
import {
  type Call,
  type CallFault,
  faultSchema,
  pendingSchema,
  tenantSchema,
  type WatchedResource,
} from '../../calls.ts'
import type { Effect } from '../../events.ts'
import type { TrackEvent } from '../protocol.ts'
import { answerTo, delayOf, isAwaited, isFaultOf, signInNotice } from '../waiting.ts'

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

/** What a person ticks: it is this customer, fetch the link again (after signing in), the customer has the link. */
export const relationshipSteps = ['confirm-customer', 'fetch-link', 'sent'] as const

/** Days after the link was fetched on which the conversation is asked to remind the customer. */
export const nudgeDays = [3, 7, 14] as const
/** Days after which an unanswered invitation is given up. */
export const lapseDays = 30

export const relationshipContextSchema = z.strictObject({
  /** What was typed last: a domain or a tenant id. */
  typed: z.string(),
  customer: tenantSchema.nullable(),
  /** The relationship is there already. */
  isCustomer: z.boolean(),
  link: z.string().nullable(),
  linkAt: z.string().nullable(),
  sentAt: z.string().nullable(),
  /** When to speak next, while the customer has not accepted. */
  remindAt: z.string().nullable(),
  pending: pendingSchema.nullable(),
  fault: faultSchema.nullable(),
})
export type RelationshipContext = z.infer<typeof relationshipContextSchema>

type Given = { context: RelationshipContext; event: TrackEvent }

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

/** Only the next time counts: after an outage one thing is said for the present, not the backlog. */
const nextTime = (linkAt: string, at: string) =>
  [...nudgeDays, lapseDays].map((days) => daysAfter(linkAt, days)).find((due) => due > at) ?? null

/** By when the customer has to accept; undefined before there is a link. */
export const lapsesAt = ({ linkAt }: RelationshipContext): string | undefined =>
  linkAt === null ? undefined : daysAfter(linkAt, lapseDays)

/** What shows at Microsoft that the customer has accepted. */
export const relationshipResource = ({ customer }: RelationshipContext): WatchedResource | undefined =>
  customer === null ? undefined : `relationship/${customer.id}`

const typedCustomer = (event: TrackEvent) =>
  event.type === 'details.given' ? (event.fields.customer ?? '').trim() : ''

const isTick = (event: TrackEvent, step: (typeof relationshipSteps)[number]) =>
  event.type === 'step.ticked' && event.step === step

/** Faults that a person can mend without beginning anew: by signing in, or by having a right granted. */
const mendable: readonly CallFault['kind'][] = ['sign-in', 'second-factor', 'user-needed', 'access-denied']

function takeAnswer({ context, event }: Given): Partial<RelationshipContext> {
  const answer = answerTo(event)
  if (!answer) return {}
  if ('fault' in answer) return { fault: answer.fault, pending: null }
  switch (answer.call) {
    case 'find-tenant':
      return { customer: answer.tenant, isCustomer: answer.isCustomer, pending: null }
    case 'fetch-invitation':
      return { link: answer.url, linkAt: event.at, remindAt: nextTime(event.at, event.at), pending: null }
    default:
      return context
  }
}

/** What is asked for now: a track waits for one answer at a time. */
function call({ context: { pending, typed } }: Given): Effect[] {
  if (!pending) return []
  const asked: Call =
    pending.call === 'find-tenant'
      ? { name: 'find-tenant', who: 'customer', text: typed }
      : { name: 'fetch-invitation' }
  return [{ kind: 'call', track: 'relationship', since: pending.since, call: asked }]
}

const wake = ({ context: { remindAt } }: Given): Effect[] =>
  remindAt === null ? [] : [{ kind: 'wake', track: 'relationship', timer: 'clock', due: remindAt }]

const nudge = ({ context, event }: Given): Effect[] => {
  const days = -daysUntil((context.linkAt ?? event.at).slice(0, 10), event.at)
  return [{ kind: 'notify', track: 'relationship', notice: { key: 'relationship-nudge', days } }]
}

/** Later than any ISO time. */
const never = '~'

const notice = (key: 'relationship-accepted' | 'relationship-lapsed') => (): Effect[] => [
  { kind: 'notify', track: 'relationship', notice: { key, days: 0 } },
]

/** Asking a customer for a reseller relationship: who it is, the link, and then waiting for the customer's yes. */
export const relationshipMachine = setup({
  types: {} as { context: RelationshipContext; events: TrackEvent },
  actions: {
    effects: (_, _effects: Effect[]) => {},
    takeCustomer: assign(({ event }) => ({
      ...fresh,
      typed: typedCustomer(event),
      pending: { call: 'find-tenant', since: event.at },
    })),
    askForLink: assign(({ event }) => ({ pending: { call: 'fetch-invitation', since: event.at }, fault: null })),
    takeAnswer: assign(takeAnswer),
    noteDelay: assign(({ context, event }) => ({ pending: delayOf(context.pending, event) })),
    noteSent: assign(({ event }) => ({ sentAt: event.at })),
    lookAgain: assign(({ context, event }) => ({ remindAt: nextTime(context.linkAt ?? event.at, event.at) })),
    stopClock: assign({ remindAt: null }),
  },
  guards: {
    isCustomerGiven: ({ event }) => typedCustomer(event) !== '',
    isAwaited: ({ context, event }) => isAwaited(context.pending, event),
    isMendable: ({ context, event }) => isFaultOf(context.pending, event, mendable),
    isFault: ({ context, event }) => isFaultOf(context.pending, event),
    isThereAlready: ({ context, event }) =>
      isTick(event, 'confirm-customer') && !context.pending && context.customer !== null && context.isCustomer,
    isConfirmed: ({ context, event }) =>
      isTick(event, 'confirm-customer') && !context.pending && context.customer !== null && !context.isCustomer,
    isAskedAgain: ({ context, event }) => isTick(event, 'fetch-link') && !context.pending,
    isSent: ({ event }) => isTick(event, 'sent'),
    isAccepted: ({ context, event }) =>
      event.type === 'resource.seen' &&
      'accepted' in event.sighting &&
      event.sighting.accepted &&
      event.sighting.resource === relationshipResource(context),
    isOver: ({ context, event }) => event.at >= (lapsesAt(context) ?? never),
    isDue: ({ context, event }) => event.at >= (context.remindAt ?? never),
  },
}).createMachine({
  id: 'relationship',
  context: fresh,
  initial: 'collecting-customer',
  on: { 'call.delayed': { guard: 'isAwaited', actions: 'noteDelay' }, 'track.cancelled': '.cancelled' },
  states: {
    'collecting-customer': {
      on: {
        'details.given': { guard: 'isCustomerGiven', actions: ['takeCustomer', { type: 'effects', params: call }] },
        'call.answered': { guard: 'isAwaited', actions: 'takeAnswer' },
        'step.ticked': [
          { guard: 'isThereAlready', target: 'accepted' },
          {
            guard: 'isConfirmed',
            target: 'fetching-link',
            actions: ['askForLink', { type: 'effects', params: call }],
          },
        ],
      },
    },
    'fetching-link': {
      on: {
        'call.answered': [
          { guard: 'isMendable', actions: ['takeAnswer', { type: 'effects', params: signInNotice('relationship') }] },
          { guard: 'isFault', target: 'failed', actions: 'takeAnswer' },
          { guard: 'isAwaited', target: 'link-ready', actions: ['takeAnswer', { type: 'effects', params: wake }] },
        ],
        'step.ticked': { guard: 'isAskedAgain', actions: ['askForLink', { type: 'effects', params: call }] },
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

/** From the moment there is a link, however it got to the customer: its yes ends the track, and the clock runs. */
function waitingForYes() {
  return {
    'resource.seen': {
      guard: 'isAccepted',
      target: 'accepted',
      actions: ['stopClock', { type: 'effects', params: notice('relationship-accepted') }],
    },
    'timer.fired': [
      {
        guard: 'isOver',
        target: 'lapsed',
        actions: ['stopClock', { type: 'effects', params: notice('relationship-lapsed') }],
      },
      { guard: 'isDue', actions: [{ type: 'effects', params: nudge }, 'lookAgain', { type: 'effects', params: wake }] },
    ],
  } as const
}
