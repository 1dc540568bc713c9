import { type Sighting, writes } from '../../dialogs/calls.ts'
import type { CaseEvent } from '../../dialogs/events.ts'
import type { Tx } from '../../state/engine/transaction.ts'
import type { ClaimedEffect, Finish } from '../../state/outbox-claims.ts'
import type { Watch } from '../../state/watches.ts'
import type { CardClick } from './effects.ts'

/** What happened to a case without a person doing it. */
export type CaseNews<E extends CaseEvent = CaseEvent> = E extends {
  type: 'timer.fired' | 'call.answered' | 'call.delayed' | 'call.parked' | 'resource.seen' | 'peer.linked' | 'peer.told'
}
  ? Omit<E, 'at' | 'by'>
  : never

/** Did something take effect at Microsoft? A case that was cancelled meanwhile has no use for it, but people have to know. */
export const tookEffect = (news: CaseNews): boolean =>
  news.type === 'call.answered' && !('fault' in news.answer) && (writes as readonly string[]).includes(news.answer.call)

/** Who is behind news, as the core names them. */
export function actorKindOf({ type }: CaseNews): 'timer' | 'peer' | 'upstream' {
  if (type === 'timer.fired') return 'timer'
  return type === 'peer.linked' || type === 'peer.told' ? 'peer' : 'upstream'
}

/** How an effect ends, or when (ISO time) it is due again, and what its case hears of it. */
export interface Settlement {
  end: Finish | { again: string }
  event?: CaseNews
  /** Whose click it came from: the card on which it was gets redrawn. */
  clicked?: CardClick
  /** What else belongs into the same transaction; not done when the effect is somebody else's by now. */
  also?: (tx: Tx, at: string) => Promise<void>
}

/** Ends an effect or makes it due again, in one transaction with the step of its case. */
export type CompleteEffect = (effect: ClaimedEffect, settlement: Settlement) => Promise<void>

/** Hands the state of a polled resource to one of the cases that wait for it. */
export type HandleResourceSeen = (watch: Watch, sighting: Sighting) => Promise<void>
