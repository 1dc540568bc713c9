import { prepared } from './engine/prepared.ts'
import type { LinkRow } from './engine/tables.ts'
import type { Tx } from './engine/transaction.ts'

const findRow = prepared<{ tenant: string }>()((db, given) =>
  db.selectFrom('links').select(['url', 'fetched_at']).where('tenant', '=', given.tenant),
)

/** The invitation link of a partner that somebody there has fetched before. */
export async function findLink(tx: Tx, tenant: string): Promise<{ url: string; fetchedAt: string } | undefined> {
  const row = await findRow.first(tx, { tenant })
  return row && { url: row.url, fetchedAt: row.fetched_at }
}

const upsertRow = prepared<LinkRow>()((db, given) =>
  db
    .insertInto('links')
    .values({ tenant: given.tenant, url: given.url, fetched_by: given.fetched_by, fetched_at: given.fetched_at })
    .onConflict((conflict) =>
      conflict.column('tenant').doUpdateSet((eb) => ({
        url: eb.ref('excluded.url'),
        fetched_by: eb.ref('excluded.fetched_by'),
        fetched_at: eb.ref('excluded.fetched_at'),
      })),
    ),
)

/** Keeps an invitation link that was fetched, in the place of the one before. */
export async function saveLink(
  tx: Tx,
  { tenant, url, by, at }: { tenant: string; url: string; by: string; at: string },
): Promise<void> {
  await upsertRow.run(tx, { tenant, url, fetched_by: by, fetched_at: at })
}
