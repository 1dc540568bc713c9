import { setup } from 'xstate'
import type { Notice, recipients } from '../../events.ts'
import type { PeerNews } from '../../peer.ts'
import type { TrackEvent } from '../protocol.ts'
import { invitationActions, invitationGuards, invitationOrders } from './changes.ts'
import { type InvitationContext, type InvitationInput, openInvitation, type Wait } from './context.ts'

const { notify, notifyOf, tell, tellEnd } = invitationOrders
const asking = { type: 'effects', params: invitationOrders.ask } as const
const waking = { type: 'effects', params: invitationOrders.wake } as const
const signing = { type: 'effects', params: invitationOrders.askSignIn } as const
const saying = (key: Notice['key']) => ({ type: 'effects', params: () => notify(key) }) as const
const sayingOf = (what: Parameters<typeof notifyOf>[1]) =>
  ({ type: 'effects', params: (given: Parameters<typeof notifyOf>[0]) => notifyOf(given, what) }) as const
const tellingEnd = (kind: 'withdrawn' | 'lapsed') =>
  ({ type: 'effects', params: (given: Parameters<typeof tellEnd>[0]) => tellEnd(given, kind) }) as const
const sayingAcceptance = { type: 'effects', params: invitationOrders.acceptanceNotice } as const
const tellingWork = { type: 'effects', params: invitationOrders.tellWork } as const
const sayingWork = { type: 'effects', params: invitationOrders.workNotice } as const
const tellingOfAdmin = { type: 'effects', params: invitationOrders.adminNotice } as const
const telling = (kind: 'with-customer' | 'accepted') => ({ type: 'effects', params: () => tell({ kind }) }) as const
const handing = (news: PeerNews['kind']) => ({ type: 'noteHandover', params: news }) as const
const hasNews = (news: PeerNews['kind']) => ({ type: 'isTold', params: news }) as const
const sentTo = (to: (typeof recipients)[number]) => ({ type: 'isSentTo', params: to }) as const

/**
 * A request of a reseller to its direct partner or provider: for an invitation, which goes on to the customer, or for
 * work that only the provider can do. Both sides run this machine, each in its own case, and send each other news.
 */
export const invitationMachine = setup({
  types: {} as { context: InvitationContext; events: TrackEvent; input: InvitationInput },
  actions: invitationActions,
  guards: invitationGuards,
}).createMachine({
  id: 'invitation',
  context: ({ input }) => openInvitation(input),
  initial: 'asking',
  on: {
    'call.delayed': { guard: 'isAwaited', actions: 'noteDelay' },
    'peer.linked': { guard: 'isFirstLink', actions: 'notePeer' },
    'peer.told': { guard: hasNews('admin'), actions: ['takeNews', tellingOfAdmin] },
    'track.cancelled': {
      target: '.cancelled',
      actions: [tellingEnd('withdrawn'), 'stopClock'],
    },
  },
  states: {
    asking: {
      on: {
        'details.given': [
          { guard: 'isKnown', actions: 'takeNote' },
          { guard: 'isCustomerForm', actions: ['takeCustomer', asking] },
        ],
        'call.answered': { guard: 'isAwaited', actions: 'takeAnswer' },
        'step.ticked': [asked(), { guard: 'isByHand', target: 'by-hand' }],
        'peer.told': {
          guard: hasNews('asked'),
          target: 'at-direct-partner',
          actions: ['takeNews', sayingOf('asked'), waking],
        },
      },
    },
    // The reseller has no paired provider, or has not used it: people ask, and tick what they know.
    'by-hand': {
      on: {
        ...clock('work'),
        'step.ticked': [
          asked(),
          { guard: 'isAskedByHand', actions: ['noteAsked', waking] },
          { guard: 'isDoneByHand', target: 'fulfilled', actions: 'stopClock' },
        ],
      },
    },
    'at-direct-partner': {
      on: {
        ...clock('answer'),
        ...working(),
        'invitation.requested': {
          guard: 'canCreate',
          actions: [{ type: 'waitFor', params: 'check-agreement' }, asking],
        },
        'call.answered': [
          { guard: 'isFault', actions: ['takeAnswer', signing] },
          {
            guard: 'isThereAlready',
            target: 'accepted',
            actions: [
              'takeAnswer',
              'noteKnown',
              handing('accepted'),
              'stopClock',
              { type: 'effects', params: () => tell({ kind: 'accepted', already: true }) },
            ],
          },
          { guard: 'isSigned', actions: [{ type: 'waitFor', params: 'fetch-invitation' }, asking] },
          {
            guard: { type: 'isAnswerOf', params: 'fetch-invitation' },
            target: 'created',
            actions: ['takeAnswer', waking],
          },
          { guard: 'isAwaited', actions: 'takeAnswer' },
        ],
        'invitation.declined': declining(),
        'peer.told': [
          {
            guard: hasNews('invitation'),
            target: 'with-reseller',
            actions: ['takeNews', saying('invitation-arrived'), waking],
          },
          { guard: hasNews('with-customer'), target: 'with-customer', actions: ['takeNews', waking] },
          ...workNews(),
          refusal(),
          ending('accepted'),
          ending('lapsed'),
          ending('withdrawn'),
        ],
      },
    },
    // The provider works on the request.
    'in-hand': {
      on: {
        ...clock('work'),
        ...working(),
        'invitation.declined': declining(),
        'peer.told': [...workNews(), refusal(), ending('lapsed'), ending('withdrawn')],
      },
    },
    created: {
      on: {
        ...clock('answer'),
        ...waitingForYes(),
        'invitation.sent': [
          {
            guard: sentTo('reseller'),
            target: 'with-reseller',
            actions: [handing('invitation'), { type: 'effects', params: invitationOrders.tellLink }, waking],
          },
          toCustomer(sentTo('customer')),
        ],
        'invitation.declined': declining(),
        'peer.told': [ending('lapsed'), ending('withdrawn')],
      },
    },
    'with-reseller': {
      on: {
        ...clock('answer'),
        ...waitingForYes(),
        'invitation.sent': toCustomer(sentTo('customer')),
        'step.ticked': toCustomer('isSent'),
        'peer.told': [
          { guard: hasNews('with-customer'), target: 'with-customer', actions: ['takeNews', waking] },
          ending('accepted'),
          ending('lapsed'),
          ending('withdrawn'),
        ],
      },
    },
    'with-customer': {
      on: {
        ...clock('answer'),
        ...waitingForYes(),
        'peer.told': [
          // News may overtake each other: the customer had it before the reseller did.
          { guard: hasNews('invitation'), actions: ['takeNews', saying('invitation-arrived'), waking] },
          ending('accepted'),
          ending('lapsed'),
          ending('withdrawn'),
        ],
      },
    },
    // Not final: the reseller goes on to hear of the delegated admin that is requested on its behalf.
    accepted: {},
    fulfilled: { type: 'final' },
    declined: { type: 'final' },
    lapsed: { type: 'final' },
    cancelled: { type: 'final' },
  },
})

