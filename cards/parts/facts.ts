import { type Element, render } from '../render.ts'
import { plainText } from '../text/literal.ts'
import { type Key, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

type Label = Extract<Key, `fact.${string}`>

interface Fact {
  label: string
  /** May be foreign text, as `small` may. */
  value: string
  small?: string
}

/** Draws facts as the rows of a table, whose labels need no colon. */
export const factTable = (facts: readonly Fact[]): Element[] => {
  const rows = facts.map((fact) => ({ ...fact, label: fact.label.replace(/\s*:$/, '') }))
  return rows.length === 0 ? [] : render('told', { rows })
}

/** Joins tables of facts that follow each other, so that they are read as one. */
export function joinFacts(elements: readonly Element[]): Element[] {
  const joined: Element[] = []
  for (const element of elements) {
    const last = joined.at(-1)
    if (last && shapeOf(last) !== undefined && shapeOf(last) === shapeOf(element)) {
      joined[joined.length - 1] = { ...last, rows: [...(last.rows as Element[]), ...(element.rows as Element[])] }
    } else joined.push(element)
  }
  return joined
}

/** The columns of a table without a header. */
const shapeOf = ({ type, firstRowAsHeader, columns }: Element): string | undefined =>
  type === 'Table' && firstRowAsHeader === false ? JSON.stringify(columns) : undefined

/** Draws labelled values and leaves out the empty ones. A value may be foreign text. */
export function knownRows(
  { locale }: Pick<RenderContext, 'locale'>,
  facts: readonly (readonly [Label, string])[],
): Element[] {
  const rows = facts.flatMap(([label, value]) => (value === '' ? [] : [{ label: text(locale, label), value }]))
  return factTable(rows)
}

/** Most names in one text. */
const MAX_NAMES = 6
const MAX_SHORT_NAME_LENGTH = 40

/** Joins the names of people or groups into one text. */
export function namesText(
  { locale }: Pick<RenderContext, 'locale'>,
  names: readonly string[],
  most = MAX_NAMES,
): string {
  const shown = names.slice(0, most).flatMap((name) => plainText(name, MAX_SHORT_NAME_LENGTH) || [])
  const left = names.length - shown.length
  return [shown.join(', '), ...(left > 0 ? [text(locale, 'item.more', { count: left })] : [])].join(' ')
}
