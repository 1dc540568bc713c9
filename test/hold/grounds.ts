import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmptyDatabase, startPostgres } from '../support/postgres.ts'

export type Kind = 'SQLite' | 'PostgreSQL'

/** A database that goes with `drop`. */
export async function createDatabase(kind: Kind): Promise<{ url: string; drop: () => Promise<void> }> {
  if (kind === 'SQLite') {
    const folder = mkdtempSync(join(tmpdir(), 'multicanal-hold-'))
    return { url: `sqlite:${join(folder, 'hold.db')}`, drop: async () => rmSync(folder, { recursive: true }) }
  }
  const server = await startPostgres()
  const { url } = await createEmptyDatabase(server.url)
  return { url, drop: server.stop }
}

/** Puts something on the pile of what is to be undone. */
export type Later = (undo: () => Promise<unknown>) => void

/** Does the work, and takes away afterwards what was put on the pile, the last first, however it ended. */
export async function cleaning<T>(work: (later: Later) => Promise<T>): Promise<T> {
  const undos: (() => Promise<unknown>)[] = []
  try {
    return await work((undo) => undos.push(undo))
  } finally {
    for (const undo of undos.reverse()) await undo()
  }
}
