import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface HealthServerDeps {
  /** What stands in the way of taking requests in, in a word; undefined when nothing does. Rejects: the same. */
  notReady: () => Promise<string | undefined>
  metrics: { contentType: string; render: () => Promise<string> }
}

/** Longer than this nobody waits for an answer, who asks every few seconds. */
const patienceMs = 3_000

/**
 * The operator's port, on loopback: `/healthz` says that the process turns and asks nobody, `/readyz` that it can take in
 * and keep what it is sent, `/metrics` its figures for Prometheus. It only reads.
 */
export function createHealthServer({ notReady, metrics }: HealthServerDeps) {
  let draining = false

  async function ready(): Promise<string | undefined> {
    if (draining) return 'draining'
    let clock: NodeJS.Timeout | undefined
    const late = new Promise<string>((resolve) => {
      clock = setTimeout(() => resolve('database'), patienceMs)
    })
    return Promise.race([notReady(), late])
      .catch(() => 'database')
      .finally(() => clearTimeout(clock))
  }

  const server = createServer(async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return say(response, 405, 'only GET')
    switch (request.url) {
      case '/healthz':
        return say(response, 200, 'ok')
      case '/readyz': {
        const obstacle = await ready()
        return obstacle === undefined ? say(response, 200, 'ready') : say(response, 503, `not ready: ${obstacle}`)
      }
      case '/metrics':
        return say(response, 200, await metrics.render(), metrics.contentType)
    }
    return say(response, 404, 'not found')
  })

  return {
    /** Starts listening on loopback and returns the port. */
    listen: (port: number): Promise<number> =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
      }),
    /** From now on it is not ready: whoever sends requests is to send them elsewhere. */
    drain: (): void => {
      draining = true
    },
    close: (): Promise<void> =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function say(response: ServerResponse, status: number, body: string, type = 'text/plain'): void {
  // Not chained: restify replaces `writeHead` for the whole process by one that returns nothing.
  response.writeHead(status, { 'Content-Type': type })
  response.end(`${body.trimEnd()}\n`)
}
