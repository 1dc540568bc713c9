import type { CallFault, CallName } from '../../calls.ts'
import { isAwaited, isFaultOf, isInDoubt, isPast, isTick, waitingGuards } from '../waiting.ts'
import { type GivenAdmin, isAllowed, isEnough, isForm, isSearch } from './changes.ts'
import { type AdminContext, isAskable, isRequestRevocable } from './context.ts'
import { hasBecome, meaningOf, statusIn } from './news.ts'

const isParked = ({ pending }: AdminContext) => pending?.parked === true

/** True if the customer has approved and the group lacks the access: a person has to go on. */
const isUnassigned = ({ relationship, group, assigned, pending }: AdminContext) =>
  meaningOf(relationship?.status) === 'active' && group !== null && !assigned && !pending

export const adminGuards = {
  ...waitingGuards<AdminContext>(),
  isSearch,
  isForm,
  isInDoubt: ({ context, event }: GivenAdmin) => isInDoubt(context.pending, event),
  isFaultOf: ({ context, event }: GivenAdmin, { call, kind }: { call: CallName; kind: CallFault['kind'] }) =>
    context.pending?.call === call && isFaultOf(context.pending, event, [kind]),
  isNothingThere: ({ context, event }: GivenAdmin) =>
    context.relationship === null && isFaultOf(context.pending, event),
  isAnswerTo: ({ context, event }: GivenAdmin, call: CallName) =>
    context.pending?.call === call && isAwaited(context.pending, event),
  isAskedFor: ({ context, event }: GivenAdmin) => isTick(event, 'ask-approval') && isAskable(context),
  isDecisive: (given: GivenAdmin) => isAllowed(given) && isEnough(given),
  isAllowed,
  isUnlocked: ({ context, event }: GivenAdmin, step: 'continue' | 'remove') =>
    isTick(event, step) && context.relationship !== null && !context.pending,
  isContinued: ({ context, event }: GivenAdmin) => isTick(event, 'continue') && isUnassigned(context),
  isDoneWithout: ({ context, event }: GivenAdmin) => isTick(event, 'without-group') && isUnassigned(context),
  hasHappened: ({ context, event }: GivenAdmin, call: CallName) =>
    isTick(event, 'call-happened') && isParked(context) && context.pending?.call === call,
  isTriedAgain: ({ context, event }: GivenAdmin) => isTick(event, 'call-again') && isParked(context),
  isRevocable: ({ context }: GivenAdmin) => isRequestRevocable(context),
  hasBecome,
  isForGroup: (given: GivenAdmin) => hasBecome(given, 'active') && given.context.group !== null,
  isNews: (given: GivenAdmin) => statusIn(given) !== undefined,
  isOver: ({ context, event }: GivenAdmin) => context.remindAt !== null && isPast(context.due, event),
  isDue: ({ context, event }: GivenAdmin) => isPast(context.remindAt, event),
}
