import { z } from 'zod'
import type { Http, HttpRequest, HttpResult, RequestIdentity } from './http.ts'

type GraphList<T> = {
  /** From the first slash on, its parts escaped. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly item: z.ZodType<T>
  readonly caller: RequestIdentity
}

/** Under this name Graph logs a call. */
export const graphIds = ({ requestId }: RequestIdentity): NonNullable<HttpRequest<unknown>['ids']> => ({
  'client-request-id': requestId,
})

/** A literal of OData: its quotes are doubled. */
export const odataLiteral = (value: string): string => `'${value.replaceAll("'", "''")}'`

const mostPages = 50

/**
 * A list of Graph to its last page, or nothing at all: half a list would be taken for the whole. Of a link to the next
 * page only the query is used; the token never goes where an answer points.
 */
export async function readPages<T>(http: Http, { path, query, item, caller }: GraphList<T>): Promise<HttpResult<T[]>> {
  const schema = z.object({ value: z.array(item), '@odata.nextLink': z.url().optional() })
  const all: T[] = []
  let asked = query
  for (let page = 0; page < mostPages; page += 1) {
    const result = await http.request({ method: 'GET', path, query: asked, ids: graphIds(caller), schema, caller })
    if (result.kind !== 'ok') return result
    const { value, '@odata.nextLink': next } = result.value
    all.push(...value)
    if (next === undefined) return { kind: 'ok', value: all }
    asked = Object.fromEntries(new URL(next).searchParams)
  }
  return { kind: 'unknown', cause: new Error(`the list has more than ${mostPages} pages`) }
}
