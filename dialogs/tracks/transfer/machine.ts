import { assign, setup } from 'xstate'
import { daysUntil } from '../../calendar.ts'
import type { CallFault, CallName } from '../../calls.ts'
import type { Effect, Notice } from '../../events.ts'
import type { TrackEvent } from '../protocol.ts'
import { delayOf, isAwaited, isFaultOf, isInDoubt, signInNotice } from '../waiting.ts'
import {
  backToForm,
  chosenIn,
  type End,
  effected,
  endOf,
  endOnPaper,
  fieldsOf,
  type Given,
  isNews,
  nobody,
  settleStep,
  sideIn,
  takeAsDone,
  takeDetails,
  takeFault,
  takeFinding,
  takeTransfer,
  toldIn,
} from './changes.ts'
import {
  awaitedCall,
  isExpired,
  isRequestable,
  isRevocable,
  openTransfer,
  type TransferContext,
  ticketSteps,
  type transferSteps,
  withTransfer,
} from './context.ts'

const isTick = (event: TrackEvent, step: (typeof transferSteps)[number]) =>
  event.type === 'step.ticked' && event.step === step

const endNotices = {
  completed: 'transfer-completed',
  'partially-completed': 'transfer-partly',
  rejected: 'transfer-rejected',
  expired: 'transfer-expired',
  cancelled: 'transfer-cancelled',
  failed: 'transfer-failed',
} as const satisfies Record<End, Notice['key']>

const notify = (key: Notice['key'], days = 0): Effect[] => [
  { kind: 'notify', track: 'transfer', notice: { key, days } },
]

/** Ends are told, but for the one that somebody asked for by a click. Reads the context before the news. */
function tellEnd(given: Given): Effect[] {
  const end = endOf(toldIn(given))
  if (!end || end === effected[given.context.pending?.call as CallName]) return []
  return notify(endNotices[end])
}

function ask({ context }: Given): Effect[] {
  const call = awaitedCall(context)
  return call && context.pending ? [{ kind: 'call', track: 'transfer', since: context.pending.since, call }] : []
}

const wake = ({ context: { remindAt } }: Given): Effect[] =>
  remindAt === null ? [] : [{ kind: 'wake', track: 'transfer', timer: 'clock', due: remindAt }]

const remind = ({ context: { due }, event }: Given): Effect[] =>
  due === null || event.at >= due ? [] : notify('transfer-reminder', daysUntil(due.slice(0, 10), event.at))

/** Nothing typed otherwise would change this answer. */
const hopeless: readonly CallFault['kind'][] = ['region', 'national-cloud']

const asking = { type: 'effects', params: ask } as const
const waking = { type: 'effects', params: wake } as const
const signing = { type: 'effects', params: signInNotice('transfer') } as const
const ending = { type: 'effects', params: tellEnd } as const

