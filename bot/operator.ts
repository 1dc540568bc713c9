import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * The operator's port, on loopback: `/healthz` says that the process turns, `/readyz` that it can take in and keep
 * what it is sent.
 */
export function createOperator({ isReady }: { isReady: () => Promise<boolean> }) {
  const server = createServer((request, response) => {
    const say = (status: number, body: string) => {
      // Not chained: restify replaces `writeHead` for the whole process by one that returns nothing.
      response.writeHead(status, { 'Content-Type': 'text/plain' })
      response.end(`${body}
`)
    }
    if (request.url === '/healthz') say(200, 'ok')
    else if (request.url !== '/readyz') say(404, 'not found')
    else {
      isReady().then(
        (ready) => say(ready ? 200 : 503, ready ? 'ready' : 'not ready'),
        () => say(503, 'not ready'),
      )
    }
  })

  return {
    /** Starts listening on loopback and returns the port. */
    listen: (port: number): Promise<number> =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
      }),
    close: (): Promise<void> =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
