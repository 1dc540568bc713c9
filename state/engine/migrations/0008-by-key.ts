import { type CreateTableBuilder, type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Dialect } from '../transaction.ts'

type Table = 'conversations' | 'people'

/**
 * Stores people and conversations of SQLite ordered by key (WITHOUT ROWID). Every turn looks up one of each by key, which
 * then reads no index page first. PostgreSQL has no such tables.
 */
export const migration0008 = (dialect: Dialect): Migration => ({
  up: async (db: Kysely<unknown>) => {
    if (dialect === 'postgres') return
    for (const table of ['conversations', 'people'] as const) {
      const before = `${table}_before`
      await db.schema.alterTable(table).renameTo(before).execute()
      const created = db.schema.createTable(table)
      await (table === 'people' ? people(created) : conversations(created)).modifyEnd(sql`without rowid`).execute()
      await sql`INSERT INTO ${sql.table(table)} SELECT * FROM ${sql.table(before)} ORDER BY 1, 2`.execute(db)
      await db.schema.dropTable(before).execute()
    }
  },
})

const conversations = (table: CreateTableBuilder<Table>) =>
  table
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('conversation', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('reference', 'text', (column) => column.notNull())
    .addColumn('locale', 'text')
    .addColumn('installed', 'integer', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('conversations_key', ['tenant', 'conversation'])

const people = (table: CreateTableBuilder<Table>) =>
  table
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('role', 'text')
    .addColumn('locale', 'text')
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addColumn('account', 'text')
    .addPrimaryKeyConstraint('people_key', ['tenant', 'id'])
