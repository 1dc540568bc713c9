import type { AnyStateMachine, InputFrom } from 'xstate'
import { z } from 'zod'
import type { WatchedResource } from '../calls.ts'
import type { CaseEvent, Effect, Notice } from '../events.ts'
import type { AskedNews, PeerNews } from '../peer.ts'
import type { Outcome } from '../policy/decide.ts'
import type { Action, ActionId, Cloud, Edition } from '../policy/policy.ts'
import type { Answers } from '../questions.ts'
import type { Purpose, TrackKind, TrackName } from '../track-names.ts'

/** Arguments of a case event, as the track it names gets them. */
type EventArguments<T extends CaseEvent['type']> = T extends CaseEvent['type']
  ? Omit<Extract<CaseEvent, { type: T }>, 'at' | 'by' | 'track'>
  : never

/** An event of a track. `at` is an ISO time, `by` an object id, `timer`, `upstream` or `peer`. */
export type TrackEvent = { at: string; by: string } & (
  | { type: 'step.ticked'; step: string; track?: TrackName; choice?: string; required?: number; provider?: string }
  | { type: 'step.skipped'; step: string; reason: string }
  | { type: 'term.dated'; end: string }
  | { type: 'plan.needless' }
  /** Another track of the case has brought about this purpose. */
  | { type: 'track.reached'; purpose: Purpose }
  /** Another track of the case has been started, or is in another state; `reached` is all that the case has brought about. */
  | { type: 'track.moved'; track: TrackName; state: string; reached: readonly Purpose[] }
  | { type: 'answers.changed'; answers: Answers }
  | { type: 'timer.fired'; timer: string }
  | { type: 'track.cancelled' }
  | EventArguments<
      | 'details.given'
      | 'call.answered'
      | 'call.delayed'
      | 'call.parked'
      | 'resource.seen'
      | 'transfer.accepted'
      | 'transfer.declined'
      | 'invitation.requested'
      | 'invitation.sent'
      | 'invitation.declined'
      | 'peer.linked'
      | 'peer.told'
      | 'approval.given'
      | 'approval.denied'
      | 'approval.narrowed'
      | 'approval.withdrawn'
    >
)

type Unaddressed<E> = E extends unknown ? Omit<E, 'track'> : never

/** An effect of a track: like that of a case, but a track does not know its name and which case it belongs to. */
export type TrackEffect =
  | Unaddressed<Exclude<Effect, { kind: 'tell' }>>
  | { kind: 'tell'; news: Exclude<PeerNews, AskedNews> | Omit<AskedNews, 'from' | 'answers'> }

/** A track as it is stored: the state of its machine, and since when. */
export interface StoredTrack<K extends TrackKind = TrackKind, State extends string = string, Context = unknown> {
  kind: K
  state: State
  context: Context
  /** Time at which the present state began. */
  since: string
  startedAt: string
  startedBy: string
}

const storedSchema = <K extends TrackKind, S extends string, C extends z.ZodType>(
  kind: K,
  states: readonly S[],
  context: C,
) =>
  z.strictObject({
    kind: z.literal(kind),
    state: z.enum(states),
    context,
    since: z.string(),
    startedAt: z.string(),
    startedBy: z.string(),
  })

/** The facts of a case with its answer, as far as tracks start from them. */
export interface Circumstances {
  readonly id: string
  readonly answers: Answers
  readonly cloud: Cloud
  readonly edition: Edition
  readonly outcome: Outcome
  readonly tracks: readonly StoredTrack[]
  /** Purposes that tracks of the case have brought about. */
  readonly reached: readonly Purpose[]
  /** Current time (ISO), for what is known from now on. */
  readonly at: string
}

/**
 * Standing of a track in a state: under way, or over. Over, it brought about its purpose (`lasting`: and that need not
 * be done again) or a part of it, it failed, or it was given up (`in-vain`).
 */
export type TrackStanding = 'open' | 'reached' | 'lasting' | 'partly' | 'failed' | 'in-vain'

/** Everything the rest of the project knows of one kind of track; see `defineTrack`. */
export interface TrackDefinition<
  K extends TrackKind = TrackKind,
  State extends string = string,
  Context = unknown,
  Start extends { kind: K } = { kind: K },
> {
  readonly kind: K
  readonly machine: AnyStateMachine
  readonly standing: Readonly<Record<State, TrackStanding>>
  /** Events that still count in a state in which the track is over. */
  readonly hearsAtEnd?: Partial<Readonly<Record<State, readonly TrackEvent['type'][]>>>
  /** The state whose face says in its title what a notice tells. */
  readonly titleNotices: Partial<Readonly<Record<Notice['key'], State>>>
  /** Actions of an answer that the track carries out; people do the others. */
  readonly carriesOut: readonly ActionId[]
  /** The part of its name after the kind, for kinds of which a case has several. */
  variantOf?(context: Context): string | undefined
  /** The same part of the name for the track that carries out an action. */
  variantFor?(action: Action): string | undefined
  /** Purposes that it serves beside its own: tracks for them are not offered while it is under way. */
  standsInFor?(context: Context): readonly Purpose[]
  /** Purposes that earlier tracks of its name have brought about. */
  reachedBefore?(context: Context): readonly Purpose[]
  /** Everything a person can tick in it. */
  readonly steps: readonly string[]
  /** Fields of its forms, as clients send them with the button of the form; each form is told by its fields. */
  readonly forms: readonly z.ZodObject[]
  /** True if the track can be started though the answer names none of its actions. */
  isOffered?(circumstances: Circumstances): boolean
  /** Actions that a track in this state adds to those of the answer. */
  leadsTo?(track: { state: State; context: Context }, circumstances: Circumstances): Action[]
  /** Finds what the track of this name starts with; undefined while the case does not hold it. */
  startFrom(circumstances: Circumstances, name: TrackName): Start | undefined
  /** Makes the input of the machine; `at` is an ISO time. */
  inputOf(start: Start, at: string): unknown
  /** Object ids of the people whose actions a card of the track may mention. */
  actors?(context: Context): readonly (string | null | undefined)[]
  /** The time or date by which something has to happen, if there is one. */
  due(context: Context): string | undefined
  /** The resource at Microsoft that the track waits for, if it waits for any. */
  watches(track: { state: State; context: Context }): WatchedResource | undefined
}

/**
 * Defines a track: its machine, how it is stored, how it stands in each state, and how the rest of the project meets it.
 * A definition takes effect by its entry in the registry.
 */
export function defineTrack<
  K extends TrackKind,
  const State extends string,
  ContextSchema extends z.ZodType,
  M extends AnyStateMachine,
  Start extends { kind: K },
  const Step extends string,
  const Forms extends readonly z.ZodObject[],
>(
  definition: Omit<TrackDefinition<K, State, z.infer<ContextSchema>, Start>, 'machine' | 'steps' | 'forms'> & {
    readonly machine: M
    readonly states: readonly State[]
    readonly context: ContextSchema
    readonly steps: readonly Step[]
    readonly forms: Forms
    inputOf(start: Start, at: string): InputFrom<M>
  },
) {
  return { ...definition, schema: storedSchema(definition.kind, definition.states, definition.context) }
}
