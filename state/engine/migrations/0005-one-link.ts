import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Merges the kinds of invitation links into one. Stored links are dropped, and fetched again on demand. */
export const migration0005: Migration = {
  up: async (db: Kysely<unknown>) => {
    await db.schema.dropTable('links').execute()
    await db.schema
      .createTable('links')
      .addColumn('tenant', 'text', (column) => column.primaryKey().notNull())
      .addColumn('url', 'text', (column) => column.notNull())
      .addColumn('fetched_by', 'text', (column) => column.notNull())
      .addColumn('fetched_at', 'text', (column) => column.notNull())
      .execute()
  },
}
