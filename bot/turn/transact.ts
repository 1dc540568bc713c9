import { DuplicateIdError } from '../../state/case-store.ts'
import { ConflictError, type Database, type Tx } from '../../state/engine/transaction.ts'

const MAX_ATTEMPTS = 20

/**
 * Runs `work` in a transaction. Retries on a revision conflict or an id collision, so that `work` reads and decides
 * again. Transactions with the same `key` run one after the other, in every process.
 */
export async function transact<T>(database: Database, work: (tx: Tx) => Promise<T>, key?: string): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await database.transaction(work, key)
    } catch (error) {
      const isRace = error instanceof ConflictError || error instanceof DuplicateIdError
      if (!isRace || attempt >= MAX_ATTEMPTS) throw error
    }
  }
}
