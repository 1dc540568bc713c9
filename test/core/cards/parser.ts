import { createRequire } from 'node:module'

/** The part of the package in use; its own types are sources that do not compile under our settings. */
interface Bundle {
  AdaptiveCard: new () => { parse: (card: unknown, context: Context) => void }
  SerializationContext: new (version: unknown) => Context
  CardElement: { langProperty: { regEx: RegExp } }
  Versions: { v1_5: unknown }
}
interface Context {
  eventCount: number
  getEventAt: (index: number) => { message: string }
}

// The package's ES modules lack file extensions, which Node rejects; its bundle is complete and needs no DOM.
const bundle = createRequire(import.meta.url)('adaptivecards/dist/adaptivecards.js') as Bundle
const { AdaptiveCard, CardElement, SerializationContext, Versions } = bundle

/** The parser's word that it takes the fallback of an element of Teams that is newer than version 1.5. */
const isFallback = (message: string) =>
  /^Unknown element type "(Badge|ProgressBar)"\. Fallback will be used/.test(message)

/** Returns the complaints of the official parser about a card at version 1.5. */
export function parserFaults(card: unknown): string[] {
  // The parser shares one global pattern for languages, which remembers where its last match ended.
  CardElement.langProperty.regEx.lastIndex = 0
  const context = new SerializationContext(Versions.v1_5)
  new AdaptiveCard().parse(card, context)
  const messages = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message)
  return messages.filter((message) => !isFallback(message))
}
