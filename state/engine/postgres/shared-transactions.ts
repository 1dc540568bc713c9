import { createHash } from 'node:crypto'
import type pg from 'pg'
import { ConflictError, type Execute, runWork, type Tx, UnavailableError } from '../transaction.ts'

/** SQLSTATEs of a transaction that lost against another one: serialization failure, deadlock. */
const CONFLICT = /^(40001|40P01)$/

/** SQLSTATEs of an unavailable server: connection lost, resources exhausted, timeout, shutdown, start-up, read-only standby. */
const UNAVAILABLE = /^(08...|53...|57014|57P0.|25006|25P03)$/

/** Most pieces of work per shared transaction, and most transactions at once: shared ones and single ones. */
const MAX_BATCH = 32
const MAX_SHARED = 2
const MAX_ALONE = 4

/** Fails a batch that meets a locked row, so that its work waits alone. Shorter than PostgreSQL's deadlock check. */
const SHORT_LOCK_TIMEOUT = "SET LOCAL lock_timeout = '200ms'; "

/** Maps a key to the 64 bits of an advisory lock. A collision only serialises two keys. */
const lockIdOf = (key: string): bigint => createHash('sha256').update(key).digest().readBigInt64BE()

/**
 * Begins a transaction and takes `locks` in one round trip. Returns the time after the locks were taken, which `now()`
 * would not give, and the result of each lock.
 */
async function begin(client: pg.PoolClient, locks: string): Promise<{ at: Date; locked: boolean[] }> {
  // Several statements return several results; the types of pg know only one.
  const response: unknown = await client.query(`BEGIN; ${locks}SELECT clock_timestamp() AS now`)
  const results = response as pg.QueryResult<{ now: Date; locked: boolean }>[]
  const locked = results.slice(1, -1).flatMap(({ rows }) => rows.map((row) => row.locked))
  return { at: results.at(-1)?.rows[0]?.now as Date, locked }
}

/** Begins a transaction with `locks`, runs `inside` and commits. Rolls back if `inside` throws. */
async function transactionOn<T>(
  pool: pg.Pool,
  locks: string,
  inside: (tx: Tx, locked: boolean[]) => Promise<T>,
): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw new UnavailableError('no connection to the database', { cause: error })
  })
  let broken = false
  try {
    const { at, locked } = await begin(client, locks)
    const value = await inside({ dialect: 'postgres', execute: executeOn(client), at }, locked)
    // PostgreSQL answers COMMIT with ROLLBACK if a query failed, even if the work swallowed the error.
    const { command } = await client.query('COMMIT')
    if (command !== 'COMMIT') throw new Error('the transaction was rolled back because one of its queries failed')
    return value
  } catch (error) {
    broken = isReadTimeout(error) || (await client.query('ROLLBACK').catch(() => 'broken')) === 'broken'
    throw translated(error, broken)
  } finally {
    client.release(broken)
  }
}

/** Runs `work` in a transaction of its own. With a `key`, waits for the key's advisory lock first. */
export function runAlone<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>, key?: string): Promise<T> {
  const lock = key === undefined ? '' : `SELECT pg_advisory_xact_lock(${lockIdOf(key)}); `
  return transactionOn(pool, lock, (tx) => runWork(tx, work))
}

/** A piece of work that may share a transaction. */
interface Job {
  key: string
  /** Runs the work and returns a function that resolves the caller's promise after the commit. */
  run: (tx: Tx) => Promise<() => void>
  /** Runs the work in a transaction of its own and settles the caller's promise. */
  runAlone: () => Promise<void>
  fail: (error: unknown) => void
}

