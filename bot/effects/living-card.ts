import type { Tx } from '../../state/engine/transaction.ts'
import { addEffects } from '../../state/outbox-store.ts'
import { type PostedCard, postedCardsOf, putPostedCard, removePostedCard } from '../../state/posted-cards.ts'
import { roomOf } from '../teams/activity.ts'
import { cardUpdate } from './effects.ts'

/** A place that has at most one full card of a case: a room, and what it sees of the case. */
type Desk = Pick<PostedCard, 'tenant' | 'conversation' | 'view'>

const isAt = (card: PostedCard, { tenant, conversation, view }: Desk): boolean =>
  card.tenant === tenant && roomOf(card.conversation) === roomOf(conversation) && card.view === view

/**
 * Picks the living card of a desk from the posted cards of its case. Two that were posted at the same time may both be
 * stored for a moment: the later one lives.
 */
export const livingAt = (cards: readonly PostedCard[], desk: Desk): PostedCard | undefined =>
  cards.findLast((card) => isAt(card, desk))

/** Makes a message the living card of its desk, and shrinks the earlier one. Returns false if it was the living card. */
export async function makeLiving(tx: Tx, card: PostedCard, at: string): Promise<boolean> {
  const known = (await postedCardsOf(tx, card.caseId)).filter((other) => isAt(other, card))
  const earlier = known.filter(({ message }) => message !== card.message)
  const isNew = known.length === earlier.length
  if (isNew) await putPostedCard(tx, card)
  for (const each of earlier) await removePostedCard(tx, each)
  await addEffects(
    tx,
    // At once, so that two cards are on the screen for as short as possible.
    earlier.map((each) => ({ ...cardUpdate(each, card.caseId, each.message, at, each.view), due: at })),
  )
  return isNew
}

/** Conversation in which news of a living card is a reply to it: in a channel the thread of that card. */
export function threadOf({ conversation, message }: PostedCard, kind: 'personal' | 'group' | 'channel'): string {
  return kind === 'channel' && conversation === roomOf(conversation)
    ? `${conversation};messageid=${message}`
    : conversation
}
