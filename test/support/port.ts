import { connect } from 'node:net'
import { onTestFinished, vi } from 'vitest'
import { createServer, type HttpActivityRequest, type HttpReply, type ServerLimits } from '../../bot/ingress/server.ts'

export type Body = string | Uint8Array<ArrayBuffer>
export type Handler = (request: HttpActivityRequest, reply: HttpReply) => Promise<void>

/** Answers with the text and the number of fields of what came in. */
export const echo: Handler = async ({ body }, reply) => {
  reply.status(200)
  reply.send({ keys: Object.keys(body).length, text: body.text })
  reply.end()
}

/** The real server with a handler that echoes, unless given another, on a port that the end of the test closes. */
export async function startServer(handler: Handler = echo, limits: Partial<ServerLimits> = {}) {
  const onError = vi.fn()
  const seen = vi.fn()
  const server = createServer({
    handler: async (request, reply) => {
      seen(request.body)
      await handler(request, reply)
    },
    onError,
    limits: { drainMs: 500, ...limits },
  })
  const port = await server.listen(0, '127.0.0.1')
  onTestFinished(server.close)
  const url = `http://127.0.0.1:${port}/api/messages`
  const post = (body: Body, headers: Record<string, string> = {}) =>
    fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
  return { server, port, url, post, onError, seen }
}

/** Writes raw bytes to the port and returns everything that comes back until the server closes the connection. */
export function raw(port: number, text: string, then?: (write: (more: string) => boolean) => void): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk.toString()
    })
    socket.on('error', () => resolve(answer))
    socket.on('close', () => resolve(answer))
    socket.write(text)
    then?.((more) => !socket.destroyed && socket.write(more))
  })
}

/** The head of a request, its length as told, true or not. */
export const head = (length: number | string, more = '') =>
  `POST /api/messages HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n${more}\r\n`

/** A minimal activity as JSON text. */
export const portActivity = (more: object = {}) => JSON.stringify({ type: 'message', ...more })
