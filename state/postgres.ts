import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { migrateToLatest } from './migrations/migrations.ts'
import {
  assertOutside,
  ConflictError,
  type Database,
  type Execute,
  runWork,
  type Tx,
  UnavailableError,
} from './transaction.ts'

/** How long to wait for a connection before the database counts as away. */
const connectionTimeoutMs = 5000

/** Two transactions met and PostgreSQL chose one: serialization failure, deadlock. */
const lost = /^(40001|40P01)$/

/** Connection lost, resources used up, server shutting down or starting, standby that takes no writes. */
const away = /^(08...|53...|57P0.|25006)$/

/** bigint: counts and ids here stay far below what a number holds. */
const int8 = 20

/** Connects to a PostgreSQL database and brings its tables up to date. */
export async function openPostgres(url: string): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: connectionTimeoutMs,
    application_name: 'multicanal',
    types: { getTypeParser: (oid, format) => (oid === int8 ? Number : pg.types.getTypeParser(oid, format)) },
  })
  // A connection that breaks, idle or at work, is replaced when one is needed; without listeners it would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  try {
    await migrateToLatest(new Kysely({ dialect: new PostgresDialect({ pool }) }), 'postgres')
  } catch (error) {
    await pool.end()
    throw error
  }
  const begun = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  async function close(): Promise<void> {
    // The pool would refuse a transaction that is still waiting for its connection.
    await Promise.allSettled(begun)
    await pool.end()
  }

  return {
    dialect: 'postgres',
    transaction: async (work) => {
      assertOutside()
      if (closing) throw new UnavailableError('the database is closed')
      const transaction = transactionOn(pool, work)
      begun.add(transaction)
      return transaction.finally(() => begun.delete(transaction))
    },
    compact: async () => {
      await pool.query('VACUUM FULL')
    },
    now: async (tx) => {
      const { rows } = await tx.execute<{ now: Date }>(clock, [])
      return (rows[0] as { now: Date }).now
    },
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

/** Not `now()`, which stands still during a transaction. */
const clock = { name: 'clock', sql: 'select clock_timestamp() as now' }

async function transactionOn<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw new UnavailableError('there is no connection to the database', { cause: error })
  })
  let broken = false
  try {
    await client.query('BEGIN')
    const value = await runWork('postgres', executeOn(client), work)
    // A work that swallowed the error of a query comes here too; PostgreSQL then answers COMMIT with ROLLBACK.
    const { command } = await client.query('COMMIT')
    if (command !== 'COMMIT') throw new Error('the transaction was rolled back because one of its queries had failed')
    return value
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {
      broken = true
    })
    throw named(error, broken)
  } finally {
    client.release(broken)
  }
}

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
