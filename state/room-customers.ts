import { customerOf } from '../dialogs/customer.ts'
import { parse, UnreadableCaseError } from '../dialogs/versions.ts'
import { orUnreadable } from './case-lists.ts'
import { prepared } from './engine/prepared.ts'
import type { Tx } from './engine/transaction.ts'

/** Most cases searched, of those that are open and of those that are over. */
const MAX_SEARCHED = 30

const newestOf = prepared<{ tenant: string; id: string; open: number }>()((db, given) =>
  db
    .selectFrom('cases')
    .select(['version', 'context'])
    .where('tenant', '=', given.tenant)
    .where('room', '=', (eb) =>
      eb
        .selectFrom('cases as own')
        .select('own.room')
        .where('own.id', '=', given.id)
        .where('own.tenant', '=', given.tenant),
    )
    .where('open', '=', given.open)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(MAX_SEARCHED),
)

/**
 * Names the customers of the newest cases in the room of a case, each once, those of open cases first. Other rooms of the tenant may
 * have other readers, so nothing of them is told.
 */
export async function customersBeside(
  tx: Tx,
  { tenant, id, limit }: { tenant: string; id: string; limit: number },
): Promise<string[]> {
  const names = new Map<string, string>()
  for (const open of [1, 0]) {
    for (const { version, context } of await newestOf.all(tx, { tenant, id, open })) {
      if (names.size >= limit) break
      // Cheaper than parsing each case.
      if (!/"(?:named|customer)":\{/.test(context)) continue
      const stored = orUnreadable(() => parse(version, context))
      const name = stored instanceof UnreadableCaseError ? undefined : customerOf(stored)?.name
      if (name !== undefined && !names.has(name.toLowerCase())) names.set(name.toLowerCase(), name)
    }
  }
  return [...names.values()]
}
