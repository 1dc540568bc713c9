import {
  type Compilable,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { Tables } from './tables.ts'
import type { Dialect, Statement, Tx, Value } from './transaction.ts'

/** A kysely that only writes SQL; the transactions run it. */
const builders: Record<Dialect, Kysely<Tables>> = {
  sqlite: new Kysely({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  }),
  postgres: new Kysely({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  }),
}

/** Stands in the query where a parameter will be. */
class Placeholder {
  readonly name: PropertyKey
  constructor(name: PropertyKey) {
    this.name = name
  }
}

interface Compiled {
  statement: Statement
  parameters: readonly unknown[]
}

/** A query that is compiled once; `Input` names its parameters. */
export interface Prepared<Input, Row> {
  all(tx: Tx, input: Input): Promise<Row[]>
  first(tx: Tx, input: Input): Promise<Row | undefined>
  /** Runs a query that changes rows and says how many. */
  run(tx: Tx, input: Input): Promise<number>
}

let count = 0

/**
 * Builds a query with kysely once per dialect and runs it ever after with other parameters: building one takes longer
 * than SQLite takes to run it. The parameters are used as `given.name`, only where a value may stand.
 */
export function prepared<Input extends { [K in keyof Input]: Value }>() {
  return <Row>(
    build: (db: Kysely<Tables>, given: Input, dialect: Dialect) => Compilable<Row> | RawBuilder<Row>,
  ): Prepared<Input, Row> => {
    const given = new Proxy({}, { get: (_, name) => new Placeholder(name) }) as Input
    count += 1
    const name = `q${count}`
    const compiled: Partial<Record<Dialect, Compiled>> = {}

    function compile(dialect: Dialect): Compiled {
      const { sql, parameters } = build(builders[dialect], given, dialect).compile(builders[dialect])
      return { statement: { name, sql }, parameters }
    }

    function execute(tx: Tx, input: Input) {
      compiled[tx.dialect] ??= compile(tx.dialect)
      const { statement, parameters } = compiled[tx.dialect] as Compiled
      const bound = parameters.map((parameter) =>
        storable((parameter instanceof Placeholder ? input[parameter.name as keyof Input] : parameter) as Value),
      )
      return tx.execute<Row>(statement, bound)
    }

    return {
      all: (tx, input) => execute(tx, input).then(({ rows }) => rows),
      first: (tx, input) => execute(tx, input).then(({ rows }) => rows[0]),
      run: (tx, input) => execute(tx, input).then(({ changes }) => changes),
    }
  }
}

/**
 * The text as a database can hold it: PostgreSQL refuses U+0000, and neither keeps half of a surrogate pair. They become
 * U+FFFD here, for every value that is written or looked up, so that both databases answer alike.
 * JSON is not touched: it writes both as escapes.
 */
export function storable<T extends Value>(value: T): T {
  if (typeof value !== 'string' || (value.isWellFormed() && !value.includes('\0'))) return value
  return value.toWellFormed().replaceAll('\0', '\ufffd') as T
}
