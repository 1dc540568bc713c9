import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { ok, type Result, refused } from '../../dialogs/result.ts'

export type BodyLimits = {
  readonly bytes: number
  readonly depth: number
  /** Longest string, in UTF-16 code units. */
  readonly stringLength: number
}

export const BODY_LIMITS: BodyLimits = { bytes: 256 * 1024, depth: 64, stringLength: 32 * 1024 }

/** The HTTP status of a refused body, or 'gone' if the sender left before its end. */
export type BodyFault = 400 | 413 | 415 | 'gone'

/**
 * Reads the body of a JSON request as raw bytes, which a signature covers. Bytes are counted as they arrive; compressed
 * bodies are refused.
 */
export async function readRawBody(request: IncomingMessage, limits: BodyLimits): Promise<Result<Buffer, BodyFault>> {
  return isPlainJson(request) ? readBytes(request, limits.bytes) : refused(415)
}

/** Reads the body of an activity: an object with a type, within the limits. */
export async function readBody(
  request: IncomingMessage,
  limits: BodyLimits,
): Promise<Result<Record<string, unknown>, BodyFault>> {
  const raw = await readRawBody(request, limits)
  if (!raw.ok) return raw
  const bytes = raw.value
  const body = isUtf8(bytes) ? parse(bytes.toString('utf8')) : undefined
  if (!isRecord(body) || typeof body.type !== 'string' || body.type === '') return refused(400)
  return withinLimits(body, limits) ? ok(body) : refused(400)
}

function isPlainJson(request: IncomingMessage): boolean {
  if (request.headers['content-encoding'] !== undefined) return false
  const [type, ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';')
  if (type?.trim() !== 'application/json') return false
  return parameters.every((item) => !item.trim().startsWith('charset') || /^\s*charset="?utf-8"?\s*$/.test(item))
}

function readBytes(request: IncomingMessage, limit: number): Promise<Result<Buffer, 413 | 'gone'>> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    const declared = Number(request.headers['content-length'] ?? 0)
    // The rest of an oversized body is discarded. Closing the connection would reset it before the sender has read
    // the answer; the time limit of the request ends it.
    if (declared > limit) resolve(refused(413))
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limit && declared <= limit) chunks.push(chunk)
      if (size > limit) resolve(refused(413))
    })
    request.on('end', () => resolve(ok(joined(chunks, size))))
    request.on('error', () => resolve(refused('gone')))
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
    // Teams repeats the text as HTML in an attachment, where escapes make it longer. Attachments are never read.
    const longest = key === 'attachments' ? Number.POSITIVE_INFINITY : stringLength
    if (!isHarmlessKey(key, stringLength) || !isHarmless(body[key], longest, depth - 1)) return false
  }
  return true
}

/** True if a value nests at most `depth` deep, without an overlong string or a key that reaches a prototype. */
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
