import { Template } from 'adaptivecards-templating'
import calls from './templates/calls.json' with { type: 'json' }
import card from './templates/card.json' with { type: 'json' }
import desk from './templates/desk.json' with { type: 'json' }
import frame from './templates/frame.json' with { type: 'json' }
import lists from './templates/lists.json' with { type: 'json' }
import migration from './templates/migration.json' with { type: 'json' }
import outcome from './templates/outcome.json' with { type: 'json' }
import question from './templates/question.json' with { type: 'json' }
import term from './templates/term.json' with { type: 'json' }

/** An element of a card, with all that is in it. */
export type Element = Readonly<Record<string, unknown>>

/** A whole card, ready to be sent. */
export interface AdaptiveCard {
  readonly type: 'AdaptiveCard'
  readonly version: string
  readonly body: readonly Element[]
  readonly [property: string]: unknown
}

const layouts = { ...frame, ...question, ...outcome, ...migration, ...term, ...calls, ...desk, ...lists }
export type Layout = keyof typeof layouts

const compiled = new Map<Layout, Template>()
let compiledCard: Template | undefined

/** Compiled when it is first drawn: all of them at once would take a good part of the time in which a process starts. */
function compiledOf(layout: Layout): Template {
  const template = compiled.get(layout) ?? new Template(layouts[layout])
  compiled.set(layout, template)
  return template
}

/** Elements of a layout filled with data. What the layout names must be there: it shows `${name}` for what is not. */
export function render(layout: Layout, data: object): Element[] {
  return compiledOf(layout).expand({ $root: data }) as Element[]
}

/** The card around the elements. */
export function renderCard(data: { fallbackText: string; body: Element[] }): AdaptiveCard {
  compiledCard ??= new Template(card)
  return compiledCard.expand({ $root: data }) as AdaptiveCard
}
