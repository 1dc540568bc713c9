import { initialTransition, transition } from 'xstate'
import { z } from 'zod'
import type { WatchedResource } from '../calls.ts'
import type { Action } from '../policy/policy.ts'
import { type Purpose, type TrackKind, type TrackName, trackKinds } from '../track-names.ts'
import { delegatedAdminTrack } from './delegated-admin/definition.ts'
import { invitationTrack } from './invitation/definition.ts'
import { planTrack } from './plan/definition.ts'
import type { StoredTrack, TrackDefinition, TrackEffect, TrackEvent, TrackStanding } from './protocol.ts'
import { relationshipTrack } from './relationship/definition.ts'
import { termTrack } from './term/definition.ts'
import { transferTrack } from './transfer/definition.ts'

/** One definition for each kind of track; a kind without its entry does not compile. */
export type TrackRegistry = { readonly [K in TrackKind]: TrackDefinition<K> }

/** All tracks there are. Everything else that is known of a kind of track follows from its definition. */
export const tracks = {
  plan: planTrack,
  term: termTrack,
  relationship: relationshipTrack,
  transfer: transferTrack,
  invitation: invitationTrack,
  'delegated-admin': delegatedAdminTrack,
} satisfies TrackRegistry

type Definitions = typeof tracks
type Definition = Definitions[TrackKind]

/** The definition of a track, whatever its kind. */
export const definitionOf = ({ kind }: { kind: TrackKind }): TrackDefinition => tracks[kind]

const schemas: readonly Definition['schema'][] = trackKinds.map((kind) => tracks[kind].schema)
/** Checks a stored track of any kind. */
export const trackSchema = z.discriminatedUnion('kind', schemas as [Definition['schema'], ...Definition['schema'][]])
/** One action under way in a case, as it is stored: the state of its machine, and since when. */
export type Track = z.infer<Definition['schema']>
type TrackOf<K extends TrackKind> = Extract<Track, { kind: K }>
export type PlanTrack = TrackOf<'plan'>
export type TermTrack = TrackOf<'term'>
export type RelationshipTrack = TrackOf<'relationship'>
export type TransferTrack = TrackOf<'transfer'>
export type InvitationTrack = TrackOf<'invitation'>
export type AdminTrack = TrackOf<'delegated-admin'>

/** Everything a person can tick in some track. */
type TrackStep = Definition['steps'][number]
export const trackSteps: readonly TrackStep[] = trackKinds.flatMap((kind): readonly TrackStep[] => tracks[kind].steps)

type FormOf<K extends TrackKind> = [Definitions[K]['forms'][number]] extends [never]
  ? never
  : Definitions[K]['forms'][number]
/** Fields of every form, with the kind of its track. */
export const trackForms = trackKinds.flatMap((track) =>
  tracks[track].forms.map((fields) => ({ track, fields })),
) as readonly {
  [K in TrackKind]: { track: K; fields: FormOf<K> }
}[TrackKind][]

/** A track after an event, with what it orders. */
export interface Advanced {
  track: Track
  effects: NamedEffect[]
}

type Ordered = { type: string; params: unknown }
/** An effect with the name of the track that orders it. */
export type NamedEffect = TrackEffect & { track: TrackName }
const effectsOf = (track: Track, actions: readonly Ordered[]): NamedEffect[] =>
  actions
    .filter(({ type }) => type === 'effects')
    .flatMap(({ params }) => (params as TrackEffect[]).map((effect) => ({ ...effect, track: nameOf(track) })))

const named = (kind: TrackKind, variant: string | undefined) =>
  (variant === undefined ? kind : `${kind}/${variant}`) as TrackName

/** Name of a track within its case. */
export const nameOf = (track: StoredTrack): TrackName =>
  named(track.kind, definitionOf(track).variantOf?.(track.context))

/** Name of the track that carries out an action; undefined for what people do themselves. */
export function trackFor(action: Action): TrackName | undefined {
  const kind = trackKinds.find((each) => definitionOf({ kind: each }).carriesOut.includes(action.id))
  return kind && named(kind, definitionOf({ kind }).variantFor?.(action))
}

/** Everything a track starts with, by its kind: a term with its last day, a transfer with its way and product. */
export type Start = { [K in TrackKind]: NonNullable<ReturnType<Definitions[K]['startFrom']>> }[TrackKind]

/** Starts a track. */
export function startTrack(start: Start, by: string, at: string): Advanced {
  const { machine, inputOf } = definitionOf(start)
  const [{ value: state, context }, actions] = initialTransition(machine, inputOf(start, at))
  const track = trackSchema.parse({ kind: start.kind, state, context, since: at, startedAt: at, startedBy: by })
  return { track, effects: effectsOf(track, actions) }
}

/** Applies an event to a track; undefined if it does nothing now. */
export function advance(track: Track, event: TrackEvent): Advanced | undefined {
  const { machine, hearsAtEnd } = definitionOf(track)
  if (!isOpen(track) && !hearsAtEnd?.[track.state]?.includes(event.type)) return undefined
  const before = machine.resolveState({ value: track.state, context: track.context })
  const [after, actions] = transition(machine, before, event)
  if (after === before) return undefined
  const since = after.value === track.state ? track.since : event.at
  const advanced = { ...track, state: after.value, context: after.context, since } as Track
  return { track: advanced, effects: effectsOf(advanced, actions) }
}

const standingOf = (track: StoredTrack) => definitionOf(track).standing[track.state]

/** True if the track is still under way. */
export const isOpen = (track: StoredTrack): boolean => standingOf(track) === 'open'

/** Returns the end that the track came to; undefined while it is under way. */
export const endingOf = (track: StoredTrack): Exclude<TrackStanding, 'open'> | undefined => {
  const standing = standingOf(track)
  return standing === 'open' ? undefined : standing
}

/** True if the track brought about its purpose. */
export const hasReached = (track: StoredTrack): boolean => {
  const standing = standingOf(track)
  return standing === 'reached' || standing === 'lasting'
}

/** Purposes of a track; no track for the same need be started beside it. */
export const purposesOf = (track: StoredTrack): readonly Purpose[] => [
  nameOf(track),
  ...(definitionOf(track).standsInFor?.(track.context) ?? []),
]

/** Purposes that a track has brought about, or an earlier one of its name. */
export const reachedBy = (track: StoredTrack): readonly Purpose[] => [
  ...(hasReached(track) ? purposesOf(track) : []),
  ...(definitionOf(track).reachedBefore?.(track.context) ?? []),
]

/** True while nothing of the same purpose need be started: the track is under way, or its result stands. */
export const isStanding = (track: StoredTrack): boolean => isOpen(track) || standingOf(track) === 'lasting'

/** True if the track's face says in its title what the notice tells. */
export const isTitled = (track: Track, key: string): boolean =>
  (definitionOf(track).titleNotices as Partial<Record<string, string>>)[key] === track.state

/** Returns the object ids of the people whose actions a card of the track may mention. */
export const actorsOf = (track: Track): string[] =>
  (definitionOf(track).actors?.(track.context) ?? []).filter((id) => typeof id === 'string')

/** Deadline of a track (ISO time or date), if it has one. */
export const dueOf = (track: Track): string | undefined => definitionOf(track).due(track.context)

/** The resource at Microsoft that a track waits for, if it waits for any. */
export const resourceOf = (track: Track): WatchedResource | undefined => definitionOf(track).watches(track)
