import { prepared } from '../engine/prepared.ts'
import type { HistoryRow } from '../engine/tables.ts'
import type { Statement, Tx } from '../engine/transaction.ts'
import { appendToRoom, hashOf, operatorRoom } from './history.ts'

/** Most redacted entries that one `erased` entry lists. */
const MAX_LISTED = 200

const updateRow = prepared<Pick<HistoryRow, 'id' | 'by' | 'detail'>>()((db, given) =>
  db.updateTable('history').set({ by: given.by, detail: given.detail, salt: null }).where('id', '=', given.id),
)

/** Identifies a redacted entry by its stream, sequence number and the hash of its new content. */
export const redactionOf = (row: Omit<HistoryRow, 'id' | 'before'>): string => `${row.stream} ${row.seq} ${hashOf(row)}`

const run = <Row = never>(tx: Tx, name: string, sql: string) => tx.execute<Row>({ name, sql } satisfies Statement, [])

/** Disables the append-only triggers while `work` runs, for this transaction only. */
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
 * Overwrites entries and removes their salt, so that the old content cannot be guessed from the hash.
 * Hashes stay, which keeps the chain intact. `erased` entries in the operator's room list the new content of each,
 * so that any other change still fails verification.
 */
export async function redact(tx: Tx, rows: readonly HistoryRow[], { at, why }: { at: string; why: string }) {
  if (rows.length === 0) return
  await unlocked(tx, async () => {
    for (const { id, by, detail } of rows) await updateRow.run(tx, { id, by, detail })
  })
  for (let from = 0; from < rows.length; from += MAX_LISTED) {
    const entries = rows.slice(from, from + MAX_LISTED).map((row) => redactionOf({ ...row, salt: null }))
    await appendToRoom(tx, { ...operatorRoom, at, by: 'operator', event: 'erased', detail: { why, entries } })
  }
}
