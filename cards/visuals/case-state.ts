import { type Case, type CaseState, stateOf } from '../../dialogs/case.ts'
import { type InvitationTrack, isOpen, type Track } from '../../dialogs/tracks/registry.ts'
import type { BadgeLook } from './badge.ts'

type Asking = Extract<CaseState, `asking-${string}`>
/** Look of a case: one that is under way either goes on or waits for somebody else. */
export type Look = Exclude<CaseState, Asking> | 'asking' | 'waiting'

/** Badge of each look. A new state does not compile without its row. */
export const looks = {
  asking: { tone: 'neutral', icon: 'QuestionCircle' },
  answered: { tone: 'accent', icon: 'Lightbulb' },
  'in-progress': { tone: 'accent', icon: 'ArrowSync' },
  waiting: { tone: 'warning', icon: 'Clock' },
  next: { tone: 'accent', icon: 'ArrowCircleRight' },
  'needs-attention': { tone: 'attention', icon: 'Warning' },
  closed: { tone: 'neutral', icon: 'Archive' },
  done: { tone: 'good', icon: 'CheckmarkCircle' },
  cancelled: { tone: 'neutral', icon: 'DismissCircle' },
} as const satisfies Record<Look, BadgeLook>

/** Returns the look of a case in a list, which does not know its tracks. */
export const lookOf = (state: CaseState): Exclude<Look, 'waiting'> => (isAsking(state) ? 'asking' : state)

/** Returns the look of a case. */
export function caseLook(caseRecord: Case): Look {
  const look = lookOf(stateOf(caseRecord))
  return look === 'in-progress' && caseRecord.tracks.filter(isOpen).every(isWaiting) ? 'waiting' : look
}

const isAsking = (state: CaseState): state is Asking => state.startsWith('asking-')

/** States in which a track waits for somebody else, or for a date. */
const waiting: { readonly [K in Track['kind']]?: readonly Extract<Track, { kind: K }>['state'][] } = {
  term: ['waiting'],
  relationship: ['awaiting-customer'],
  transfer: ['awaiting-source-partner'],
  invitation: ['at-direct-partner', 'in-hand', 'with-reseller', 'with-customer'],
  'delegated-admin': ['awaiting-approval', 'awaiting-customer'],
}

/** States of an invitation in which each side has to act itself. */
const ownTurn = {
  'direct-partner': ['at-direct-partner', 'in-hand'],
  reseller: ['with-reseller'],
} as const satisfies Record<string, readonly InvitationTrack['state'][]>

function isWaiting(track: Track): boolean {
  if (track.kind === 'invitation' && isOwnTurn(track)) return false
  return (waiting[track.kind] as readonly string[] | undefined)?.includes(track.state) ?? false
}

const isOwnTurn = ({ state, context: { side } }: InvitationTrack): boolean =>
  (ownTurn[side] as readonly string[]).includes(state)
