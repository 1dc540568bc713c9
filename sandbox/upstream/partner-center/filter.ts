import { SimulatedFault } from '../http/answer.ts'

export interface Filter {
  Field: string
  Value: string
  Operator: string
}

/** The filter of a list: JSON in the query, with keys in PascalCase. Throws Fault. */
export function filterOf(
  query: URLSearchParams,
  fields: readonly string[],
  operators: readonly string[],
): Filter | undefined {
  const text = query.get('filter')
  if (text === null) return undefined
  const wrong = new SimulatedFault(400, '3000', 'Invalid property: filter.')
  try {
    const { Field, Value, Operator } = JSON.parse(text) as Partial<Filter>
    if (typeof Value !== 'string' || Field === undefined || Operator === undefined) throw wrong
    if (!fields.includes(Field) || !operators.includes(Operator)) throw wrong
    return { Field, Value, Operator }
  } catch {
    throw wrong
  }
}

export const begins = (text: string, start: string) => text.toLowerCase().startsWith(start.toLowerCase())
