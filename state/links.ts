import { prepared } from './engine/prepared.ts'
import type { LinkRow } from './engine/tables.ts'
import type { Tx } from './engine/transaction.ts'

const findRow = prepared<{ tenant: string }>()((db, given) =>
  db.selectFrom('links').select('url').where('tenant', '=', given.tenant),
)

/** Finds the stored invitation link of a partner. */
export async function findLink(tx: Tx, tenant: string): Promise<{ url: string } | undefined> {
  return findRow.first(tx, { tenant })
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

/** Stores a partner's invitation link in place of the previous one. */
export async function saveLink(
  tx: Tx,
  { tenant, url, by, at }: { tenant: string; url: string; by: string; at: string },
): Promise<void> {
  await upsertRow.run(tx, { tenant, url, fetched_by: by, fetched_at: at })
}
