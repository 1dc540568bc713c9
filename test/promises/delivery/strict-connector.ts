import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Limits of Teams as published. The bot stays below them. */
const threadWindows = [
  { ms: 1_000, sends: 7 },
  { ms: 2_000, sends: 8 },
  { ms: 30_000, sends: 60 },
]
const tenantWindow = { ms: 1_000, sends: 50 }
const mostBytes = 100 * 1024
const punishmentMs = 2_000

/** Fault of a request: an error response, no response, or a response lost after the message arrived. */
export type ConnectorFault =
  | { status: number; code?: string; retryAfter?: number }
  | 'reset'
  | 'hang'
  | 'accept-then-reset'
  | 'accept-then-hang'

export interface ConnectorRequest {
  method: string
  conversation: string
  /** 0 without a response and without an effect. */
  status: number
  /** Milliseconds by the Connector's clock. */
  at: number
}

/** True if the message reached a screen. */
export const isTaken = ({ status }: ConnectorRequest): boolean => status >= 200 && status < 300

/** Returns a conversation id `a:TENANT/…`, which tells the Connector the tenant. */
export const conversationIdFor = (tenant: string, name: string): string => `a:${tenant}/${name}`
const tenantOf = (conversation: string): string => /^a:([^/]*)\//.exec(conversation)?.[1] ?? ''

/** Simulates the Connector as published: it counts requests, throttles, and fails on demand. */
export async function startStrictConnector(now: () => number) {
  const seen: ConnectorRequest[] = []
  const planned = new Map<string, ConnectorFault[]>()
  const silentUntil = new Map<string, number>()
  const hanging = new Set<ServerResponse>()
  let undercut = 0

  const taken = (of: (request: ConnectorRequest) => boolean, ms: number, at: number) =>
    seen.filter((seen) => isTaken(seen) && seen.at > at - ms && of(seen)).length
  function isTooMuch(conversation: string, at: number): boolean {
    const inThread = (seen: ConnectorRequest) => seen.conversation === conversation
    const inTenant = (seen: ConnectorRequest) => tenantOf(seen.conversation) === tenantOf(conversation)
    return (
      threadWindows.some(({ ms, sends }) => taken(inThread, ms, at) >= sends) ||
      taken(inTenant, tenantWindow.ms, at) >= tenantWindow.sends
    )
  }

  const server = createServer(async (request, response) => {
    const bytes = await read(request)
    const [, name = ''] = /^\/v3\/conversations\/([^/]+)\/activities/.exec(request.url ?? '') ?? []
    const conversation = decodeURIComponent(name)
    const at = now()
    if (at < (silentUntil.get(conversation) ?? 0)) undercut += 1
    const note = (status: number) => seen.push({ method: request.method ?? '', conversation, status, at })
    const throttle = (seconds: number | undefined) => {
      note(429)
      if (seconds !== undefined) silentUntil.set(conversation, at + seconds * 1_000)
      reply(response, 429, {}, seconds === undefined ? {} : { 'retry-after': `${seconds}` })
    }
    if (isTooMuch(conversation, at)) return throttle(punishmentMs / 1_000)
    const fault = planned.get(conversation)?.shift()
    if (fault === 'reset' || fault === 'accept-then-reset') {
      note(fault === 'reset' ? 0 : 201)
      return request.socket.destroy()
    }
    if (fault === 'hang' || fault === 'accept-then-hang') {
      note(fault === 'hang' ? 0 : 201)
      return hanging.add(response)
    }
    if (fault?.status === 429) return throttle(fault.retryAfter)
    const status = fault?.status ?? (bytes > mostBytes ? 413 : 201)
    note(status)
    reply(response, status, status < 300 ? { id: `sent-${seen.length}` } : { error: { code: fault?.code ?? 'Error' } })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    seen,
    /** Makes the next requests of a conversation meet these faults, one each. */
    plan: (conversation: string, faults: readonly ConnectorFault[]): void => {
      planned.set(conversation, [...faults])
    },
    /** Requests before the end of a Retry-After. */
    undercut: () => undercut,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
export type StrictConnector = Awaited<ReturnType<typeof startStrictConnector>>

/** Returns the size of a body in bytes of UTF-16, as Teams counts. */
async function read(request: IncomingMessage): Promise<number> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString().length * 2
}

function reply(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}
