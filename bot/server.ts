import {
  type Server as HttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import restify from 'restify'
import { BODY_LIMITS, type BodyLimits, readBody } from './body.ts'

/** Nothing can be written now: the request gets 503 and the Connector sends it again later. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable'
}

/** A request whose body has been read and checked; also what the SDK's adapter calls a request. */
export type Inbound = {
  readonly method: 'POST'
  readonly headers: IncomingHttpHeaders
  readonly body: Record<string, unknown>
  readonly remoteAddress: string | undefined
}

/** The way to answer, in the shape of the SDK's adapter; a body that is a string is JSON already. Nothing leaves before `end`. */
export type Reply = {
  readonly socket: unknown
  status(code: number): unknown
  header(name: string, value: unknown): unknown
  send(body?: unknown): unknown
  end(): unknown
}

export type ServerDeps = {
  readonly handler: (request: Inbound, reply: Reply) => Promise<void>
  /** Told of what the handler throws, except Unavailable. */
  readonly onError: (error: unknown) => void
  readonly limits?: Partial<ServerLimits>
}

export type ServerLimits = BodyLimits & {
  /** Time for a whole request to arrive, headers and body. */
  readonly requestMs: number
  readonly sockets: number
  /** Time that requests under way are given when the server closes. */
  readonly drainMs: number
}

const LIMITS: ServerLimits = { ...BODY_LIMITS, requestMs: 10_000, sockets: 1024, drainMs: 20_000 }
const PATH = '/api/messages'

/**
 * The public port: POST /api/messages and nothing else. Bad input gets a 4xx with a generic body before any other code
 * sees it; whatever the handler throws becomes a 500 or, for Unavailable, a 503.
 */
export function createServer({ handler, onError, limits: given }: ServerDeps) {
  const limits = { ...LIMITS, ...given }
  let draining = false
  const answer: Answer = (response, status, body) => {
    // A connection kept alive would outlast the drain.
    if (draining) response.shouldKeepAlive = false
    write(response, status, body)
  }

  // No plugin: each costs time, and bodyParser can be made to end the process. An empty name sends no Server header.
  const server = restify.createServer({ name: '' })
  // Restify's own answers to a wrong path or method repeat the path.
  server.pre((request, response, next) => {
    const path = request.url?.split('?', 1)[0]
    if (path === PATH && request.method === 'POST') return next()
    if (path === PATH) response.setHeader('Allow', 'POST')
    answer(response, path === PATH ? 405 : 404)
    return next(false)
  })
  server.post(PATH, async (request: IncomingMessage, response: ServerResponse) => {
    await serve(request, response, { handler, onError, limits, answer })
  })
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
    /** Stops accepting, lets requests under way finish, then closes; at the latest after `drainMs`. */
    close: async (): Promise<void> => {
      draining = true
      const closed = new Promise<void>((resolve) => server.server.close(() => resolve()))
      const deadline = setTimeout(() => server.server.closeAllConnections(), limits.drainMs)
      await closed
      clearTimeout(deadline)
    },
  }
}

type Answer = (response: ServerResponse, status: number, body?: unknown) => void
type Serving = Pick<ServerDeps, 'handler' | 'onError'> & { readonly limits: ServerLimits; readonly answer: Answer }

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { handler, onError, limits, answer }: Serving,
) {
  const read = await readBody(request, limits)
  if (read === 'gone') return
  if ('status' in read) {
    answer(response, read.status)
    return
  }
  const { headers, socket } = request
  const inbound: Inbound = { method: 'POST', headers, body: read.body, remoteAddress: socket.remoteAddress }
  try {
    await handler(inbound, createReply(response, answer))
    if (!response.writableEnded && !response.destroyed) throw new Error('the handler ended without an answer')
  } catch (error) {
    if (!(error instanceof Unavailable)) onError(error)
    answer(response, error instanceof Unavailable ? 503 : 500)
  }
}

function createReply(response: ServerResponse, answer: Answer): Reply {
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
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  const type = text === undefined ? {} : { 'Content-Type': 'application/json; charset=utf-8' }
  // Bytes, so that a long text is encoded once, not counted first and encoded then.
  const bytes = Buffer.from(text ?? '')
  response.writeHead(status, { ...type, 'Content-Length': bytes.length })
  response.end(bytes)
}

function limitSockets(http: HttpServer, limits: ServerLimits) {
  Object.assign(http, {
    headersTimeout: limits.requestMs,
    requestTimeout: limits.requestMs,
    // Read when listening starts; restify offers no way to pass it, and the default of 30 s would blur each time limit.
    connectionsCheckingInterval: Math.ceil(limits.requestMs / 10),
    keepAliveTimeout: 65_000,
    maxConnections: limits.sockets,
  })
  // Restify listens for upgrades without ever answering: such a socket would stay open for ever.
  http.removeAllListeners('upgrade')
}
