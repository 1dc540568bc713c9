import { open } from 'node:fs/promises'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Case } from '../dialogs/case.ts'
import { insertCase, saveCase } from '../state/case-store.ts'
import { saveConversation, savePerson } from '../state/directory.ts'
import { openDatabase } from '../state/engine/database.ts'
import type { Statement, Tx, Value } from '../state/engine/transaction.ts'
import { beginningOf, firstWalk } from './intake-graph.ts'
import { isUntouched, type WalkedCase } from './walker.ts'
import { type CaseOwner, caseIdOf, connectorUrls, ownerOf, peopleCountOf, personInChat } from './world.ts'

const firstDay = Date.UTC(2017, 5, 1)
const minute = 60_000

/**
 * Creates a database file with people, chats and cases, written by the state functions without durability. The file is
 * synced in the end, so that measured commits do not wait for it.
 */
export async function seed(path: string, stored: WalkedCase): Promise<void> {
  const empty = await openDatabase(`sqlite:${path}`)
  await empty.close()
  const connection = new DatabaseSync(path)
  connection.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; BEGIN')
  const tx = txOn(connection)
  for (let number = 0; number < peopleCountOf(stored.cases); number += 1) await storePerson(tx, personInChat(number))
  for (let number = 0; number < stored.cases; number += 1) await storeCase(tx, stored, number)
  connection.exec('COMMIT; PRAGMA journal_mode = WAL')
  connection.close()
  const file = await open(path, 'r+')
  await file.sync()
  await file.close()
}

const atOnce = 250

/** Seeds a PostgreSQL database through its own transactions. */
export async function seedServer(url: string, stored: WalkedCase): Promise<void> {
  const database = await openDatabase(url)
  const inParts = async (count: number, store: (tx: Tx, number: number) => Promise<void>) => {
    for (let begin = 0; begin < count; begin += atOnce) {
      await database.transaction(async (tx) => {
        for (let number = begin; number < Math.min(begin + atOnce, count); number += 1) await store(tx, number)
      })
    }
  }
  await inParts(peopleCountOf(stored.cases), (tx, number) => storePerson(tx, personInChat(number)))
  await inParts(stored.cases, (tx, number) => storeCase(tx, stored, number))
  await database.close()
}

/** Returns a Tx that runs every query without a transaction of its own. */
function txOn(connection: DatabaseSync): Tx {
  const statements = new Map<Statement, StatementSync>()
  return {
    dialect: 'sqlite',
    at: new Date(),
    execute: async <Row>(query: Statement, parameters: readonly Value[]) => {
      const statement = statements.get(query) ?? connection.prepare(query.sql)
      statements.set(query, statement)
      if (statement.columns().length > 0) return { rows: statement.all(...parameters) as Row[], changes: 0 }
      return { rows: [], changes: Number(statement.run(...parameters).changes) }
    },
  }
}

async function storePerson(
  tx: Tx,
  { tenant, id, name, conversation, account, service, locale }: CaseOwner,
): Promise<void> {
  const at = new Date(firstDay).toISOString()
  await savePerson(tx, { tenant, id, name, role: 'direct', account }, at, undefined)
  const reference = { serviceUrl: connectorUrls[service], bot: { id: '28:bench', name: 'Multicanal' }, user: account }
  const place = { tenant, conversation, kind: 'personal', reference, locale, installed: true } as const
  await saveConversation(tx, place, at, undefined)
}

async function storeCase(tx: Tx, stored: WalkedCase, number: number): Promise<void> {
  const { tenant, id, conversation } = ownerOf(number, stored.cases)
  const { node, entry } = beginningOf(number)
  const openedAt = new Date(firstDay + number * minute).toISOString()
  const own = {
    id: caseIdOf(number),
    tenant,
    conversation,
    createdBy: { tenant, id },
    createdAt: openedAt,
    updatedAt: openedAt,
    updatedBy: id,
  }
  const opened: Case = { ...node.example, ...own, revision: 0 }
  let last = await insertCase(tx, opened, conversation, { ...entry, at: openedAt, by: id })
  if (isUntouched(stored, number)) return
  for (const { event, detail, to } of firstWalk(number)) {
    const revision = last.case.revision + 1
    const updatedAt = new Date(firstDay + number * minute + revision * 1000).toISOString()
    const after: Case = { ...to.example, ...own, revision, updatedAt }
    last = await saveCase(tx, last, after, { at: updatedAt, by: id, event, detail })
  }
}
