import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What the channel calls a person, so that a card can name those whose clients may ask for it anew. */
export const accounts: Migration = {
  up: async (db: Kysely<unknown>) => {
    await db.schema.alterTable('people').addColumn('account', 'text').execute()
  },
}
