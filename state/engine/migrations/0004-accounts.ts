import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Adds the account id of a person in the channel, to address automatic card refreshes. */
export const migration0004: Migration = {
  up: async (db: Kysely<unknown>) => {
    await db.schema.alterTable('people').addColumn('account', 'text').execute()
  },
}
