import type { z } from 'zod'

const MAX_LENGTH = 16 * 1024

/** Reads the payload of a JWT without verifying its signature, which another party has to do. */
export function payloadOf<T>(token: string, schema: z.ZodType<T>): T | undefined {
  const parts = token.split('.', 4)
  if (parts.length !== 3 || token.length > MAX_LENGTH) return undefined
  try {
    return schema.safeParse(JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8'))).data
  } catch {
    return undefined
  }
}
