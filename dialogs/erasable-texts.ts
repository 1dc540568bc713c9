/** Which of the stored texts people typed themselves, in a case as in its history: all that is erased of a case. */
const typedKeys: ReadonlySet<string> = new Set(['typed', 'email', 'justification', 'reason', 'note', 'skipped'])

/** Stands where a text was that had to be there. */
export const erased = '—'

type Text = (text: string) => string

const inside = (value: unknown, change: Text): unknown => {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((one) => inside(one, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inside(inner, change)]))
}

/** The same with every text that somebody typed changed; nothing else of it is touched. */
export function changeTexts(value: unknown, change: Text): unknown {
  if (Array.isArray(value)) return value.map((one) => changeTexts(one, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      typedKeys.has(key) ? inside(inner, change) : changeTexts(inner, change),
    ]),
  )
}

/** The same without what people typed. */
export const withoutTexts = (value: unknown): unknown => changeTexts(value, (text) => (text === '' ? '' : erased))

/** What people typed into it. */
export function textsOf(value: unknown): string[] {
  const found: string[] = []
  changeTexts(value, (text) => {
    found.push(text)
    return text
  })
  return found
}

/** The same with every string changed, keys included: ids stand there too. */
export function changeStrings(value: unknown, change: Text): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((one) => changeStrings(one, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [change(key), changeStrings(inner, change)]))
}
