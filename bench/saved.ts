import { openDatabase } from '../state/engine/database.ts'

const count = {
  name: 'saved-turns',
  sql: 'select (select sum(revision) from cases) as revisions, (select count(*) from history where seq > 1) as entries',
}

/** How many turns a database holds: every revision, and every entry of history but the first of its case, is one. */
export async function savedTurns(url: string): Promise<{ revisions: number; entries: number }> {
  const database = await openDatabase(url)
  const { rows } = await database.transaction((tx) => tx.execute<{ revisions: number; entries: number }>(count, []))
  await database.close()
  return rows[0] ?? { revisions: 0, entries: 0 }
}
