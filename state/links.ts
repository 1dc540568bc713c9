import { prepared } from './prepared.ts'
import type { LinkRow } from './tables.ts'
import type { Tx } from './transaction.ts'

const findRow = prepared<{ tenant: string; kind: string }>()((db, given) =>
  db
    .selectFrom('links')
    .select(['url', 'fetched_at'])
    .where('tenant', '=', given.tenant)
    .where('kind', '=', given.kind),
)

/** The link of a partner that somebody there has fetched before. */
export async function findLink(
  tx: Tx,
  tenant: string,
  kind: string,
): Promise<{ url: string; fetchedAt: string } | undefined> {
  const row = await findRow.first(tx, { tenant, kind })
  return row && { url: row.url, fetchedAt: row.fetched_at }
}

const upsertRow = prepared<LinkRow>()((db, given) =>
  db
    .insertInto('links')
    .values({
      tenant: given.tenant,
      kind: given.kind,
      url: given.url,
      fetched_by: given.fetched_by,
      fetched_at: given.fetched_at,
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant', 'kind']).doUpdateSet((eb) => ({
        url: eb.ref('excluded.url'),
        fetched_by: eb.ref('excluded.fetched_by'),
        fetched_at: eb.ref('excluded.fetched_at'),
      })),
    ),
)

/** Keeps a link that was fetched, in the place of the one before. */
export async function saveLink(
  tx: Tx,
  link: { tenant: string; kind: string; url: string; by: string; at: string },
): Promise<void> {
  const { tenant, kind, url, by, at } = link
  await upsertRow.run(tx, { tenant, kind, url, fetched_by: by, fetched_at: at })
}
