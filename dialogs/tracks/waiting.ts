import { assign } from 'xstate'
import {
  type Call,
  type CallAnswer,
  type CallFault,
  type CallName,
  faultKinds,
  isWriteName,
  type Pending,
} from '../calls.ts'
import type { Notice } from '../events.ts'
import type { TrackEffect, TrackEvent } from './protocol.ts'

/** The common part of tracks that call Microsoft: they wait for one answer at a time, and for no other. */

/** The arguments of every guard and action. */
export interface WaitingArgs<Context> {
  context: Context
  event: TrackEvent
}

/** The part of a context that says which answer is awaited, and why the last one was a no. */
interface Waiting {
  pending: Pending | null
  fault: CallFault | null
}

type CallEvent = Extract<TrackEvent, { type: 'call.answered' | 'call.delayed' | 'call.parked' }>

const callOf = (event: CallEvent) => (event.type === 'call.answered' ? event.answer.call : event.call)

const isOfCall = (event: TrackEvent): event is CallEvent =>
  event.type === 'call.answered' || event.type === 'call.delayed' || event.type === 'call.parked'

/**
 * True if the event is about the awaited call. `since` tells that call from an earlier one of the same name: a person may
 * have typed another customer while the first was still being looked up.
 */
export const isAwaited = (pending: Pending | null, event: TrackEvent): boolean =>
  pending !== null && isOfCall(event) && callOf(event) === pending.call && event.since === pending.since

/** True if a person has to check whether the call took effect. Only writes can be in doubt, and each only once. */
export const isInDoubt = (pending: Pending | null, event: TrackEvent): boolean =>
  isAwaited(pending, event) && isWriteName(pending?.call) && pending?.parked !== true

/** The answer in an event; undefined for events of other types. */
export const answerTo = (event: TrackEvent): CallAnswer | undefined =>
  event.type === 'call.answered' ? event.answer : undefined

/** True if the awaited answer is a no, for one of these reasons. */
export function isFaultOf(
  pending: Pending | null,
  event: TrackEvent,
  kinds: readonly CallFault['kind'][] = faultKinds,
): boolean {
  const answer = answerTo(event)
  return isAwaited(pending, event) && answer !== undefined && 'fault' in answer && kinds.includes(answer.fault.kind)
}

/** The reason of an answer that is a no, with nothing awaited any more; no change for other events. */
export function faultChange(event: TrackEvent): Partial<Waiting> {
  const answer = answerTo(event)
  return answer && 'fault' in answer ? { fault: answer.fault, pending: null } : {}
}

/** Stops the clock and waits for no answer: the change that every end makes. */
export const stopped = { remindAt: null, pending: null } as const

/** True if a person ticks this step. */
export const isTick = <Step extends string>(event: TrackEvent, step: Step): boolean =>
  event.type === 'step.ticked' && event.step === step

/** The fields of a form; none for other events. */
export const fieldsOf = (event: TrackEvent): Readonly<Record<string, string>> =>
  event.type === 'details.given' ? event.fields : {}

/** True if the time has come; a time that is not set never comes. */
export const isPast = (time: string | null | undefined, { at }: TrackEvent): boolean =>
  time !== null && time !== undefined && at >= time

type Params = undefined | string

/** Makes an action of a function that changes the context. */
export const changing = <Context extends object, P extends Params = undefined>(
  change: (given: WaitingArgs<Context>, params: P) => Partial<Context>,
) => assign<Context, TrackEvent, P, TrackEvent, never>(change)

/** Makes the actions that follow a call from its request to its answer. `effects` hands out what a track orders. */
export function waitingActions<Context extends Waiting>() {
  const changingCall = <P extends Params = undefined>(
    change: (given: WaitingArgs<Context>, params: P) => Partial<Waiting>,
  ) =>
    // Context has the members of Waiting, but TypeScript cannot tell that a part of them is a part of it.
    changing<Context, P>((given, params) => change(given, params) as Partial<Context>)
  return {
    effects: (_: unknown, _effects: TrackEffect[]) => {},
    waitFor: changingCall(({ event }, call: CallName) => ({ pending: { call, since: event.at }, fault: null })),
    noteDelay: changingCall(({ context: { pending }, event }) => ({
      pending: pending && event.type === 'call.delayed' ? { ...pending, again: event.again } : pending,
    })),
    park: changingCall(({ context: { pending } }) => ({ pending: pending && { ...pending, parked: true } })),
    callAgain: changingCall(({ context: { pending }, event }) => ({
      pending: pending && { call: pending.call, since: event.at },
    })),
    takeFault: changingCall(({ event }) => faultChange(event)),
  }
}

/** Makes the guards that every track with calls needs. */
export const waitingGuards = <Context extends Waiting>() => ({
  isAwaited: ({ context, event }: WaitingArgs<Context>) => isAwaited(context.pending, event),
  isFault: ({ context, event }: WaitingArgs<Context>) => isFaultOf(context.pending, event),
})

/** The effects that every track orders. */
export const commonEffects = {
  notify: (key: Notice['key'], days = 0): TrackEffect[] => [{ kind: 'notify', notice: { key, days } }],

  /** Sets the clock of the track to the time in its context, if there is one. */
  wake: ({ context: { remindAt } }: { context: { remindAt: string | null } }): TrackEffect[] =>
    remindAt === null ? [] : [{ kind: 'wake', timer: 'clock', due: remindAt }],

  /** Makes the awaited call, if the context holds everything for it. */
  ask: (pending: Pending | null, call: Call | undefined): TrackEffect[] =>
    pending && call ? [{ kind: 'call', since: pending.since, call }] : [],

  /** Asks the conversation for a sign-in if the answer says that nothing goes on without one. */
  askSignIn: ({ event }: { event: TrackEvent }): TrackEffect[] => {
    const answer = answerTo(event)
    if (!answer || !('fault' in answer)) return []
    const { kind } = answer.fault
    return kind === 'sign-in' || kind === 'second-factor'
      ? [{ kind: 'notify', notice: { key: 'sign-in-needed', days: 0 } }]
      : []
  },
}
