import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

interface Before {
  cases: { id: string; context: string; asked_at: string | null }
}

/**
 * Adds the time since which a case waits for an approval, with an index of those that do. Without it, the list of what
 * waits in all rooms of a company would read every open case.
 */
export const migration0009: Migration = {
  up: async (db: Kysely<unknown>) => {
    await db.schema.alterTable('cases').addColumn('asked_at', 'text').execute()
    await fill(db as Kysely<Before>)
    // Holds only the few cases that wait, so that saving another one does not write to it.
    await db.schema
      .createIndex('cases_awaiting_approval')
      .on('cases')
      .columns(['tenant', 'asked_at', 'id'])
      .where(sql.ref('asked_at'), 'is not', null)
      .execute()
  },
}

/** Sets the time of the cases that wait while the release is brought up to date. */
async function fill(db: Kysely<Before>): Promise<void> {
  const rows = await db
    .selectFrom('cases')
    .select(['id', 'context'])
    .where('context', 'like', '%"awaiting-approval"%')
    .execute()
  for (const { id, context } of rows) {
    const asked_at = askedAt(context)
    if (asked_at !== undefined) await db.updateTable('cases').set({ asked_at }).where('id', '=', id).execute()
  }
}

interface StoredTracks {
  tracks?: { kind?: unknown; state?: unknown; context?: { requestedAt?: unknown } }[]
}

function askedAt(context: string): string | undefined {
  try {
    const { tracks = [] } = JSON.parse(context) as StoredTracks
    const waiting = tracks.find(({ kind, state }) => kind === 'delegated-admin' && state === 'awaiting-approval')
    const at = waiting?.context?.requestedAt
    return typeof at === 'string' ? at : undefined
  } catch {
    // A case that no release can read stays as it is.
    return undefined
  }
}
