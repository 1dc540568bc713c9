import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import nock from 'nock'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createHttp, type HttpDeps, type HttpRequest, isOfficialHost } from '../../../clients/http.ts'
import { useNock } from '../../support/nock.ts'
import { CALLER } from './upstream.ts'

useNock()

const anything = z.unknown()
const servers: Server[] = []
let time = Date.parse('2026-03-01T12:00:00Z')
const now = () => time

beforeEach(() => {
  nock.disableNetConnect()
  nock.enableNetConnect(/^127\.0\.0\.1/)
})
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
  nock.enableNetConnect()
})

/** A host on this machine that says these very bytes, or does to the connection what it is told. */
async function startHost(act: (socket: Socket, request: string) => void) {
  const requests: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    socket.on('data', (bytes) => {
      requests.push(bytes.toString())
      act(socket, bytes.toString())
    })
  })
  server.on('close', () => {})
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  return { baseUrl, requests, stop }
}

const clientOf = (baseUrl: string, deps: Partial<HttpDeps> = {}) =>
  createHttp({ baseUrl, now, loopback: true, timeouts: { total: 300 }, ...deps })
const asked = <T = unknown>(more: Partial<HttpRequest<T>> = {}) =>
  ({ method: 'GET', path: '/v1/x', schema: anything, caller: CALLER, ...more }) as HttpRequest<T>

