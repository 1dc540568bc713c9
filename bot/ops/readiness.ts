import { isMigrated } from '../../state/engine/migrations/migrations.ts'
import type { Database } from '../../state/engine/transaction.ts'
import { touch } from '../../state/switches.ts'

interface ReadinessDeps {
  database: Database
  keys: { loaded: () => boolean; generation: () => Promise<unknown> }
  /** The sandbox has no key server and needs none. */
  needsKeys: boolean
}

/**
 * What stands in the way of taking requests in: `keys`, without which nobody can be believed, `migrations`, or `database`.
 * Microsoft being away is none: what is asked of it waits.
 */
export function createReadiness({ database, keys, needsKeys }: ReadinessDeps) {
  return async (): Promise<'keys' | 'migrations' | 'database' | undefined> => {
    if (needsKeys && !keys.loaded()) {
      // Not waited for: whoever asks comes again.
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
