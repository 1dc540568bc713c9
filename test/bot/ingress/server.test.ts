import { connect } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createServer, type RawHttpRequest } from '../../../bot/ingress/server.ts'
import { UnavailableError } from '../../../state/engine/transaction.ts'
import { echo, head, portActivity, raw, startServer as start } from '../../support/port.ts'

describe('the public port', () => {
  it('hands a well-formed activity with its headers to the handler and returns the answer as JSON', async () => {
    const { post } = await start(async ({ headers, body, method, remoteAddress }, reply) => {
      reply.status(201)
      reply.header('x-test', 'yes')
      reply.send({ method, type: body.type, auth: headers.authorization, remoteAddress })
      reply.end()
    })
    const response = await post(portActivity(), { authorization: 'Bearer abc' })
    expect(response.status).toBe(201)
    expect(response.headers.get('x-test')).toBe('yes')
    expect(await response.json()).toEqual({
      method: 'POST',
      type: 'message',
      auth: 'Bearer abc',
      remoteAddress: '127.0.0.1',
    })
  })

  it('names neither the server software nor its version', async () => {
    const { post, url } = await start()
    for (const response of [await post(portActivity()), await post('['), await fetch(url), await fetch(`${url}/x`)]) {
      expect([...response.headers.keys()].filter((name) => /server|powered|version/.test(name))).toEqual([])
    }
  })

  it.each([
    ['GET', '/api/messages', 405],
    ['PUT', '/api/messages', 405],
    ['OPTIONS', '/api/messages', 405],
    ['DELETE', '/api/messages?x=1', 405],
    ['POST', '/', 404],
    ['POST', '/api/partner-center/webhook', 404],
    ['POST', '/api/messages/', 404],
    ['POST', '/API/messages', 404],
    ['POST', '/%zz', 404],
    ['GET', '/metrics', 404],
    ['GET', '/healthz', 404],
    ['OPTIONS', '*', 404],
  ])('answers %s %s with %i and a body that repeats nothing', async (method, path, status) => {
    const { port, seen } = await start()
    const answer = await raw(port, `${method} ${path} HTTP/1.1\r\nHost: bot\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(answer).toMatch(/\{"error":"(Not Found|Method Not Allowed)"\}$/)
    expect(seen).not.toHaveBeenCalled()
  })

  it('serves the webhook path for POST only, if it has a handler', async () => {
    const bodies: string[] = []
    const webhook = async ({ body }: RawHttpRequest) => bodies.push(body.toString()) && 202
    const server = createServer({ handler: echo, webhook, onError: () => {} })
    const port = await server.listen(0, '127.0.0.1')
    onTestFinished(server.close)
    const url = `http://127.0.0.1:${port}/api/partner-center/webhook`
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(`${url}?a=b`, { method: 'POST', body: ' {"a" :1}', headers })).status).toBe(202)
    expect(bodies).toEqual([' {"a" :1}'])
    for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS']) {
      const response = await fetch(url, { method })
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
    }
    expect((await fetch(`${url}/`, { method: 'POST', body: '{}', headers })).status).toBe(404)
    expect(bodies).toHaveLength(1)
  })

  it('reaches the handler when the path carries a query', async () => {
    const { url } = await start()
    const response = await fetch(`${url}?a=b`, {
      method: 'POST',
      body: portActivity(),
      headers: { 'content-type': 'application/json' },
    })
    expect(response.status).toBe(200)
  })

  it('treats a request for an upgrade like any other', async () => {
    const { port } = await start()
    const upgrade = 'Connection: Upgrade, close\r\nUpgrade: websocket\r\n'
    const answer = await raw(port, `GET /api/messages HTTP/1.1\r\nHost: bot\r\n${upgrade}\r\n`)
    expect(answer).toMatch(/^HTTP\/1.1 405 /)
  })
})

