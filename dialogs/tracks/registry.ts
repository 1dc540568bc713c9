import { initialTransition, transition } from 'xstate'
import { z } from 'zod'
import type { WatchedResource } from '../calls.ts'
import { type AdminStart, adminContextSchema, adminResource, adminStates } from './delegated-admin/context.ts'
import { delegatedAdminMachine } from './delegated-admin/machine.ts'
import {
  invitationContextSchema,
  invitationResource,
  type invitationSides,
  invitationStates,
} from './invitation/context.ts'
import { invitationMachine } from './invitation/machine.ts'
import { migrationContextSchema, migrationMachine, migrationStates } from './migration/machine.ts'
import { storedTrack, type TrackEffect, type TrackEvent } from './protocol.ts'
import {
  lapsesAt,
  relationshipContextSchema,
  relationshipMachine,
  relationshipResource,
  relationshipStates,
} from './relationship/machine.ts'
import { termContextSchema, termMachine, termStates } from './term/machine.ts'
import {
  type products,
  transferContextSchema,
  transferResource,
  transferStates,
  type ways,
} from './transfer/context.ts'
import { transferMachine } from './transfer/machine.ts'

export const trackSchema = z.discriminatedUnion('kind', [
  storedTrack('migration', migrationStates, migrationContextSchema),
  storedTrack('term', termStates, termContextSchema),
  storedTrack('relationship', relationshipStates, relationshipContextSchema),
  storedTrack('transfer', transferStates, transferContextSchema),
  storedTrack('invitation', invitationStates, invitationContextSchema),
  storedTrack('delegated-admin', adminStates, adminContextSchema),
])
/** One action under way in a case, as it is stored: where its machine stands and since when. */
export type Track = z.infer<typeof trackSchema>
export type MigrationTrack = Extract<Track, { kind: 'migration' }>
export type TermTrack = Extract<Track, { kind: 'term' }>
export type RelationshipTrack = Extract<Track, { kind: 'relationship' }>
export type TransferTrack = Extract<Track, { kind: 'transfer' }>
export type InvitationTrack = Extract<Track, { kind: 'invitation' }>
export type AdminTrack = Extract<Track, { kind: 'delegated-admin' }>

/** What a track came to after an event. */
export interface Advanced {
  track: Track
  effects: TrackEffect[]
}

const machines = {
  migration: migrationMachine,
  term: termMachine,
  relationship: relationshipMachine,
  transfer: transferMachine,
  invitation: invitationMachine,
  'delegated-admin': delegatedAdminMachine,
}

type Ordered = { type: string; params: unknown }
const effectsOf = (actions: readonly Ordered[]) =>
  actions.filter(({ type }) => type === 'effects').flatMap(({ params }) => params as TrackEffect[])

/** What a track needs to begin: a term its last day, a transfer how it is done and of what, and so on. */
export type Start =
  | { kind: 'migration' }
  | { kind: 'term'; end: string }
  | { kind: 'relationship' }
  | { kind: 'transfer'; way: (typeof ways)[number]; product: (typeof products)[number] }
  | { kind: 'invitation'; side: (typeof invitationSides)[number] }
  | ({ kind: 'delegated-admin' } & AdminStart)

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
    case 'invitation':
      return initialTransition(invitationMachine, { side: start.side })
    case 'delegated-admin':
      return initialTransition(delegatedAdminMachine, start)
  }
  return start satisfies never
}

/** What the event does to the track, or undefined when it does nothing now. */
export function advance(track: Track, event: TrackEvent): Advanced | undefined {
  // An accepted invitation still has news: of the delegated admin that is asked for on its account.
  const hasNews = event.type === 'peer.told' && track.state === 'accepted'
  if (!isOpen(track) && !hasNews) return undefined
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
  'active',
]
/** Ends in which everything is as it was. */
const inVain: readonly string[] = [
  'cancelled',
  'failed',
  'lapsed',
  'rejected',
  'expired',
  'declined',
  'denied',
  'withdrawn',
]

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
    case 'invitation':
    case 'delegated-admin':
      return track.context.due ?? undefined
    case 'migration':
      return undefined
  }
  return track satisfies never
}

/** What a track waits for at Microsoft, where it waits for something that shows by itself. */
export function resourceOf(track: Track): WatchedResource | undefined {
  switch (track.kind) {
    case 'relationship':
      return isIn(track, 'link-ready', 'awaiting-customer') ? relationshipResource(track.context) : undefined
    case 'transfer':
      return isIn(track, 'awaiting-source-partner') ? transferResource(track.context) : undefined
    case 'invitation':
      return isIn(track, 'created', 'with-reseller', 'with-customer') ? invitationResource(track.context) : undefined
    case 'delegated-admin':
      return isIn(track, 'awaiting-customer') ? adminResource(track.context) : undefined
    case 'migration':
    case 'term':
      return undefined
  }
  return track satisfies never
}

const isIn = <T extends Track>(track: T, ...states: T['state'][]) => states.includes(track.state)
