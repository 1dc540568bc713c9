import { sql } from 'kysely'
import { prepared } from './engine/prepared.ts'
import type { Tx } from './engine/transaction.ts'

/** Most rows counted, to bound the cost of the query; more than that is an incident anyway. */
const MAX_COUNTED = 10_000

interface Depth {
  kind: string
  state: 'due' | 'sending' | 'parked' | 'unknown'
  count: number
  /** ISO time since which the oldest effect waits; undefined for dead letters. */
  since: string | undefined
}

const countRows = prepared<{ now: string; until: string }>()((db, given) =>
  db
    .selectFrom((from) =>
      from
        .selectFrom('outbox')
        .select(['kind', 'state', 'ready', 'written_at'])
        .where('ready', '<=', given.until)
        .where((eb) => eb.or([eb('ready', '<=', given.now), eb('state', '=', 'sending')]))
        .orderBy('ready')
        .limit(MAX_COUNTED)
        .as('soon'),
    )
    .select((eb) => [
      'kind',
      'state',
      eb.fn.countAll<number>().as('count'),
      // Effects due at once have `ready` at the epoch; those wait since they were written.
      sql<string | null>`min(case when ready > written_at then ready else written_at end)`.as('since'),
    ])
    .groupBy(['kind', 'state']),
)

const countDeadLetters = prepared<Record<never, never>>()((db) =>
  db
    .selectFrom((from) =>
      from.selectFrom('outbox').select(['kind', 'state']).where('ready', 'is', null).limit(MAX_COUNTED).as('dead'),
    )
    .select((eb) => ['kind', 'state', eb.fn.countAll<number>().as('count')])
    .groupBy(['kind', 'state']),
)

/**
 * Counts due, claimed and dead-lettered effects by kind; omits future timers. `leaseMs` is the lease of the workers.
 * Cheap for an outbox of any size: both counts use an index and stop at `MAX_COUNTED`.
 */
export async function outboxDepth(tx: Tx, now: Date, leaseMs: number): Promise<Depth[]> {
  const until = new Date(now.getTime() + leaseMs).toISOString()
  const soon = await countRows.all(tx, { now: now.toISOString(), until })
  const dead = await countDeadLetters.all(tx, {})
  return [
    ...soon.map(({ since, ...row }) => ({ ...row, since: since ?? undefined })),
    ...dead.map((row) => ({ ...row, since: undefined })),
  ]
}
