import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** There is one kind of invitation link. Those that were kept are fetched again when they are needed. */
export const oneLink: Migration = {
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
