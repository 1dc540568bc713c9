import type { Prepared } from './prepared.ts'
import type { Database } from './transaction.ts'

/**
 * All rows of a query that gives those after the row it is handed, in its order, and some at a time. Each page is a
 * transaction of its own, so that a long read holds up nobody and its memory stays flat.
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
