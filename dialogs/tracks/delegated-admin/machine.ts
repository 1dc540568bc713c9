import { setup } from 'xstate'
import { daysAfter, daysUntil } from '../../calendar.ts'
import type { CallName } from '../../calls.ts'
import type { Notice } from '../../events.ts'
import type { AdminNews } from '../../peer.ts'
import type { TrackEffect, TrackEvent } from '../protocol.ts'
import { commonEffects } from '../waiting.ts'
import { adminActions, type GivenAdmin } from './changes.ts'
import { type AdminContext, type AdminStart, adminCall, CUSTOMER_DAYS, openAdmin } from './context.ts'
import { adminGuards } from './guards.ts'
import type { Meaning } from './news.ts'

const { notify, wake, ask, askSignIn } = commonEffects

const asking = {
  type: 'effects',
  params: ({ context }: GivenAdmin) => ask(context.pending, adminCall(context)),
} as const
const waking = { type: 'effects', params: wake } as const
const signing = { type: 'effects', params: askSignIn } as const
const saying = (key: Notice['key']) => ({ type: 'effects', params: () => notify(key) }) as const
const awaiting = (call: CallName) => ({ type: 'waitFor', params: call }) as const
const becoming = (meaning: Meaning) => ({ type: 'hasBecome', params: meaning }) as const

/** Tells the reseller, if the request is made for one, how the request stands: nothing else concerns it. */
const telling = (state: AdminNews) =>
  ({
    type: 'effects',
    params: ({ context: { forCompany, customer, roles, days }, event }: GivenAdmin): TrackEffect[] => {
      if (forCompany === null || !customer) return []
      const granted = state === 'active' ? { roles: roles.length, until: daysAfter(event.at, days).slice(0, 10) } : {}
      return [{ kind: 'tell', news: { kind: 'admin', state, customer: customer.name, ...granted } }]
    },
  }) as const

/** Shows the request at the approvals desk. */
const requesting = (reminder: boolean) =>
  ({
    type: 'effects',
    params: (): TrackEffect[] => [{ kind: 'ask-approval', reminder }],
  }) as const

/** Tells how many days the customer has left to approve. */
const tellingDays = {
  type: 'effects',
  params: ({ context: { due }, event }: GivenAdmin): TrackEffect[] =>
    notify('admin-awaiting-customer', due === null ? CUSTOMER_DAYS : daysUntil(due.slice(0, 10), event.at)),
} as const

/** Reports that work left unfinished at Microsoft needs a person, either to sign in or to decide. */
const stuck = {
  type: 'effects',
  params: (given: GivenAdmin): TrackEffect[] => {
    const signIn = askSignIn(given)
    return signIn.length > 0 ? signIn : notify('admin-stuck')
  },
} as const

/**
 * Delegated administration of a customer's tenant: the request, its approval by colleagues, the relationship at
 * Microsoft, the customer's approval, and the group that gets the access.
 */
export const delegatedAdminMachine = setup({
  types: {} as { context: AdminContext; events: TrackEvent; input: AdminStart },
  actions: adminActions,
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
          { guard: 'isSearch', actions: ['takeForm', asking] },
          { guard: 'isForm', actions: 'takeForm' },
        ],
        'call.answered': [
          { guard: 'isFault', actions: ['takeFault', signing] },
          { guard: 'isAwaited', actions: ['takeSearchResult', asking] },
        ],
        'step.ticked': {
          guard: 'isAskedFor',
          target: 'awaiting-approval',
          actions: ['takeRequest', requesting(false), telling('awaiting-approval'), waking],
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
          { guard: 'isDue', actions: [requesting(true), 'lookAtApproval', waking] },
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
            actions: ['takeRelationship', awaiting('lock-admin'), asking],
          },
          {
            guard: { type: 'isAnswerTo', params: 'lock-admin' },
            target: 'awaiting-customer',
            actions: ['takeRelationship', ...presenting()],
          },
          { guard: 'isAwaited', target: 'failed', actions: ['takeRelationship', telling('failed')] },
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
          { guard: 'isAwaited', target: 'active', actions: ['takeRelationship', ...celebrating()] },
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
          { guard: 'isDue', actions: [tellingDays, 'lookAtCustomer', waking] },
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

/** Keeps each approval; the last that is needed decides. */
function approving() {
  return [
    { guard: 'isDecisive', target: 'approved', actions: ['takeApproval', 'takeDecision'] },
    { guard: 'isAllowed', actions: 'takeApproval' },
  ] as const
}

/** Hands over to the customer, for as many days as the service gives. */
function presenting() {
  return ['startCustomerClock', tellingDays, telling('awaiting-customer'), waking] as const
}

function celebrating() {
  return ['stopClock', saying('admin-active'), telling('active')] as const
}
