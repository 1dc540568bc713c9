import {
  type Server as HttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import restify from 'restify'
import { UnavailableError } from '../../state/engine/transaction.ts'
import { BODY_LIMITS, type BodyLimits, readBody, readRawBody } from './body.ts'

/** A request whose body has been read and checked; also what the SDK's adapter calls a request. */
export type HttpActivityRequest = {
  readonly method: 'POST'
  readonly headers: IncomingHttpHeaders
  readonly body: Record<string, unknown>
  readonly remoteAddress: string | undefined
}

/** A request whose signature is not verified yet: all values of each header, and the body as raw bytes. */
export type RawHttpRequest = { readonly headers: Readonly<NodeJS.Dict<string[]>>; readonly body: Buffer }

/** The response in the shape of the SDK's adapter. A body of text or bytes is JSON already. `end` sends it. */
export type HttpReply = {
  readonly socket: unknown
  status(code: number): unknown
  header(name: string, value: unknown): unknown
  send(body?: unknown): unknown
  end(): unknown
}

export type ServerDeps = {
  readonly handler: (request: HttpActivityRequest, reply: HttpReply) => Promise<void>
  /** Handles the events of Partner Center and returns the HTTP status. Without it the path does not exist. */
  readonly webhook?: (request: RawHttpRequest) => Promise<number>
  /** Receives every error that a handler throws, except UnavailableError. */
  readonly onError: (error: unknown) => void
  /** Called with the status of each response. */
  readonly onAnswered?: (status: number) => void
  readonly limits?: Partial<ServerLimits>
}

export type ServerLimits = BodyLimits & {
  /** Milliseconds for a whole request to arrive, headers and body. */
  readonly requestMs: number
  readonly sockets: number
  /** Milliseconds that running requests have when the server closes. */
  readonly drainMs: number
}

const LIMITS: ServerLimits = { ...BODY_LIMITS, requestMs: 10_000, sockets: 1024, drainMs: 8_000 }
const MESSAGES = '/api/messages'
const WEBHOOK = '/api/partner-center/webhook'

/**
 * Serves the public port: POST to the messages and to the webhook, nothing else. Bad input gets a 4xx with a generic
 * body before any other code sees it. Errors of a handler become 500, an UnavailableError 503.
 */
export function createServer({ handler, webhook, onError, onAnswered, limits: given }: ServerDeps) {
  const limits = { ...LIMITS, ...given }
  let draining = false
  const answer: Answer = (response, status, body) => {
    // A keep-alive connection would outlast the drain.
    if (draining) response.shouldKeepAlive = false
    write(response, status, body)
    onAnswered?.(status)
  }

  // No plugins: each costs time, and a request can crash bodyParser. An empty name sends no Server header.
  const server = restify.createServer({ name: '' })
  // Runs before restify prepares a request for its handlers, which would cost a tenth of a turn.
  server.first((request: IncomingMessage, response: ServerResponse) => {
    if (request.method !== 'POST' || pathOf(request) !== MESSAGES) return true
    serveMessage(request, response, { handler, onError, limits, answer }).catch((error: unknown) => {
      onError(error)
      response.destroy()
    })
    return false
  })
  // Restify's own answers to a wrong path or method repeat the path.
  server.pre((request, response, next) => {
    const path = pathOf(request)
    const known = path === MESSAGES || (path === WEBHOOK && webhook !== undefined)
    if (known && request.method === 'POST') return next()
    if (known) response.setHeader('Allow', 'POST')
    answer(response, known ? 405 : 404)
    return next(false)
  })
  if (webhook !== undefined) {
    server.post(WEBHOOK, async (request: IncomingMessage, response: ServerResponse) => {
      await serveWebhook(request, response, { webhook, onError, limits, answer })
    })
  }
  limitSockets(server.server, limits)

  return {
    /** Starts listening and returns the port, which matters when 0 was asked for. */
    listen: (port: number, host: string): Promise<number> =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.server.listen(port, host, () => {
          server.off('error', reject)
          resolve((server.server.address() as AddressInfo).port)
        })
      }),
    /** Keeps answering, but closes each connection afterwards so that clients reconnect elsewhere. */
    drain: (): void => {
      draining = true
    },
    /** Stops accepting, lets running requests finish, then closes, after `drainMs` at the latest. */
    close: async (): Promise<void> => {
      draining = true
      const closed = new Promise<void>((resolve) => server.server.close(() => resolve()))
      const deadline = setTimeout(() => server.server.closeAllConnections(), limits.drainMs)
      await closed
      clearTimeout(deadline)
    },
  }
}

