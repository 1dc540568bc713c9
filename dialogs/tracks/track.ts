import { initialTransition, transition } from 'xstate'
import { z } from 'zod'
import type { Resource } from '../calls.ts'
import type { CaseEvent, Effect } from '../case.ts'
import { migrationContextSchema, migrationMachine, migrationStates } from './migration.ts'
import {
  lapsesAt,
  relationshipContextSchema,
  relationshipMachine,
  relationshipResource,
  relationshipStates,
} from './relationship.ts'
import { termContextSchema, termMachine, termStates } from './term.ts'
import { transferMachine } from './transfer.ts'
import {
  type products,
  transferContextSchema,
  transferResource,
  transferStates,
  type ways,
} from './transfer-context.ts'

/** What a case event says to the track it names, and nothing else does. */
type Told<T extends CaseEvent['type']> = T extends CaseEvent['type']
  ? Omit<Extract<CaseEvent, { type: T }>, 'at' | 'by' | 'track'>
  : never

/** What can happen to a track. `at` is an ISO time, `by` an object id, `timer` or `upstream`. */
export type TrackEvent = { at: string; by: string } & (
  | { type: 'step.ticked'; step: string }
  | { type: 'step.skipped'; step: string; reason: string }
  | { type: 'term.dated'; end: string }
  | { type: 'timer.fired'; timer: string }
  | { type: 'track.cancelled' }
  | Told<
      | 'details.given'
      | 'call.answered'
      | 'call.delayed'
      | 'call.parked'
      | 'resource.seen'
      | 'transfer.accepted'
      | 'transfer.declined'
    >
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
  z.strictObject({
    kind: z.literal('relationship'),
    state: z.enum(relationshipStates),
    context: relationshipContextSchema,
    ...common,
  }),
  z.strictObject({
    kind: z.literal('transfer'),
    state: z.enum(transferStates),
    context: transferContextSchema,
    ...common,
  }),
])
/** One action under way in a case, as it is stored: where its machine stands and since when. */
export type Track = z.infer<typeof trackSchema>
export type MigrationTrack = Extract<Track, { kind: 'migration' }>
export type TermTrack = Extract<Track, { kind: 'term' }>
export type RelationshipTrack = Extract<Track, { kind: 'relationship' }>
export type TransferTrack = Extract<Track, { kind: 'transfer' }>

/** The tracks that can be started. */
export const trackKinds = ['migration', 'term', 'relationship', 'transfer'] as const
export type TrackKind = (typeof trackKinds)[number]

/** What a track came to after an event. */
export interface Advanced {
  track: Track
  effects: Effect[]
}

const machines = {
  migration: migrationMachine,
  term: termMachine,
  relationship: relationshipMachine,
  transfer: transferMachine,
}

type Ordered = { type: string; params: unknown }
const effectsOf = (actions: readonly Ordered[]) =>
  actions.filter(({ type }) => type === 'effects').flatMap(({ params }) => params as Effect[])

/** What a track needs to begin: a term its last day, a transfer how it is done and of what. */
export type Start =
  | { kind: 'migration' }
  | { kind: 'term'; end: string }
  | { kind: 'relationship' }
  | { kind: 'transfer'; way: (typeof ways)[number]; product: (typeof products)[number] }

/** Starts a track. */
export function startTrack(start: Start, by: string, at: string): Advanced {
  const [{ value: state, context }, actions] = beginning(start, at)
  const track = { kind: start.kind, state, context, since: at, startedAt: at, startedBy: by }
  return { track: trackSchema.parse(track), effects: effectsOf(actions) }
}

function beginning(start: Start, at: string) {
  switch (start.kind) {
    case 'migration':
      return initialTransition(migrationMachine, { at })
    case 'term':
      return initialTransition(termMachine, { at, end: start.end })
    case 'relationship':
      return initialTransition(relationshipMachine)
    case 'transfer':
      return initialTransition(transferMachine, { way: start.way, product: start.product })
  }
  return start satisfies never
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

/** Ends in which a track brought about what it was for. */
const reached: readonly string[] = [
  'done',
  'followed-up',
  'cancelled-early',
  'accepted',
  'completed',
  'partially-completed',
]
/** Ends in which everything is as it was. */
const inVain: readonly string[] = ['cancelled', 'failed', 'lapsed', 'rejected', 'expired']

/** Is the track still under way? */
export const isOpen = ({ state }: Track): boolean => !reached.includes(state) && !inVain.includes(state)

/** Did the track bring about what it was for? */
export const hasReached = ({ state }: Track): boolean => reached.includes(state)

/** By when something has to happen in a track (ISO time or date), where it has such a time. */
export function dueOf(track: Track): string | undefined {
  switch (track.kind) {
    case 'term':
      return track.context.end
    case 'relationship':
      return lapsesAt(track.context)
    case 'transfer':
      return track.context.due ?? undefined
    case 'migration':
      return undefined
  }
  return track satisfies never
}

/** What a track waits for at Microsoft, where it waits for something that shows by itself. */
export function resourceOf(track: Track): Resource | undefined {
  if (track.state === 'link-ready' || track.state === 'awaiting-customer') return relationshipResource(track.context)
  return track.state === 'awaiting-source-partner' ? transferResource(track.context) : undefined
}
