import { setup } from 'xstate'
import { daysUntil } from '../../calendar.ts'
import type { CallFault, TenantInfo } from '../../calls.ts'
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
import {
  invitedAt,
  isOtherNews,
  lapsesAt,
  nextReminder,
  openRelationship,
  otherTenant,
  type RelationshipContext,
  type RelationshipInput,
  relationshipCall,
  relationshipResource,
} from './context.ts'

type GivenRelationship = WaitingArgs<RelationshipContext>

const typedCustomer = (event: TrackEvent) => (fieldsOf(event).customer ?? '').trim()

/** The provider of a joint invitation; undefined for other events. */
const providerIn = (event: TrackEvent): string | undefined =>
  event.type === 'step.ticked' && event.step === 'confirm-jointly' ? event.provider : undefined

/** The tenant that has accepted, by a sighting that names it. */
const acceptedIn = (event: TrackEvent): TenantInfo | undefined =>
  event.type === 'resource.seen' && 'accepted' in event.sighting && event.sighting.accepted
    ? event.sighting.tenant
    : undefined

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
        isByHand: answer.isClosed === true,
        pending: null,
      }
    case 'fetch-invitation':
      return { link: answer.url, linkAt: event.at, remindAt: nextReminder(event.at, event.at), pending: null }
    default:
      return context
  }
}

const { notify, wake, ask, askSignIn } = commonEffects

const asking = {
  type: 'effects',
  params: ({ context }: GivenRelationship) => ask(context.pending, relationshipCall(context)),
} as const
const waking = { type: 'effects', params: wake } as const
const signing = { type: 'effects', params: askSignIn } as const
const saying = (key: 'relationship-accepted' | 'relationship-lapsed' | 'relationship-other') =>
  ({ type: 'effects', params: () => notify(key) }) as const
const nudging = {
  type: 'effects',
  params: ({ context, event }: GivenRelationship) =>
    notify('relationship-nudge', -daysUntil((invitedAt(context) ?? event.at).slice(0, 10), event.at)),
} as const

