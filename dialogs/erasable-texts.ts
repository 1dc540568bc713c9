/** Keys of stored texts that people typed, in a case and in its history: everything that is erased of a case. */
const typedKeys: ReadonlySet<string> = new Set([
  'typed',
  'named',
  'email',
  'justification',
  'reason',
  'note',
  'products',
  'skipped',
  'partnerId',
])

/** Placeholder for a required text that was erased. */
export const erased = '—'

type Text = (text: string) => string

const inside = (value: unknown, change: Text): unknown => {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => inside(item, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inside(inner, change)]))
}

/** Changes every typed text of a value, and nothing else. */
export function changeTexts(value: unknown, change: Text): unknown {
  if (Array.isArray(value)) return value.map((item) => changeTexts(item, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      typedKeys.has(key) ? inside(inner, change) : changeTexts(inner, change),
    ]),
  )
}

/** Erases every typed text of a value. */
export const withoutTexts = (value: unknown): unknown => changeTexts(value, (text) => (text === '' ? '' : erased))

/** Empties the texts that were erased, so that no form shows the placeholder. */
export const withoutPlaceholders = <T>(value: T): T => changeTexts(value, (text) => (text === erased ? '' : text)) as T

/** Lists the typed texts of a value. */
export function textsOf(value: unknown): string[] {
  const found: string[] = []
  changeTexts(value, (text) => {
    found.push(text)
    return text
  })
  return found
}

/** Changes every string of a value, keys included: ids stand there too. */
export function changeStrings(value: unknown, change: Text): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => changeStrings(item, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [change(key), changeStrings(inner, change)]))
}
