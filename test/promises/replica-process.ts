import type { TestOverrides } from '../../bot/app.ts'

/** Start options of a replica, passed as JSON in its first argument. */
export interface ReplicaOrder {
  database: string
  /** Milliseconds by which its clock is ahead. */
  clockAheadMs?: number
  /** Time in which it goes on answering after it has reported not ready. */
  noticeMs?: number
  leaseMs?: number
  /** Uses the clock of the process for cases and due times instead of the database's. */
  ownClock?: boolean
}

/** Shifts every Date of this process. Timers and `performance` measure durations and stay. */
function skew(ms: number): void {
  const Right = Date
  class Skewed extends Right {
    constructor(...given: [] | [string | number | Date]) {
      super(...((given.length === 0 ? [Right.now() + ms] : given) as [number]))
    }
    static override now = () => Right.now() + ms
  }
  globalThis.Date = Skewed as DateConstructor
}

/** Runs a replica: sends its addresses to its parent and stops at SIGTERM like production. */
async function main(order: ReplicaOrder): Promise<void> {
  if (order.clockAheadMs) skew(order.clockAheadMs)
  // Imported only now, so that no module holds the real Date.
  const { startBot } = await import('../support/bot.ts')
  const world: TestOverrides = {
    ...(order.leaseMs !== undefined && { leaseMs: order.leaseMs }),
    ...(order.ownClock && { now: () => new Date(), outboxTime: async () => new Date() }),
  }
  const bot = await startBot({ DATABASE_URL: order.database, LOG_LEVEL: 'fatal' }, world)
  process.on('SIGTERM', () => {
    bot.stop(order.noticeMs).then(
      () => process.exit(0),
      () => process.exit(1),
    )
  })
  process.on('disconnect', () => process.exit(1))
  process.send?.({ url: bot.url, operatorUrl: bot.operatorUrl })
}

await main(JSON.parse(process.argv[2] ?? '{}') as ReplicaOrder)
