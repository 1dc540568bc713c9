import { SimulatedError } from '../http/answer.ts'

export interface ListFilter {
  Field: string
  Value: string
  Operator: string
}

/** Reads the filter of a list, JSON in the query with keys in PascalCase. Throws SimulatedError. */
export function filterOf(
  query: URLSearchParams,
  fields: readonly string[],
  operators: readonly string[],
): ListFilter | undefined {
  const text = query.get('filter')
  if (text === null) return undefined
  const wrong = new SimulatedError(400, '3000', 'Invalid property: filter.')
  try {
    const { Field, Value, Operator } = JSON.parse(text) as Partial<ListFilter>
    if (typeof Value !== 'string' || Field === undefined || Operator === undefined) throw wrong
    if (!fields.includes(Field) || !operators.includes(Operator)) throw wrong
    return { Field, Value, Operator }
  } catch {
    throw wrong
  }
}

export const startsWithIgnoringCase = (text: string, start: string) =>
  text.toLowerCase().startsWith(start.toLowerCase())
