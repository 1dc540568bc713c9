import { type Element, render } from '../render.ts'
import { plainText } from '../text/literal.ts'
import { type Key, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

type Label = Extract<Key, `fact.${string}`>

/** Draws labelled values and leaves out the empty ones. A value may be foreign text. */
export function knownRows(
  { locale }: Pick<RenderContext, 'locale'>,
  facts: readonly (readonly [Label, string])[],
): Element[] {
  const rows = facts.flatMap(([label, value]) => (value === '' ? [] : [{ label: text(locale, label), value }]))
  return rows.length === 0 ? [] : render('told', { rows })
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
