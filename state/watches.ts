import { prepared } from './engine/prepared.ts'
import type { WatchRow } from './engine/tables.ts'
import type { Tx } from './engine/transaction.ts'

/** A track of a case that waits for a change of a resource at Microsoft. */
export interface Watch {
  resource: string
  tenant: string
  caseId: string
  track: string
}

const insertRow = prepared<WatchRow>()((db, given) =>
  db
    .insertInto('watches')
    .values({ resource: given.resource, case_id: given.case_id, track: given.track, tenant: given.tenant })
    .onConflict((conflict) => conflict.columns(['resource', 'case_id', 'track']).doNothing()),
)

export async function addWatch(tx: Tx, { resource, tenant, caseId, track }: Watch): Promise<void> {
  await insertRow.run(tx, { resource, tenant, case_id: caseId, track })
}

const deleteRow = prepared<Omit<WatchRow, 'tenant'>>()((db, given) =>
  db
    .deleteFrom('watches')
    .where('resource', '=', given.resource)
    .where('case_id', '=', given.case_id)
    .where('track', '=', given.track),
)

export async function removeWatch(tx: Tx, { resource, caseId, track }: Omit<Watch, 'tenant'>): Promise<void> {
  await deleteRow.run(tx, { resource, case_id: caseId, track })
}

const findRows = prepared<{ resource: string }>()((db, given) =>
  db
    .selectFrom('watches')
    .select(['resource', 'case_id', 'track', 'tenant'])
    .where('resource', '=', given.resource)
    .orderBy('case_id')
    .orderBy('track'),
)

const findRelationships = prepared<{ tenant: string }>()((db, given) =>
  db
    .selectFrom('watches')
    .select(['resource', 'case_id', 'track', 'tenant'])
    .where('track', '=', 'relationship')
    .where('tenant', '=', given.tenant)
    .orderBy('case_id'),
)

/** Lists the watches of all relationships that a partner has requested. */
export async function relationshipWatches(tx: Tx, tenant: string): Promise<Watch[]> {
  const rows = await findRelationships.all(tx, { tenant })
  return rows.map(({ case_id, ...row }) => ({ ...row, caseId: case_id }))
}

/** Lists the watches of a resource. */
export async function watchersOf(tx: Tx, resource: string): Promise<Watch[]> {
  const rows = await findRows.all(tx, { resource })
  return rows.map(({ case_id, ...row }) => ({ ...row, caseId: case_id }))
}
