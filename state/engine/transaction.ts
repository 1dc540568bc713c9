import { AsyncLocalStorage } from 'node:async_hooks'

export type Dialect = 'sqlite' | 'postgres'

/** A value that can be bound to a query parameter. */
export type Value = string | number | null

/** One SQL text. Drivers cache prepared statements by identity and name, so each query needs exactly one object. */
export interface Statement {
  name: string
  sql: string
}

export interface QueryResult<Row> {
  rows: Row[]
  /** Number of rows inserted, updated or deleted. */
  changes: number
}

export type Execute = <Row>(statement: Statement, parameters: readonly Value[]) => Promise<QueryResult<Row>>

/** An open transaction. It ends with the work it was passed to; later queries are rejected. */
export interface Tx {
  readonly dialect: Dialect
  readonly execute: Execute
  /** Start of the transaction by the database's clock, the only clock that all replicas share. */
  readonly at: Date
}

export interface Database {
  readonly dialect: Dialect
  /**
   * Runs `work` in one transaction and resolves after the commit is durable. Rolls back and rethrows if `work` throws;
   * throws UnavailableError if the database is the cause. Transactions with the same `key` are serialised across processes.
   *
   * `work` must be retryable, must await only its own queries, and must not rely on locks taken by them:
   * on PostgreSQL, transactions with different keys may be batched into one (see postgres/README.md).
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, key?: string): Promise<T>
  /** Rewrites the stored data so that no byte of deleted or overwritten rows remains. May take minutes. */
  compact(): Promise<void>
  /** Waits for running transactions, then closes the database. */
  close(): Promise<void>
}

/** A revision conflict: another transaction wrote first. Nothing was written; read and decide again. */
export class ConflictError extends Error {
  override name = 'ConflictError'
}

/** The database is unreachable or read-only. The request is not at fault and may succeed on a retry. */
export class UnavailableError extends Error {
  override name = 'UnavailableError'
}

const current = new AsyncLocalStorage<{ open: boolean }>()

/** Throws inside a transaction. A nested one would deadlock on SQLite and would not be atomic with the outer one. */
export function assertOutside(): void {
  if (current.getStore()?.open) throw new Error('a transaction cannot begin inside another transaction')
}

/** Runs `work` with a Tx that rejects queries once `work` has ended. */
export async function runWork<T>({ dialect, execute, at }: Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
  const scope = { open: true }
  const tx: Tx = {
    dialect,
    at,
    // Not async: every query passes here, and another promise costs as much as a SQLite query.
    execute: (statement, parameters) => {
      if (!scope.open) return Promise.reject(new Error('the transaction of this query is over'))
      return execute(statement, parameters)
    },
  }
  try {
    return await current.run(scope, () => work(tx))
  } finally {
    scope.open = false
  }
}