describe('a slow sender', () => {
  const quick = { requestMs: 300 }

  it('is cut when the body does not arrive in time, however steadily it drips', async () => {
    const { port, seen } = await start(echo, quick)
    const began = Date.now()
    const answer = await raw(port, head(100), (write) => {
      const drip = setInterval(() => write(' ') || clearInterval(drip), 50)
    })
    expect(Date.now() - began).toBeLessThan(2000)
    expect(answer).toMatch(/^HTTP\/1.1 408 /)
    expect(seen).not.toHaveBeenCalled()
  })

  it('is cut when the headers do not arrive in time', async () => {
    const { port } = await start(echo, quick)
    const began = Date.now()
    const answer = await raw(port, 'POST /api/messages HTTP/1.1\r\nHost: bot\r\n', (write) => {
      const drip = setInterval(() => write('X: y\r\n') || clearInterval(drip), 50)
    })
    expect(Date.now() - began).toBeLessThan(2000)
    expect(answer).toMatch(/^HTTP\/1.1 408 /)
  })

  it('is cut when it connects and says nothing', async () => {
    const { port } = await start(echo, quick)
    const began = Date.now()
    await raw(port, '')
    expect(Date.now() - began).toBeLessThan(2000)
  })

  it('sets no time limit for a running handler', async () => {
    const { post } = await start(async (_request, reply) => {
      await new Promise((resolve) => setTimeout(resolve, 700))
      reply.end()
    }, quick)
    expect((await post(portActivity())).status).toBe(200)
  })

  it('cannot take more connections than allowed', async () => {
    const { port, post } = await start(echo, { sockets: 5 })
    const idle = Array.from({ length: 5 }, () => connect(port, '127.0.0.1'))
    await Promise.all(idle.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
    expect(await raw(port, head(2))).toBe('')
    for (const socket of idle) socket.destroy()
    await vi.waitFor(async () => expect((await post(portActivity())).status).toBe(200))
  })
})

describe('a failing handler', () => {
  it('gets a generic 500 for an error, which is reported', async () => {
    const { post, onError } = await start(async () => {
      throw new Error('secret detail')
    })
    const response = await post(portActivity())
    expect(response.status).toBe(500)
    expect(await response.text()).toBe('{"error":"Internal Server Error"}')
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'secret detail' }))
  })

  it('gets 503 when nothing can be written', async () => {
    const { post, onError } = await start(async () => {
      throw new UnavailableError('database away')
    })
    const response = await post(portActivity())
    expect(response.status).toBe(503)
    expect(await response.text()).toBe('{"error":"Service Unavailable"}')
    expect(onError).not.toHaveBeenCalled()
  })

  it('gets 500 when it ends without an answer or with one that is not JSON', async () => {
    const { post, onError } = await start(async ({ body }, reply) => {
      if (body.text !== 'cycle') return
      const cycle: Record<string, unknown> = {}
      cycle.self = cycle
      reply.send(cycle)
      reply.end()
    })
    for (const body of [portActivity(), portActivity({ text: 'cycle' })]) {
      const response = await post(body)
      expect([response.status, await response.text()]).toEqual([500, '{"error":"Internal Server Error"}'])
    }
    expect(onError).toHaveBeenCalledTimes(2)
  })

  it('does no harm when it throws after its answer', async () => {
    const { post, onError } = await start(async (_request, reply) => {
      reply.end()
      throw new Error('too late')
    })
    expect((await post(portActivity())).status).toBe(200)
    expect(onError).toHaveBeenCalledOnce()
  })
})

describe('closing', () => {
  it('finishes running requests, refuses new connections and ends idle ones', async () => {
    let finish = () => {}
    const { server, url, post } = await start(async (_request, reply) => {
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      reply.send({ done: true })
      reply.end()
    })
    const underway = post(portActivity())
    await vi.waitFor(() => expect(finish.name).not.toBe('finish'))
    const began = Date.now()
    const closed = server.close()
    await expect(fetch(url)).rejects.toThrow()
    finish()
    const response = await underway
    expect(await response.json()).toEqual({ done: true })
    expect(response.headers.get('connection')).toBe('close')
    await closed
    expect(Date.now() - began).toBeLessThan(400)
  })

  it('does not wait for a hanging handler', async () => {
    const { server, post } = await start(() => new Promise(() => {}), { drainMs: 200 })
    const underway = post(portActivity()).catch(() => 'cut')
    await new Promise((resolve) => setTimeout(resolve, 100))
    const began = Date.now()
    await server.close()
    expect(Date.now() - began).toBeLessThan(1000)
    expect(await underway).toBe('cut')
  })

  it('rejects if the port is in use', async () => {
    const { port } = await start()
    const second = createServer({ handler: echo, onError: () => {} })
    await expect(second.listen(port, '127.0.0.1')).rejects.toThrow('EADDRINUSE')
  })
})
