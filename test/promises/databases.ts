import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'

/** Starts a database for one run. `stop` removes it. */
export async function startDatabase(kind: 'postgres' | 'sqlite'): Promise<PostgresServer> {
  if (kind === 'postgres') return startPostgres()
  const folder = await mkdtemp(join(tmpdir(), 'multicanal-hold-'))
  return {
    url: `sqlite:${join(folder, 'hold.db')}`,
    restart: () => Promise.reject(new Error('a file is not restarted')),
    stop: () => rm(folder, { recursive: true }),
  }
}
