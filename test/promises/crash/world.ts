import type { TestOverrides } from '../../../bot/app.ts'
import { managerId } from '../../../sandbox/upstream/graph/groups.ts'
import { verify } from '../../../state/audit/verify.ts'
import { openDatabase } from '../../../state/engine/database.ts'
import { startKillable } from '../../support/killable.ts'
import type { Order } from '../../support/killable-bot.ts'
import { createPreparing, type Deed, type OutboxRowSeen, type Ready, rowsOf } from '../../support/ledger-world.ts'
import { type AddCleanup, type DatabaseKind, startSurroundings } from '../surroundings.ts'

/** Shorter times, so that the next process need not wait two minutes for a lease. */
const hurried: Required<Pick<TestOverrides, 'leaseMs' | 'checkDelaysMs' | 'pollMs' | 'upstreamTimeoutMs'>> = {
  leaseMs: 1_500,
  checkDelaysMs: [100, 200, 400],
  pollMs: 1_000,
  upstreamTimeoutMs: 1_000,
}

export interface CrashOptions {
  kind: DatabaseKind
  without?: Order['without']
  world?: Partial<typeof hurried>
  /** Number of bot processes, 1 by default. */
  processes?: 1 | 2
}

/**
 * Starts a bot process to kill, with Microsoft and Teams simulated in this process. They survive the kills and hold the
 * evidence.
 */
export async function startCrashWorld(later: AddCleanup, { kind, without, world, processes = 1 }: CrashOptions) {
  const { url, upstream, connector } = await startSurroundings(later, kind)
  const database = await openDatabase(url)
  later(database.close)
  const env = { DATABASE_URL: url, ADMINS: managerId, APPROVERS: managerId }
  const order = { env, upstream: upstream.url, world: { ...hurried, ...world }, without }
  const bot = await startKillable(order)
  later(bot.stop)
  const other = processes === 2 ? await startKillable(order) : undefined
  if (other) later(other.stop)
  const outbox = () => rowsOf<OutboxRowSeen>(database, 'outbox')
  const prepared: Ready[] = []
  const preparing = createPreparing(upstream, database, () => new Date().toISOString())

  return {
    url,
    bot,
    /** The second process on the same database, if there is one. */
    other,
    upstream,
    connector,
    database,
    /** Prepares a case of which only the last click is missing. */
    prepare: async (deed: Deed): Promise<Ready> => {
      const ready = await preparing(deed)
      prepared.push(ready)
      return ready
    },
    outbox,
    /** Waits until all effects but timers and polls are done or dead-lettered. Returns those still open after `ms`. */
    drained: async (ms = 30_000): Promise<OutboxRowSeen[]> => {
      for (const end = Date.now() + ms; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
        const waiting = (await outbox()).filter(({ kind, ready }) => ready && kind !== 'wake' && kind !== 'poll')
        if (waiting.length === 0 || Date.now() > end) return waiting
      }
    },
    /** Lists the faults of the history. Prepared cases lack their beginning, which shows as one expected gap. */
    auditFaults: async (): Promise<string[]> => {
      const gaps = new Set(prepared.map(({ caseId, data }) => `${caseId} ${Number(data.rev) + 2} gap`))
      const { faults } = await verify(database)
      return faults
        .filter(({ stream, seq, what }) => !gaps.has(`${stream} ${seq} ${what}`))
        .map((fault) => `history: ${JSON.stringify(fault)}`)
    },
  }
}
export type CrashWorld = Awaited<ReturnType<typeof startCrashWorld>>
