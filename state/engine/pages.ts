import type { Prepared } from './prepared.ts'
import type { Database } from './transaction.ts'

/**
 * Reads all rows of a query that returns the rows after a given one, page by page.
 * Each page is a transaction of its own, so that a long read blocks no writer and needs little memory.
 */
export async function* pages<Cursor extends object, Row extends Cursor>(
  db: Database,
  query: Prepared<Cursor, Row>,
  start: Cursor,
): AsyncGenerator<Row> {
  for (let cursor: Cursor | undefined = start; cursor; ) {
    const after: Cursor = cursor
    const rows: Row[] = await db.transaction((tx) => query.all(tx, after))
    yield* rows
    cursor = rows.at(-1)
  }
}
