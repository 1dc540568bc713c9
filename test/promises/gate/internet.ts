import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import net, { type AddressInfo } from 'node:net'
import { issueLoopbackCertificate } from '../../../sandbox/upstream/certificates/loopback.ts'

/** Request of the bot as the internet received it. */
export interface InternetVisit {
  readonly host: string
  readonly path: string
  readonly method: string
  readonly authorized: boolean
  readonly body: string
}

/** Hosts that may receive the bot's token, listed independently of the bot. */
const connectors = new Set([
  'smba.trafficmanager.net',
  'smba.infra.gcc.teams.microsoft.com',
  'smba.infra.gov.teams.microsoft.us',
])
const authority = 'login.microsoftonline.com'
const tlsHandshake = 0x16

/**
 * Simulates all hosts on one loopback port, with and without TLS. Hosts of the Connector take messages, Entra issues
 * tokens, all others answer 200. Records requests and counts connections.
 */
export async function startInternet() {
  const state = {
    visits: [] as InternetVisit[],
    connections: 0,
    /** Redirect that the Connector answers with. */
    redirect: undefined as { status: number; location: string } | undefined,
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host = '', authorization } = request.headers
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const path = request.url ?? ''
    const body = Buffer.concat(chunks).toString()
    const visit = { host, path, method: request.method ?? '', authorized: authorization !== undefined, body }
    state.visits.push(visit)
    if (host === authority) return send(response, 200, path.includes('/token') ? token : metadata(path))
    if (!connectors.has(host)) return send(response, 200, {})
    if (state.redirect === undefined) return send(response, 201, { id: `sent-${state.visits.length}` })
    response.writeHead(state.redirect.status, { location: state.redirect.location })
    response.end()
  }
  const listen = (request: IncomingMessage, response: ServerResponse) => {
    serve(request, response).catch(() => response.destroy())
  }

  const { cert, key } = await issueLoopbackCertificate()
  const plain = createServer(listen)
  const secure = createSecureServer({ cert, key }, listen)
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    state.connections += 1
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => {}))
    socket.once('readable', () => {
      const first = socket.read() as Buffer | null
      if (first === null) return
      socket.unshift(first)
      ;(first[0] === tlsHandshake ? secure : plain).emit('connection', socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    port: (server.address() as AddressInfo).port,
    state,
    /** Requests to the Connector, with their conversation. */
    messages: () =>
      state.visits
        .filter(({ host }) => connectors.has(host))
        .map((visit) => ({
          ...visit,
          conversation: decodeURIComponent(visit.path.split('/v3/conversations/')[1]?.split('/')[0] ?? ''),
        })),
    /** Requests to hosts that the bot has no business with. */
    astray: () => state.visits.filter(({ host }) => host !== authority && !connectors.has(host)),
    close: (): Promise<void> => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
export type Internet = Awaited<ReturnType<typeof startInternet>>

const token = { token_type: 'Bearer', expires_in: 3600, ext_expires_in: 3600, access_token: "the bot's own token" }

/** Metadata that a client of Entra reads before a token request; `path` begins with the tenant. */
function metadata(path: string) {
  const base = `https://${authority}/${path.split('/')[1]}`
  return {
    issuer: `${base}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
  }
}

/** Restify replaces `writeHead` for the whole process by one that returns nothing: no chaining here. */
function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
