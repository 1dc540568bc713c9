import { prepared } from './engine/prepared.ts'
import { ConflictError, type Tx } from './engine/transaction.ts'

const findRow = prepared<{ key: string }>()((db, given) =>
  db.selectFrom('deliveries').select('answer').where('key', '=', given.key),
)

/** Finds the answer to an earlier delivery of the same activity; undefined if it is new. */
export async function findDelivery(tx: Tx, key: string): Promise<string | undefined> {
  return (await findRow.first(tx, { key }))?.answer
}

const insertRow = prepared<{ key: string; answer: string; at: string }>()((db, given) =>
  db
    .insertInto('deliveries')
    .values({ key: given.key, answer: given.answer, at: given.at })
    .onConflict((conflict) => conflict.column('key').doNothing()),
)

/** Stores the answer to a delivery. Throws ConflictError if another transaction answered it. */
export async function saveDelivery(tx: Tx, key: string, answer: string, at: string): Promise<void> {
  const inserted = await insertRow.run(tx, { key, answer, at })
  if (inserted === 0) throw new ConflictError('the delivery was answered by another transaction')
}

const MAX_PURGED = 1_000

const deleteOldest = prepared<{ at: string }>()((db, given) =>
  db
    .deleteFrom('deliveries')
    .where('key', 'in', (eb) =>
      eb.selectFrom('deliveries').select('key').where('at', '<', given.at).orderBy('at').limit(MAX_PURGED),
    ),
)

/**
 * Deletes deliveries older than an ISO time; a repeat of one of them would count as new.
 * Deletes at most 1,000, so that other transactions wait briefly, and returns the number; call it until it returns 0.
 */
export async function purgeDeliveries(tx: Tx, olderThan: string): Promise<number> {
  return deleteOldest.run(tx, { at: olderThan })
}
