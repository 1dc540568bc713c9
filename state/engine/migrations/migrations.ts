import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { Dialect, Tx } from '../transaction.ts'
import { migration0001 } from './0001-first-tables.ts'
import { migration0002 } from './0002-actions.ts'
import { migration0003 } from './0003-desks.ts'
import { migration0004 } from './0004-accounts.ts'
import { migration0005 } from './0005-one-link.ts'
import { migration0006 } from './0006-operations.ts'
import { migration0007 } from './0007-chains.ts'
import { migration0008 } from './0008-by-key.ts'
import { migration0009 } from './0009-approval-requests.ts'

/** All migrations in order. Released names never change and are never removed. */
const migrationsFor = (dialect: Dialect): Record<string, Migration> => ({
  '0001-first-tables': migration0001(dialect),
  '0002-actions': migration0002,
  '0003-desks': migration0003,
  '0004-accounts': migration0004,
  '0005-one-link': migration0005,
  '0006-operations': migration0006,
  '0007-chains': migration0007(dialect),
  '0008-by-key': migration0008(dialect),
  '0009-approval-requests': migration0009,
})

/** Runs pending migrations. Throws if the database was migrated by a newer release. */
export async function migrateToLatest(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrationsFor(dialect) } })
  const { error } = await migrator.migrateToLatest()
  if (error) throw new Error('the database could not be reached or brought up to date', { cause: error })
}

const applied = { name: 'migrations', sql: 'select name from kysely_migration' }

/** True if every migration of this release was applied; false after restoring an older backup. */
export async function isMigrated(tx: Tx): Promise<boolean> {
  const { rows } = await tx.execute<{ name: string }>(applied, [])
  return Object.keys(migrationsFor(tx.dialect)).every((name) => rows.some((row) => row.name === name))
}