/** Passes waiting jobs to `run`, up to `maxBatch` per call and `maxRunning` calls at once. Fails jobs that wait too long. */
function createJobQueue(
  { maxBatch, maxRunning, maxWaitMs }: { maxBatch: number; maxRunning: number; maxWaitMs: number },
  run: (jobs: readonly Job[]) => Promise<void>,
) {
  const waiting = new Map<Job, NodeJS.Timeout>()
  let running = 0
  let isScheduled = false

  function take(): Job[] {
    const jobs = [...waiting.keys()].slice(0, maxBatch)
    for (const job of jobs) {
      clearTimeout(waiting.get(job))
      waiting.delete(job)
    }
    return jobs
  }

  function schedule(): void {
    if (isScheduled || running >= maxRunning || waiting.size === 0) return
    isScheduled = true
    // Jobs that arrive during this turn of the event loop join the batch.
    setImmediate(() => {
      isScheduled = false
      const jobs = take()
      if (jobs.length === 0) return
      running += 1
      void run(jobs).then(() => {
        running -= 1
        schedule()
      })
      schedule()
    })
  }

  return (job: Job): void => {
    const timeOut = () => {
      waiting.delete(job)
      job.fail(new UnavailableError('other transactions take too long'))
    }
    waiting.set(job, setTimeout(timeOut, maxWaitMs))
    schedule()
  }
}

/**
 * Runs work with different keys that arrives at the same time in one transaction, with its queries side by side, so that
 * round trips and commits are shared. The README of this folder says why that is safe and what it forbids.
 */
export function createSharedTransactions(pool: pg.Pool, maxWaitMs: number) {
  // Single jobs wait for locks, each on a connection; the limit leaves connections to the others.
  const queueAlone = createJobQueue({ maxBatch: 1, maxRunning: MAX_ALONE, maxWaitMs }, async (jobs) => {
    for (const job of jobs) await job.runAlone()
  })
  const queueShared = createJobQueue({ maxBatch: MAX_BATCH, maxRunning: MAX_SHARED, maxWaitMs }, (jobs) =>
    runTogether(pool, jobs, queueAlone),
  )

  return <T>(work: (tx: Tx) => Promise<T>, key: string): Promise<T> =>
    new Promise((resolve, reject) => {
      queueShared({
        key,
        run: async (tx) => {
          const value = await runWork(tx, work)
          return () => resolve(value)
        },
        runAlone: () => runAlone(pool, work, key).then(resolve, reject),
        fail: reject,
      })
    })
}

async function runTogether(pool: pg.Pool, jobs: readonly Job[], queueAlone: (job: Job) => void): Promise<void> {
  const isSingle = jobs.length === 1
  const locks = jobs.map(({ key }) => `SELECT pg_try_advisory_xact_lock(${lockIdOf(key)}) AS locked; `).join('')
  try {
    const answers = await transactionOn(pool, `${isSingle ? '' : SHORT_LOCK_TIMEOUT}${locks}`, async (tx, locked) => {
      // Waits for all jobs, also if one throws: none may query after the rollback.
      const ends = await Promise.allSettled(
        jobs.map(async (job, index) => (locked[index] ? job.run(tx) : () => queueAlone(job))),
      )
      return ends.map((end) => {
        if (end.status === 'rejected') throw end.reason
        return end.value
      })
    })
    for (const answer of answers) answer()
  } catch (error) {
    for (const job of jobs) {
      if (isSingle || error instanceof UnavailableError) job.fail(error)
      else queueAlone(job)
    }
  }
}

/** True if the server stopped responding: it would not answer a ROLLBACK either. */
const isReadTimeout = (error: unknown) => error instanceof Error && error.message === 'Query read timeout'

/** Translates an error of pg into the error that callers handle. */
function translated(error: unknown, broken: boolean): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (CONFLICT.test(code)) return new ConflictError('another transaction wrote first', { cause: error })
  if (broken || UNAVAILABLE.test(code)) return new UnavailableError('the database went away', { cause: error })
  return error
}

/** Queries are named, so that each connection parses each of them once. */
function executeOn(client: pg.PoolClient): Execute {
  return async <Row>({ name, sql }: { name: string; sql: string }, parameters: readonly unknown[]) => {
    const result = await client.query({ name, text: sql, values: [...parameters] })
    return { rows: result.rows as Row[], changes: result.rowCount ?? 0 }
  }
}
