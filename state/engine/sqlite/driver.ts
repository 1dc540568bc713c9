import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { Kysely, SqliteDialect } from 'kysely'
import { migrateToLatest } from '../migrations/migrations.ts'
import type { Database, Execute, Statement } from '../transaction.ts'
import { createCheckpointer } from './checkpointer.ts'
import { compactFile, retryWhileBusy } from './file.ts'
import { createGroupCommit } from './group-commit.ts'

/**
 * FULL: a committed transaction survives a power cut, not only the end of the process. The checkpointer copies the
 * write-ahead log; automatic checkpoints are a fallback at 128 MB. The page cache fits the inner index pages of a million cases.
 */
const PRAGMAS =
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 32000; PRAGMA cache_size = -16000'

/** Opens or creates a database file, or `:memory:`, and migrates it. `busyTimeoutMs` is for tests. */
export async function openSqlite(path: string, { busyTimeoutMs }: { busyTimeoutMs?: number } = {}): Promise<Database> {
  if (path !== ':memory:') createForOwner(path)
  const connection = new DatabaseSync(path, { timeout: 0 })
  try {
    await retryWhileBusy(() => connection.exec(PRAGMAS))
    await migrateFile(connection)
  } catch (error) {
    connection.close()
    throw error
  }
  const checkpointer = createCheckpointer(path)
  const commits = createGroupCommit(connection, executeOn(connection), {
    onCommit: checkpointer.countCommit,
    busyTimeoutMs,
  })
  return {
    dialect: 'sqlite',
    // All transactions run one after the other, which serialises those with the same key.
    transaction: (work) => commits.transaction(work),
    compact: () => compactFile(connection),
    close: async () => {
      await commits.close()
      await checkpointer.close()
      if (connection.isOpen) connection.close()
    },
  }
}

/** Creates a missing file and its folder for this user alone; SQLite gives its log the rights of the file. */
function createForOwner(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'a', 0o600))
}

/** Migrates in one transaction, since SQLite's schema changes are transactional and several processes may start at once. */
async function migrateFile(connection: DatabaseSync): Promise<void> {
  await retryWhileBusy(() => connection.exec('BEGIN IMMEDIATE'))
  await migrateToLatest(new Kysely({ dialect: new SqliteDialect({ database: forKysely(connection) }) }), 'sqlite')
  connection.exec('COMMIT')
}

/** Adapts node:sqlite to the part of better-sqlite3 that kysely's SQLite dialect uses. */
function forKysely(connection: DatabaseSync) {
  return {
    close: () => {},
    prepare: (sql: string) => {
      const statement = connection.prepare(sql)
      return {
        reader: statement.columns().length > 0,
        all: (parameters: readonly unknown[]) => statement.all(...(parameters as string[])),
        run: (parameters: readonly unknown[]) => statement.run(...(parameters as string[])),
        iterate: (parameters: readonly unknown[]) => statement.iterate(...(parameters as string[])),
      }
    },
  }
}

/** Runs queries, each prepared once. Reads fetch all rows, so that no cursor is open when a savepoint ends. */
function executeOn(connection: DatabaseSync): Execute {
  const prepared = new Map<Statement, { statement: StatementSync; reads: boolean }>()

  function prepare(query: Statement) {
    const statement = connection.prepare(query.sql)
    const entry = { statement, reads: statement.columns().length > 0 }
    prepared.set(query, entry)
    return entry
  }

  return async <Row>(query: Statement, parameters: readonly (string | number | null)[]) => {
    // Outside a transaction, after SQLite rolled it back, a query would commit on its own.
    if (!connection.isTransaction) throw new Error('the transaction was rolled back')
    const { statement, reads } = prepared.get(query) ?? prepare(query)
    if (reads) return { rows: statement.all(...parameters) as Row[], changes: 0 }
    return { rows: [], changes: Number(statement.run(...parameters).changes) }
  }
}
