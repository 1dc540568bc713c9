import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface HealthServerDeps {
  /** Returns the obstacle to readiness, undefined if ready. A rejection counts as `database`. */
  notReady: () => Promise<string | undefined>
  metrics: { contentType: string; render: () => Promise<string> }
}

/** Probe timeout; probes repeat every few seconds. */
const PROBE_TIMEOUT_MS = 3_000

/**
 * Operator's port on loopback, read-only. `/healthz` is liveness and checks no dependencies, `/readyz` is readiness,
 * `/metrics` is for Prometheus.
 */
export function createHealthServer({ notReady, metrics }: HealthServerDeps) {
  let draining = false

  async function ready(): Promise<string | undefined> {
    if (draining) return 'draining'
    let clock: NodeJS.Timeout | undefined
    const late = new Promise<string>((resolve) => {
      clock = setTimeout(() => resolve('database'), PROBE_TIMEOUT_MS)
    })
    return Promise.race([notReady(), late])
      .catch(() => 'database')
      .finally(() => clearTimeout(clock))
  }

  const server = createServer(async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return respond(response, 405, 'only GET')
    switch (request.url) {
      case '/healthz':
        return respond(response, 200, 'ok')
      case '/readyz': {
        const obstacle = await ready()
        return obstacle === undefined
          ? respond(response, 200, 'ready')
          : respond(response, 503, `not ready: ${obstacle}`)
      }
      case '/metrics':
        return respond(response, 200, await metrics.render(), metrics.contentType)
    }
    return respond(response, 404, 'not found')
  })

  return {
    /** Listens on loopback and returns the port. */
    listen: (port: number): Promise<number> =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
      }),
    /** Reports "not ready" from now on, so that load balancers send requests elsewhere. */
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

function respond(response: ServerResponse, status: number, body: string, type = 'text/plain'): void {
  // Not chained: restify replaces `writeHead` for the whole process with one that returns nothing.
  response.writeHead(status, { 'Content-Type': type })
  response.end(`${body.trimEnd()}\n`)
}