const pathOf = ({ url }: IncomingMessage) => url?.split('?', 1)[0]

type Answer = (response: ServerResponse, status: number, body?: unknown) => void
type Serving = Pick<ServerDeps, 'onError'> & { readonly limits: ServerLimits; readonly answer: Answer }

async function serveMessage(
  request: IncomingMessage,
  response: ServerResponse,
  { handler, ...serving }: Serving & Pick<ServerDeps, 'handler'>,
) {
  const { limits, answer } = serving
  const read = await readBody(request, limits)
  if (!read.ok) {
    if (read.reason !== 'gone') answer(response, read.reason)
    return
  }
  const { headers, socket } = request
  const incoming: HttpActivityRequest = {
    method: 'POST',
    headers,
    body: read.value,
    remoteAddress: socket.remoteAddress,
  }
  await answerFaults(response, serving, async () => {
    await handler(incoming, createReply(response, answer))
    if (!response.writableEnded && !response.destroyed) throw new Error('the handler ended without an answer')
  })
}

async function serveWebhook(
  request: IncomingMessage,
  response: ServerResponse,
  { webhook, ...serving }: Serving & Required<Pick<ServerDeps, 'webhook'>>,
) {
  const { limits, answer } = serving
  const raw = await readRawBody(request, limits)
  if (!raw.ok) {
    if (raw.reason !== 'gone') answer(response, raw.reason)
    return
  }
  await answerFaults(response, serving, async () => {
    answer(response, await webhook({ headers: request.headersDistinct, body: raw.value }))
  })
}

async function answerFaults(response: ServerResponse, { onError, answer }: Serving, handle: () => Promise<void>) {
  try {
    await handle()
  } catch (error) {
    if (!(error instanceof UnavailableError)) onError(error)
    answer(response, error instanceof UnavailableError ? 503 : 500)
  }
}

function createReply(response: ServerResponse, answer: Answer): HttpReply {
  let status = 200
  let body: unknown
  return {
    socket: response.socket,
    status: (code) => {
      status = code
    },
    header: (name, value) => response.setHeader(name, String(value)),
    send: (sent) => {
      body = sent
    },
    end: () => answer(response, status, body),
  }
}

function write(response: ServerResponse, status: number, body: unknown) {
  if (response.headersSent || response.destroyed) return
  const refused = body === undefined && status >= 400
  const content = refused ? { error: STATUS_CODES[status] } : body
  const json = typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content)
  const type = json === undefined ? {} : { 'Content-Type': 'application/json; charset=utf-8' }
  // Bytes are encoded once; a text would be measured first and encoded later.
  const bytes = json instanceof Uint8Array ? json : Buffer.from(json ?? '')
  response.writeHead(status, { ...type, 'Content-Length': bytes.length })
  response.end(bytes)
}

function limitSockets(http: HttpServer, limits: ServerLimits) {
  Object.assign(http, {
    headersTimeout: limits.requestMs,
    requestTimeout: limits.requestMs,
    // Read when listening starts; restify has no option for it, and the default of 30 s would blur each time limit.
    connectionsCheckingInterval: Math.ceil(limits.requestMs / 10),
    keepAliveTimeout: 65_000,
    maxConnections: limits.sockets,
  })
  // Restify listens for upgrades but never answers: such a socket would stay open.
  http.removeAllListeners('upgrade')
}
