import { prepared } from '../engine/prepared.ts'
import type { HistoryRow } from '../engine/tables.ts'
import type { Statement, Tx } from '../engine/transaction.ts'
import { appendToRoom, hashOf, operatorRoom } from './history.ts'

/** Entries of one erasure that are told of in one entry. */
const toldAtOnce = 200

const updateRow = prepared<Pick<HistoryRow, 'id' | 'by' | 'detail'>>()((db, given) =>
  db.updateTable('history').set({ by: given.by, detail: given.detail, salt: null }).where('id', '=', given.id),
)

/** How an erasure names an entry: where it is, and the hash of what is left of it. */
export const redactionOf = (row: Omit<HistoryRow, 'id' | 'before'>): string => `${row.stream} ${row.seq} ${hashOf(row)}`

const run = <Row = never>(tx: Tx, name: string, sql: string) => tx.execute<Row>({ name, sql } satisfies Statement, [])

/** Lets the history be changed while `work` runs, in this transaction and for nobody else. */
async function unlocked(tx: Tx, work: () => Promise<void>): Promise<void> {
  if (tx.dialect === 'postgres') {
    await run(tx, 'history-unlock', 'ALTER TABLE history DISABLE TRIGGER history_append_only')
    await work()
    await run(tx, 'history-lock', 'ALTER TABLE history ENABLE TRIGGER history_append_only')
    return
  }
  const triggers = "select name, sql from sqlite_master where type = 'trigger' and tbl_name = 'history'"
  const { rows } = await run<{ name: string; sql: string }>(tx, 'history-triggers', triggers)
  for (const { name } of rows) await run(tx, `drop ${name}`, `DROP TRIGGER ${name}`)
  await work()
  for (const { name, sql } of rows) await run(tx, `create ${name}`, sql)
}

/**
 * Puts entries in the place of what they were, without their salt, so that nobody can guess from the hash what that was.
 * Their hashes stay, so the chain still holds; an entry of its own says which entries were changed and what is left of
 * them, and is a link of a chain itself: an entry that was changed in any other way does not verify.
 */
export async function redact(tx: Tx, rows: readonly HistoryRow[], { at, why }: { at: string; why: string }) {
  if (rows.length === 0) return
  await unlocked(tx, async () => {
    for (const { id, by, detail } of rows) await updateRow.run(tx, { id, by, detail })
  })
  for (let from = 0; from < rows.length; from += toldAtOnce) {
    const entries = rows.slice(from, from + toldAtOnce).map((row) => redactionOf({ ...row, salt: null }))
    await appendToRoom(tx, { ...operatorRoom, at, by: 'operator', event: 'erased', detail: { why, entries } })
  }
}
