import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Database } from '../../state/engine/transaction.ts'
import { outboxDepth } from '../../state/outbox-depth.ts'

/** Seconds; a turn takes a quarter of a millisecond, an answer of Microsoft up to half a minute. */
const quick = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3]
const slow = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** What is counted, told to whoever counts it. No label ever names a tenant, a person, a case or a conversation. */
export interface Instruments {
  turn: (kind: string, outcome: 'done' | 'unavailable' | 'failed', ms: number) => void
  answered: (status: number) => void
  refused: (by: 'gate' | 'webhook', reason: string) => void
  asked: (request: { host: string; method: string; status: number | undefined; ms: number }) => void
  sent: (result: string) => void
  transaction: (ms: number) => void
}

interface MetricsDeps {
  /** Read when somebody looks; undefined before it is open. */
  database: () => Database
  leaseMs: number
}

/** The figures of this process and of its outbox for Prometheus, in a registry of their own. */
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

  const turns = counter('turns_total', 'Deliveries taken in, by what they ask for and what became of them', [
    'kind',
    'outcome',
  ])
  const turnSeconds = histogram('turn_seconds', 'Time of a turn, from the delivery to the commit', quick)
  const answers = counter('http_answers_total', 'Answers of the public port, by status', ['status'])
  const refusals = counter('refused_total', 'Requests that were turned away, by who did and why', ['by', 'reason'])
  const upstream = counter('upstream_requests_total', 'Requests to Microsoft, by class of status', [
    'host',
    'method',
    'status',
  ])
  const upstreamSeconds = histogram('upstream_seconds', 'Time of a request to Microsoft', slow, ['host'])
  const sends = counter('connector_sends_total', 'Messages and updates handed to the Connector, by result', ['result'])
  const transactionSeconds = histogram('transaction_seconds', 'Time of a database transaction, with its commit', quick)
  const depth = gauge('outbox_effects', 'Effects that are due, being done, put aside or in doubt', ['kind', 'state'])
  const oldest = gauge('outbox_oldest_seconds', 'How long the oldest due effect has waited')
  const aside = gauge('outbox_set_aside', 'Effects that wait for a person: parked, or nobody knows', ['state'])

  async function look(): Promise<void> {
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
    asked: ({ host, method, status, ms }) => {
      upstream.inc({ host, method, status: status === undefined ? 'none' : `${Math.floor(status / 100)}xx` })
      upstreamSeconds.observe({ host }, ms / 1_000)
    },
    sent: (result) => sends.inc({ result }),
    transaction: (ms) => transactionSeconds.observe(ms / 1_000),
  }

  return {
    count,
    contentType: registry.contentType,
    /** The figures as they are now, in the text format; those of the outbox are missing while it cannot be read. */
    render: async (): Promise<string> => {
      await look().catch(() => {
        depth.reset()
        aside.reset()
        oldest.set(Number.NaN)
      })
      return registry.metrics()
    },
  }
}

/** The same database, each of whose transactions is timed. */
export function withTransactionTimes(database: Database, observe: (ms: number) => void): Database {
  return {
    ...database,
    transaction: (work, line) => {
      const began = performance.now()
      const done = database.transaction(work, line)
      const note = () => observe(performance.now() - began)
      // Beside the promise that the caller waits for, not in its way.
      done.then(note, note)
      return done
    },
  }
}