const written = (status: string, body = '', headers: Record<string, string> = {}) => {
  const lines = Object.entries({ Connection: 'close', 'Content-Length': Buffer.byteLength(body), ...headers })
  return `HTTP/1.1 ${status}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
}
const answering = (status: string, body = '', headers: Record<string, string> = {}) =>
  startHost((socket) => socket.end(written(status, body, headers)))

/** The result of one attempt, for a given response. */
async function outcomeOf(
  status: string,
  body = '',
  headers: Record<string, string> = {},
  schema: z.ZodType = anything,
) {
  const { baseUrl } = await answering(status, body, headers)
  return clientOf(baseUrl).request(asked({ schema }))
}

describe('the address', () => {
  const clouds = JSON.parse(
    readFileSync(new URL('../../../sandbox/contracts/clouds.json', import.meta.url), 'utf8'),
  ) as {
    clouds: Record<string, { partnerCenter: string; graph: string; arm: string }>
  }

  it('may be the Partner Center or the Graph of every cloud', () => {
    const known = Object.values(clouds.clouds).flatMap(({ partnerCenter, graph }) => [partnerCenter, graph])
    expect(known.length).toBe(8)
    expect(known.filter((url) => !isOfficialHost(url) || !isOfficialHost(`${url}/`))).toEqual([])
  })

  it('may be nothing else, however much it looks like one', () => {
    const wrong = [
      ...Object.values(clouds.clouds).map(({ arm }) => arm),
      'http://graph.microsoft.com',
      'https://graph.microsoft.com:8443',
      'https://graph.microsoft.com/v1.0',
      'https://graph.microsoft.com.evil.example',
      'https://evil.example/graph.microsoft.com',
      'https://graph.microsoft.com@evil.example',
      'https://user:pass@graph.microsoft.com',
      'https://GRAPH.microsoft.com',
      'https://graph.microsoft.com\\@evil.example',
      'https://graph.microsoft.com?x',
      'https://graph.microsoft.com\n',
      'https://xgraph.microsoft.com',
      'http://127.0.0.1:3000',
      '',
    ]
    expect(wrong.filter((url) => isOfficialHost(url))).toEqual([])
    expect(() => createHttp({ baseUrl: 'https://evil.example', now })).toThrow('not an address')
  })

  it('may be this machine only where that is allowed', () => {
    const local = ['http://127.0.0.1:3000', 'https://localhost:3000', 'http://[::1]:80/']
    expect(local.filter((url) => isOfficialHost(url))).toEqual([])
    expect(local.every((url) => isOfficialHost(url, { loopback: true }))).toBe(true)
    expect(isOfficialHost('http://127.0.0.1.evil.example', { loopback: true })).toBe(false)
    expect(() => createHttp({ baseUrl: 'http://127.0.0.1:3000', now })).toThrow('not an address')
  })
})

describe('a request', () => {
  it('carries token, ids, query and body', async () => {
    const { baseUrl, requests } = await answering('200 OK', '{}')
    const query = { filter: '{"Value":"a+b & c"}', left: undefined, flag: true }
    await clientOf(baseUrl).request(asked({ method: 'POST', query, body: { name: 'é' } }))
    const [head = '', body] = requests.join('').split('\r\n\r\n')
    expect(head).toContain('POST /v1/x?filter=%7B%22Value%22%3A%22a%2Bb%20%26%20c%22%7D&flag=true HTTP/1.1')
    expect(head.toLowerCase()).toContain(`authorization: bearer ${CALLER.token}`)
    expect(head.toLowerCase()).toContain(`ms-requestid: ${CALLER.requestId}`)
    expect(head.toLowerCase()).toContain(`ms-correlationid: ${CALLER.correlationId}`)
    expect(JSON.parse(body ?? '')).toEqual({ name: 'é' })
  })

  it('never climbs out of its path, and is not sent when an id tries', async () => {
    const { baseUrl, requests } = await answering('200 OK', '{}')
    const client = clientOf(baseUrl)
    for (const path of ['/v1/customers/..', '/v1/./x', '/v1/a?b', '/v1/a#b', '@evil.example/']) {
      await expect(client.request(asked({ path }))).rejects.toThrow()
    }
    expect(requests).toEqual([])
  })

  it('with a token that is no header value fails without quoting it', async () => {
    const { baseUrl } = await answering('200 OK', '{}')
    const broken = clientOf(baseUrl).request(asked({ caller: { ...CALLER, token: 'canary\r\nX: y' } }))
    await expect(broken).rejects.toThrow(/^the token is no header value$/)
  })

  it('is tried once, whatever comes of it', async () => {
    for (const status of ['500 Internal Server Error', '503 Service Unavailable', '429 Too Many Requests']) {
      const { baseUrl, requests } = await answering(status, '', { 'Retry-After': '0' })
      await clientOf(baseUrl).request(asked())
      expect(requests.length).toBe(1)
    }
  })

  it('follows no redirect: the token goes nowhere else', async () => {
    const other = await answering('200 OK', '{}')
    const outcome = await outcomeOf('302 Found', '', { Location: `${other.baseUrl}/v1/x` })
    expect(outcome).toMatchObject({ kind: 'refused', status: 302, fault: 'refused' })
    expect(other.requests).toEqual([])
  })

  it('leaves one line in the log, with its ids and with neither token, path, query nor body', async () => {
    const lines: string[] = []
    const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) })
    const said = '{"code":"900101","description":"canary-description"}'
    const { baseUrl } = await answering('409 Conflict', said)
    const path = '/v1/canary-path'
    const request = asked({ method: 'POST', path, query: { q: 'canary-query' }, body: { c: 'canary-body' } })
    await clientOf(baseUrl, { log }).request(request)
    expect(lines.length).toBe(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      method: 'POST',
      status: 409,
      result: 'refused',
      code: '900101',
      requestId: CALLER.requestId,
      correlationId: CALLER.correlationId,
    })
    expect(lines[0]).not.toContain('canary')
  })
})

describe('an answer', () => {
  it('is read with or without a byte order mark', async () => {
    expect(await outcomeOf('200 OK', '\uFEFF{"a":1}')).toEqual({ kind: 'ok', value: { a: 1 } })
    expect(await outcomeOf('200 OK', '{"a":1}')).toEqual({ kind: 'ok', value: { a: 1 } })
    expect(await outcomeOf('400 Bad Request', '\uFEFF{"code":2000}')).toMatchObject({ code: '2000' })
  })

  it('has its keys in lower camel case, to the last depth', async () => {
    const sent = { Items: [{ TenantId: 1, MPNId: 2, ID: 3, URL: 4, already: { Fine: 5 }, '@odata.etag': 6 }] }
    expect(await outcomeOf('200 OK', JSON.stringify(sent))).toEqual({
      kind: 'ok',
      value: { items: [{ tenantId: 1, mpnId: 2, id: 3, url: 4, already: { fine: 5 }, '@odata.etag': 6 }] },
    })
  })

  it('with a key that would reach for the prototype reaches nothing', async () => {
    const outcome = await outcomeOf('200 OK', '{"__proto__":{"polluted":true}}')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect(Object.getPrototypeOf((outcome as { value: object }).value)).toBe(Object.prototype)
  })

  it('without a body is fine where the schema says so', async () => {
    expect(await outcomeOf('204 No Content', '', {}, z.undefined())).toEqual({ kind: 'ok', value: undefined })
    expect(await outcomeOf('204 No Content', '', {}, z.object({}))).toMatchObject({ kind: 'unknown' })
  })

  it('that says yes and cannot be read leaves the outcome unknown', async () => {
    const shape = z.object({ id: z.string() })
    for (const body of ['<html>', '{"id":', '{"id":1}', '[]', `${'['.repeat(60_000)}${']'.repeat(60_000)}`]) {
      expect(await outcomeOf('200 OK', body, {}, shape)).toMatchObject({ kind: 'unknown' })
    }
  })

  it('is read up to 1 MB and no further', async () => {
    const json = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2))
    expect((await outcomeOf('200 OK', json(1024 * 1024))).kind).toBe('ok')
    expect((await outcomeOf('200 OK', json(1024 * 1024 + 1))).kind).toBe('unknown')
  })

  it('that breaks off after a yes is unknown, after a no it is still a no', async () => {
    const cut = (status: string) =>
      startHost((socket) => {
        socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 500\r\n\r\n{"id"`)
        setTimeout(() => socket.destroy(), 20)
      })
    const ask = async (status: string) => clientOf((await cut(status)).baseUrl).request(asked())
    expect(await ask('200 OK')).toMatchObject({ kind: 'unknown' })
    expect(await ask('404 Not Found')).toMatchObject({ kind: 'refused', fault: 'not-found', code: undefined })
  })

  it('of 4xx is final, with code as number or as text', async () => {
    expect(await outcomeOf('403 Forbidden', '{"code":20002,"description":"no","source":"x"}')).toEqual({
      kind: 'refused',
      status: 403,
      code: '20002',
      fault: 'no-relationship',
      detail: 'no',
    })
    expect(await outcomeOf('403 Forbidden', '{"Code":"20002","Description":"no"}')).toMatchObject({ code: '20002' })
    expect(await outcomeOf('403 Forbidden', 'not JSON')).toMatchObject({ fault: 'access-denied', detail: undefined })
  })

  it('of 5xx or 408 may have been done', async () => {
    for (const status of ['408 Request Timeout', '500 X', '502 X', '503 X', '504 X']) {
      expect((await outcomeOf(status, '{"code":"800003"}')).kind).toBe('unknown')
    }
  })

  it('of 401 without a body is about signing in, and about a second factor where it says so', async () => {
    const challenge = { 'WWW-Authenticate': 'Bearer error="invalid_token"' }
    const faults = await Promise.all([
      outcomeOf('401 Unauthorized', '', challenge),
      outcomeOf('401 Unauthorized - MFA required', '', challenge),
      outcomeOf('401 Unauthorized', '', { 'WWW-Authenticate': 'Bearer error_description="MFA required"' }),
      outcomeOf('401 Unauthorized', '{"code":"900421","description":"no MFA"}'),
      outcomeOf('401 Unauthorized', '{"code":900420,"description":"audience"}'),
    ])
    expect(faults).toMatchObject([
      { fault: 'sign-in', code: undefined },
      { fault: 'second-factor', code: undefined },
      { fault: 'second-factor' },
      { fault: 'second-factor', code: '900421' },
      { fault: 'refused', code: '900420' },
    ])
  })
})

