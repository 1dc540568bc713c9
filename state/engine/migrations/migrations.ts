import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { Dialect, Tx } from '../transaction.ts'
import { firstTables } from './0001-first-tables.ts'
import { actions } from './0002-actions.ts'
import { desks } from './0003-desks.ts'
import { accounts } from './0004-accounts.ts'
import { oneLink } from './0005-one-link.ts'
import { operations } from './0006-operations.ts'
import { chains } from './0007-chains.ts'
import { byKey } from './0008-by-key.ts'

/** Every migration in its order; a name that has been released is never changed or taken away. */
const migrationsFor = (dialect: Dialect): Record<string, Migration> => ({
  '0001-first-tables': firstTables(dialect),
  '0002-actions': actions,
  '0003-desks': desks,
  '0004-accounts': accounts,
  '0005-one-link': oneLink,
  '0006-operations': operations,
  '0007-chains': chains(dialect),
  '0008-by-key': byKey(dialect),
})

/** Runs the migrations that a database has not seen. Throws for one that has seen more than this release knows. */
export async function migrateToLatest(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrationsFor(dialect) } })
  const { error } = await migrator.migrateToLatest()
  if (error) throw new Error('the database could not be reached or brought up to date', { cause: error })
}

const applied = { name: 'migrations', sql: 'select name from kysely_migration' }

/** Has the database every table of this release still? One that was restored from an older copy has not. */
export async function isMigrated(tx: Tx): Promise<boolean> {
  const { rows } = await tx.execute<{ name: string }>(applied, [])
  return Object.keys(migrationsFor(tx.dialect)).every((name) => rows.some((row) => row.name === name))
}
