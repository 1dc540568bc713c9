import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Dialect } from '../transaction.ts'

/** Creates cases, history, outbox, deliveries, conversations and people. */
export const migration0001 = (dialect: Dialect): Migration => ({
  up: async (db: Kysely<unknown>) => {
    await createCases(db)
    await createHistory(db, dialect)
    await createOutbox(db, dialect)
    await createDirectory(db)
  },
})

async function createCases(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('cases')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('conversation', 'text', (column) => column.notNull())
    .addColumn('room', 'text', (column) => column.notNull())
    .addColumn('edition', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('open', 'integer', (column) => column.notNull())
    .addColumn('untouched', 'integer', (column) => column.notNull())
    .addColumn('context', 'text', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addColumn('head', 'text', (column) => column.notNull())
    .execute()
  // No index contains a column that every save changes: an index on `updated_at` made a save write 50 % more.
  await db.schema
    .createIndex('cases_of_room')
    .on('cases')
    .columns(['tenant', 'room', 'open', 'created_at', 'id'])
    .execute()
  await db.schema
    .createIndex('cases_untouched')
    .on('cases')
    .columns(['tenant', 'conversation', 'created_by', 'created_at'])
    .where(sql.ref('untouched'), '=', sql.lit(1))
    .execute()
}

async function createHistory(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('history')
    .addColumn('stream', 'text', (column) => column.notNull())
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('by', 'text', (column) => column.notNull())
    .addColumn('event', 'text', (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .addColumn('previous', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('history_key', ['stream', 'seq'])
    .execute()
  for (const statement of appendOnlyTriggers[dialect]) await sql.raw(statement).execute(db)
  await db.schema
    .createTable('heads')
    .addColumn('stream', 'text', (column) => column.primaryKey().notNull())
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .execute()
}

/** Triggers that make the history append-only. The database owner can drop them; the hash chain detects the tampering. */
export const appendOnlyTriggers: Record<Dialect, string[]> = {
  sqlite: ['UPDATE', 'DELETE'].map(
    (verb) => `CREATE TRIGGER history_no_${verb.toLowerCase()} BEFORE ${verb} ON history
      BEGIN SELECT RAISE(ABORT, 'history is append-only'); END`,
  ),
  postgres: [
    `CREATE FUNCTION refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'history is append-only'; END $$`,
    `CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON history
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change()`,
  ],
}

async function createOutbox(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('outbox')
    // Ids are never reused, not even that of a deleted last row: a worker that still holds it must not finish another effect.
    .addColumn('id', dialect === 'sqlite' ? 'integer' : 'bigint', (column) =>
      dialect === 'sqlite' ? column.primaryKey().autoIncrement() : column.primaryKey().generatedByDefaultAsIdentity(),
    )
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('case_id', 'text')
    .addColumn('conversation', 'text')
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull().unique())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('due', 'text', (column) => column.notNull())
    .addColumn('ready', 'text')
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('fence', 'integer', (column) => column.notNull())
    .addColumn('lease_by', 'text')
    .addColumn('note', 'text')
    .execute()
  await db.schema.createIndex('outbox_ready').on('outbox').columns(['ready', 'id']).execute()
  await db.schema.createIndex('outbox_order').on('outbox').columns(['tenant', 'conversation', 'id']).execute()
}

async function createDirectory(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('deliveries')
    .addColumn('key', 'text', (column) => column.primaryKey().notNull())
    .addColumn('answer', 'text', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('deliveries_by_time').on('deliveries').column('at').execute()
  await db.schema
    .createTable('conversations')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('conversation', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('reference', 'text', (column) => column.notNull())
    .addColumn('locale', 'text')
    .addColumn('installed', 'integer', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('conversations_key', ['tenant', 'conversation'])
    .execute()
  await db.schema
    .createTable('people')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('role', 'text')
    .addColumn('locale', 'text')
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('people_key', ['tenant', 'id'])
    .execute()
}
