import { subscribe } from 'node:diagnostics_channel'
import type { Database, Execute, Tx } from '../../state/engine/transaction.ts'

const isVersion = /^v\d/
/** The path of an address without what names one thing: `/v3/conversations/*\/activities`. */
const shapeOf = (path: string): string =>
  (path.split('?')[0] ?? '')
    .split('/')
    .map((part) => (/[\d%]/.test(part) && !isVersion.test(part) ? '*' : part))
    .join('/')

const writes = /(insert into|update|delete from) "(\w+)"/g
const verbs: Record<string, string> = { 'insert into': 'add', update: 'change', 'delete from': 'take' }
const writesOf = (sql: string): string[] =>
  [...sql.matchAll(writes)].map(([, verb = '', table]) => `${verbs[verb]} ${table}`)

/**
 * The points at which a process may be hit: before and after every commit that changes something, named by what it
 * changes, and before and after every request that leaves, named by its method and path. `reach` is told each as it is
 * reached. They live in a test's process only: the bot knows nothing of them.
 */
export function watchFailpoints(reach: (name: string) => void): { database: (database: Database) => Database } {
  const name = ({ method, path }: { method: string; path: string }) => `${method} ${shapeOf(path)}`
  // Published by Node's own fetch for each request.
  subscribe('undici:request:create', (message) => reach(`before ${name((message as Requested).request)}`))
  subscribe('undici:request:headers', (message) => reach(`after ${name((message as Requested).request)}`))
  // And by `node:http`, with which tokens are fetched.
  subscribe('http.client.request.start', (message) => reach(`before ${name((message as Requested).request)}`))
  subscribe('http.client.response.finish', (message) => reach(`after ${name((message as Requested).request)}`))
  return { database: (database) => ({ ...database, transaction: watched(database, reach) }) }
}
type Requested = { request: { method: string; path: string } }

const watched =
  (database: Database, reach: (name: string) => void): Database['transaction'] =>
  async (work, line) => {
    const changed = new Set<string>()
    const value = await database.transaction(async (tx) => {
      const value = await work(noting(tx, changed))
      if (changed.size > 0) reach(`before commit: ${nameOf(changed)}`)
      return value
    }, line)
    if (changed.size > 0) reach(`after commit: ${nameOf(changed)}`)
    return value
  }

const nameOf = (changed: ReadonlySet<string>): string => [...changed].sort().join(', ')

function noting(tx: Tx, changed: Set<string>): Tx {
  const execute: Execute = async (statement, parameters) => {
    const result = await tx.execute(statement, parameters)
    if (result.changes > 0 || result.rows.length > 0) for (const table of writesOf(statement.sql)) changed.add(table)
    return result as never
  }
  return { ...tx, execute }
}
