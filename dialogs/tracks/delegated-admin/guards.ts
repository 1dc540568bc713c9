import type { CallFault, CallName } from '../../calls.ts'
import type { TrackEvent } from '../protocol.ts'
import { isAwaited, isFaultOf, isInDoubt } from '../waiting.ts'
import { type Given, isAllowed, isDescription, isEnough, isSearch } from './changes.ts'
import { type AdminContext, type adminSteps, isAskable, isRevocable } from './context.ts'
import { hasBecome, meaningOf, statusIn } from './news.ts'

/** Later than any ISO time. */
const never = '~'

const isTick = (event: TrackEvent, step: (typeof adminSteps)[number]) =>
  event.type === 'step.ticked' && event.step === step

/** Is the call parked of which somebody now says what became of it? */
const isParked = ({ pending }: AdminContext) => pending?.parked === true

/** The customer has approved and the group has not got the access: somebody has to go on. */
const isUnassigned = ({ relationship, group, assigned, pending }: AdminContext) =>
  meaningOf(relationship?.status) === 'active' && group !== null && !assigned && !pending

/** When an event does what to a delegated-admin request. */
export const adminGuards = {
  isSearch,
  isDescription,
  isAwaited: ({ context, event }: Given) => isAwaited(context.pending, event),
  isInDoubt: ({ context, event }: Given) => isInDoubt(context.pending, event),
  isFault: ({ context, event }: Given) => isFaultOf(context.pending, event),
  isFaultOf: ({ context, event }: Given, { call, kind }: { call: CallName; kind: CallFault['kind'] }) =>
    context.pending?.call === call && isFaultOf(context.pending, event, [kind]),
  isNothingThere: ({ context, event }: Given) => context.relationship === null && isFaultOf(context.pending, event),
  isAnswerTo: ({ context, event }: Given, call: CallName) =>
    context.pending?.call === call && isAwaited(context.pending, event),
  isAskedFor: ({ context, event }: Given) => isTick(event, 'ask-approval') && isAskable(context),
  isDecisive: (given: Given) => isAllowed(given) && isEnough(given),
  isAllowed,
  isUnlocked: ({ context, event }: Given, step: 'continue' | 'remove') =>
    isTick(event, step) && context.relationship !== null && !context.pending,
  isContinued: ({ context, event }: Given) => isTick(event, 'continue') && isUnassigned(context),
  isDoneWithout: ({ context, event }: Given) => isTick(event, 'without-group') && isUnassigned(context),
  hasHappened: ({ context, event }: Given, call: CallName) =>
    isTick(event, 'call-happened') && isParked(context) && context.pending?.call === call,
  isTriedAgain: ({ context, event }: Given) => isTick(event, 'call-again') && isParked(context),
  isRevocable: ({ context }: Given) => isRevocable(context),
  hasBecome,
  isForGroup: (given: Given) => hasBecome(given, 'active') && given.context.group !== null,
  isNews: (given: Given) => statusIn(given) !== undefined,
  isOver: ({ context, event }: Given) => context.remindAt !== null && event.at >= (context.due ?? never),
  isDue: ({ context, event }: Given) => event.at >= (context.remindAt ?? never),
}
