import { rmSync } from 'node:fs'
import { catalogue } from '../bot/config/catalogue.ts'
import { sandboxUpstreamOptions } from './upstream/start.ts'

/** Thrown if the data is not the sandbox's own. The message is for the terminal. */
export class ResetError extends Error {}

/**
 * Deletes the cases of the sandbox and all that its simulation knows. Only the database that it uses by itself is
 * deleted: one that DATABASE_URL names may hold something else.
 */
export function resetData(env: NodeJS.ProcessEnv): void {
  if (env.DATABASE_URL !== undefined && env.DATABASE_URL !== catalogue.DATABASE_URL.fallback) {
    throw new ResetError('--reset deletes the data of the sandbox only. Delete what DATABASE_URL names yourself.')
  }
  const database = catalogue.DATABASE_URL.fallback.slice('sqlite:'.length)
  const { file } = sandboxUpstreamOptions({})
  for (const path of [database, `${database}-wal`, `${database}-shm`, file]) if (path) rmSync(path, { force: true })
}
