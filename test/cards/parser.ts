import { createRequire } from 'node:module'
import type * as AdaptiveCards from 'adaptivecards'

// The package's ES modules leave out file endings, which Node does not accept; its bundle has everything and needs no DOM.
const bundle = createRequire(import.meta.url)('adaptivecards/dist/adaptivecards.js') as typeof AdaptiveCards
const { AdaptiveCard, SerializationContext, Versions } = bundle

/** What the official parser has to say against a card as a client of version 1.5 reads it. */
export function parserFaults(card: unknown): string[] {
  const context = new SerializationContext(Versions.v1_5)
  new AdaptiveCard().parse(card, context)
  return Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message)
}