describe('being told to wait', () => {
  const gateway = '{"statusCode":429,"message":"Rate limit is exceeded."}'
  const wait = (status: string, value?: string) =>
    outcomeOf(status, gateway, value === undefined ? {} : { 'Retry-After': value })

  it('is obeyed in seconds and by date', async () => {
    expect(await wait('429 Too Many', '57')).toEqual({ kind: 'throttled', retryAfterMs: 57_000 })
    const date = new Date(time + 90_000).toUTCString()
    expect(await wait('429 Too Many', date)).toEqual({ kind: 'throttled', retryAfterMs: 90_000 })
    expect(await wait('429 Too Many', new Date(time - 1000).toUTCString())).toMatchObject({ retryAfterMs: 0 })
  })

  it('without saying how long, or in words nobody understands, is still being told to wait', async () => {
    expect(await wait('429 Too Many')).toEqual({ kind: 'throttled', retryAfterMs: undefined })
    expect(await wait('429 Too Many', 'soon')).toEqual({ kind: 'throttled', retryAfterMs: undefined })
  })

  it('by a 503 means that nothing was done; a 503 that does not say so may have done it', async () => {
    expect(await wait('503 Unavailable', '10')).toEqual({ kind: 'throttled', retryAfterMs: 10_000 })
    expect((await wait('503 Unavailable')).kind).toBe('unknown')
  })
})

