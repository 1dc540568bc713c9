import { createHash } from 'node:crypto'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { createLines } from './lines.ts'
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

/**
 * What may take how long before the database counts as away. A turn takes a few milliseconds: whoever waits longer is
 * better told so. The server ends a transaction whose process was frozen, as it holds up everybody behind it.
 */
const limits = {
  connectionTimeoutMillis: 5_000,
  statement_timeout: 10_000,
  idle_in_transaction_session_timeout: 10_000,
  // Counted here, for a server that went silent.
  query_timeout: 12_000,
}

/** Two transactions met and PostgreSQL chose one: serialization failure, deadlock. */
const lost = /^(40001|40P01)$/

/** Connection lost, resources used up, took too long, server shutting down or starting, standby that takes no writes. */
const away = /^(08...|53...|57014|57P0.|25006|25P03)$/

/** bigint: counts and ids here stay far below what a number holds. */
const int8 = 20

/** Where and as whom to connect. */
function serverAt(url: string, token: (() => Promise<string>) | undefined): pg.PoolConfig {
  return {
    ...(token ? withToken(url, token) : { connectionString: url }),
    application_name: 'multicanal',
    keepAlive: true,
    // Queries that do not wait for each other go out together.
    pipeline: true,
    types: { getTypeParser: (oid, format) => (oid === int8 ? Number : pg.types.getTypeParser(oid, format)) },
  }
}

/** Read here, so that no parameter of the URL counts: a token goes to nobody but a server that has proven who it is. */
function withToken(url: string, token: () => Promise<string>): pg.PoolConfig {
  const { hostname, port, username, pathname } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  return {
    host,
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    database: decodeURIComponent(pathname.slice(1)),
    // Where none can be had the server refuses what it gets, and closes: after an error in here the connection would stay.
    password: () => token().catch(() => 'no token'),
    ssl: ['127.0.0.1', '::1', 'localhost'].includes(host) ? false : { rejectUnauthorized: true },
  }
}

function createPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config)
  // A connection that breaks, idle or at work, is replaced when one is needed; without listeners it would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** Connects to a PostgreSQL database, with a password of the URL or a token, and brings its tables up to date. */
export async function openPostgres(url: string, token?: () => Promise<string>): Promise<Database> {
  const server = serverAt(url, token)
  // What a migration does to a large table takes as long as it takes.
  const patient = createPool({ ...server, connectionTimeoutMillis: limits.connectionTimeoutMillis, max: 1 })
  try {
    await migrateToLatest(new Kysely({ dialect: new PostgresDialect({ pool: patient }) }), 'postgres')
  } finally {
    await patient.end()
  }
  const pool = createPool({ ...server, ...limits })
  const inLine = createLines(() => new UnavailableError('others of the conversation take too long'))
  const begun = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  async function close(): Promise<void> {
    // The pool would refuse a transaction that is still waiting for its connection.
    await Promise.allSettled(begun)
    await pool.end()
  }

  return {
    dialect: 'postgres',
    transaction: async (work, line) => {
      assertOutside()
      if (closing) throw new UnavailableError('the database is closed')
      // They stand in line before they take a connection: one busy conversation must not take them all.
      const run = () => transactionOn(pool, work, line)
      const transaction = line === undefined ? run() : inLine(line, run)
      begun.add(transaction)
      return transaction.finally(() => begun.delete(transaction))
    },
    compact: async () => {
      await pool.query('VACUUM FULL')
    },
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

/** One message to the server, whatever it does: a transaction begins, stands in line, and then learns the time. */
async function begin(client: pg.PoolClient, line: string | undefined): Promise<Date> {
  const wait = line === undefined ? '' : `SELECT pg_advisory_xact_lock(${numberOf(line)}); `
  // Not `now()`, the time before it stood in line. Several statements have several results, other than the types say.
  const told: unknown = await client.query(`BEGIN; ${wait}SELECT clock_timestamp() AS now`)
  return (told as pg.QueryResult<{ now: Date }>[]).at(-1)?.rows[0]?.now as Date
}

/** What an advisory lock is taken on: 64 bits, so that two lines that share a number need not be thought of. */
const numberOf = (line: string): bigint => createHash('sha256').update(line).digest().readBigInt64BE()

async function transactionOn<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>, line: string | undefined): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw new UnavailableError('there is no connection to the database', { cause: error })
  })
  let broken = false
  try {
    const at = await begin(client, line)
    const value = await runWork({ dialect: 'postgres', execute: executeOn(client), at }, work)
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
