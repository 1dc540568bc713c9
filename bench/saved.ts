import { openDatabase } from '../state/engine/database.ts'

const count = {
  name: 'saved-turns',
  sql: 'select (select sum(revision) from cases) as revisions, (select count(*) from history where seq > 1) as entries',
}

/** Counts the stored turns: each revision is one, and each history entry but the first of its case. */
export async function savedTurns(url: string): Promise<{ revisions: number; entries: number }> {
  const database = await openDatabase(url)
  const { rows } = await database.transaction((tx) => tx.execute<{ revisions: number; entries: number }>(count, []))
  await database.close()
  return rows[0] ?? { revisions: 0, entries: 0 }
}