/** Requests a reseller relationship from a customer: the customer's name, the link, then the wait for its yes. */
export const relationshipMachine = setup({
  types: {} as { context: RelationshipContext; events: TrackEvent; input: RelationshipInput | undefined },
  actions: {
    ...waitingActions<RelationshipContext>(),
    takeCustomer: changing<RelationshipContext>(({ event }) => ({
      ...openRelationship,
      typed: typedCustomer(event),
      pending: { call: 'find-tenant', since: event.at },
    })),
    takeAnswer: changing(takeAnswer),
    noteProvider: changing<RelationshipContext>(({ event }) => ({ provider: providerIn(event) ?? null })),
    noteSentByHand: changing<RelationshipContext>(({ event: { at } }) => ({
      isByHand: true,
      sentAt: at,
      remindAt: nextReminder(at, at),
      fault: null,
    })),
    noteSent: changing<RelationshipContext>(({ event }) => ({ sentAt: event.at })),
    lookAgain: changing<RelationshipContext>(({ context, event }) => ({
      remindAt: nextReminder(invitedAt(context) ?? event.at, event.at),
    })),
    noteOther: changing<RelationshipContext>(({ context, event }) => {
      const other = acceptedIn(event)
      return other ? { others: [...context.others, other], isOtherOpen: true } : {}
    }),
    takeOther: changing<RelationshipContext>(({ context }) => ({
      customer: otherTenant(context) ?? context.customer,
      isCustomer: true,
      isOtherOpen: false,
      remindAt: null,
    })),
    closeOther: changing<RelationshipContext>(() => ({ isOtherOpen: false })),
    stopClock: changing<RelationshipContext>(() => ({ remindAt: null })),
  },
  guards: {
    ...waitingGuards<RelationshipContext>(),
    isCustomerGiven: ({ event }: GivenRelationship) => typedCustomer(event) !== '',
    isMendable: ({ context, event }: GivenRelationship) => isFaultOf(context.pending, event, mendable),
    isThereAlready: ({ context, event }: GivenRelationship) =>
      isTick(event, 'confirm-customer') && !context.pending && context.customer !== null && context.isCustomer,
    isConfirmed: ({ context, event }: GivenRelationship) =>
      (isTick(event, 'confirm-customer') || providerIn(event) !== undefined) &&
      !context.pending &&
      context.customer !== null &&
      !context.isCustomer,
    isSentByHand: ({ context, event }: GivenRelationship) =>
      isTick(event, 'sent-by-hand') && context.fault?.kind === 'access-denied',
    isSaidAccepted: ({ context, event }: GivenRelationship) => isTick(event, 'customer-accepted') && context.isByHand,
    isAskedAgain: ({ context, event }: GivenRelationship) => isTick(event, 'fetch-link') && !context.pending,
    isSent: ({ event }: GivenRelationship) => isTick(event, 'sent'),
    isAccepted: ({ context, event }: GivenRelationship) =>
      event.type === 'resource.seen' &&
      'accepted' in event.sighting &&
      event.sighting.accepted &&
      event.sighting.resource === relationshipResource(context),
    isOther: ({ context, event }: GivenRelationship) => {
      const other = acceptedIn(event)
      return other !== undefined && isOtherNews(context, other)
    },
    isOtherRight: ({ context, event }: GivenRelationship) => isTick(event, 'other-is-right') && context.isOtherOpen,
    isOtherUnrelated: ({ context, event }: GivenRelationship) =>
      isTick(event, 'other-is-unrelated') && context.isOtherOpen,
    isSentAgain: ({ context, event }: GivenRelationship) => isTick(event, 'send-again') && context.isOtherOpen,
    isOver: ({ context, event }: GivenRelationship) => isPast(lapsesAt(context), event),
    isDue: ({ context, event }: GivenRelationship) => isPast(context.remindAt, event),
  },
}).createMachine({
  id: 'relationship',
  context: ({ input }) => ({ ...openRelationship, ...input }),
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
            actions: ['noteProvider', { type: 'waitFor', params: 'fetch-invitation' }, asking],
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
        'step.ticked': [
          { guard: 'isAskedAgain', actions: [{ type: 'waitFor', params: 'fetch-invitation' }, asking] },
          { guard: 'isSentByHand', target: 'awaiting-customer', actions: ['noteSentByHand', waking] },
        ],
      },
    },
    'link-ready': {
      on: {
        ...waitingForYes(),
        'step.ticked': [
          { guard: 'isSent', target: 'awaiting-customer', actions: ['noteSent', 'closeOther'] },
          ...aboutOther(),
        ],
      },
    },
    'awaiting-customer': {
      on: {
        ...waitingForYes(),
        'step.ticked': [{ guard: 'isSaidAccepted', target: 'accepted', actions: 'stopClock' }, ...aboutOther()],
      },
    },
    accepted: { type: 'final' },
    failed: { type: 'final' },
    lapsed: { type: 'final' },
    cancelled: { type: 'final' },
  },
})

/** Ends with the customer's yes from the moment there is an invitation; until then the clock runs. */
function waitingForYes() {
  return {
    'resource.seen': [
      { guard: 'isAccepted', target: 'accepted', actions: ['stopClock', saying('relationship-accepted')] },
      { guard: 'isOther', actions: ['noteOther', saying('relationship-other')] },
    ],
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

/** Decides on another tenant that accepted: it is the customer, somebody else's, or the wrong one. */
function aboutOther() {
  return [
    { guard: 'isOtherRight', target: 'accepted', actions: 'takeOther' },
    { guard: 'isOtherUnrelated', actions: 'closeOther' },
    { guard: 'isSentAgain', target: 'link-ready', actions: 'closeOther' },
  ] as const
}
