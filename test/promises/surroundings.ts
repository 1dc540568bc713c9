import { startUpstream } from '../../sandbox/upstream/server.ts'
import { startConnector } from '../support/bot.ts'
import { startDatabase } from './databases.ts'

export type DatabaseKind = 'SQLite' | 'PostgreSQL'

/** A database that goes with `drop`. */
export async function createDatabase(kind: DatabaseKind): Promise<{ url: string; drop: () => Promise<void> }> {
  const { url, stop } = await startDatabase(kind === 'SQLite' ? 'sqlite' : 'postgres')
  return { url, drop: stop }
}

/** Puts something on the pile of what is to be undone. */
export type AddCleanup = (undo: () => Promise<unknown>) => void

/** Does the work, and takes away afterwards what was put on the pile, the last first, however it ended. */
export async function withCleanup<T>(work: (later: AddCleanup) => Promise<T>): Promise<T> {
  const undos: (() => Promise<unknown>)[] = []
  try {
    return await work((undo) => undos.push(undo))
  } finally {
    for (const undo of undos.reverse()) await undo()
  }
}

/**
 * A database, with Microsoft and Teams simulated in this process. Microsoft repeats whatever it is asked to repeat, so that
 * a double shows.
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
