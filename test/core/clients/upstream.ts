import nock from 'nock'
import { expect } from 'vitest'
import type { Contract } from './contract.ts'

export const CALLER = {
  token: 'canary-token',
  requestId: 'e1aa3f3f-3d4e-4b6c-8a1d-0d2f6a1f0001',
  correlationId: 'e1aa3f3f-3d4e-4b6c-8a1d-0d2f6a1f0002',
}

export type Reply = {
  status?: number
  body?: unknown
  headers?: Record<string, string>
  /** How it is written, where that is odd. */
  wire?: (json: string) => string
  /** Why this answer is not as the contract has it; then it must not be. */
  beyond?: string
}

type Seen = { method: string; url: URL; headers: Headers; body: unknown }

/**
 * Microsoft's side on an official host, with the net closed. It answers one request per `on`, and notes what either side
 * did that the contract does not allow.
 */
export function createFakeUpstream(contract: Contract, origin: string) {
  nock.disableNetConnect()
  const seen: Seen[] = []
  const breaches: string[] = []

  function on(method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, reply: Reply = {}) {
    const { status = 200, body, headers = {}, wire = (json) => json, beyond } = reply
    nock(origin)
      .intercept(path, method)
      .query(true)
      .reply(async (request: Request) => {
        const text = await request.clone().text()
        const url = new URL(request.url)
        seen.push({ method, url, headers: request.headers, body: text === '' ? undefined : JSON.parse(text) })
        const found = contract.breaches({
          request: { method, url, headers: request.headers, body: text },
          answer: { status, headers: new Headers(headers), body },
        })
        breaches.push(...found.request)
        if (beyond === undefined) breaches.push(...found.answer)
        else if (found.answer.length === 0) breaches.push(`said to be beyond the contract, but is not: ${beyond}`)
        const written = body === undefined ? '' : wire(JSON.stringify(body))
        return [status, written, { 'Content-Type': 'application/json', ...headers }]
      })
  }

  return {
    on,
    seen,
    breaches,
    /** Every answer was fetched, and nobody broke the contract. */
    settle() {
      const waiting = nock.pendingMocks()
      nock.cleanAll()
      // Other files of the same worker use the network.
      nock.enableNetConnect()
      expect({ waiting, breaches }).toEqual({ waiting: [], breaches: [] })
    },
  }
}

/** The same JSON with its keys in Pascal case. */
export const inPascalCase = (json: string): string =>
  json.replace(/"([a-z])([A-Za-z]*)":/g, (_, first: string, rest: string) => `"${first.toUpperCase()}${rest}":`)

export const withByteOrderMark = (json: string): string => `\uFEFF${json}`