describe('a fault of the network', () => {
  it('before the request left means that nothing was done: no host there', async () => {
    const { baseUrl, stop } = await answering('200 OK')
    await stop()
    expect((await clientOf(baseUrl).request(asked({ method: 'POST' }))).kind).toBe('not-sent')
  })

  it('before the request left means that nothing was done: no such name', async () => {
    const cause = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' })
    const fetch = () => Promise.reject(new TypeError('fetch failed', { cause }))
    expect((await clientOf('http://127.0.0.1', { fetch }).request(asked())).kind).toBe('not-sent')
  })

  it('before the request left means that nothing was done: none of several addresses answers', async () => {
    const tried = ['::1', '127.0.0.1'].map((address) => new Error(`connect ECONNREFUSED ${address}`))
    const fetch = () => Promise.reject(new TypeError('fetch failed', { cause: new AggregateError(tried) }))
    expect((await clientOf('http://127.0.0.1', { fetch }).request(asked())).kind).toBe('not-sent')
  })

  it('before the request left means that nothing was done: a certificate nobody vouches for', async () => {
    const cause = Object.assign(new Error('self-signed'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    const fetch = () => Promise.reject(new TypeError('fetch failed', { cause }))
    expect((await clientOf('http://127.0.0.1', { fetch }).request(asked())).kind).toBe('not-sent')
  })

  it('after the request left is unknown: the connection is reset', async () => {
    const { baseUrl, requests } = await startHost((socket) => socket.resetAndDestroy())
    expect((await clientOf(baseUrl).request(asked({ method: 'POST', body: {} }))).kind).toBe('unknown')
    expect(requests.length).toBe(1)
  })

  it('after the request left is unknown: no answer within the time given', async () => {
    const { baseUrl, requests, stop } = await startHost(() => {})
    const began = performance.now()
    expect((await clientOf(baseUrl).request(asked({ method: 'POST' }))).kind).toBe('unknown')
    expect(performance.now() - began).toBeLessThan(3000)
    expect(requests.length).toBe(1)
    await stop()
  })

  it('after the request left is unknown: the answer starts and never ends', async () => {
    const { baseUrl, stop } = await startHost((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{')
    })
    expect((await clientOf(baseUrl).request(asked())).kind).toBe('unknown')
    await stop()
  })

  it('after the request left is unknown: what comes back is no HTTP', async () => {
    const { baseUrl } = await startHost((socket) => socket.end('garbage\r\n\r\n'))
    expect((await clientOf(baseUrl).request(asked())).kind).toBe('unknown')
  })
})

describe('the circuit', () => {
  /** A client whose host fails or answers as told, and the number of requests that reached it. */
  function hostThat(behave: { status: number | 'gone'; retryAfter?: string }) {
    let reached = 0
    const fetch = async () => {
      reached += 1
      if (behave.status === 'gone') throw new TypeError('fetch failed', { cause: new Error('reset') })
      const headers = behave.retryAfter === undefined ? {} : { 'Retry-After': behave.retryAfter }
      return new Response('{}', { status: behave.status, headers })
    }
    const client = clientOf('http://127.0.0.1', { fetch })
    const ask = async (times = 1) => {
      const kinds: string[] = []
      for (let time = 0; time < times; time += 1) kinds.push((await client.request(asked())).kind)
      return kinds
    }
    return { ask, reached: () => reached }
  }

  it('opens after five failures running: then nothing is sent for 30 s', async () => {
    const behave = { status: 'gone' as 'gone' | number }
    const host = hostThat(behave)
    expect(await host.ask(5)).toEqual(Array(5).fill('unknown'))
    expect(await host.ask(3)).toEqual(Array(3).fill('not-sent'))
    time += 29_999
    expect(await host.ask()).toEqual(['not-sent'])
    expect(host.reached()).toBe(5)
  })

  it('lets one through after 30 s, while others keep waiting, and closes when that one is answered', async () => {
    const behave = { status: 500 as number }
    const host = hostThat(behave)
    await host.ask(5)
    time += 30_000
    behave.status = 200
    const [first, second] = await Promise.all([host.ask(), host.ask()])
    expect([first, second]).toEqual([['ok'], ['not-sent']])
    expect(await host.ask(3)).toEqual(['ok', 'ok', 'ok'])
  })

  it('stays open another 30 s when the one let through fails', async () => {
    const host = hostThat({ status: 500 })
    await host.ask(5)
    time += 30_000
    expect(await host.ask(2)).toEqual(['unknown', 'not-sent'])
    time += 30_000
    expect(await host.ask(2)).toEqual(['unknown', 'not-sent'])
  })

  it('counts only failures in a row', async () => {
    const behave = { status: 500 as number }
    const host = hostThat(behave)
    await host.ask(4)
    behave.status = 404
    await host.ask()
    behave.status = 500
    expect(await host.ask(4)).toEqual(Array(4).fill('unknown'))
  })

  it('does not open on a host that answers: refusals, waits, or a yes of another shape', async () => {
    expect(await hostThat({ status: 403 }).ask(7)).toEqual(Array(7).fill('refused'))
    expect(await hostThat({ status: 429 }).ask(7)).toEqual(Array(7).fill('throttled'))
    expect(await hostThat({ status: 503, retryAfter: '1' }).ask(7)).toEqual(Array(7).fill('throttled'))
    const fetch = async () => new Response('<html>')
    const client = clientOf('http://127.0.0.1', { fetch })
    for (let time = 0; time < 7; time += 1) expect((await client.request(asked())).kind).toBe('unknown')
  })
})
