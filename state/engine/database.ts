import { openSqlite } from './sqlite/driver.ts'
import { type Database, UnavailableError } from './transaction.ts'

/**
 * Opens the database of a URL, `sqlite:path` or `postgres://…`, and migrates it. Several processes may open it at once.
 * A `token` is the password of each new PostgreSQL connection, sent over TLS only.
 * Throws if the database is unreachable or was migrated by a newer release.
 */
export async function openDatabase(url: string, token?: () => Promise<string>): Promise<Database> {
  if (url.startsWith('sqlite:')) return openSqlite(url.slice('sqlite:'.length))
  if (/^postgres(ql)?:\/\//.test(url)) {
    // Loaded on demand: an installation on SQLite starts without it.
    const { openPostgres } = await import('./postgres/driver.ts')
    return openPostgres(url, token)
  }
  // Without the URL: it may contain a password.
  throw new Error('a database URL must begin with sqlite: or postgres://')
}

/** True if the database caused the error, so that a retry may succeed. */
export const isUnavailable = (error: unknown): boolean => error instanceof UnavailableError
