import { type Sighting, writes } from '../../dialogs/calls.ts'
import type { CaseEvent } from '../../dialogs/events.ts'
import type { Tx } from '../../state/engine/transaction.ts'
import type { ClaimedEffect, Finish } from '../../state/outbox-claims.ts'
import type { Watch } from '../../state/watches.ts'
import type { CardClick } from './effects.ts'

/** An event of a case that no person sends. */
export type CaseNews<E extends CaseEvent = CaseEvent> = E extends {
  type:
    | 'timer.fired'
    | 'case.idle'
    | 'question.due'
    | 'call.answered'
    | 'call.delayed'
    | 'call.parked'
    | 'resource.seen'
    | 'peer.linked'
    | 'peer.told'
}
  ? Omit<E, 'at' | 'by'>
  : never

/** True if the news is that a write took effect at Microsoft. People must learn of it even if the case was cancelled. */
export const tookEffect = (news: CaseNews): boolean =>
  news.type === 'call.answered' && !('fault' in news.answer) && (writes as readonly string[]).includes(news.answer.call)

/** Maps news to the kind of actor that the history records. */
export function actorKindOf({ type }: CaseNews): 'timer' | 'peer' | 'upstream' {
  if (type === 'timer.fired' || type === 'case.idle' || type === 'question.due') return 'timer'
  return type === 'peer.linked' || type === 'peer.told' ? 'peer' : 'upstream'
}

/** The outcome of an effect: it ends, or is due again (ISO time), and its case may get news. */
export interface Settlement {
  end: Finish | { again: string }
  event?: CaseNews
  /** The click that caused the effect: its card is redrawn. */
  clicked?: CardClick
  /** Further writes of the same transaction; skipped if another worker has claimed the effect. */
  also?: (tx: Tx, at: string) => Promise<void>
}

/** Ends an effect or makes it due again, in one transaction with the step of its case. */
export type CompleteEffect = (effect: ClaimedEffect, settlement: Settlement) => Promise<void>

/** Hands the state of a polled resource to one of the cases that wait for it. */
export type HandleResourceSeen = (watch: Watch, sighting: Sighting) => Promise<void>

/** A batch of cases to move from a withdrawn edition, after the case of that id. */
export interface Withdrawal {
  from: string
  edition: string
  after: string
}

/** A batch of cases after it was moved: the id of its last, and the ids of those that this release cannot read. */
export interface WithdrawnCases {
  last: string
  moved: number
  unreadable: string[]
}

/** Moves the next cases of a withdrawn edition to the one that replaces it; undefined if none is left. */
export type HandleWithdrawal = (withdrawal: Withdrawal) => Promise<WithdrawnCases | undefined>
