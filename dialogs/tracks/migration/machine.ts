import { assign, setup } from 'xstate'
import { z } from 'zod'
import { daysAfter, daysUntil } from '../../calendar.ts'
import type { Effect } from '../../events.ts'
import type { TrackEvent } from '../protocol.ts'

/** The checklist of edition 2017-03, phase by phase, in the order in which one works through it. */
const migrationPhases = {
  planning: ['relationship', 'services', 'create-subscription', 'inventory', 'billing-data'],
  moving: ['move'],
  'cutting-over': ['verify'],
  'cancelling-old': ['cancel-old', 'close'],
} as const

export const migrationSteps = Object.values(migrationPhases).flat()
export type MigrationStep = (typeof migrationSteps)[number]

/** Days without a tick or a skip after which the conversation is asked how it goes. */
export const IDLE_DAYS = 7

export const migrationStates = [
  ...(Object.keys(migrationPhases) as (keyof typeof migrationPhases)[]),
  'done',
  'cancelled',
] as const

const settledSchema = z.strictObject({ at: z.string(), by: z.string(), skipped: z.string().optional() })
export const migrationContextSchema = z.strictObject({
  /** Author and time of each ticked step; `skipped` is the reason for leaving a step out. */
  settled: z.partialRecord(z.enum(migrationSteps), settledSchema),
  /** Time of the last tick or skip. */
  activeAt: z.string(),
  /** Time of the next reminder. */
  nudgeAt: z.string(),
})
type MigrationContext = z.infer<typeof migrationContextSchema>

const isStep = (step: string): step is MigrationStep => (migrationSteps as readonly string[]).includes(step)

const isSettled = (context: MigrationContext, steps: readonly MigrationStep[]) =>
  steps.every((step) => context.settled[step])

/** The last step closes the migration: it waits for all others and cannot be skipped. */
export const mayClose = (context: MigrationContext): boolean =>
  isSettled(
    context,
    migrationSteps.filter((step) => step !== 'close'),
  )

type StepEvent = Extract<TrackEvent, { type: 'step.ticked' | 'step.skipped' }>

/** Ticks or skips a step. A second tick takes the first back: it was a mistake. */
function withSettled(settled: MigrationContext['settled'], event: StepEvent): MigrationContext['settled'] {
  const { [event.step as MigrationStep]: before, ...others } = settled
  const { at, by } = event
  if (event.type === 'step.skipped') return { ...others, [event.step]: { at, by, skipped: event.reason } }
  return before ? others : { ...others, [event.step]: { at, by } }
}

const wake = ({ context }: { context: MigrationContext }): Effect[] => [
  { kind: 'wake', track: 'migration', timer: 'idle', due: context.nudgeAt },
]

const askHowItGoes = ({ context, event }: { context: MigrationContext; event: TrackEvent }): Effect[] => {
  const days = -daysUntil(context.activeAt.slice(0, 10), event.at)
  return [{ kind: 'notify', track: 'migration', notice: { key: 'migration-idle', days } }]
}

/** Migration by hand: people tick and skip steps, and the state tells the phase. */
export const migrationMachine = setup({
  types: {} as { context: MigrationContext; events: TrackEvent; input: { at: string } },
  actions: {
    effects: (_, _effects: Effect[]) => {},
    settleStep: assign(({ context, event }) => ({
      settled: withSettled(context.settled, event as StepEvent),
      activeAt: event.at,
      nudgeAt: daysAfter(event.at, IDLE_DAYS),
    })),
    nudgeLater: assign(({ event }) => ({ nudgeAt: daysAfter(event.at, IDLE_DAYS) })),
  },
  guards: {
    canTick: ({ context, event }) =>
      event.type === 'step.ticked' && isStep(event.step) && (event.step !== 'close' || mayClose(context)),
    canSkip: ({ context, event }) =>
      event.type === 'step.skipped' && isStep(event.step) && event.step !== 'close' && !context.settled[event.step],
    isIdle: ({ context, event }) => event.at >= context.nudgeAt,
    isPlanned: ({ context }) => isSettled(context, migrationPhases.planning),
    isMoved: ({ context }) => isSettled(context, [...migrationPhases.planning, ...migrationPhases.moving]),
    isCutOver: ({ context }) =>
      isSettled(context, [...migrationPhases.planning, ...migrationPhases.moving, ...migrationPhases['cutting-over']]),
    isClosed: ({ context }) => context.settled.close !== undefined,
  },
}).createMachine({
  id: 'migration',
  context: ({ input }) => ({ settled: {}, activeAt: input.at, nudgeAt: daysAfter(input.at, IDLE_DAYS) }),
  initial: 'planning',
  entry: { type: 'effects', params: wake },
  on: {
    'step.ticked': { guard: 'canTick', target: '.sorting', actions: ['settleStep', { type: 'effects', params: wake }] },
    'step.skipped': {
      guard: 'canSkip',
      target: '.sorting',
      actions: ['settleStep', { type: 'effects', params: wake }],
    },
    'timer.fired': {
      guard: 'isIdle',
      actions: [{ type: 'effects', params: askHowItGoes }, 'nudgeLater', { type: 'effects', params: wake }],
    },
    'track.cancelled': '.cancelled',
  },
  states: {
    sorting: {
      always: [
        { guard: 'isClosed', target: 'done' },
        { guard: 'isCutOver', target: 'cancelling-old' },
        { guard: 'isMoved', target: 'cutting-over' },
        { guard: 'isPlanned', target: 'moving' },
        { target: 'planning' },
      ],
    },
    planning: {},
    moving: {},
    'cutting-over': {},
    'cancelling-old': {},
    done: { type: 'final' },
    cancelled: { type: 'final' },
  },
})
