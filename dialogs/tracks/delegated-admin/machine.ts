import { assign, setup } from 'xstate'
import { nextApprovalLook } from '../../approval.ts'
import type { CallName } from '../../calls.ts'
import type { Notice } from '../../events.ts'
import type { AdminNews } from '../../peer.ts'
import type { TrackEffect, TrackEvent } from '../protocol.ts'
import { delayOf, signInNotice } from '../waiting.ts'
import {
  startCustomerClock,
  stopped,
  takeAnswer,
  takeApproval,
  takeAsDone,
  takeDecision,
  takeDenial,
  takeDetails,
  takeFault,
  takeFinding,
  takeRequest,
} from './changes.ts'
import { type AdminContext, type AdminStart, nextCustomerLook, openAdmin } from './context.ts'
import { adminGuards } from './guards.ts'
import { ask, type Meaning, notify, present, statusIn, tell, tellDays, tellStuck, wake } from './news.ts'

const asking = { type: 'effects', params: ask } as const
const waking = { type: 'effects', params: wake } as const
const saying = (key: Notice['key']) => ({ type: 'effects', params: () => notify(key) }) as const
const telling = (state: AdminNews) => ({ type: 'effects', params: tell(state) }) as const
const awaiting = (call: CallName) => ({ type: 'waitFor', params: call }) as const
const becoming = (meaning: Meaning) => ({ type: 'hasBecome', params: meaning }) as const
const stuck = { type: 'effects', params: tellStuck } as const

/**
 * Delegated administration of a customer's tenant: what is asked for, its approval by others, the relationship at
 * Microsoft, the customer's approval, and the group that gets the access.
 */
