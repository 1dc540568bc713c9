import { z } from 'zod'
import type { Http, HttpResult, RequestIdentity } from './http.ts'

const valueSchema = z.looseObject({ id: z.string().min(1).max(200) })

/** Accepts the value as JSON text, as Partner Center writes it, and as an object. */
const recordSchema = z
  .object({ resourceNewValue: z.union([z.string(), z.looseObject({})]).nullish() })
  .transform(({ resourceNewValue: value }) => idOf(typeof value === 'string' ? parsedJson(value) : value))

/** Audit records of Partner Center, which tell what an event of a webhook is about. */
export function createAuditRecords({ request }: Pick<Http, 'request'>) {
  return {
    /** Reads the id of the changed resource; undefined if the record names none. */
    resourceId: (caller: RequestIdentity, record: string): Promise<HttpResult<string | undefined>> =>
      request({
        method: 'GET',
        path: `/auditactivity/v1/auditrecords/${encodeURIComponent(record)}`,
        schema: recordSchema,
        caller,
      }),
  }
}

export type AuditRecords = ReturnType<typeof createAuditRecords>

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Finds the id in either spelling: the value is text inside the answer, whose keys stay as they are written. */
function idOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const lowered = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toLowerCase(), inner]))
  return valueSchema.safeParse(lowered).data?.id
}
