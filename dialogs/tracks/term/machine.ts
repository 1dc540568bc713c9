import { assign, setup } from 'xstate'
import { z } from 'zod'
import { daysUntil, morningBefore } from '../../calendar.ts'
import type { TrackEffect, TrackEvent } from '../protocol.ts'

/** Days before the end of the term on which the conversation is reminded. */
export const TERM_REMINDER_DAYS = [60, 30, 7, 0] as const

export const termStates = ['waiting', 'ending-soon', 'ended', 'followed-up', 'cancelled-early', 'cancelled'] as const
/** Steps to tick: the next action is taken, or the customer has cancelled early. */
export const termSteps = ['follow-up', 'cancelled-early'] as const

export const termContextSchema = z.strictObject({
  /** Last day of the term. */
  end: z.iso.date(),
  /** Time of the last look at the clock. */
  asOf: z.string(),
  /** Time of the next reminder; null once the end has been announced. */
  remindAt: z.string().nullable(),
})
type TermContext = z.infer<typeof termContextSchema>

/** Sets the next reminder. After an outage one reminder is sent, not the backlog. */
function lookAt(end: string, at: string): TermContext {
  const remindAt = TERM_REMINDER_DAYS.map((days) => morningBefore(end, days)).find((due) => due > at) ?? null
  return { end, asOf: at, remindAt }
}

const daysLeft = (context: TermContext) => daysUntil(context.end, context.asOf)

const wake = ({ context }: { context: TermContext }): TrackEffect[] =>
  context.remindAt === null ? [] : [{ kind: 'wake', timer: 'reminder', due: context.remindAt }]

const remind = ({ context }: { context: TermContext }): TrackEffect[] => {
  const days = Math.max(0, daysLeft(context))
  return [{ kind: 'notify', notice: { key: days > 0 ? 'term-reminder' : 'term-ended', days } }]
}

/** Waits for the end of a term: reminders come nearer, and at the end the next action is one click away. */
export const termMachine = setup({
  types: {} as { context: TermContext; events: TrackEvent; input: { at: string; end: string } },
  actions: {
    effects: (_, _effects: TrackEffect[]) => {},
    setDate: assign(({ context, event }) => (event.type === 'term.dated' ? lookAt(event.end, event.at) : context)),
    lookAgain: assign(({ context, event }) => lookAt(context.end, event.at)),
  },
  guards: {
    isDue: ({ context, event }) => context.remindAt !== null && event.at >= context.remindAt,
    isOtherDate: ({ context, event }) => event.type === 'term.dated' && event.end !== context.end,
    hasEnded: ({ context }) => context.remindAt === null,
    isNear: ({ context }) => daysLeft(context) <= TERM_REMINDER_DAYS[0],
    isFollowUp: ({ event }) => event.type === 'step.ticked' && event.step === 'follow-up',
    isCancelledEarly: ({ event }) => event.type === 'step.ticked' && event.step === 'cancelled-early',
  },
}).createMachine({
  id: 'term',
  context: ({ input }) => lookAt(input.end, input.at),
  initial: 'sorting',
  entry: { type: 'effects', params: wake },
  on: { 'track.cancelled': '.cancelled' },
  states: {
    sorting: {
      always: [
        { guard: 'hasEnded', target: 'ended' },
        { guard: 'isNear', target: 'ending-soon' },
        { target: 'waiting' },
      ],
    },
    waiting: {
      on: {
        'timer.fired': {
          guard: 'isDue',
          target: 'sorting',
          actions: ['lookAgain', { type: 'effects', params: remind }, { type: 'effects', params: wake }],
        },
        'term.dated': {
          guard: 'isOtherDate',
          target: 'sorting',
          actions: ['setDate', { type: 'effects', params: wake }],
        },
        'step.ticked': { guard: 'isCancelledEarly', target: 'cancelled-early' },
      },
    },
    'ending-soon': {
      on: {
        'timer.fired': {
          guard: 'isDue',
          target: 'sorting',
          actions: ['lookAgain', { type: 'effects', params: remind }, { type: 'effects', params: wake }],
        },
        'term.dated': {
          guard: 'isOtherDate',
          target: 'sorting',
          actions: ['setDate', { type: 'effects', params: wake }],
        },
        'step.ticked': { guard: 'isCancelledEarly', target: 'cancelled-early' },
      },
    },
    ended: {
      on: {
        'term.dated': {
          guard: 'isOtherDate',
          target: 'sorting',
          actions: ['setDate', { type: 'effects', params: wake }],
        },
        'step.ticked': { guard: 'isFollowUp', target: 'followed-up' },
      },
    },
    'followed-up': { type: 'final' },
    'cancelled-early': { type: 'final' },
    cancelled: { type: 'final' },
  },
})