/** Having subscriptions transferred between partners: through the API from either side, or on paper, ticked by people. */
export const transferMachine = setup({
  types: {} as {
    context: TransferContext
    events: TrackEvent
    input: Pick<TransferContext, 'way' | 'product'>
  },
  actions: {
    effects: (_, _effects: Effect[]) => {},
    takeSide: assign(({ event }) => ({ ...nobody, side: sideIn(event) ?? null })),
    takeDetails: assign(takeDetails),
    takeFinding: assign(takeFinding),
    takeFault: assign(takeFault),
    backToForm: assign(backToForm),
    takeTransfer: assign(takeTransfer),
    takeAsDone: assign(takeAsDone),
    settleStep: assign(settleStep),
    waitFor: assign(({ event }, call: CallName) => ({ pending: { call, since: event.at }, fault: null })),
    noteRequest: assign(({ event }) => ({ requestedAt: event.at })),
    noteChoice: assign((given) => ({ transfer: chosenIn(given) ?? null, requestedAt: given.event.at })),
    noteDelay: assign(({ context, event }) => ({ pending: delayOf(context.pending, event) })),
    park: assign(({ context }) => ({ pending: context.pending && { ...context.pending, parked: true } })),
    callAgain: assign(({ context, event }) => ({
      pending: context.pending && { call: context.pending.call, since: event.at },
    })),
    lookAgain: assign(({ context, event }) => withTransfer(context, context.transfer, event.at)),
    stopClock: assign({ remindAt: null, pending: null }),
  },
  guards: {
    isOtherSide: ({ context, event }) =>
      context.way === 'api' && sideIn(event) !== undefined && sideIn(event) !== context.side,
    isDescription: ({ context, event }) =>
      context.side !== null && ['customer', 'source', 'email'].some((name) => fieldsOf(event)[name]?.trim()),
    isAwaited: ({ context, event }) => isAwaited(context.pending, event),
    isInDoubt: ({ context, event }) => isInDoubt(context.pending, event),
    isFault: ({ context, event }) => isFaultOf(context.pending, event),
    isHopeless: ({ context, event }) => isFaultOf(context.pending, event, hopeless),
    canRequest: ({ context, event }) => isTick(event, 'request') && isRequestable(context),
    canTakeBack: ({ context, event }) => isTick(event, 'take-back') && isRevocable(context),
    hasHappened: ({ context, event }) => isTick(event, 'call-happened') && context.pending?.parked === true,
    isTriedAgain: ({ context, event }) => isTick(event, 'call-again') && context.pending?.parked === true,
    isOffered: (given) => chosenIn(given) !== undefined,
    isTicketStep: ({ context, event }) =>
      context.way === 'ticket' && event.type === 'step.ticked' && ticketSteps.some((step) => step === event.step),
    isNews,
    isDue: ({ context, event }) => context.remindAt !== null && event.at >= context.remindAt,
    isExpired: ({ context, event }) =>
      context.remindAt !== null && event.at >= context.remindAt && isExpired(context, event.at),
    hasEnded: ({ context }, end: End) =>
      (context.way === 'ticket' ? endOnPaper(context) : endOf(context.transfer)) === end,
    isRequested: ({ context }) => context.way === 'api' || context.settled.ticket !== undefined,
  },
}).createMachine({
  id: 'transfer',
  context: ({ input }) => openTransfer(input.way, input.product),
  initial: 'collecting',
  on: {
    'call.delayed': { guard: 'isAwaited', actions: 'noteDelay' },
    'call.parked': {
      guard: 'isInDoubt',
      actions: ['park', { type: 'effects', params: () => notify('action-parked') }],
    },
    'track.cancelled': '.cancelled',
  },
  states: {
    collecting: {
      on: {
        'details.given': [
          { guard: 'isOtherSide', actions: 'takeSide' },
          { guard: 'isDescription', actions: ['takeDetails', asking] },
        ],
        'call.answered': [
          { guard: 'isFault', actions: ['takeFault', signing] },
          { guard: 'isAwaited', actions: ['takeFinding', asking] },
        ],
        'step.ticked': [
          {
            guard: 'canRequest',
            target: 'creating',
            actions: ['noteRequest', { type: 'waitFor', params: 'create-transfer' }, asking],
          },
          { guard: 'isTicketStep', target: 'sorting', actions: 'settleStep' },
        ],
        'transfer.accepted': {
          guard: 'isOffered',
          target: 'creating',
          actions: ['noteChoice', { type: 'waitFor', params: 'accept-transfer' }, asking],
        },
        'transfer.declined': {
          guard: 'isOffered',
          target: 'creating',
          actions: ['noteChoice', { type: 'waitFor', params: 'decline-transfer' }, asking],
        },
      },
    },
    creating: {
      on: {
        'call.answered': [
          {
            guard: 'isHopeless',
            target: 'failed',
            actions: ['takeFault', { type: 'effects', params: () => notify('transfer-failed') }],
          },
          { guard: 'isFault', target: 'collecting', actions: ['backToForm', signing] },
          { guard: 'isAwaited', target: 'sorting', actions: [ending, 'takeTransfer', waking] },
        ],
        'step.ticked': [
          { guard: 'hasHappened', target: 'sorting', actions: ['takeAsDone', waking] },
          { guard: 'isTriedAgain', actions: ['callAgain', asking] },
        ],
      },
    },
    'awaiting-source-partner': {
      on: {
        'call.answered': [
          { guard: 'isFault', actions: ['takeFault', signing] },
          { guard: 'isAwaited', target: 'sorting', actions: [ending, 'takeTransfer', waking] },
        ],
        'resource.seen': { guard: 'isNews', target: 'sorting', actions: [ending, 'takeTransfer', waking] },
        'timer.fired': [
          {
            guard: 'isExpired',
            target: 'expired',
            actions: ['stopClock', { type: 'effects', params: () => notify('transfer-expired') }],
          },
          { guard: 'isDue', actions: [{ type: 'effects', params: remind }, 'lookAgain', waking] },
        ],
        'step.ticked': [
          { guard: 'canTakeBack', actions: [{ type: 'waitFor', params: 'cancel-transfer' }, asking] },
          { guard: 'hasHappened', target: 'sorting', actions: ['takeAsDone', waking] },
          { guard: 'isTriedAgain', actions: ['callAgain', asking] },
          { guard: 'isTicketStep', target: 'sorting', actions: 'settleStep' },
        ],
      },
    },
    sorting: {
      always: [
        { guard: { type: 'hasEnded', params: 'completed' }, target: 'completed' },
        { guard: { type: 'hasEnded', params: 'partially-completed' }, target: 'partially-completed' },
        { guard: { type: 'hasEnded', params: 'rejected' }, target: 'rejected' },
        { guard: { type: 'hasEnded', params: 'expired' }, target: 'expired' },
        { guard: { type: 'hasEnded', params: 'cancelled' }, target: 'cancelled' },
        { guard: { type: 'hasEnded', params: 'failed' }, target: 'failed' },
        { guard: 'isRequested', target: 'awaiting-source-partner' },
        { target: 'collecting' },
      ],
    },
    completed: { type: 'final' },
    'partially-completed': { type: 'final' },
    rejected: { type: 'final' },
    expired: { type: 'final' },
    cancelled: { type: 'final' },
    failed: { type: 'final' },
  },
})
