import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'

export type BodyLimits = {
  readonly bytes: number
  readonly depth: number
  /** Longest string, in UTF-16 code units. */
  readonly stringLength: number
}

export const BODY_LIMITS: BodyLimits = { bytes: 256 * 1024, depth: 64, stringLength: 32 * 1024 }

/** The parsed activity, or the HTTP status of the refusal; 'gone' when the sender left before the end. */
export type BodyResult = { readonly body: Record<string, unknown> } | { readonly status: 400 | 413 | 415 } | 'gone'

/**
 * Reads the body of a request that says it is JSON, as the bytes that came: a signature covers those.
 * Bytes are counted as they arrive; nothing compressed is accepted.
 */
export async function readRawBody(
  request: IncomingMessage,
  limits: BodyLimits,
): Promise<Buffer | { readonly status: 413 | 415 } | 'gone'> {
  if (!isPlainJson(request)) return { status: 415 }
  const bytes = await readBytes(request, limits.bytes)
  return bytes === 'too-large' ? { status: 413 } : bytes
}

/** Reads and checks the body of an activity. */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<BodyResult> {
  const bytes = await readRawBody(request, limits)
  if (bytes === 'gone' || 'status' in bytes) return bytes
  const body = isUtf8(bytes) ? parse(bytes.toString('utf8')) : undefined
  if (!isRecord(body) || typeof body.type !== 'string' || body.type === '') return { status: 400 }
  return withinLimits(body, limits) ? { body } : { status: 400 }
}

function isPlainJson(request: IncomingMessage): boolean {
  if (request.headers['content-encoding'] !== undefined) return false
  const [type, ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';')
  if (type?.trim() !== 'application/json') return false
  return parameters.every((item) => !item.trim().startsWith('charset') || /^\s*charset="?utf-8"?\s*$/.test(item))
}

function readBytes(request: IncomingMessage, limit: number): Promise<Buffer | 'too-large' | 'gone'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    const declared = Number(request.headers['content-length'] ?? 0)
    // The rest of a body that is too large flows on and is thrown away: closing instead would reset the connection
    // before the sender has read the answer. The time limit of the request ends it.
    if (declared > limit) resolve('too-large')
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limit && declared <= limit) chunks.push(chunk)
      if (size > limit) resolve('too-large')
    })
    request.on('end', () => resolve(joined(chunks, size)))
    request.on('error', () => resolve('gone'))
  })
}

function joined(chunks: Buffer[], size: number): Buffer {
  const [first] = chunks
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, size)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function withinLimits(body: Record<string, unknown>, { depth, stringLength }: BodyLimits): boolean {
  for (const key in body) {
    // Teams repeats the text as HTML in an attachment, where escapes make it longer. Nobody here reads attachments.
    const longest = key === 'attachments' ? Number.POSITIVE_INFINITY : stringLength
    if (!isHarmlessKey(key, stringLength) || !isHarmless(body[key], longest, depth - 1)) return false
  }
  return true
}

/** Whether a value nests at most `depth` deep and holds no overlong string and no key that could reach a prototype. */
function isHarmless(value: unknown, longest: number, depth: number): boolean {
  if (typeof value === 'string') return value.length <= longest
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0) return false
  if (Array.isArray(value)) return value.every((item) => isHarmless(item, longest, depth - 1))
  const record = value as Record<string, unknown>
  for (const key in record) {
    if (!isHarmlessKey(key, longest) || !isHarmless(record[key], longest, depth - 1)) return false
  }
  return true
}

const isHarmlessKey = (key: string, longest: number) => key !== '__proto__' && key.length <= longest
