import type { Logger } from 'pino'
import type { z } from 'zod'
import { createCircuit } from './circuit.ts'
import { readError, type UpstreamFault, upstreamFaultOf, wantsSecondFactor } from './errors.ts'
import { isLoopback } from './loopback.ts'
import { readAtMost, readRetryAfter } from './response.ts'

/** Result of one attempt. The caller decides on retries. */
export type HttpResult<T> =
  | { kind: 'ok'; value: T }
  /** Final refusal. `detail` is the service's own text, foreign and at most 200 characters long. */
  | { kind: 'refused'; status: number; code: string | undefined; fault: UpstreamFault; detail: string | undefined }
  /** The request had no effect. */
  | { kind: 'throttled'; retryAfterMs: number | undefined }
  /** No byte of the request was sent, so it had no effect; also while the circuit is open. */
  | { kind: 'not-sent'; cause: unknown }
  /** Timeout, reset after sending, 5xx or an unreadable success: it may have taken effect. Never repeat a write blindly. */
  | { kind: 'unknown'; cause: unknown }

/** Token and ids of a request. `requestId` is Partner Center's idempotency key, the same for every repetition. */
export type RequestIdentity = { readonly token: string; readonly requestId: string; readonly correlationId: string }

export type HttpRequest<T> = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path from its first slash, with escaped segments. */
  readonly path: string
  /** A text is sent as it is: decoding and encoding would change a page token of Graph. */
  readonly query?: Readonly<Record<string, string | boolean | undefined>> | string
  readonly headers?: Readonly<Record<string, string>>
  /** Headers with the ids, if they differ from Partner Center's. */
  readonly ids?: Readonly<Record<string, string>>
  readonly body?: object
  /** Schema of the response, whose keys are converted to lower camel case; `undefined` if it has no body. */
  readonly schema: z.ZodType<T>
  readonly caller: RequestIdentity
}

export type HttpDeps = {
  readonly baseUrl: string
  /** Time in milliseconds, for Retry-After dates and the circuit. */
  readonly now: () => number
  readonly fetch?: typeof globalThis.fetch
  /** `total` covers an attempt to its last byte. Node's fetch limits connecting to 10 s. */
  readonly timeouts?: { readonly total: number }
  readonly log?: Logger
  /** Called after each attempt, for metrics. */
  readonly onAttempt?: (attempt: { host: string; method: string; status: number | undefined; ms: number }) => void
  /** Allows services on this machine in place of Microsoft's, for the sandbox and tests. */
  readonly loopback?: boolean
}

type Answer = { readonly response: Response; readonly text: string | undefined; readonly broken?: unknown }
type Exchange = Answer | { readonly failure: unknown }

const MAX_BYTES = 1024 * 1024
export const NOT_IMPLEMENTED = 501

/**
 * Creates the client of one service. A request is exactly one attempt, and every expected outcome is a value.
 * Throws only for errors of the caller: a path that is not plain, or a token that is no header value.
 */
export function createHttp(deps: HttpDeps) {
  const { baseUrl, now, log, loopback = false, timeouts = { total: 30_000 } } = deps
  if (!isOfficialHost(baseUrl, { loopback })) throw new Error('not an address of Partner Center or Graph')
  const { origin, host } = new URL(baseUrl)
  const circuit = createCircuit(now)

  async function send<T>(request: HttpRequest<T>): Promise<HttpResult<T>> {
    const url = urlOf(origin, request)
    const init = initOf(request)
    if (!circuit.allows())
      return { kind: 'not-sent', cause: new Error(`${host} failed repeatedly: no request for now`) }
    const began = now()
    const exchange = await attempt(url, init)
    const result = 'failure' in exchange ? failed(exchange.failure) : read(exchange, request.schema, now())
    // An unreadable success and throttling come from a healthy host.
    circuit.learn('failure' in exchange || (isServerFault(exchange.response.status) && result.kind !== 'throttled'))
    record(request, exchange, result, now() - began)
    return result
  }

  async function attempt(url: URL, init: RequestInit): Promise<Exchange> {
    try {
      // Resolved at each call: tests close the network by replacing the global.
      const fetchNow = deps.fetch ?? globalThis.fetch
      const response = await fetchNow(url, { ...init, signal: AbortSignal.timeout(timeouts.total) })
      return await readAtMost(response, MAX_BYTES).then(
        (text) => ({ response, text }),
        (broken: unknown) => ({ response, text: undefined, broken }),
      )
    } catch (failure) {
      return { failure }
    }
  }

  /** Logs and counts an attempt, without path and query, which name customers. */
  function record<T>({ method, caller }: HttpRequest<T>, exchange: Exchange, result: HttpResult<T>, ms: number) {
    const status = 'failure' in exchange ? undefined : exchange.response.status
    const { requestId, correlationId } = caller
    const code = 'failure' in exchange ? codeOf(exchange.failure) : result.kind === 'refused' ? result.code : undefined
    deps.onAttempt?.({ host, method, status, ms })
    const level = result.kind === 'ok' ? 'debug' : 'info'
    log?.[level]({ host, method, status, ms, requestId, correlationId, result: result.kind, code }, 'upstream request')
  }

  return { request: send }
}

