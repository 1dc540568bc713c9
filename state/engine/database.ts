import { openSqlite } from './sqlite.ts'
import { type Database, UnavailableError } from './transaction.ts'

/**
 * Opens the database of a URL, `sqlite:path` or `postgres://…`, with its tables brought up to date.
 * Several processes may open one at once. Throws when it is away, or was migrated by a newer release.
 * With a `token`, what that gives is the password of each new connection to PostgreSQL, and TLS is a must.
 */
export async function openDatabase(url: string, token?: () => Promise<string>): Promise<Database> {
  if (url.startsWith('sqlite:')) return openSqlite(url.slice('sqlite:'.length))
  if (/^postgres(ql)?:\/\//.test(url)) {
    const { openPostgres } = await import('./postgres.ts')
    return openPostgres(url, token)
  }
  // Not the URL itself: it may hold a password.
  throw new Error('a database URL begins with sqlite: or postgres://')
}

/** Is the database the cause of an error, so that the same may succeed later? */
export const isUnavailable = (error: unknown): boolean => error instanceof UnavailableError
