import { AsyncLocalStorage } from 'node:async_hooks'

export type Dialect = 'sqlite' | 'postgres'

/** What can be bound to a query. */
export type Value = string | number | null

/** One SQL text. The drivers keep it prepared under its identity and name, so there is one object for each query. */
export interface Statement {
  name: string
  sql: string
}

export interface QueryResult<Row> {
  rows: Row[]
  /** Rows that were inserted, updated or deleted. */
  changes: number
}

export type Execute = <Row>(statement: Statement, parameters: readonly Value[]) => Promise<QueryResult<Row>>

/** An open transaction. It ends with the work it was given to; a query after that is refused. */
export interface Tx {
  readonly dialect: Dialect
  readonly execute: Execute
  /** When its turn came, by the database's clock: the only one that all replicas agree on. */
  readonly at: Date
}

export interface Database {
  readonly dialect: Dialect
  /**
   * Runs `work` in one transaction and answers once its commit is on disk. Throws what `work` throws, after undoing it,
   * and UnavailableError where the database is the cause.
   * `work` awaits nothing but its queries: on SQLite it holds the write lock for everybody, on PostgreSQL those of
   * several lines may share a transaction. It may be begun again after it was undone, and rests on no lock that a query of
   * its own takes. Those of one `line` run one after the other, in whatever process, and in the order in which they came to this one.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, line?: string): Promise<T>
  /** Rewrites what is stored, so that no byte is left of what was deleted or overwritten. May take a while. */
  compact(): Promise<void>
  /** Lets what has begun finish, then lets go of the database. */
  close(): Promise<void>
}

/** Somebody else was faster. Nothing was written; reading again and deciding again is the cure. */
export class ConflictError extends Error {
  override name = 'ConflictError'
}

/** The database is away or cannot be written: not the fault of what was asked, and gone when it is back. */
export class UnavailableError extends Error {
  override name = 'UnavailableError'
}

const current = new AsyncLocalStorage<{ open: boolean }>()

/** Throws inside of a transaction. One begun there would wait for itself on SQLite, and would not be atomic with it. */
export function assertOutside(): void {
  if (current.getStore()?.open) throw new Error('a transaction cannot begin inside of another one')
}

/** Runs `work` with a Tx over these queries, which is of no use afterwards. */
export async function runWork<T>({ dialect, execute, at }: Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
  const scope = { open: true }
  const tx: Tx = {
    dialect,
    at,
    // Not async: on the way of every query, and another promise costs as much as the query.
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
