import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { createKeyedQueue } from './keyed-queue.ts'
import { migrateToLatest } from './migrations/migrations.ts'
import { createSharedTransactions, runAlone } from './postgres-transactions.ts'
import { assertOutside, type Database, UnavailableError } from './transaction.ts'

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
  const together = createSharedTransactions(pool)
  const inLine = createKeyedQueue(() => new UnavailableError('others of the conversation take too long'))
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
      const transaction = line === undefined ? runAlone(pool, work) : inLine(line, () => together(work, line))
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
