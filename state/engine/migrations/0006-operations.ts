import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What whoever runs the bot needs: switches, attempts that came to no end, how long effects wait, erasure and retention. */
export const operations: Migration = {
  up: async (db: Kysely<unknown>) => {
    await db.schema
      .createTable('switches')
      .addColumn('name', 'text', (column) => column.primaryKey().notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('changed_at', 'text', (column) => column.notNull())
      .execute()
    await db.schema
      .alterTable('outbox')
      .addColumn('faults', 'integer', (column) => column.notNull().defaultTo(0))
      .execute()
    await db.schema.alterTable('outbox').addColumn('written_at', 'text').execute()
    await db.schema.alterTable('history').addColumn('salt', 'text').execute()
    await db.schema
      .alterTable('cases')
      .addColumn('texts', 'integer', (column) => column.notNull().defaultTo(1))
      .execute()
    // Open cases are in none of it, so that a save does not write it.
    await db.schema
      .createIndex('cases_ended')
      .on('cases')
      .column('updated_at')
      .where(sql.ref('open'), '=', sql.lit(0))
      .where(sql.ref('texts'), '=', sql.lit(1))
      .execute()
  },
}
