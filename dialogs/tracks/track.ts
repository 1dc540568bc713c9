import { initialTransition, transition } from 'xstate'
import { z } from 'zod'
import type { Effect } from '../case.ts'
import { migrationContextSchema, migrationMachine, migrationStates } from './migration.ts'
import { termContextSchema, termMachine, termStates } from './term.ts'

/** What can happen to a track. `at` is an ISO time, `by` an object id or `timer`. */
export type TrackEvent = { at: string; by: string } & (
  | { type: 'step.ticked'; step: string }
  | { type: 'step.skipped'; step: string; reason: string }
  | { type: 'term.dated'; end: string }
  | { type: 'timer.fired'; timer: string }
  | { type: 'track.cancelled' }
)

const common = {
  /** When the present state began. */
  since: z.string(),
  startedAt: z.string(),
  startedBy: z.string(),
}

export const trackSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('migration'),
    state: z.enum(migrationStates),
    context: migrationContextSchema,
    ...common,
  }),
  z.strictObject({ kind: z.literal('term'), state: z.enum(termStates), context: termContextSchema, ...common }),
])
/** One action under way in a case, as it is stored: where its machine stands and since when. */
export type Track = z.infer<typeof trackSchema>
export type MigrationTrack = Extract<Track, { kind: 'migration' }>
export type TermTrack = Extract<Track, { kind: 'term' }>

/** The tracks that can be started. */
export const trackKinds = ['migration', 'term'] as const
export type TrackKind = (typeof trackKinds)[number]

/** What a track came to after an event. */
export interface Advanced {
  track: Track
  effects: Effect[]
}

const machines = { migration: migrationMachine, term: termMachine }

type Ordered = { type: string; params: unknown }
const effectsOf = (actions: readonly Ordered[]) =>
  actions.filter(({ type }) => type === 'effects').flatMap(({ params }) => params as Effect[])

/** Starts a track. A term needs the date on which it ends. */
export function startTrack(
  start: { kind: 'migration' } | { kind: 'term'; end: string },
  by: string,
  at: string,
): Advanced {
  const common = { since: at, startedAt: at, startedBy: by }
  if (start.kind === 'migration') {
    const [snapshot, actions] = initialTransition(migrationMachine, { at })
    const { value: state, context } = snapshot
    return { track: trackSchema.parse({ kind: 'migration', state, context, ...common }), effects: effectsOf(actions) }
  }
  const [snapshot, actions] = initialTransition(termMachine, { at, end: start.end })
  const { value: state, context } = snapshot
  return { track: trackSchema.parse({ kind: 'term', state, context, ...common }), effects: effectsOf(actions) }
}

/** What the event does to the track, or undefined when it does nothing now. */
export function advance(track: Track, event: TrackEvent): Advanced | undefined {
  if (!isOpen(track)) return undefined
  const machine = machines[track.kind] as typeof migrationMachine
  const before = machine.resolveState({ value: track.state as 'planning', context: track.context as never })
  const [after, actions] = transition(machine, before, event)
  if (after === before) return undefined
  const since = after.value === track.state ? track.since : event.at
  return {
    track: { ...track, state: after.value, context: after.context, since } as Track,
    effects: effectsOf(actions),
  }
}

const ended: readonly string[] = ['done', 'followed-up', 'cancelled-early', 'cancelled']

/** Is the track still under way? */
export const isOpen = (track: Track): boolean => !ended.includes(track.state)

/** By when something has to happen in a track (ISO time or date), where it has such a time. */
export const dueOf = (track: Track): string | undefined => (track.kind === 'term' ? track.context.end : undefined)
