import { z } from 'zod'
import type { Http, HttpRequest, HttpResult, RequestIdentity } from './http.ts'

type GraphList<T> = {
  /** Path from its first slash, with escaped segments. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly item: z.ZodType<T>
  readonly caller: RequestIdentity
}

/** Builds the header with the id under which Graph logs a call. */
export const graphIds = ({ requestId }: RequestIdentity): NonNullable<HttpRequest<unknown>['ids']> => ({
  'client-request-id': requestId,
})

/** Quotes an OData literal by doubling its quotes. */
export const odataLiteral = (value: string): string => `'${value.replaceAll("'", "''")}'`

type Page<T> = { readonly value: T[]; readonly '@odata.nextLink'?: string | undefined }

const MAX_PAGES = 50

/**
 * Reads a list of Graph to its last page. Fails as a whole, since half a list would pass for all of it.
 * Only the query of a next-page link is used, to the letter, so that the token never follows a response elsewhere.
 */
export async function readPages<T>(http: Http, { path, query, item, caller }: GraphList<T>): Promise<HttpResult<T[]>> {
  const schema: z.ZodType<Page<T>> = z.object({ value: z.array(item), '@odata.nextLink': z.url().optional() })
  const all: T[] = []
  let pageQuery: string | Readonly<Record<string, string>> = query
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const request: HttpRequest<Page<T>> = {
      method: 'GET',
      path,
      query: pageQuery,
      ids: graphIds(caller),
      schema,
      caller,
    }
    const result = await http.request(request)
    if (result.kind !== 'ok') return result
    const { value, '@odata.nextLink': next } = result.value
    all.push(...value)
    if (next === undefined) return { kind: 'ok', value: all }
    pageQuery = new URL(next).search.slice(1)
  }
  return { kind: 'unknown', cause: new Error(`the list has more than ${MAX_PAGES} pages`) }
}
