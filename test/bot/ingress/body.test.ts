import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { BODY_LIMITS, readBody } from '../../../bot/ingress/body.ts'
import { refused } from '../../../dialogs/result.ts'
import { type Body, echo, head, portActivity, raw, startServer as start } from '../../support/port.ts'

const nested = (levels: number) => `{"type":"message","value":${'['.repeat(levels)}${']'.repeat(levels)}}`

describe('a body', () => {
  const gzip = { 'content-encoding': 'gzip' }
  const bomb = gzipSync(Buffer.alloc(150_000_000, ' '))

  it.each<[string, Body, Record<string, string>, number]>([
    ['three bytes that claim to be gzip', 'abc', gzip, 415],
    ['a gzip bomb', bomb, gzip, 415],
    ['an encoding called identity', portActivity(), { 'content-encoding': 'identity' }, 415],
    ['a form', 'type=message', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['csv', 'type\nmessage', { 'content-type': 'text/csv' }, 415],
    ['multipart', portActivity(), { 'content-type': 'multipart/form-data; boundary=x' }, 415],
    ['no content type', Buffer.from(portActivity()), { 'content-type': '' }, 415],
    ['another character set', portActivity(), { 'content-type': 'application/json; charset=utf-16' }, 415],
    ['a type that only begins like JSON', portActivity(), { 'content-type': 'application/json-seq' }, 415],
    ['nothing', '', {}, 400],
    ['no JSON', '{"type":', {}, 400],
    ['two JSON values', '{"type":"message"}{}', {}, 400],
    ['an array', '[{"type":"message"}]', {}, 400],
    ['a string', '"message"', {}, 400],
    ['null', 'null', {}, 400],
    ['a number', '1', {}, 400],
    ['no type', '{"x":1}', {}, 400],
    ['an empty type', '{"type":""}', {}, 400],
    ['a type that is no string', '{"type":{}}', {}, 400],
    ['invalid UTF-8', Buffer.concat([Buffer.from('{"type":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]), {}, 400],
    ['a UTF-16 body', Buffer.from(portActivity(), 'utf16le'), {}, 400],
    ['65 levels', nested(64), {}, 400],
    ['100 000 levels', nested(100_000), {}, 400],
    ['100 000 unclosed levels', '['.repeat(100_000), {}, 400],
    ['a string over 32 KB', portActivity({ text: 'x'.repeat(32 * 1024 + 1) }), {}, 400],
    ['a key over 32 KB', portActivity({ value: { ['k'.repeat(32 * 1024 + 1)]: 1 } }), {}, 400],
    ['a __proto__ key', '{"type":"message","__proto__":{"admin":true}}', {}, 400],
    ['a __proto__ key deep inside', '{"type":"message","value":[{"a":{"__proto__":{"admin":true}}}]}', {}, 400],
    ['300 KB', portActivity({ list: Array(300).fill('x'.repeat(1000)) }), {}, 413],
    ['10 MB', `"${'x'.repeat(10_000_000)}"`, {}, 413],
  ])('that is %s gets a 4xx, and the next request is served', async (_name, body, headers, status) => {
    const { post, seen, onError } = await start()
    const response = await post(body, headers)
    expect(response.status).toBe(status)
    expect(Object.keys((await response.json()) as object)).toEqual(['error'])
    expect(seen).not.toHaveBeenCalled()
    expect(onError).not.toHaveBeenCalled()
    expect((await post(portActivity())).status).toBe(200)
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  it.each<[string, string, Record<string, string>]>([
    ['30 KB of text', portActivity({ text: 'x'.repeat(30 * 1024) }), {}],
    ['30 KB of text that is long in bytes', portActivity({ text: '漢'.repeat(30 * 1024) }), {}],
    ['long text repeated as escaped HTML', portActivity({ attachments: [{ content: '&lt;'.repeat(30_000) }] }), {}],
    ['64 levels', nested(63), {}],
    ['the text __proto__', portActivity({ text: '__proto__' }), {}],
    ['a constructor key', portActivity({ value: { constructor: { prototype: { admin: true } } } }), {}],
    ['a character set of UTF-8', portActivity(), { 'content-type': 'Application/JSON; Charset="UTF-8"' }],
    ['exactly 256 KB', portActivity().padEnd(256 * 1024), {}],
  ])('that is %s reaches the handler', async (_name, body, headers) => {
    const { post, seen } = await start()
    expect((await post(body, headers)).status).toBe(200)
    expect(seen).toHaveBeenCalledOnce()
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  it('in chunks without a length is measured by the bytes that arrive', async () => {
    const { url } = await start()
    const send = (items: number) => {
      const chunks = ['{"type":"message","list":[', ...Array<string>(items).fill(`"${'x'.repeat(1000)}",`), '1]}']
      const body = ReadableStream.from(chunks.map((chunk) => Buffer.from(chunk)))
      return fetch(url, { method: 'POST', body, duplex: 'half', headers: { 'content-type': 'application/json' } })
    }
    expect((await send(200)).status).toBe(200)
    expect((await send(300)).status).toBe(413)
  })

  it('announced as too long is refused before it arrives', async () => {
    const { port } = await start(echo, { requestMs: 300 })
    const answer = await raw(port, head(300 * 1024))
    expect(answer).toMatch(/^HTTP\/1.1 413 /)
  })

  it('shorter than its announced length never reaches the handler', async () => {
    const { port, seen, post } = await start()
    const body = portActivity()
    const socket = connect(port, '127.0.0.1')
    socket.end(head(body.length + 10) + body)
    await new Promise((resolve) => socket.once('close', resolve).resume())
    expect((await post(portActivity({ text: 'next' }))).status).toBe(200)
    expect(seen.mock.calls).toEqual([[{ type: 'message', text: 'next' }]])
  })

  it('longer than its announced length is not read past it', async () => {
    const { port, seen } = await start()
    const body = portActivity()
    const answer = await raw(port, `${head(body.length)}${body}{"type":"smuggled"}\r\n\r\n`)
    expect(answer).toContain('400 Bad Request')
    expect(seen.mock.calls).toEqual([[{ type: 'message' }]])
  })

  it.each([
    ['a length and chunks at once', head(5, 'Transfer-Encoding: chunked\r\n')],
    ['two lengths', head(5, 'Content-Length: 6\r\n')],
    ['a negative length', head(-1)],
    ['a length that is no number', head('1e3')],
    ['headers over 16 KB', head(2, `X-Long: ${'x'.repeat(20_000)}\r\n`)],
    ['no HTTP at all', '\x16\x03\x01\x00\x00\r\n\r\n'],
  ])('announced with %s is refused before it is read', async (_name, text) => {
    const { port, seen } = await start()
    expect(await raw(port, text)).toMatch(/^HTTP\/1.1 4\d\d /)
    expect(seen).not.toHaveBeenCalled()
  })

  it('whose sender leaves early is abandoned', async () => {
    const read = Promise.withResolvers<unknown>()
    const server = createHttpServer((request) => read.resolve(readBody(request, BODY_LIMITS)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.write(`${head(100)}{"type"`, () => setTimeout(() => socket.destroy(), 50))
    expect(await read.promise).toEqual(refused('gone'))
    server.close()
  })
})
