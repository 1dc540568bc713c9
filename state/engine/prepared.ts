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

/** Kysely instances that only compile SQL; the drivers execute it. */
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

/** Marks the position of a parameter in a query. */
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

/** A query compiled once per dialect; `Input` names its parameters. */
export interface Prepared<Input, Row> {
  all(tx: Tx, input: Input): Promise<Row[]>
  first(tx: Tx, input: Input): Promise<Row | undefined>
  /** Runs a query that changes rows and returns their number. */
  run(tx: Tx, input: Input): Promise<number>
}

let count = 0

/**
 * Compiles a query once per dialect and runs it with new parameters each time: compiling takes longer than running on SQLite.
 * Parameters are written as `given.name`, and only in place of a value.
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
 * Replaces U+0000, which PostgreSQL rejects, and lone surrogates, which neither database stores, with U+FFFD.
 * Applies to every value written or looked up, so that both databases behave alike. JSON escapes both, and is unaffected.
 */
export function storable<T extends Value>(value: T): T {
  if (typeof value !== 'string' || (value.isWellFormed() && !value.includes('\0'))) return value
  return value.toWellFormed().replaceAll('\0', '\ufffd') as T
}
