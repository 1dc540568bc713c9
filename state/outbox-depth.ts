import { sql } from 'kysely'
import { prepared } from './engine/prepared.ts'
import type { Tx } from './engine/transaction.ts'

/** How much of the outbox is counted at most: whoever has more than that has trouble enough. */
export const MAX_COUNTED = 10_000

export interface Depth {
  kind: string
  state: 'due' | 'sending' | 'parked' | 'unknown'
  count: number
  /** ISO time since when the oldest waits, undefined where that is not known. */
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
      // What was due at once stands at the beginning of time: it waits since it was written.
      sql<string | null>`min(case when ready > written_at then ready else written_at end)`.as('since'),
    ])
    .groupBy(['kind', 'state']),
)

const countAside = prepared<Record<never, never>>()((db) =>
  db
    .selectFrom((from) =>
      from.selectFrom('outbox').select(['kind', 'state']).where('ready', 'is', null).limit(MAX_COUNTED).as('aside'),
    )
    .select((eb) => ['kind', 'state', eb.fn.countAll<number>().as('count')])
    .groupBy(['kind', 'state']),
)

/**
 * What is due, being done or put aside, by kind; timers of the future are left out. `leaseMs` is how long a worker holds
 * what it does. Cheap however much is stored: both counts follow an index, and stop at `mostCounted`.
 */
export async function outboxDepth(tx: Tx, now: Date, leaseMs: number): Promise<Depth[]> {
  const until = new Date(now.getTime() + leaseMs).toISOString()
  const soon = await countRows.all(tx, { now: now.toISOString(), until })
  const aside = await countAside.all(tx, {})
  return [
    ...soon.map(({ since, ...row }) => ({ ...row, since: since ?? undefined })),
    ...aside.map((row) => ({ ...row, since: undefined })),
  ]
}
