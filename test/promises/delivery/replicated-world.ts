import type { TestOverrides } from '../../../bot/app.ts'
import { partnerAt } from '../../../sandbox/partner.ts'
import { openDatabase } from '../../../state/engine/database.ts'
import { startBot } from '../../support/bot.ts'
import { createPreparing, type OutboxRowSeen, rowsOf } from '../../support/ledger-world.ts'
import { type AddCleanup, type DatabaseKind, startSurroundings } from '../surroundings.ts'

/** Starts several bots on one database in this process, with Microsoft and Teams simulated beside them. */
export async function startReplicatedWorld(
  later: AddCleanup,
  {
    kind,
    count,
    world = {},
    env = {},
  }: { kind: DatabaseKind; count: number; world?: TestOverrides; env?: Record<string, string> },
) {
  const { url, upstream, connector } = await startSurroundings(later, kind)
  const { partner, vouch } = await partnerAt(upstream.url)
  const bots: string[] = []
  for (let index = 0; index < count; index += 1) {
    const patience = { pollMs: 3_600_000, checkDelaysMs: [50, 100, 200] }
    const bot = await startBot({ DATABASE_URL: url, ...env }, { vouch, ...patience, ...world }, partner)
    later(bot.stop)
    bots.push(bot.url)
  }
  const database = await openDatabase(url)
  later(database.close)
  const outbox = () => rowsOf<OutboxRowSeen>(database, 'outbox')
  return {
    bots,
    upstream,
    connector,
    database,
    prepare: createPreparing(upstream, database, () => new Date().toISOString()),
    /** Waits until all due effects but timers and polls are done or dead-lettered. */
    drained: async (ms = 20_000): Promise<void> => {
      for (const end = Date.now() + ms; ; await new Promise((resolve) => setTimeout(resolve, 25))) {
        const now = new Date().toISOString()
        const isLater = ({ kind, ready }: OutboxRowSeen) => (kind === 'wake' || kind === 'poll') && (ready ?? '') > now
        const waiting = (await outbox()).filter((row) => row.ready && !isLater(row))
        if (waiting.length === 0) return
        if (Date.now() > end) throw new Error(`still waiting: ${JSON.stringify(waiting[0])}`)
      }
    },
  }
}
export type ReplicatedWorld = Awaited<ReturnType<typeof startReplicatedWorld>>
