import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, inject } from 'vitest'
import { openDatabase } from '../../state/engine/database.ts'
import type { Database, Dialect } from '../../state/engine/transaction.ts'
import { createEmptyDatabase, runOn } from '../support/postgres.ts'

/** An empty database of a test file, opened. */
export interface Opened {
  dialect: Dialect
  url: string
  db: Database
  /** Runs a statement past the store, as an operator could. */
  tamper: (statement: string) => Promise<void>
  drop: () => Promise<void>
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** The databases of this vitest project. */
    dialects: Dialect[]
  }
}

/** Makes an empty SQLite file and opens it. */
export async function openFile(): Promise<Opened> {
  const directory = await mkdtemp(join(tmpdir(), 'multicanal-test-'))
  const path = join(directory, 'data', 'multicanal.db')
  const db = await openDatabase(`sqlite:${path}`)
  return {
    dialect: 'sqlite',
    url: `sqlite:${path}`,
    db,
    tamper: async (statement) => {
      const connection = new DatabaseSync(path)
      connection.exec(statement)
      connection.close()
    },
    drop: async () => {
      await db.close()
      await rm(directory, { recursive: true })
    },
  }
}

/** Makes an empty PostgreSQL database on the server of this run and opens it. */
export async function openServer(): Promise<Opened> {
  const { url, drop } = await createEmptyDatabase(inject('postgres'))
  const db = await openDatabase(url)
  return {
    dialect: 'postgres',
    url,
    db,
    tamper: (statement) => runOn(url, statement),
    drop: async () => {
      await db.close()
      await drop()
    },
  }
}

const databases = [
  { name: 'SQLite', dialect: 'sqlite', open: openFile },
  { name: 'PostgreSQL', dialect: 'postgres', open: openServer },
] as const

/** The databases that the running vitest project tests: SQLite in `bot`, PostgreSQL in `system`. */
export const databasesHere = databases.filter(({ dialect }) => inject('dialects').includes(dialect))

/** Runs a suite on each database of the project. `at()` returns the database once the tests run. */
export function onBoth(name: string, suite: (at: () => Opened) => void): void {
  describe.each(databasesHere)(`${name} on $name`, ({ open }) => {
    let opened: Opened
    beforeAll(async () => {
      opened = await open()
    })
    afterAll(() => opened.drop())
    suite(() => opened)
  })
}
