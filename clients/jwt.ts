import type { z } from 'zod'

const longest = 16 * 1024

/** What a JWT says of itself, its signature unseen: to be believed only as far as somebody else verifies it. */
export function payloadOf<T>(token: string, schema: z.ZodType<T>): T | undefined {
  const parts = token.split('.', 4)
  if (parts.length !== 3 || token.length > longest) return undefined
  try {
    return schema.safeParse(JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8'))).data
  } catch {
    return undefined
  }
}
