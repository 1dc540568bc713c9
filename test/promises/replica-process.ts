import type { TestOverrides } from '../../bot/app.ts'

/** How a replica is started: all of it in its first argument, as JSON. */
export interface ReplicaOrder {
  database: string
  /** How far its clock is ahead of everybody else's. */
  clockAheadMs?: number
  /** How long it goes on answering after it has said that it is not ready any more. */
  noticeMs?: number
  leaseMs?: number
  /** Cases and what is due go by the clock of the process, not the database's. */
  ownClock?: boolean
}

/** Every Date of this process is wrong by so much. Timers and `performance` are not: they count, they do not tell the time. */
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

/** One replica in a process of its own: tells its addresses to whoever forked it, and ends as production does at SIGTERM. */
async function main(order: ReplicaOrder): Promise<void> {
  if (order.clockAheadMs) skew(order.clockAheadMs)
  // Only now, so that nothing has kept the right Date.
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
