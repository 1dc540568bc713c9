import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Creates desks, pairings and posted cards; adds the ledger's history and an index on the cases of a person. */
export const migration0003: Migration = {
  up: async (db: Kysely<unknown>) => {
    await createDesks(db)
    await createPairings(db)
    await createPostedCards(db)
    await addActionHistory(db)
    await db.schema
      .createIndex('cases_of_person')
      .on('cases')
      .columns(['tenant', 'created_by', 'created_at', 'id'])
      .execute()
  },
}

async function createDesks(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('desks')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('seat', 'text', (column) => column.notNull())
    .addColumn('room', 'text', (column) => column.notNull())
    .addColumn('conversation', 'text', (column) => column.notNull())
    .addColumn('set_by', 'text', (column) => column.notNull())
    .addColumn('set_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('desks_key', ['tenant', 'kind', 'seat'])
    .execute()
}

async function createPairings(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('codes')
    .addColumn('hash', 'text', (column) => column.primaryKey().notNull())
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('room', 'text', (column) => column.notNull())
    .addColumn('conversation', 'text', (column) => column.notNull())
    .addColumn('made_by', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .addColumn('used_at', 'text')
    .execute()
  await db.schema
    .createTable('code_attempts')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('person', 'text', (column) => column.notNull())
    .addColumn('wrong', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('code_attempts_key', ['tenant', 'person'])
    .execute()
  await db.schema
    .createTable('pairings')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('room', 'text', (column) => column.notNull())
    .addColumn('conversation', 'text', (column) => column.notNull())
    .addColumn('desk_tenant', 'text', (column) => column.notNull())
    .addColumn('desk_room', 'text', (column) => column.notNull())
    .addColumn('desk_conversation', 'text', (column) => column.notNull())
    .addColumn('paired_by_tenant', 'text', (column) => column.notNull())
    .addColumn('paired_by', 'text', (column) => column.notNull())
    .addColumn('paired_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('pairings_key', ['tenant', 'room'])
    .execute()
  await db.schema.createIndex('pairings_of_desk').on('pairings').columns(['desk_tenant', 'desk_room']).execute()
}

async function createPostedCards(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('copies')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('conversation', 'text', (column) => column.notNull())
    .addColumn('message', 'text', (column) => column.notNull())
    .addColumn('case_id', 'text', (column) => column.notNull())
    .addColumn('view', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('copies_key', ['tenant', 'conversation', 'message'])
    .execute()
  await db.schema.createIndex('copies_of_case').on('copies').column('case_id').execute()
}

/** Null for existing actions: their history begins with their next move. */
async function addActionHistory(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('actions').addColumn('entries', 'integer').execute()
  await db.schema.alterTable('actions').addColumn('head', 'text').execute()
}
