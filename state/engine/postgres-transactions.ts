import { createHash } from 'node:crypto'
import type pg from 'pg'
import { MAX_WAIT_MS } from './keyed-queue.ts'
import { ConflictError, type Execute, runWork, type Tx, UnavailableError } from './transaction.ts'

/** Two transactions met and PostgreSQL chose one: serialization failure, deadlock. */
const lost = /^(40001|40P01)$/

/** Connection lost, resources used up, took too long, server shutting down or starting, standby that takes no writes. */
const away = /^(08...|53...|57014|57P0.|25006|25P03)$/

/** How many pieces of work share a transaction at most, how many such transactions there are at once, and how many others. */
const togetherMost = 32
const batchesAtOnce = 2
const apartAtOnce = 4

/** A row that somebody else holds is waited for alone; a deadlock then ends before PostgreSQL looks for it. */
const hurry = "SET LOCAL lock_timeout = '200ms'; "

/** What an advisory lock is taken on: 64 bits, so that two lines that share a number need not be thought of. */
const numberOf = (line: string): bigint => createHash('sha256').update(line).digest().readBigInt64BE()

/**
 * One message to the server, whatever it does: a transaction begins, `locks` are taken, and then it learns the time; not
 * `now()`, which is that before it stood in line.
 */
async function begin(client: pg.PoolClient, locks: string): Promise<{ at: Date; got: boolean[] }> {
  // Several statements have several results, other than the types say.
  const told: unknown = await client.query(`BEGIN; ${locks}SELECT clock_timestamp() AS now`)
  const results = told as pg.QueryResult<{ now: Date; got: boolean }>[]
  const got = results.slice(1, -1).flatMap(({ rows }) => rows.map((row) => row.got))
  return { at: results.at(-1)?.rows[0]?.now as Date, got }
}

/** Opens a transaction with `locks`, does in it what `inside` does, and commits. Nothing is left of one that throws. */
async function transactionOn<T>(
  pool: pg.Pool,
  locks: string,
  inside: (tx: Tx, got: boolean[]) => Promise<T>,
): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw new UnavailableError('there is no connection to the database', { cause: error })
  })
  let broken = false
  try {
    const { at, got } = await begin(client, locks)
    const value = await inside({ dialect: 'postgres', execute: executeOn(client), at }, got)
    // A work that swallowed the error of a query comes here too; PostgreSQL then answers COMMIT with ROLLBACK.
    const { command } = await client.query('COMMIT')
    if (command !== 'COMMIT') throw new Error('the transaction was rolled back because one of its queries had failed')
    return value
  } catch (error) {
    broken = isSilent(error) || (await client.query('ROLLBACK').catch(() => 'broken')) === 'broken'
    throw named(error, broken)
  } finally {
    client.release(broken)
  }
}

/** Runs `work` in a transaction of its own, in `line` if there is one. */
export function runAlone<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>, line?: string): Promise<T> {
  const wait = line === undefined ? '' : `SELECT pg_advisory_xact_lock(${numberOf(line)}); `
  return transactionOn(pool, wait, (tx) => runWork(tx, work))
}

/** A piece of work that may share a transaction with others. */
interface Job {
  line: string
  /** Does the work and returns how to answer its caller once it is committed. */
  run: (tx: Tx) => Promise<() => void>
  /** Does it in a transaction of its own and answers its caller. */
  alone: () => Promise<void>
  fail: (error: unknown) => void
}

/** Hands on what waits, up to `most` pieces together and `atOnce` times at the same time. What waits for too long fails. */
function createQueue({ most, atOnce }: { most: number; atOnce: number }, run: (jobs: readonly Job[]) => Promise<void>) {
  const waiting = new Map<Job, NodeJS.Timeout>()
  let running = 0
  let isComing = false

  function take(): Job[] {
    const jobs = [...waiting.keys()].slice(0, most)
    for (const job of jobs) {
      clearTimeout(waiting.get(job))
      waiting.delete(job)
    }
    return jobs
  }

  function next(): void {
    if (isComing || running >= atOnce || waiting.size === 0) return
    isComing = true
    // Whatever comes while the event loop comes round goes along.
    setImmediate(() => {
      isComing = false
      const jobs = take()
      if (jobs.length === 0) return
      running += 1
      void run(jobs).then(() => {
        running -= 1
        next()
      })
      next()
    })
  }

  return (job: Job): void => {
    const tooLate = () => {
      waiting.delete(job)
      job.fail(new UnavailableError('other turns take too long'))
    }
    waiting.set(job, setTimeout(tooLate, MAX_WAIT_MS))
    next()
  }
}

/**
 * Runs the works of different lines that come at the same time in one transaction, and their queries side by side: each
 * way to the server and each wait for its disk is one for all of them.
 *
 * Why that is safe: nobody is answered before the commit that holds the work is on disk. Where one of them throws, all
 * are undone and each begins again in a transaction of its own, so none fails for another's fault. One whose line is
 * held in another process, or that meets a row which is, waits alone and not with the others. And what two of them do to
 * one row they may do in any order, as they might in two transactions, but for one thing: no row is locked between them.
 * So nothing rests on a lock; a write that follows from a read says what it expects to find.
 */
export function createSharedTransactions(pool: pg.Pool) {
  // They wait on a connection each; the others are left to whoever need not wait.
  const apart = createQueue({ most: 1, atOnce: apartAtOnce }, async (jobs) => {
    for (const job of jobs) await job.alone()
  })
  const together = createQueue({ most: togetherMost, atOnce: batchesAtOnce }, (jobs) => runTogether(pool, jobs, apart))

  return <T>(work: (tx: Tx) => Promise<T>, line: string): Promise<T> =>
    new Promise((resolve, reject) => {
      together({
        line,
        run: async (tx) => {
          const value = await runWork(tx, work)
          return () => resolve(value)
        },
        alone: () => runAlone(pool, work, line).then(resolve, reject),
        fail: reject,
      })
    })
}

async function runTogether(pool: pg.Pool, jobs: readonly Job[], apart: (job: Job) => void): Promise<void> {
  const isAlone = jobs.length === 1
  const locks = jobs.map(({ line }) => `SELECT pg_try_advisory_xact_lock(${numberOf(line)}) AS got; `).join('')
  try {
    const settle = await transactionOn(pool, `${isAlone ? '' : hurry}${locks}`, async (tx, got) => {
      // All come to their end before the transaction does, also beside one that throws.
      const ends = await Promise.allSettled(
        jobs.map(async (job, index) => (got[index] ? job.run(tx) : () => apart(job))),
      )
      return ends.map((end) => {
        if (end.status === 'rejected') throw end.reason
        return end.value
      })
    })
    for (const one of settle) one()
  } catch (error) {
    for (const job of jobs) {
      if (isAlone || error instanceof UnavailableError) job.fail(error)
      else apart(job)
    }
  }
}

/** The server did not answer: it would not answer a ROLLBACK either. */
const isSilent = (error: unknown) => error instanceof Error && error.message === 'Query read timeout'

/** The error under the name that callers know. */
function named(error: unknown, broken: boolean): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (lost.test(code)) return new ConflictError('another transaction was faster', { cause: error })
  if (broken || away.test(code)) return new UnavailableError('the database went away', { cause: error })
  return error
}

/** Under its name a query is parsed once per connection. */
function executeOn(client: pg.PoolClient): Execute {
  return async <Row>({ name, sql }: { name: string; sql: string }, parameters: readonly unknown[]) => {
    const result = await client.query({ name, text: sql, values: [...parameters] })
    return { rows: result.rows as Row[], changes: result.rowCount ?? 0 }
  }
}
