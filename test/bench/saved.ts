import { DatabaseSync } from 'node:sqlite'

/** How many turns a database holds: every revision, and every entry of history but the first of its case, is one. */
export function savedTurns(database: string): { revisions: number; entries: number } {
  const connection = new DatabaseSync(database, { readOnly: true })
  const count = (sql: string) => Number(connection.prepare(sql).get()?.count)
  const revisions = count('SELECT sum(revision) AS count FROM cases')
  const entries = count('SELECT count(*) AS count FROM history WHERE seq > 1')
  connection.close()
  return { revisions, entries }
}
