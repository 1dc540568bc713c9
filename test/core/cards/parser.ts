import { createRequire } from 'node:module'

/** The part that is used; the package's own types are its sources, which do not compile by our rules. */
interface Bundle {
  AdaptiveCard: new () => { parse: (card: unknown, context: Context) => void }
  SerializationContext: new (version: unknown) => Context
  Versions: { v1_5: unknown }
}
interface Context {
  eventCount: number
  getEventAt: (index: number) => { message: string }
}

// The package's ES modules leave out file endings, which Node does not accept; its bundle has everything and needs no DOM.
const bundle = createRequire(import.meta.url)('adaptivecards/dist/adaptivecards.js') as Bundle
const { AdaptiveCard, SerializationContext, Versions } = bundle

/** What the official parser has to say against a card as a client of version 1.5 reads it. */
export function parserFaults(card: unknown): string[] {
  const context = new SerializationContext(Versions.v1_5)
  new AdaptiveCard().parse(card, context)
  return Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message)
}
