import { prepared } from './engine/prepared.ts'
import { ConflictError, type Tx } from './engine/transaction.ts'

const findRow = prepared<{ key: string }>()((db, given) =>
  db.selectFrom('deliveries').select('answer').where('key', '=', given.key),
)

/** What was answered to a delivery before; undefined for one that is new. */
export async function findDelivery(tx: Tx, key: string): Promise<string | undefined> {
  return (await findRow.first(tx, { key }))?.answer
}

const insertRow = prepared<{ key: string; answer: string; at: string }>()((db, given) =>
  db
    .insertInto('deliveries')
    .values({ key: given.key, answer: given.answer, at: given.at })
    .onConflict((conflict) => conflict.column('key').doNothing()),
)

/** Remembers the answer to a delivery. Throws ConflictError when the same one was answered meanwhile. */
export async function saveDelivery(tx: Tx, key: string, answer: string, at: string): Promise<void> {
  const inserted = await insertRow.run(tx, { key, answer, at })
  if (inserted === 0) throw new ConflictError('the delivery has been answered already')
}

const deleteOldest = prepared<{ at: string }>()((db, given) =>
  db
    .deleteFrom('deliveries')
    .where('key', 'in', (eb) =>
      eb.selectFrom('deliveries').select('key').where('at', '<', given.at).orderBy('at').limit(1000),
    ),
)

/**
 * Forgets deliveries from before a time (ISO): a repeat of one of them would count as new. It takes up to a thousand at
 * once, so that nobody has to wait for it, and says how many; call it until none is left.
 */
export async function purgeDeliveries(tx: Tx, olderThan: string): Promise<number> {
  return deleteOldest.run(tx, { at: olderThan })
}
