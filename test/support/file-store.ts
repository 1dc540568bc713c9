import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Files put into the store. */
export interface Put {
  path: string
  range: string | undefined
  body: string
}

/** Stands in for somebody's file store on loopback; answers every request with `answer`. */
export async function startFileStore() {
  const puts: Put[] = []
  let answer: { status: number; headers?: Record<string, string> } = { status: 201 }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const range = request.headers['content-range']
    puts.push({ path: `${request.method} ${request.url}`, range, body: Buffer.concat(chunks).toString() })
    response.statusCode = answer.status
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value)
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    puts,
    answerWith: (status: number, headers: Record<string, string> = {}) => {
      answer = { status, headers }
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
