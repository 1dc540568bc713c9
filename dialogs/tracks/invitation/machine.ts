import { assign, setup } from 'xstate'
import type { CallName } from '../../calls.ts'
import type { Notice, recipients } from '../../events.ts'
import type { PeerNews } from '../../peer.ts'
import type { TrackEffect, TrackEvent } from '../protocol.ts'
import { answerTo, delayOf, isAwaited, isFaultOf, signInNotice } from '../waiting.ts'
import {
  adminNotice,
  ask,
  isAccepted,
  isDescription,
  isKnown,
  isSigned,
  isTick,
  lookAgain,
  newsIn,
  noteHandover,
  notify,
  nudge,
  stopped,
  takeAnswer,
  takeCustomer,
  takeNews,
  takeNote,
  tell,
  tellLink,
  tellReason,
  tellRequest,
  tellWithdrawal,
  wake,
} from './changes.ts'
import { type InvitationContext, isPresentable, openInvitation } from './context.ts'

/** Later than any ISO time. */
const never = '~'

const asking = { type: 'effects', params: ask } as const
const waking = { type: 'effects', params: wake } as const
const signing = { type: 'effects', params: signInNotice('invitation') } as const
const saying = (key: Notice['key']) => ({ type: 'effects', params: () => notify(key) }) as const
const tellingOfAdmin = { type: 'effects', params: adminNotice } as const
const telling = (kind: 'with-customer' | 'accepted' | 'lapsed') =>
  ({ type: 'effects', params: () => tell({ kind }) }) as const
const handing = (news: PeerNews['kind']) => ({ type: 'noteHandover', params: news }) as const
const told = (news: PeerNews['kind']) => ({ type: 'isTold', params: news }) as const
const sentTo = (to: (typeof recipients)[number]) => ({ type: 'isSentTo', params: to }) as const

/**
 * An invitation of the direct partner on its way to a customer of a reseller. Both sides run this machine, each in a case
 * of its own, and tell each other what they do.
 */
export const invitationMachine = setup({
  types: {} as { context: InvitationContext; events: TrackEvent; input: Pick<InvitationContext, 'side'> },
  actions: {
    effects: (_, _effects: TrackEffect[]) => {},
    takeCustomer: assign(takeCustomer),
    takeNote: assign(takeNote),
    takeAnswer: assign(takeAnswer),
    takeNews: assign(takeNews),
    noteHandover: assign((given, what: PeerNews['kind']) => noteHandover(what)(given)),
    noteReason: assign(({ event }) => ({ reason: event.type === 'invitation.declined' ? event.reason.trim() : null })),
    notePeer: assign(({ event }) => (event.type === 'peer.linked' ? { peer: event.peer } : {})),
    waitFor: assign(({ event }, call: CallName) => ({ pending: { call, since: event.at }, fault: null })),
    noteDelay: assign(({ context, event }) => ({ pending: delayOf(context.pending, event) })),
    lookAgain: assign(lookAgain),
    stopClock: assign(stopped),
  },
  guards: {
    isKnown: (given) => isDescription(given) && isKnown(given),
    isDescription,
    isAwaited: ({ context, event }) => isAwaited(context.pending, event),
    isFault: ({ context, event }) => isFaultOf(context.pending, event),
    isAnswerOf: ({ context, event }, call: CallName) =>
      isAwaited(context.pending, event) && answerTo(event)?.call === call,
    isSigned,
    isAskedFor: ({ context, event }) => isTick(event, 'ask-partner') && isPresentable(context),
    isTold: (given, news: PeerNews['kind']) => newsIn(given)?.kind === news,
    isFirstLink: ({ context }) => context.side === 'reseller' && context.peer === null && context.handed.length > 0,
    canCreate: ({ context }) => context.side === 'direct-partner' && !context.pending,
    isDeclined: ({ context, event }) =>
      event.type === 'invitation.declined' && context.side === 'direct-partner' && event.reason.trim() !== '',
    isSentTo: ({ event }, to: (typeof recipients)[number]) => event.type === 'invitation.sent' && event.to === to,
    isSent: ({ context, event }) => isTick(event, 'sent') && context.side === 'reseller',
    isAccepted,
    isOver: ({ context, event }) => event.at >= (context.due ?? never),
    isDue: ({ context, event }) => event.at >= (context.remindAt ?? never),
  },
}).createMachine({
  id: 'invitation',
  context: ({ input }) => openInvitation(input.side),
  initial: 'asking',
  on: {
    'call.delayed': { guard: 'isAwaited', actions: 'noteDelay' },
    'peer.linked': { guard: 'isFirstLink', actions: 'notePeer' },
    'peer.told': { guard: told('admin'), actions: ['takeNews', tellingOfAdmin] },
    'track.cancelled': {
      target: '.cancelled',
      actions: [{ type: 'effects', params: tellWithdrawal }, 'stopClock'],
    },
  },
  states: {
    asking: {
      on: {
        'details.given': [
          { guard: 'isKnown', actions: 'takeNote' },
          { guard: 'isDescription', actions: ['takeCustomer', asking] },
        ],
        'call.answered': { guard: 'isAwaited', actions: 'takeAnswer' },
        'step.ticked': {
          guard: 'isAskedFor',
          target: 'at-direct-partner',
          actions: [handing('asked'), { type: 'effects', params: tellRequest }, waking],
        },
        'peer.told': {
          guard: told('asked'),
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
            guard: told('invitation'),
            target: 'with-reseller',
            actions: ['takeNews', saying('invitation-arrived'), waking],
          },
          { guard: told('with-customer'), target: 'with-customer', actions: ['takeNews', waking] },
          { guard: told('declined'), target: 'declined', actions: ['takeNews', saying('invitation-declined')] },
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
            actions: [handing('invitation'), { type: 'effects', params: tellLink }, waking],
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
          { guard: told('with-customer'), target: 'with-customer', actions: ['takeNews', waking] },
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
          { guard: told('invitation'), actions: ['takeNews', saying('invitation-arrived'), waking] },
          ending('accepted'),
          ending('lapsed'),
          ending('withdrawn'),
        ],
      },
    },
    // No final state: the reseller goes on to hear of the delegated admin that is asked for on its behalf.
    accepted: {},
    declined: { type: 'final' },
    lapsed: { type: 'final' },
    cancelled: { type: 'final' },
  },
})

/** Whoever holds the invitation is asked to go on, and after a long silence it is over on both sides. */
function clock() {
  return {
    'timer.fired': [
      {
        guard: 'isOver',
        target: 'lapsed',
        actions: ['stopClock', saying('invitation-lapsed'), telling('lapsed')],
      },
      { guard: 'isDue', actions: [{ type: 'effects', params: nudge }, 'lookAgain', waking] },
    ],
  } as const
}

/** From the moment there is a link, the customer's yes ends it, however the link got there. */
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
    actions: ['noteReason', handing('declined'), 'stopClock', { type: 'effects', params: tellReason }],
  } as const
}

function toCustomer<G extends 'isSent' | ReturnType<typeof sentTo>>(guard: G) {
  return {
    guard,
    target: 'with-customer',
    actions: [handing('with-customer'), telling('with-customer'), waking],
  } as const
}

/** The other side says that it is over. */
function ending(news: 'accepted' | 'lapsed' | 'withdrawn') {
  const target = news === 'withdrawn' ? 'cancelled' : news
  return { guard: told(news), target, actions: ['takeNews', saying(`invitation-${news}`)] } as const
}
