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

/** The same promises on both databases. `at()` gives the database of the suite once its tests run. */
export function onBoth(name: string, suite: (at: () => Opened) => void): void {
  describe.each([
    ['SQLite', openFile],
    ['PostgreSQL', openServer],
  ] as const)(`${name} on %s`, (_, open) => {
    let opened: Opened
    beforeAll(async () => {
      opened = await open()
    })
    afterAll(() => opened.drop())
    suite(() => opened)
  })
}
