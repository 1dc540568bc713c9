import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What whoever runs the bot needs: switches, attempts that came to no end, how long effects wait, erasure. */
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
  },
}
