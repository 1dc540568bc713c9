import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Adds switches, failure counts and ages of effects, and the columns for erasure and retention. */
export const migration0006: Migration = {
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
    // Excludes open cases, so that saving one does not write to the index.
    await db.schema
      .createIndex('cases_ended')
      .on('cases')
      .column('updated_at')
      .where(sql.ref('open'), '=', sql.lit(0))
      .where(sql.ref('texts'), '=', sql.lit(1))
      .execute()
  },
}
