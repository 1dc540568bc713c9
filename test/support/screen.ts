import type { Card, FakeConnector } from './bot.ts'

/** A card that came in answer to a click, in place of the clicked message. */
export interface Answered {
  /** Number of messages and updates that the bot had sent when the button was clicked. */
  sentBefore: number
  message: string
  card: Card
}

/** True if a conversation is that place or a thread of it. */
export const isIn = (conversation: string, place: string): boolean =>
  conversation === place || conversation.startsWith(`${place};messageid=`)

/** Returns every message of a conversation as it looks now, oldest first. */
export function screenOf(connector: FakeConnector, place: string, answers: readonly Answered[]): Card[] {
  const messages = new Map<string, Card>()
  const show = (upTo: number) => {
    for (const { sentBefore, message, card } of answers) if (sentBefore === upTo) messages.set(message, card)
  }
  for (const [index, { conversation, body }] of connector.sent.entries()) {
    show(index)
    if (isIn(conversation, place)) messages.set(connector.messageAt(index), body.attachments?.[0]?.content ?? {})
  }
  show(connector.sent.length)
  return [...messages.values()]
}

/**
 * Ids of the cases that a card is about: those of its buttons, without any those of its texts. A text may name the case of
 * the other side as well.
 */
function caseIdsOf(card: Card): string[] {
  const text = JSON.stringify(card)
  const acted = text.match(/(?<="case":")MC-[0-9A-HJKMNP-TV-Z]{6}/g)
  return [...new Set(acted ?? text.match(/MC-[0-9A-HJKMNP-TV-Z]{6}/g))]
}

/** Counts the full cards of each case on a screen. A line of news and a stub have one element, a list several cases. */
export function fullCards(screen: readonly Card[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const card of screen) {
    const [id, ...others] = caseIdsOf(card)
    if (id === undefined || others.length > 0 || !Array.isArray(card.body) || card.body.length === 1) continue
    counts[id] = (counts[id] ?? 0) + 1
  }
  return counts
}
