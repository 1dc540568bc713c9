import { Template } from 'adaptivecards-templating'
import calls from './templates/calls.json' with { type: 'json' }
import card from './templates/card.json' with { type: 'json' }
import desk from './templates/desk.json' with { type: 'json' }
import frame from './templates/frame.json' with { type: 'json' }
import lists from './templates/lists.json' with { type: 'json' }
import outcome from './templates/outcome.json' with { type: 'json' }
import plan from './templates/plan.json' with { type: 'json' }
import question from './templates/question.json' with { type: 'json' }
import term from './templates/term.json' with { type: 'json' }
import visuals from './templates/visuals.json' with { type: 'json' }

/** An element of a card with its children. */
export type Element = Readonly<Record<string, unknown>>

/** A whole card, ready to be sent. */
export interface AdaptiveCard {
  readonly type: 'AdaptiveCard'
  readonly version: string
  readonly body: readonly Element[]
  readonly [property: string]: unknown
}

const layouts = { ...frame, ...question, ...outcome, ...plan, ...term, ...calls, ...desk, ...lists, ...visuals }
type Layout = keyof typeof layouts

const compiled = new Map<Layout, Template>()
let compiledCard: Template | undefined

/** Compiles a layout on first use: compiling all of them would slow down the start. */
function compiledOf(layout: Layout): Template {
  const template = compiled.get(layout) ?? new Template(layouts[layout])
  compiled.set(layout, template)
  return template
}

/** Fills a layout with data. The data must have every name of the layout: a missing one shows as `${name}`. */
export function render(layout: Layout, data: object): Element[] {
  return compiledOf(layout).expand({ $root: data }) as Element[]
}

/** Builds the card around the elements; `lang` is the language of its texts. */
export function renderCard(data: { lang: string; fallbackText: string; speak: string; body: Element[] }): AdaptiveCard {
  compiledCard ??= new Template(card)
  return compiledCard.expand({ $root: data }) as AdaptiveCard
}
