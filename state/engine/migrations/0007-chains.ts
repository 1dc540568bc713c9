import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Dialect } from '../transaction.ts'
import { appendOnlyTriggers } from './0001-first-tables.ts'

/**
 * Replaces the index of the history with a linked list: each entry names the previous one, and the owner of the stream
 * the newest. See state/audit/README.md.
 */
export const migration0007 = (dialect: Dialect): Migration => ({
  up: async (db: Kysely<unknown>) => {
    await db.schema.alterTable('history').renameTo('history_before').execute()
    await createHistory(db, dialect)
    await copyHistory(db, dialect)
    // Drops its triggers, too.
    await db.schema.dropTable('history_before').execute()
    for (const statement of appendOnlyTriggers[dialect].filter((sql) => sql.startsWith('CREATE TRIGGER'))) {
      await sql.raw(statement).execute(db)
    }
    for (const table of ['cases', 'actions', 'heads']) await setNewestEntry(db, dialect, table)
  },
})

const number = (dialect: Dialect) => (dialect === 'sqlite' ? 'integer' : 'bigint')

async function createHistory(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('history')
    // SQLite assigns ascending ids; without deletions, none is reused.
    .addColumn('id', number(dialect), (column) =>
      dialect === 'sqlite' ? column.primaryKey() : column.primaryKey().generatedByDefaultAsIdentity(),
    )
    .addColumn('stream', 'text', (column) => column.notNull())
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('by', 'text', (column) => column.notNull())
    .addColumn('event', 'text', (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .addColumn('before', number(dialect))
    .addColumn('previous', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('salt', 'text')
    .execute()
}

/** Copies the entries ordered by stream and renumbered, so that the previous entry is the previous row. */
async function copyHistory(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await sql`
    INSERT INTO history (id, stream, seq, at, "by", event, detail, before, previous, hash, salt)
    SELECT place, stream, seq, at, "by", event, detail,
      CASE WHEN lag(stream) OVER (ORDER BY place) = stream THEN place - 1 END, previous, hash, salt
    FROM (SELECT history_before.*, row_number() OVER (ORDER BY stream, seq) AS place FROM history_before) AS numbered
    ORDER BY place`.execute(db)
  if (dialect === 'sqlite') return
  await sql`SELECT setval(pg_get_serial_sequence('history', 'id'), coalesce(max(id), 0) + 1, false) FROM history`.execute(
    db,
  )
}

/** Sets `entry` of the owners; null for an action without history. */
async function setNewestEntry(db: Kysely<unknown>, dialect: Dialect, table: string): Promise<void> {
  await db.schema.alterTable(table).addColumn('entry', number(dialect)).execute()
  const key = table === 'heads' ? 'stream' : 'id'
  await sql`
    UPDATE ${sql.ref(table)} SET entry = newest.entry
    FROM (SELECT stream AS of, max(id) AS entry FROM history GROUP BY stream) AS newest
    WHERE newest.of = ${sql.ref(`${table}.${key}`)}`.execute(db)
}
