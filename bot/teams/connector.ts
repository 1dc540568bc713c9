import { z } from 'zod'
import { readAtMost, readRetryAfter } from '../../clients/response.ts'
import type { ConnectorToken } from './connector-token.ts'
import type { ServiceUrlRule } from './service-urls.ts'

/**
 * Result of a send. `unknown` may have taken effect: never repeat it blindly. `not-sent` and `conflict` had none.
 * `confirmed` has no id if Teams returns none.
 */
export type SendResult =
  | { readonly kind: 'confirmed'; readonly id: string | undefined }
  | { readonly kind: 'refused'; readonly status: number; readonly code: string | undefined }
  | { readonly kind: 'throttled'; readonly retryAfterMs: number | undefined }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'unknown'; readonly cause: unknown }
  | { readonly kind: 'not-sent'; readonly cause: unknown }

type ConnectorDeps = {
  readonly serviceUrls: ServiceUrlRule
  /** Absent in the sandbox, which sends no Authorization header. */
  readonly token?: ConnectorToken
  readonly now: () => number
  readonly timeoutMs?: number
  /** Called with the result of each send. */
  readonly onResult?: (kind: SendResult['kind']) => void
}

type Call = { readonly method: 'POST' | 'PUT'; readonly path: string; readonly body: object }

const MAX_BYTES = 64 * 1024
const answerSchema = z.object({ id: z.string().min(1) })
const errorSchema = z.object({ error: z.object({ code: z.string() }) })

/**
 * Conversation API of the Bot Connector, without retries: after a 5xx or a reset the message may be on the screen.
 * Only this file adds the bot's token to a request, so it checks the service URL at every send.
 */
export function createConnector(deps: ConnectorDeps) {
  async function call(serviceUrl: string, request: Call): Promise<SendResult> {
    const outcome = await attempt(serviceUrl, request)
    deps.onResult?.(outcome.kind)
    return outcome
  }

  async function attempt(serviceUrl: string, request: Call): Promise<SendResult> {
    if (!deps.serviceUrls(serviceUrl)) return { kind: 'refused', status: 0, code: 'ServiceUrlNotAllowed' }
    const headers: Record<string, string> = { 'content-type': 'application/json', accept: 'application/json' }
    try {
      if (deps.token !== undefined && serviceUrl.startsWith('https://'))
        headers.authorization = `Bearer ${await deps.token.get()}`
    } catch (cause) {
      return { kind: 'not-sent', cause }
    }
    const { outcome, status } = await send(serviceUrl, request, headers)
    if (status === 401) deps.token?.forget()
    return outcome
  }

  async function send(serviceUrl: string, { method, path, body }: Call, headers: Record<string, string>) {
    try {
      const url = `${serviceUrl.replace(/\/$/, '')}/v3/conversations${path}`
      const response = await fetch(url, {
        method,
        headers,
        redirect: 'manual',
        signal: AbortSignal.timeout(deps.timeoutMs ?? 15_000),
        body: JSON.stringify(body),
      })
      return { outcome: await readOutcome(response, deps.now()), status: response.status }
    } catch (cause) {
      return { outcome: failure(cause), status: undefined }
    }
  }

  const activities = (conversationId: string) => `/${encodeURIComponent(conversationId)}/activities`
  const activity = (conversationId: string, id: string) => `${activities(conversationId)}/${encodeURIComponent(id)}`

  return {
    /** Posts an activity. The confirmed id serves to update it. */
    post: (serviceUrl: string, conversationId: string, body: object) =>
      call(serviceUrl, { method: 'POST', path: activities(conversationId), body }),
    /** Replaces an activity; idempotent. */
    update: (serviceUrl: string, conversationId: string, activityId: string, body: object) =>
      call(serviceUrl, { method: 'PUT', path: activity(conversationId, activityId), body }),
  }
}

export type Connector = ReturnType<typeof createConnector>

async function readOutcome(response: Response, now: number): Promise<SendResult> {
  const { status, headers } = response
  // The status decides, even if the body cannot be read.
  const text = await readAtMost(response, MAX_BYTES).catch(() => '')
  if (response.ok) return { kind: 'confirmed', id: parsed(answerSchema, text)?.id }
  if (status === 412) return { kind: 'conflict' }
  if (status === 429) return { kind: 'throttled', retryAfterMs: readRetryAfter(headers.get('retry-after'), now) }
  if (status >= 500) return { kind: 'unknown', cause: new Error(`the Connector answered ${status}`) }
  return { kind: 'refused', status, code: parsed(errorSchema, text)?.error.code }
}

function parsed<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Error codes raised before any byte of the request was sent. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

function failure(cause: unknown): SendResult {
  const inner = cause instanceof Error ? cause.cause : undefined
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : ''
  return { kind: NOT_SENT.has(code) ? 'not-sent' : 'unknown', cause }
}
