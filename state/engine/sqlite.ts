import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { Kysely, SqliteDialect } from 'kysely'
import { migrateToLatest } from './migrations/migrations.ts'
import { compactFile, retryWhileBusy } from './sqlite-file.ts'
import {
  assertOutside,
  type Database,
  type Execute,
  runWork,
  type Statement,
  type Tx,
  UnavailableError,
} from './transaction.ts'

/** How many transactions share one commit at most: what a caller waits for the others stays around a millisecond. */
const batchSize = 64

/**
 * FULL: an answered transaction survives a power cut, not only the end of the process. Copying the write-ahead log back is
 * left to the checkpointer; only what it has not come to after 128 MB is copied here. The page cache holds the inner
 * pages of the indexes of a million cases.
 */
const settings =
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 32000; PRAGMA cache_size = -16000'

/** Commands and short tests write less than this, and a thread costs some 10 MB. */
const commitsBeforeThread = 100

/** How to answer a caller. */
interface Settle<T> {
  resolve: (value: T) => void
  reject: (error: unknown) => void
}

interface Job {
  /** Does the work and returns how to answer its caller once it is committed. */
  run: () => Promise<() => void>
  fail: (error: unknown) => void
}

/** Opens (or begins) a database file, or `:memory:`, and brings its tables up to date. */
export async function openSqlite(path: string): Promise<Database> {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
  const connection = new DatabaseSync(path, { timeout: 0 })
  try {
    await retryWhileBusy(() => connection.exec(settings))
    await migrateFile(connection)
  } catch (error) {
    connection.close()
    throw error
  }
  const execute = executeOn(connection)
  const savepoint = { begin: connection.prepare('SAVEPOINT work'), end: connection.prepare('RELEASE work') }
  const checkpointer = createCheckpointer(path)
  const queue = createQueue(connection, checkpointer.wrote)
  return {
    dialect: 'sqlite',
    transaction: (work) => queue.add((settle) => runInSavepoint(connection, savepoint, execute, work, settle)),
    compact: () => compactFile(connection),
    close: async () => {
      await queue.close()
      await checkpointer.close()
      if (connection.isOpen) connection.close()
    },
  }
}

const unavailable = (cause: unknown) => new UnavailableError('the database file cannot be written', { cause })

/** SQLite's schema changes are transactional, so one transaction around them keeps processes apart that open at once. */
async function migrateFile(connection: DatabaseSync): Promise<void> {
  await retryWhileBusy(() => connection.exec('BEGIN IMMEDIATE'))
  await migrateToLatest(new Kysely({ dialect: new SqliteDialect({ database: forKysely(connection) }) }), 'sqlite')
  connection.exec('COMMIT')
}

/** kysely's SQLite dialect is made for better-sqlite3; this is the part of it that it uses. */
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

/** Runs queries, each prepared once. They are read to their end, so that no cursor is open when a savepoint ends. */
function executeOn(connection: DatabaseSync): Execute {
  const prepared = new Map<Statement, { statement: StatementSync; reads: boolean }>()

  function prepare(query: Statement) {
    const statement = connection.prepare(query.sql)
    const entry = { statement, reads: statement.columns().length > 0 }
    prepared.set(query, entry)
    return entry
  }

  return async <Row>(query: Statement, parameters: readonly (string | number | null)[]) => {
    // After an error that rolled everything back a query would commit itself.
    if (!connection.isTransaction) throw new Error('the transaction was rolled back')
    const { statement, reads } = prepared.get(query) ?? prepare(query)
    if (reads) return { rows: statement.all(...parameters) as Row[], changes: 0 }
    return { rows: [], changes: Number(statement.run(...parameters).changes) }
  }
}

/** Prepared once, as every turn needs them. */
interface Savepoint {
  begin: StatementSync
  end: StatementSync
}

/**
 * Runs one piece of work of a batch and returns how to answer its caller, for later. An error undoes this work only;
 * it is thrown on where SQLite has given up the whole transaction, as it does when the disk is full.
 */
async function runInSavepoint<T>(
  connection: DatabaseSync,
  savepoint: Savepoint,
  execute: Execute,
  work: (tx: Tx) => Promise<T>,
  settle: Settle<T>,
): Promise<() => void> {
  savepoint.begin.run()
  try {
    // SQLite has no clock but this machine's, and every process that shares the file is on this machine.
    const value = await runWork({ dialect: 'sqlite', execute, at: new Date() }, work)
    savepoint.end.run()
    return () => settle.resolve(value)
  } catch (error) {
    if (!connection.isTransaction) throw error
    connection.exec('ROLLBACK TO work; RELEASE work')
    return () => settle.reject(error)
  }
}

/** Copies the log back in a thread of its own, begun once this process has written enough for it to matter. */
function createCheckpointer(path: string) {
  let commits = 0
  let thread: Worker | undefined
  return {
    wrote: (): void => {
      commits += 1
      if (commits !== commitsBeforeThread || path === ':memory:') return
      thread = new Worker(new URL('./checkpointer.ts', import.meta.url), {
        workerData: path,
        // Nothing that this process was started with concerns it.
        execArgv: [],
        // It makes next to nothing, and would otherwise take the room that the bot has.
        resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 },
      })
      thread.unref()
    },
    close: async (): Promise<void> => {
      await thread?.terminate()
    },
  }
}

/**
 * Group commit. A commit waits for the disk (around 200 µs) and node:sqlite is synchronous, so whatever transactions
 * are waiting when the event loop comes round share one: BEGIN IMMEDIATE, each in its savepoint, one after the other, COMMIT.
 *
 * Why that is safe: nobody is answered, with a value or an error, before the commit that holds the work is on disk. A
 * later work of the batch sees what an earlier one wrote, as it would after a commit of its own; should the commit
 * fail, it fails for all of them, so nobody has acted on something that never was. And nothing overlaps: one batch runs
 * at a time, one work in it at a time, and a work that begins a transaction itself is refused.
 */
function createQueue(connection: DatabaseSync, wrote: () => void) {
  let waiting: Job[] = []
  let running: Promise<void> | undefined
  let closed = false

  function add<T>(run: (settle: Settle<T>) => Promise<() => void>): Promise<T> {
    return new Promise((resolve, reject) => {
      assertOutside()
      if (closed) throw new UnavailableError('the database is closed')
      waiting.push({ run: () => run({ resolve, reject }), fail: reject })
      running ??= runAll()
    })
  }

  async function runAll(): Promise<void> {
    while (waiting.length > 0) {
      await new Promise(setImmediate)
      const batch = waiting.slice(0, batchSize)
      waiting = waiting.slice(batchSize)
      await runBatch(batch)
    }
    running = undefined
  }

  async function runBatch(batch: Job[]): Promise<void> {
    const answers: (() => void)[] = []
    try {
      await retryWhileBusy(() => connection.exec('BEGIN IMMEDIATE'))
      for (const job of batch) answers.push(await job.run())
      connection.exec('COMMIT')
    } catch (error) {
      for (const job of batch) job.fail(unavailable(error))
      if (connection.isTransaction) connection.exec('ROLLBACK')
      return
    }
    for (const answer of answers) answer()
    wrote()
  }

  return {
    add,
    close: async () => {
      closed = true
      await running
    },
  }
}
