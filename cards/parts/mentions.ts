import { type AdaptiveCard, type Element, render } from '../render.ts'
import { MAX_NAME_LENGTH } from '../text/literal.ts'
import { type Locale, text } from '../text/text.ts'

/** A person whom a message calls by name, so that Teams notifies them. */
export interface Mention {
  /** Id in the channel (`29:…`). */
  account: string
  name: string
}

/**
 * Returns the text that Teams replaces by the name. Clients read Markdown around it, so the name keeps only characters
 * that mean nothing there; undefined if none is left.
 */
function markOf({ name }: Mention): string | undefined {
  const plain = name
    .replace(/[^\p{L}\p{M}\p{N} .,'’-]/gu, '')
    .trim()
    .slice(0, MAX_NAME_LENGTH)
    .toWellFormed()
  return plain === '' ? undefined : `<at>${plain}</at>`
}

/** Draws the line that asks people to decide: by name, or all who may if there are too many or none is known. */
export function askedLine(locale: Locale, mentions: readonly Mention[]): Element[] {
  const marks = mentions.flatMap((mention) => markOf(mention) ?? [])
  const names = marks.join(', ')
  const line = marks.length === 0 ? text(locale, 'approval.asked-all') : text(locale, 'approval.asked', { names })
  return render('paragraph', { text: line })
}

/** Adds the entities that make mentions of the marks on a card. */
export function withMentions(card: AdaptiveCard, mentions: readonly Mention[]): AdaptiveCard {
  const entities = mentions.flatMap((mention) => {
    const mark = markOf(mention)
    if (mark === undefined) return []
    const name = mark.slice('<at>'.length, -'</at>'.length)
    return [{ type: 'mention', text: mark, mentioned: { id: mention.account, name } }]
  })
  return entities.length === 0 ? card : { ...card, msteams: { entities } }
}
