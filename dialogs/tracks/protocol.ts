import { z } from 'zod'
import type { CaseEvent, Effect } from '../events.ts'
import type { AskedNews, PeerNews } from '../peer.ts'

/** What a case event says to the track it names, and nothing else does. */
type Told<T extends CaseEvent['type']> = T extends CaseEvent['type']
  ? Omit<Extract<CaseEvent, { type: T }>, 'at' | 'by' | 'track'>
  : never

/** What can happen to a track. `at` is an ISO time, `by` an object id, `timer` or `upstream`. */
export type TrackEvent = { at: string; by: string } & (
  | { type: 'step.skipped'; step: string; reason: string }
  | { type: 'term.dated'; end: string }
  | { type: 'timer.fired'; timer: string }
  | { type: 'track.cancelled' }
  | Told<
      | 'step.ticked'
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

/** What a track orders: like an order of a case, but a track does not know in which case it is. */
export type TrackEffect =
  | Exclude<Effect, { kind: 'tell' }>
  | { kind: 'tell'; track: 'invitation'; news: Exclude<PeerNews, AskedNews> | Omit<AskedNews, 'from' | 'answers'> }

/** How a track of one kind is stored. */
export const storedTrack = <K extends string, S extends readonly string[], C extends z.ZodType>(
  kind: K,
  states: S,
  context: C,
) =>
  z.strictObject({
    kind: z.literal(kind),
    state: z.enum(states),
    context,
    /** When the present state began. */
    since: z.string(),
    startedAt: z.string(),
    startedBy: z.string(),
  })
