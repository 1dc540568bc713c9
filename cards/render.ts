import { Template } from 'adaptivecards-templating'
import { memoizePerOwner } from '../dialogs/memoize.ts'
import type { CardRef } from './buttons.ts'
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

const kept = memoizePerOwner<typeof layouts, Element[]>(5_000)

/**
 * Like `render`, but expanded only once for each key: for elements that are the same in every case but for the case and
 * revision in their buttons, which are filled in here. The key has to tell apart whatever else the data depends on.
 */
export function renderOnce(layout: Layout, key: string, drawn: CardRef | undefined, data: () => object): Element[] {
  const elements = kept(layouts, `${layout} ${key}`, () => render(layout, data()))
  return refill(elements, drawn) as Element[]
}

/** A copy in which the data of every button names this case and revision. */
function refill(node: unknown, drawn: CardRef | undefined): unknown {
  if (Array.isArray(node)) return node.map((item) => refill(item, drawn))
  if (typeof node !== 'object' || node === null) return node
  const original = node as Element
  const copy: Record<string, unknown> = {}
  // On the way of every click: `for in` is several times faster here than Object.entries.
  for (const key in original) {
    const value = original[key]
    copy[key] = key === 'data' ? { ...(value as object), ...drawn } : refill(value, drawn)
  }
  return copy
}
