import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { assertOutside, type Execute, runWork, type Tx, UnavailableError } from '../transaction.ts'
import { retryWhileBusy } from './file.ts'

/** Most transactions per commit: keeps the wait for the others in the batch near a millisecond. */
const MAX_BATCH = 64

/** The promise of one caller. */
interface Outcome<T> {
  resolve: (value: T) => void
  reject: (error: unknown) => void
}

interface Job {
  /** Runs the work and returns a function that resolves or rejects the caller's promise after the commit. */
  run: () => Promise<() => void>
  fail: (error: unknown) => void
}

/** Statements around each piece of work, prepared once because every turn needs them. */
interface Savepoint {
  begin: StatementSync
  end: StatementSync
}

/**
 * Group commit. A commit waits about 200 µs for the disk and node:sqlite is synchronous, so the transactions waiting at
 * the same turn of the event loop share one: BEGIN IMMEDIATE, each in its savepoint, one after the other, COMMIT.
 *
 * It is safe because no caller gets a value or an error before the commit is durable, a failed commit fails every caller
 * of the batch, and work never overlaps: one batch at a time, one piece of work at a time, no nesting.
 */
export function createGroupCommit(
  connection: DatabaseSync,
  execute: Execute,
  { onCommit, busyTimeoutMs }: { onCommit: () => void; busyTimeoutMs?: number | undefined },
) {
  const savepoint = { begin: connection.prepare('SAVEPOINT work'), end: connection.prepare('RELEASE work') }
  let waiting: Job[] = []
  let running: Promise<void> | undefined
  let closed = false

  async function runAll(): Promise<void> {
    while (waiting.length > 0) {
      await new Promise(setImmediate)
      const batch = waiting.slice(0, MAX_BATCH)
      waiting = waiting.slice(MAX_BATCH)
      await runBatch(batch)
    }
    running = undefined
  }

  async function runBatch(batch: Job[]): Promise<void> {
    const answers: (() => void)[] = []
    try {
      await retryWhileBusy(() => connection.exec('BEGIN IMMEDIATE'), busyTimeoutMs)
      for (const job of batch) answers.push(await job.run())
      connection.exec('COMMIT')
    } catch (error) {
      const cause = new UnavailableError('the database file cannot be written', { cause: error })
      for (const job of batch) job.fail(cause)
      if (connection.isTransaction) connection.exec('ROLLBACK')
      return
    }
    for (const answer of answers) answer()
    onCommit()
  }

  return {
    transaction: <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        assertOutside()
        if (closed) throw new UnavailableError('the database is closed')
        const run = () => runInSavepoint(connection, savepoint, execute, work, { resolve, reject })
        waiting.push({ run, fail: reject })
        running ??= runAll()
      }),
    close: async (): Promise<void> => {
      closed = true
      await running
    },
  }
}

/**
 * Runs one piece of work of a batch and returns a function that answers its caller. An error rolls back this work only.
 * It is rethrown if SQLite rolled back the whole transaction, as it does when the disk is full.
 */
async function runInSavepoint<T>(
  connection: DatabaseSync,
  savepoint: Savepoint,
  execute: Execute,
  work: (tx: Tx) => Promise<T>,
  outcome: Outcome<T>,
): Promise<() => void> {
  savepoint.begin.run()
  try {
    // SQLite has no clock of its own; every process that shares the file runs on this machine.
    const value = await runWork({ dialect: 'sqlite', execute, at: new Date() }, work)
    savepoint.end.run()
    return () => outcome.resolve(value)
  } catch (error) {
    if (!connection.isTransaction) throw error
    connection.exec('ROLLBACK TO work; RELEASE work')
    return () => outcome.reject(error)
  }
}
