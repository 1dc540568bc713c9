import { openDatabase } from '../../state/engine/database.ts'
import type { Database } from '../../state/engine/transaction.ts'
import { type FakeConnector, startConnector } from '../support/bot.ts'
import type { PostgresServer } from '../support/postgres.ts'
import { type Replicas, startReplicas } from './balanced-replicas.ts'
import { startDatabase } from './databases.ts'
import type { ReplicaOrder } from './replica-process.ts'

export interface ReplicaScene {
  connector: FakeConnector
  /** PostgreSQL server or SQLite file. */
  server: PostgresServer
  /** Connection of the test itself. */
  database: Database
  replicas: Replicas
}

/** Runs `play` with replicas on one database and a simulated Teams, and cleans up. */
export async function withReplicas<T>(
  kind: 'postgres' | 'sqlite',
  { orders, options = '' }: { orders: readonly Omit<ReplicaOrder, 'database'>[]; options?: string },
  play: (scene: ReplicaScene) => Promise<T>,
): Promise<T> {
  const server = await startDatabase(kind)
  const ends: (() => Promise<void>)[] = [server.stop]
  try {
    const connector = await startConnector()
    ends.push(connector.close)
    const database = await openDatabase(server.url)
    ends.push(database.close)
    const replicas = await startReplicas(orders.map((order) => ({ ...order, database: server.url + options })))
    ends.push(replicas.stop)
    return await play({ connector, server, database, replicas })
  } finally {
    for (const end of ends.toReversed()) await end()
  }
}

/** Returns the number of deadlocks that the server had to break. */
export async function deadlocksOn(database: Database): Promise<number> {
  if (database.dialect === 'sqlite') return 0
  const sql = 'select deadlocks from pg_stat_database where datname = current_database()'
  const { rows } = await database.transaction((tx) => tx.execute<{ deadlocks: number }>({ name: 'deadlocks', sql }, []))
  return rows[0]?.deadlocks ?? 0
}
