import { type CallAnswer, type CallFault, faultKinds, isWriteName, type Pending } from '../calls.ts'
import type { Effect, TrackKind } from '../events.ts'
import type { TrackEvent } from './protocol.ts'

/** What tracks that ask something at Microsoft have in common: they wait for one answer at a time, and for no other. */

type CallEvent = Extract<TrackEvent, { type: 'call.answered' | 'call.delayed' | 'call.parked' }>

const callOf = (event: CallEvent) => (event.type === 'call.answered' ? event.answer.call : event.call)

const isOfCall = (event: TrackEvent): event is CallEvent =>
  event.type === 'call.answered' || event.type === 'call.delayed' || event.type === 'call.parked'

/**
 * Is it this call that is waited for? `since` tells it from an earlier one of the same name: a customer may have been
 * typed anew while the first was still being looked up.
 */
export const isAwaited = (pending: Pending | null, event: TrackEvent): boolean =>
  pending !== null && isOfCall(event) && callOf(event) === pending.call && event.since === pending.since

/** Is a person to look whether it took effect? Only what changes something can be in doubt, and only once. */
export const isInDoubt = (pending: Pending | null, event: TrackEvent): boolean =>
  isAwaited(pending, event) && isWriteName(pending?.call) && pending?.parked !== true

/** The answer an event brings; undefined when it is another event. */
export const answerTo = (event: TrackEvent): CallAnswer | undefined =>
  event.type === 'call.answered' ? event.answer : undefined

/** Does the awaited answer say no, for one of these reasons? */
export function isFaultOf(
  pending: Pending | null,
  event: TrackEvent,
  kinds: readonly CallFault['kind'][] = faultKinds,
): boolean {
  const answer = answerTo(event)
  return isAwaited(pending, event) && answer !== undefined && 'fault' in answer && kinds.includes(answer.fault.kind)
}

/** What is waited for, with when it is tried again and why. */
export const delayOf = (pending: Pending | null, event: TrackEvent): Pending | null =>
  pending && event.type === 'call.delayed' ? { ...pending, again: event.again } : pending

/** Tells the conversation when nothing goes on before the person who asked has signed in. */
export const signInNotice =
  (track: TrackKind) =>
  ({ event }: { event: TrackEvent }): Effect[] => {
    const answer = answerTo(event)
    if (!answer || !('fault' in answer)) return []
    const { kind } = answer.fault
    return kind === 'sign-in' || kind === 'second-factor'
      ? [{ kind: 'notify', track, notice: { key: 'sign-in-needed', days: 0 } }]
      : []
  }
