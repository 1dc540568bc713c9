import { setup } from 'xstate'
import { daysUntil } from '../../calendar.ts'
import type { CallName } from '../../calls.ts'
import type { Notice } from '../../events.ts'
import type { TrackEffect, TrackEvent } from '../protocol.ts'
import { commonEffects, type WaitingArgs } from '../waiting.ts'
import { endOf, statusAfter, type TransferEnd, transferActions, transferGuards, transferIn } from './changes.ts'
import { openTransfer, type TransferContext, type TransferInput, transferCall } from './context.ts'

const endNotices = {
  completed: 'transfer-completed',
  'partially-completed': 'transfer-partly',
  rejected: 'transfer-rejected',
  expired: 'transfer-expired',
  cancelled: 'transfer-cancelled',
  failed: 'transfer-failed',
} as const satisfies Record<TransferEnd, Notice['key']>

const { notify, wake, ask, askSignIn } = commonEffects

/** Tells an end, unless a person has just asked for it by a click. Reads the context from before the event. */
function tellEnd(given: WaitingArgs<TransferContext>): TrackEffect[] {
  const end = endOf(transferIn(given))
  if (!end || end === statusAfter[given.context.pending?.call as CallName]) return []
  return notify(endNotices[end])
}

const remind = ({ context: { due }, event }: WaitingArgs<TransferContext>): TrackEffect[] =>
  due === null || event.at >= due ? [] : notify('transfer-reminder', daysUntil(due.slice(0, 10), event.at))

const asking = {
  type: 'effects',
  params: ({ context }: WaitingArgs<TransferContext>) => ask(context.pending, transferCall(context)),
} as const
const waking = { type: 'effects', params: wake } as const
const signing = { type: 'effects', params: askSignIn } as const
const ending = { type: 'effects', params: tellEnd } as const

/** A transfer between partners: asked for by the new one, or handed over as the present one; by the API or on paper. */
export const transferMachine = setup({
  types: {} as { context: TransferContext; events: TrackEvent; input: TransferInput },
  actions: transferActions,
  guards: transferGuards,
}).createMachine({
  id: 'transfer',
  context: ({ input }) => openTransfer(input),
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
          { guard: 'canCheckAgain', actions: [{ type: 'waitFor', params: 'check-transfer' }, asking] },
          { guard: 'isTicketStep', target: 'sorting', actions: 'tickTicketStep' },
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
          { guard: 'isTicketStep', target: 'sorting', actions: 'tickTicketStep' },
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
