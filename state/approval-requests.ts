import type { Case } from '../dialogs/case.ts'
import { UnreadableCaseError } from '../dialogs/versions.ts'
import { orUnreadable } from './case-lists.ts'
import { caseColumns, readCase } from './case-store.ts'
import { prepared } from './engine/prepared.ts'
import type { Tx } from './engine/transaction.ts'

type Page = { tenant: string; size: number; offset: number }

const listed = prepared<Page>()((db, given) =>
  db
    .selectFrom('cases')
    .select(caseColumns)
    .where('tenant', '=', given.tenant)
    .where('asked_at', 'is not', null)
    .orderBy('asked_at')
    .orderBy('id')
    .limit(given.size)
    .offset(given.offset),
)

const counted = prepared<{ tenant: string }>()((db, given) =>
  db
    .selectFrom('cases')
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .where('tenant', '=', given.tenant)
    .where('asked_at', 'is not', null),
)

/** Counts the cases of a tenant, in all its rooms, whose approval is awaited. */
export async function countApprovalRequests(tx: Tx, tenant: string): Promise<number> {
  return Number((await counted.first(tx, { tenant }))?.total ?? 0)
}

/** Reads a page of the cases of a tenant whose approval is awaited, the oldest request first. `page` counts from 0. */
export async function listApprovalRequests(
  tx: Tx,
  { tenant, page, size }: { tenant: string; page: number; size: number },
): Promise<{ cases: Case[]; total: number }> {
  const rows = await listed.all(tx, { tenant, size, offset: page * size })
  const cases = rows.flatMap((row) => {
    const stored = orUnreadable(() => readCase(row))
    return stored instanceof UnreadableCaseError ? [] : [stored.case]
  })
  return { cases, total: await countApprovalRequests(tx, tenant) }
}