export type Http = ReturnType<typeof createHttp>

const officialHosts: ReadonlySet<string> = new Set([
  'api.partnercenter.microsoft.com',
  'partner.partnercenterapi.microsoftonline.cn',
  'graph.microsoft.com',
  'graph.microsoft.us',
  'dod-graph.microsoft.us',
  'graph.microsoft.de',
  'microsoftgraph.chinacloudapi.cn',
])

/**
 * True if tokens may go to this address: https and exactly a host of Partner Center or Graph, without path, port or user.
 * `loopback` also allows this machine, by http or https.
 */
export function isOfficialHost(url: string, { loopback = false }: { readonly loopback?: boolean } = {}): boolean {
  const host = /^https:\/\/([a-z0-9.-]+)\/?$/.exec(url)?.[1]
  return (host !== undefined && officialHosts.has(host)) || (loopback && isLoopback(url))
}

function urlOf(origin: string, { path, query = {} }: HttpRequest<unknown>): URL {
  const search = typeof query === 'string' ? query : encoded(query)
  const url = new URL(`${origin}${path}${search === '' ? '' : `?${search}`}`)
  // An id of `..` would climb to another resource; `?` or `#` would cut the path short.
  if (url.origin !== origin || url.pathname !== path) throw new TypeError('the path of a request is not plain')
  return url
}

const encoded = (query: Exclude<HttpRequest<unknown>['query'], string | undefined>): string =>
  Object.entries(query)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]))
    .join('&')

function initOf({ method, headers, ids, body, caller }: HttpRequest<unknown>): RequestInit {
  // Thrown here, since the error of Headers would quote the token.
  if (!/^[\x21-\x7e]+$/.test(caller.token)) throw new TypeError('the token is no header value')
  return {
    method,
    redirect: 'manual',
    headers: {
      Authorization: `Bearer ${caller.token}`,
      Accept: 'application/json',
      ...(ids ?? { 'MS-RequestId': caller.requestId, 'MS-CorrelationId': caller.correlationId }),
      ...(body && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  }
}

function read<T>({ response, text, broken }: Answer, schema: z.ZodType<T>, at: number): HttpResult<T> {
  const { status, statusText, headers } = response
  const retryAfterMs = readRetryAfter(headers.get('retry-after'), at)
  if (status === 429 || (status === 503 && retryAfterMs !== undefined)) return { kind: 'throttled', retryAfterMs }
  if (isServerFault(status)) return { kind: 'unknown', cause: new Error(`the service answered ${status}`) }
  if (!response.ok) {
    const { code, detail } = readError(parsed(text))
    const fault = upstreamFaultOf(code, status)
    const second = fault === 'sign-in' && wantsSecondFactor(statusText, headers.get('www-authenticate'))
    return { kind: 'refused', status, code, fault: second ? 'second-factor' : fault, detail }
  }
  try {
    if (text === undefined) throw broken
    return { kind: 'ok', value: schema.parse(text === '' ? undefined : camelKeys(JSON.parse(text))) }
  } catch (cause) {
    return { kind: 'unknown', cause }
  }
}

/** True for 408 and 5xx, after which a request may have had its effect. A 501 refuses what the service cannot do. */
const isServerFault = (status: number) => (status >= 500 && status !== NOT_IMPLEMENTED) || status === 408

function parsed(text: string | undefined): unknown {
  try {
    return camelKeys(JSON.parse(text ?? ''))
  } catch {
    return undefined
  }
}

/** Converts all keys to lower camel case, as some responses use Pascal case: `URL` to `url`, `MPNId` to `mpnId`. */
function camelKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelKeys)
  if (typeof value !== 'object' || value === null) return value
  // fromEntries defines keys and never assigns them: `__proto__` stays a key.
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [camel(key), camelKeys(inner)]))
}

const camel = (key: string) =>
  key.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z](?=[a-z])|^[A-Z]+/, (head) => head.toLowerCase())

const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** Maps a failed fetch. Errors in finding, reaching or trusting the host precede the request; any later one is unknown. */
function failed(failure: unknown): HttpResult<never> {
  const cause = failure instanceof Error ? failure.cause : undefined
  const syscall = cause instanceof Error && 'syscall' in cause ? cause.syscall : undefined
  const before =
    cause instanceof AggregateError || // every address of the host was tried
    syscall === 'connect' ||
    syscall === 'getaddrinfo' ||
    NEVER_CONNECTED.has(codeOf(failure) ?? '')
  return { kind: before ? 'not-sent' : 'unknown', cause: failure }
}

/** Returns the code of the error that fetch wraps, or the name of its own. */
function codeOf(failure: unknown): string | undefined {
  if (!(failure instanceof Error)) return undefined
  const { cause } = failure
  return cause instanceof Error && 'code' in cause ? String(cause.code) : failure.name
}
