import { isMigrated } from '../../state/engine/migrations/migrations.ts'
import type { Database } from '../../state/engine/transaction.ts'
import { touch } from '../../state/switches.ts'

interface ReadinessDeps {
  database: Database
  keys: { loaded: () => boolean; generation: () => Promise<unknown> }
  /** False in the sandbox, which has no key server. */
  needsKeys: boolean
}

/**
 * Finds the obstacle to readiness: missing signing keys, pending migrations, or a database that accepts no write.
 * An outage at Microsoft is none, because requests to it wait in the outbox.
 */
export function createReadiness({ database, keys, needsKeys }: ReadinessDeps) {
  return async (): Promise<'keys' | 'migrations' | 'database' | undefined> => {
    if (needsKeys && !keys.loaded()) {
      // Not awaited: the next probe will see the result.
      void keys.generation()
      return 'keys'
    }
    try {
      const isReady = await database.transaction(async (tx) => {
        await touch(tx, tx.at.toISOString())
        return isMigrated(tx)
      })
      return isReady ? undefined : 'migrations'
    } catch {
      return 'database'
    }
  }
}
