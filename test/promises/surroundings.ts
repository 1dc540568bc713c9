import { startUpstream } from '../../sandbox/upstream/server.ts'
import { startConnector } from '../support/bot.ts'
import { startDatabase } from './databases.ts'

export type DatabaseKind = 'SQLite' | 'PostgreSQL'

/** Creates a database; `drop` removes it. */
export async function createDatabase(kind: DatabaseKind): Promise<{ url: string; drop: () => Promise<void> }> {
  const { url, stop } = await startDatabase(kind === 'SQLite' ? 'sqlite' : 'postgres')
  return { url, drop: stop }
}

/** Registers a clean-up. */
export type AddCleanup = (undo: () => Promise<unknown>) => void

/** Runs `work` and then its clean-ups, the last first, however it ended. */
export async function withCleanup<T>(work: (later: AddCleanup) => Promise<T>): Promise<T> {
  const undos: (() => Promise<unknown>)[] = []
  try {
    return await work((undo) => undos.push(undo))
  } finally {
    for (const undo of undos.reverse()) await undo()
  }
}

/**
 * Starts a database, and Microsoft and Teams in this process. Microsoft repeats every write, so that a duplicate shows.
 */
export async function startSurroundings(later: AddCleanup, kind: DatabaseKind) {
  const { url, drop } = await createDatabase(kind)
  later(drop)
  const upstream = await startUpstream({ settings: { refusesRunning: false, remembersRequestIds: false } })
  later(upstream.stop)
  const connector = await startConnector()
  later(connector.close)
  return { url, upstream, connector }
}
