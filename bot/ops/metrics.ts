import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Database } from '../../state/engine/transaction.ts'
import { outboxDepth } from '../../state/outbox-depth.ts'

/** Buckets in seconds: a turn takes a quarter of a millisecond, a response of Microsoft up to half a minute. */
const QUICK_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3]
const SLOW_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Counters of the process. No label names a tenant, a person, a case or a conversation. */
export interface Instruments {
  turn: (kind: string, outcome: 'done' | 'unavailable' | 'failed', ms: number) => void
  answered: (status: number) => void
  refused: (by: 'gate' | 'webhook', reason: string) => void
  requestFinished: (request: { host: string; method: string; status: number | undefined; ms: number }) => void
  sent: (result: string) => void
  transaction: (ms: number) => void
}

interface MetricsDeps {
  /** Called at each scrape. */
  database: () => Database
  leaseMs: number
}

/** Prometheus metrics of this process and its outbox, in a registry of their own. */
export function createMetrics({ database, leaseMs }: MetricsDeps) {
  const registers = [new Registry()]
  const [registry] = registers as [Registry]
  collectDefaultMetrics({ register: registry })
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name: `multicanal_${name}`, help, labelNames, registers })
  const gauge = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Gauge({ name: `multicanal_${name}`, help, labelNames, registers })
  const histogram = <L extends string>(name: string, help: string, buckets: number[], labelNames: L[] = []) =>
    new Histogram({ name: `multicanal_${name}`, help, labelNames, buckets, registers })

  const turns = counter('turns_total', 'Deliveries handled, by kind and outcome', ['kind', 'outcome'])
  const turnSeconds = histogram('turn_seconds', 'Duration of a turn, from delivery to commit', QUICK_BUCKETS)
  const answers = counter('http_answers_total', 'Responses of the public port, by status', ['status'])
  const refusals = counter('refused_total', 'Requests refused by the gate or the webhook, by reason', ['by', 'reason'])
  const upstream = counter('upstream_requests_total', 'Requests to Partner Center and Graph, by status class', [
    'host',
    'method',
    'status',
  ])
  const upstreamSeconds = histogram(
    'upstream_seconds',
    'Duration of requests to Partner Center and Graph',
    SLOW_BUCKETS,
    ['host'],
  )
  const sends = counter('connector_sends_total', 'Messages and updates sent to Teams, by result', ['result'])
  const transactionSeconds = histogram(
    'transaction_seconds',
    'Duration of database transactions, including queueing and commit',
    QUICK_BUCKETS,
  )
  const depth = gauge('outbox_effects', 'Effects by kind and state (due, running, dead-lettered, unknown outcome)', [
    'kind',
    'state',
  ])
  const oldest = gauge('outbox_oldest_seconds', 'Age of the oldest due effect')
  const aside = gauge('outbox_set_aside', 'Effects needing manual action, by state (dead-lettered, unknown outcome)', [
    'state',
  ])

  async function readOutbox(): Promise<void> {
    const db = database()
    const { rows, now } = await db.transaction(async (tx) => ({
      now: tx.at,
      rows: await outboxDepth(tx, tx.at, leaseMs),
    }))
    depth.reset()
    for (const { kind, state, count } of rows) depth.set({ kind, state }, count)
    for (const state of ['parked', 'unknown'] as const) {
      const counts = rows.filter((row) => row.state === state).map(({ count }) => count)
      aside.set(
        { state },
        counts.reduce((sum, count) => sum + count, 0),
      )
    }
    const times = rows.flatMap(({ state, since }) => (state === 'due' && since ? [Date.parse(since)] : []))
    oldest.set(times.length === 0 ? 0 : Math.max(0, now.getTime() - Math.min(...times)) / 1_000)
  }

  const count: Instruments = {
    turn: (kind, outcome, ms) => {
      turns.inc({ kind, outcome })
      turnSeconds.observe(ms / 1_000)
    },
    answered: (status) => answers.inc({ status }),
    refused: (by, reason) => refusals.inc({ by, reason }),
    requestFinished: ({ host, method, status, ms }) => {
      upstream.inc({ host, method, status: status === undefined ? 'none' : `${Math.floor(status / 100)}xx` })
      upstreamSeconds.observe({ host }, ms / 1_000)
    },
    sent: (result) => sends.inc({ result }),
    transaction: (ms) => transactionSeconds.observe(ms / 1_000),
  }

  return {
    count,
    contentType: registry.contentType,
    /** Renders the current metrics in the text format; those of the outbox are missing while it cannot be read. */
    render: async (): Promise<string> => {
      await readOutbox().catch(() => {
        depth.reset()
        aside.reset()
        oldest.set(Number.NaN)
      })
      return registry.metrics()
    },
  }
}

/** Wraps a database so that each transaction is timed. */
export function withTransactionTimes(database: Database, observe: (ms: number) => void): Database {
  return {
    ...database,
    transaction: (work, line) => {
      const began = performance.now()
      const done = database.transaction(work, line)
      const note = () => observe(performance.now() - began)
      // A branch of its own, so that it does not delay the caller.
      done.then(note, note)
      return done
    },
  }
}
