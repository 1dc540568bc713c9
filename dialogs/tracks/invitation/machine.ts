import { setup } from 'xstate'
import type { Notice, recipients } from '../../events.ts'
import type { PeerNews } from '../../peer.ts'
import type { TrackEvent } from '../protocol.ts'
import { invitationActions, invitationGuards, invitationOrders } from './changes.ts'
import { type InvitationContext, openInvitation } from './context.ts'

const { notify, tell } = invitationOrders
const asking = { type: 'effects', params: invitationOrders.ask } as const
const waking = { type: 'effects', params: invitationOrders.wake } as const
const signing = { type: 'effects', params: invitationOrders.askSignIn } as const
const saying = (key: Notice['key']) => ({ type: 'effects', params: () => notify(key) }) as const
const tellingOfAdmin = { type: 'effects', params: invitationOrders.adminNotice } as const
const telling = (kind: 'with-customer' | 'accepted' | 'lapsed') =>
  ({ type: 'effects', params: () => tell({ kind }) }) as const
const handing = (news: PeerNews['kind']) => ({ type: 'noteHandover', params: news }) as const
const hasNews = (news: PeerNews['kind']) => ({ type: 'isTold', params: news }) as const
const sentTo = (to: (typeof recipients)[number]) => ({ type: 'isSentTo', params: to }) as const

/**
 * An invitation of the direct partner on its way to the customer of a reseller. Both sides run this machine, each in its
 * own case, and send each other news.
 */
export const invitationMachine = setup({
  types: {} as { context: InvitationContext; events: TrackEvent; input: Pick<InvitationContext, 'side' | 'request'> },
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
      actions: [{ type: 'effects', params: invitationOrders.tellWithdrawal }, 'stopClock'],
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
        'step.ticked': {
          guard: 'isAskedFor',
          target: 'at-direct-partner',
          actions: [handing('asked'), { type: 'effects', params: invitationOrders.tellRequest }, waking],
        },
        'peer.told': {
          guard: hasNews('asked'),
          target: 'at-direct-partner',
          actions: ['takeNews', saying('invitation-asked'), waking],
        },
      },
    },
    'at-direct-partner': {
      on: {
        ...clock(),
        'invitation.requested': {
          guard: 'canCreate',
          actions: [{ type: 'waitFor', params: 'check-agreement' }, asking],
        },
        'call.answered': [
          { guard: 'isFault', actions: ['takeAnswer', signing] },
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
          { guard: hasNews('declined'), target: 'declined', actions: ['takeNews', saying('invitation-declined')] },
          ending('accepted'),
          ending('lapsed'),
          ending('withdrawn'),
        ],
      },
    },
    created: {
      on: {
        ...clock(),
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
        ...clock(),
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
        ...clock(),
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
    declined: { type: 'final' },
    lapsed: { type: 'final' },
    cancelled: { type: 'final' },
  },
})

/** Reminds the side that holds the invitation; after a long silence it is over on both sides. */
function clock() {
  return {
    'timer.fired': [
      {
        guard: 'isOver',
        target: 'lapsed',
        actions: ['stopClock', saying('invitation-lapsed'), telling('lapsed')],
      },
      { guard: 'isDue', actions: [{ type: 'effects', params: invitationOrders.nudge }, 'lookAgain', waking] },
    ],
  } as const
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
  return { guard: hasNews(news), target, actions: ['takeNews', saying(`invitation-${news}`)] } as const
}