/** Reminds the side that holds the invitation; after a long silence it is over on both sides. */
function clock(wait: Wait) {
  const nudging = {
    type: 'effects',
    params: (given: Parameters<typeof invitationOrders.nudge>[0]) => invitationOrders.nudge(given, wait),
  } as const
  return {
    'timer.fired': [
      { guard: 'isOver', target: 'lapsed', actions: ['stopClock', sayingOf('lapsed'), tellingEnd('lapsed')] },
      { guard: 'isDue', actions: [nudging, { type: 'lookAgain', params: wait }, waking] },
    ],
  } as const
}

/** Sends the request to the paired desk. */
function asked() {
  return {
    guard: 'isAskedFor',
    target: 'at-direct-partner',
    actions: [handing('asked'), { type: 'effects', params: invitationOrders.tellRequest }, waking],
  } as const
}

/** Reports the provider's work from its start, which accepts the request, to its end. */
function working() {
  return {
    'track.moved': [
      { guard: 'isWorkDone', target: 'fulfilled', actions: [tellingWork, 'noteWork'] },
      { guard: 'isWork', target: 'in-hand', actions: [tellingWork, 'noteWork', waking] },
    ],
    'step.ticked': { guard: 'isDoneAtDesk', target: 'fulfilled', actions: [tellingWork, 'noteWork'] },
  } as const
}

/** Follows the provider's work on the reseller's side. */
function workNews() {
  return [
    { guard: 'isToldDone', target: 'fulfilled', actions: [sayingWork, 'takeNews'] },
    { guard: hasNews('request'), target: 'in-hand', actions: [sayingWork, 'takeNews', waking] },
  ] as const
}

function refusal() {
  return { guard: hasNews('declined'), target: 'declined', actions: ['takeNews', sayingOf('declined')] } as const
}

/** Ends with the customer's yes from the moment there is a link, however the link got to the customer. */
function waitingForYes() {
  return {
    'resource.seen': {
      guard: 'isAccepted',
      target: 'accepted',
      actions: [handing('accepted'), 'stopClock', saying('invitation-accepted'), telling('accepted')],
    },
  } as const
}

function declining() {
  return {
    guard: 'isDeclined',
    target: 'declined',
    actions: ['noteReason', handing('declined'), 'stopClock', { type: 'effects', params: invitationOrders.tellReason }],
  } as const
}

function toCustomer<G extends 'isSent' | ReturnType<typeof sentTo>>(guard: G) {
  return {
    guard,
    target: 'with-customer',
    actions: [handing('with-customer'), telling('with-customer'), waking],
  } as const
}

/** Ends because the other side says so. */
function ending(news: 'accepted' | 'lapsed' | 'withdrawn') {
  const target = news === 'withdrawn' ? 'cancelled' : news
  const told = news === 'accepted' ? sayingAcceptance : sayingOf(news)
  return { guard: hasNews(news), target, actions: ['takeNews', told] } as const
}
