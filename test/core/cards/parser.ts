import { createRequire } from 'node:module'

/** The part of the package in use; its own types are sources that do not compile under our settings. */
interface Bundle {
  AdaptiveCard: new () => { parse: (card: unknown, context: Context) => void }
  SerializationContext: new (version: unknown) => Context
  Versions: { v1_5: unknown }
}
interface Context {
  eventCount: number
  getEventAt: (index: number) => { message: string }
}

// The package's ES modules lack file extensions, which Node rejects; its bundle is complete and needs no DOM.
const bundle = createRequire(import.meta.url)('adaptivecards/dist/adaptivecards.js') as Bundle
const { AdaptiveCard, SerializationContext, Versions } = bundle

/** Returns the complaints of the official parser about a card at version 1.5. */
export function parserFaults(card: unknown): string[] {
  const context = new SerializationContext(Versions.v1_5)
  new AdaptiveCard().parse(card, context)
  return Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message)
}