export const delegatedAdminMachine = setup({
  types: {} as { context: AdminContext; events: TrackEvent; input: AdminStart },
  actions: {
    effects: (_, _effects: TrackEffect[]) => {},
    takeDetails: assign(takeDetails),
    takeFinding: assign(takeFinding),
    takeFault: assign(takeFault),
    takeRequest: assign(takeRequest),
    takeApproval: assign(takeApproval),
    takeDecision: assign(takeDecision),
    takeDenial: assign(takeDenial),
    takeAnswer: assign(takeAnswer),
    takeAsDone: assign(takeAsDone),
    takeStatus: assign((given) => {
      const { relationship } = given.context
      return { relationship: relationship && { ...relationship, status: statusIn(given) ?? relationship.status } }
    }),
    waitFor: assign(({ event }, call: CallName) => ({ pending: { call, since: event.at }, fault: null })),
    noteDelay: assign(({ context, event }) => ({ pending: delayOf(context.pending, event) })),
    park: assign(({ context }) => ({ pending: context.pending && { ...context.pending, parked: true } })),
    callAgain: assign(({ context, event }) => ({
      pending: context.pending && { call: context.pending.call, since: event.at },
    })),
    startCustomerClock: assign(startCustomerClock),
    lookAtApproval: assign(({ context, event }) => ({
      remindAt: nextApprovalLook(context.requestedAt ?? event.at, event.at),
    })),
    lookAtCustomer: assign(({ context, event }) => ({ remindAt: nextCustomerLook(context.due ?? event.at, event.at) })),
    stopClock: assign(stopped),
  },
  guards: adminGuards,
}).createMachine({
  id: 'delegated-admin',
  context: ({ input }) => openAdmin(input),
  initial: 'drafting',
  on: {
    'call.delayed': { guard: 'isAwaited', actions: 'noteDelay' },
    'call.parked': { guard: 'isInDoubt', actions: ['park', saying('action-parked')] },
    'track.cancelled': { guard: 'isRevocable', target: '.cancelled', actions: 'stopClock' },
  },
  states: {
    drafting: {
      on: {
        'details.given': [
          { guard: 'isSearch', actions: ['takeDetails', asking] },
          { guard: 'isDescription', actions: 'takeDetails' },
        ],
        'call.answered': [
          { guard: 'isFault', actions: ['takeFault', { type: 'effects', params: signInNotice('delegated-admin') }] },
          { guard: 'isAwaited', actions: ['takeFinding', asking] },
        ],
        'step.ticked': {
          guard: 'isAskedFor',
          target: 'awaiting-approval',
          actions: ['takeRequest', { type: 'effects', params: present(false) }, telling('awaiting-approval'), waking],
        },
      },
    },
    'awaiting-approval': {
      on: {
        'approval.given': approving(),
        'approval.narrowed': approving(),
        'approval.denied': {
          guard: 'isAllowed',
          target: 'denied',
          actions: ['takeDenial', saying('approval-denied'), telling('denied')],
        },
        'approval.withdrawn': { guard: 'isAllowed', target: 'withdrawn', actions: ['stopClock', telling('withdrawn')] },
        'timer.fired': [
          {
            guard: 'isOver',
            target: 'expired',
            actions: ['stopClock', saying('approval-expired'), telling('expired')],
          },
          { guard: 'isDue', actions: [{ type: 'effects', params: present(true) }, 'lookAtApproval', waking] },
        ],
      },
    },
    approved: {
      always: {
        target: 'creating',
        actions: [saying('approval-approved'), telling('approved'), awaiting('create-admin'), asking],
      },
    },
    creating: {
      on: {
        'call.answered': [
          {
            guard: { type: 'isFaultOf', params: { call: 'create-admin', kind: 'approval-lapsed' } },
            target: 'denied',
            actions: ['takeFault', 'takeDenial', saying('approval-denied'), telling('denied')],
          },
          {
            guard: 'isNothingThere',
            target: 'failed',
            actions: ['takeFault', saying('admin-failed'), telling('failed')],
          },
          {
            guard: { type: 'isFaultOf', params: { call: 'remove-admin', kind: 'not-found' } },
            target: 'failed',
            actions: ['stopClock', telling('failed')],
          },
          { guard: 'isFault', actions: ['takeFault', stuck] },
          {
            guard: { type: 'isAnswerTo', params: 'create-admin' },
            actions: ['takeAnswer', awaiting('lock-admin'), asking],
          },
          {
            guard: { type: 'isAnswerTo', params: 'lock-admin' },
            target: 'awaiting-customer',
            actions: ['takeAnswer', ...presenting()],
          },
          { guard: 'isAwaited', target: 'failed', actions: ['takeAnswer', telling('failed')] },
        ],
        'step.ticked': [
          { guard: { type: 'isUnlocked', params: 'continue' }, actions: [awaiting('lock-admin'), asking] },
          { guard: { type: 'isUnlocked', params: 'remove' }, actions: [awaiting('remove-admin'), asking] },
          {
            guard: { type: 'hasHappened', params: 'lock-admin' },
            target: 'awaiting-customer',
            actions: ['takeAsDone', ...presenting()],
          },
          {
            guard: { type: 'hasHappened', params: 'remove-admin' },
            target: 'failed',
            actions: ['takeAsDone', telling('failed')],
          },
          { guard: 'isTriedAgain', actions: ['callAgain', asking] },
        ],
      },
    },
    'awaiting-customer': {
      on: {
        'resource.seen': [
          { guard: 'isForGroup', actions: ['takeStatus', 'stopClock', awaiting('assign-access'), asking] },
          { guard: becoming('active'), target: 'active', actions: ['takeStatus', ...celebrating()] },
          {
            guard: becoming('expired'),
            target: 'expired',
            actions: ['takeStatus', 'stopClock', saying('admin-expired'), telling('expired')],
          },
          {
            guard: becoming('ended'),
            target: 'failed',
            actions: ['takeStatus', 'stopClock', saying('admin-failed'), telling('failed')],
          },
          { guard: 'isNews', actions: 'takeStatus' },
        ],
        'call.answered': [
          { guard: 'isFault', actions: ['takeFault', stuck] },
          { guard: 'isAwaited', target: 'active', actions: ['takeAnswer', ...celebrating()] },
        ],
        'step.ticked': [
          { guard: 'isContinued', actions: [awaiting('assign-access'), asking] },
          { guard: 'isDoneWithout', target: 'active', actions: telling('active') },
          {
            guard: { type: 'hasHappened', params: 'assign-access' },
            target: 'active',
            actions: ['takeAsDone', telling('active')],
          },
          { guard: 'isTriedAgain', actions: ['callAgain', asking] },
        ],
        'timer.fired': [
          {
            guard: 'isOver',
            target: 'expired',
            actions: ['stopClock', saying('admin-expired'), telling('expired')],
          },
          { guard: 'isDue', actions: [{ type: 'effects', params: tellDays }, 'lookAtCustomer', waking] },
        ],
      },
    },
    active: { type: 'final' },
    denied: { type: 'final' },
    expired: { type: 'final' },
    failed: { type: 'final' },
    withdrawn: { type: 'final' },
    cancelled: { type: 'final' },
  },
})

/** The yes that was missing decides; until then every yes is kept. */
function approving() {
  return [
    { guard: 'isDecisive', target: 'approved', actions: ['takeApproval', 'takeDecision'] },
    { guard: 'isAllowed', actions: 'takeApproval' },
  ] as const
}

/** It is the customer's turn, for as many days as the service gives. */
function presenting() {
  return ['startCustomerClock', { type: 'effects', params: tellDays }, telling('awaiting-customer'), waking] as const
}

function celebrating() {
  return ['stopClock', saying('admin-active'), telling('active')] as const
}
