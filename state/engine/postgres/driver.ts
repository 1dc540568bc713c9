import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { createKeyedQueue, MAX_WAIT_MS } from '../keyed-queue.ts'
import { migrateToLatest } from '../migrations/migrations.ts'
import { assertOutside, type Database, UnavailableError } from '../transaction.ts'
import { createSharedTransactions, runAlone } from './shared-transactions.ts'

/**
 * Time after which the database counts as unavailable, per step. A turn takes a few milliseconds.
 * The server ends a transaction of a frozen process, because it blocks every transaction behind it.
 */
export const LIMITS = {
  connectionMs: 5_000,
  statementMs: 10_000,
  idleInTransactionMs: 10_000,
  /** Measured on the client, for a server that stopped responding. */
  queryMs: 12_000,
  queueMs: MAX_WAIT_MS,
}

/** Type id of bigint. Counts and ids stay far below the safe integer limit, so they are read as numbers. */
const INT8_OID = 20

function serverAt(url: string, token: (() => Promise<string>) | undefined): pg.PoolConfig {
  return {
    ...(token ? withToken(url, token) : { connectionString: url }),
    application_name: 'multicanal',
    keepAlive: true,
    // Sends independent queries without waiting for each response.
    pipeline: true,
    types: { getTypeParser: (oid, format) => (oid === INT8_OID ? Number : pg.types.getTypeParser(oid, format)) },
  }
}

/** Ignores the parameters of the URL: they could switch TLS off, and a token must only reach an authenticated server. */
function withToken(url: string, token: () => Promise<string>): pg.PoolConfig {
  const { hostname, port, username, pathname } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  return {
    host,
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    database: decodeURIComponent(pathname.slice(1)),
    // On failure, sends a value the server rejects: a rejected promise here would leave the connection open.
    password: () => token().catch(() => 'no token'),
    ssl: ['127.0.0.1', '::1', 'localhost'].includes(host) ? false : { rejectUnauthorized: true },
  }
}

function createPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config)
  // Without listeners, a broken connection would end the process. The pool replaces it on demand.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** Opens a PostgreSQL database and migrates it. The password comes from `token`, or else from the URL. */
export async function openPostgres(url: string, token?: () => Promise<string>, limits = LIMITS): Promise<Database> {
  const server = serverAt(url, token)
  // No statement timeout: migrating a large table takes minutes.
  const migrating = createPool({ ...server, connectionTimeoutMillis: limits.connectionMs, max: 1 })
  try {
    await migrateToLatest(new Kysely({ dialect: new PostgresDialect({ pool: migrating }) }), 'postgres')
  } finally {
    await migrating.end()
  }
  const pool = createPool({
    ...server,
    connectionTimeoutMillis: limits.connectionMs,
    statement_timeout: limits.statementMs,
    idle_in_transaction_session_timeout: limits.idleInTransactionMs,
    query_timeout: limits.queryMs,
  })
  const runShared = createSharedTransactions(pool, limits.queueMs)
  const inOrder = createKeyedQueue(
    () => new UnavailableError('earlier transactions with the same key take too long'),
    limits.queueMs,
  )
  const running = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  async function close(): Promise<void> {
    // A closed pool would reject transactions that still wait for a connection.
    await Promise.allSettled(running)
    await pool.end()
  }

  return {
    dialect: 'postgres',
    transaction: async (work, key) => {
      assertOutside()
      if (closing) throw new UnavailableError('the database is closed')
      // Queued by key before taking a connection, so that one busy conversation cannot take them all.
      const transaction = key === undefined ? runAlone(pool, work) : inOrder(key, () => runShared(work, key))
      running.add(transaction)
      return transaction.finally(() => running.delete(transaction))
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
