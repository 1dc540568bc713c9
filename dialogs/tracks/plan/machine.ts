import { assign, setup } from 'xstate'
import { daysAfter, daysUntil } from '../../calendar.ts'
import type { PlanStep } from '../../plans/plans.ts'
import type { Purpose, TrackName } from '../../track-names.ts'
import type { TrackEffect, TrackEvent } from '../protocol.ts'
import {
  isBackToQuestion,
  isRelied,
  isUnlocked,
  type PlanContext,
  planFacts,
  planOf,
  purposeOf,
  type SettledStep,
  sharedSteps,
  stepsOf,
} from './context.ts'

/** Facts that a plan starts with; `settled` are the steps that its case has completed already. */
export interface PlanInput extends Pick<PlanContext, 'plan' | 'role' | 'source' | 'topic' | 'settled'> {
  at: string
}

type Given = { context: PlanContext; event: TrackEvent }

const stepIn = (context: PlanContext, id: string): PlanStep | undefined =>
  stepsOf(context).find((step) => step.id === id)

/** True if the event names this plan: other tracks have steps of the same ids. */
const isMeant = ({ plan }: PlanContext, track: TrackName | undefined) => track === `plan/${plan}`

/** True if a tick completes the step, or takes its completion back. */
function canTick({ context, event }: Given): boolean {
  if (event.type !== 'step.ticked' || !isMeant(context, event.track)) return false
  const step = stepIn(context, event.step)
  if (!step || isRelied(context, step)) return false
  const { choice } = event
  const isUndo = choice === undefined && context.settled[step.id] !== undefined
  const isChoice = choice === undefined ? step.choices === undefined : (step.choices ?? []).includes(choice)
  return isUndo || ((isChoice || (choice === 'none' && step.none)) && isUnlocked(context, step))
}

function canSkip({ context, event }: Given): boolean {
  const step = event.type === 'step.skipped' ? stepIn(context, event.step) : undefined
  return step?.optional === true && !context.settled[step.id] && isUnlocked(context, step)
}

/** Completes or skips a step. A second tick without a choice takes the first back: it was a mistake. */
function settle({ context, event }: Given): Partial<PlanContext> {
  const { at, by } = event
  if (event.type === 'step.skipped') return settled(context, event.step, { at, by, skipped: event.reason })
  if (event.type !== 'step.ticked') return {}
  const { choice, step } = event
  if (choice !== undefined) return settled(context, step, { at, by, choice })
  if (!context.settled[step]) return settled(context, step, { at, by })
  const { [step]: _undone, ...others } = context.settled
  return { ...active(context, at), settled: others }
}

const settled = (context: PlanContext, step: string, how: SettledStep): Partial<PlanContext> => ({
  ...active(context, how.at),
  settled: { ...context.settled, [step]: how },
})

const nudgeAfter = (context: Pick<PlanContext, 'plan'>, at: string) => daysAfter(at, planOf(context).nudgeDays)

const active = (context: Pick<PlanContext, 'plan'>, at: string) => ({ activeAt: at, nudgeAt: nudgeAfter(context, at) })

/** The open steps whose purpose has just been brought about. */
const reachedSteps = (context: PlanContext, purpose: Purpose): PlanStep[] =>
  stepsOf(context).filter((step) => !context.settled[step.id] && purposeOf(context, step) === purpose)

function settleReached({ context, event }: Given): Partial<PlanContext> {
  if (event.type !== 'track.reached') return {}
  const { at, by } = event
  const done = reachedSteps(context, event.purpose).map(({ id }) => [id, { at, by }] as const)
  return { ...active(context, at), settled: { ...context.settled, ...Object.fromEntries(done) } }
}

/** Takes the facts of changed answers. Under another topic the plan is another one: only what is known of the customer stays. */
function takeAnswers({ context, event }: Given): Partial<PlanContext> {
  if (event.type !== 'answers.changed') return {}
  const facts = planFacts(context.plan, event.answers)
  if (facts.topic === context.topic) return facts
  const shared = Object.entries(context.settled).filter(([step]) => (sharedSteps as readonly string[]).includes(step))
  return { ...facts, settled: Object.fromEntries(shared) }
}

/** True if the plan was to find the seller, and the answers name each. */
function isSellerFound({ context, event }: Given): boolean {
  if (event.type !== 'answers.changed' || !planOf(context).steps.some(isBackToQuestion)) return false
  const { 'licence-source': licences, 'usage-source': usage } = event.answers
  return [licences, usage].some((seller) => seller !== undefined) && licences !== 'unknown' && usage !== 'unknown'
}

const wake = ({ context }: { context: PlanContext }): TrackEffect[] => [
  { kind: 'wake', timer: 'idle', due: context.nudgeAt },
]

const askHowItGoes = ({ context, event }: Given): TrackEffect[] => {
  const days = -daysUntil(context.activeAt.slice(0, 10), event.at)
  return [{ kind: 'notify', notice: { key: 'plan-idle', days } }]
}

const waking = { type: 'effects', params: wake } as const

/** A checklist: people complete and skip steps, and other tracks complete theirs. */
export const planMachine = setup({
  types: {} as { context: PlanContext; events: TrackEvent; input: PlanInput },
  actions: {
    effects: (_, _effects: TrackEffect[]) => {},
    settle: assign(settle),
    settleReached: assign(settleReached),
    takeAnswers: assign(takeAnswers),
    nudgeLater: assign(({ context, event }) => ({ nudgeAt: nudgeAfter(context, event.at) })),
  },
  guards: {
    canTick,
    canSkip,
    isReached: ({ context, event }) =>
      event.type === 'track.reached' && reachedSteps(context, event.purpose).length > 0,
    isSellerFound,
    isIdle: ({ context, event }) => event.at >= context.nudgeAt,
    mayBeNone: ({ context }) => planOf(context).none,
    isClosed: ({ context }) => isClosed(context),
  },
}).createMachine({
  id: 'plan',
  context: ({ input: { at, ...facts } }) => ({ ...facts, none: false, ...active(facts, at) }),
  initial: 'open',
  entry: waking,
  on: {
    'plan.needless': { guard: 'mayBeNone', target: '.done', actions: assign({ none: true }) },
    'step.ticked': { guard: 'canTick', target: '.sorting', actions: ['settle', waking] },
    'step.skipped': { guard: 'canSkip', target: '.sorting', actions: ['settle', waking] },
    'track.reached': { guard: 'isReached', target: '.sorting', actions: ['settleReached', waking] },
    'answers.changed': [
      { guard: 'isSellerFound', target: '.done', actions: 'takeAnswers' },
      { actions: 'takeAnswers' },
    ],
    'timer.fired': {
      guard: 'isIdle',
      actions: [{ type: 'effects', params: askHowItGoes }, 'nudgeLater', waking],
    },
    'track.cancelled': '.cancelled',
  },
  states: {
    sorting: { always: [{ guard: 'isClosed', target: 'done' }, { target: 'open' }] },
    open: {},
    done: { type: 'final' },
    cancelled: { type: 'final' },
  },
})

/** True if the last step is completed, which waits for all others. */
function isClosed(context: PlanContext): boolean {
  const last = stepsOf(context).at(-1)
  return last !== undefined && context.settled[last.id] !== undefined
}
