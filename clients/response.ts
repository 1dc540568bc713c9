/** Reads the body of a response. Throws past `limit` bytes, counted after decompression. */
export async function readBytesAtMost(response: Response, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > limit) throw new Error(`the response is larger than ${limit} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Reads the text of a response without its byte order mark. Throws past `limit` bytes. */
export const readAtMost = async (response: Response, limit: number): Promise<string> =>
  new TextDecoder().decode(await readBytesAtMost(response, limit))

/** Longest wait that a server may demand. An absurd value would silence a conversation for good. */
const MAX_RETRY_AFTER_MS = 15 * 60_000

/** Milliseconds of a Retry-After header, which holds seconds or a date; at most a quarter of an hour. */
export function readRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), MAX_RETRY_AFTER_MS)
}
