import type { Logger } from 'pino'
import { eraseTextsOfEnded } from '../../state/audit/retention.ts'
import { ConflictError, type Database } from '../../state/engine/transaction.ts'

interface RetentionDeps {
  database: Database
  now: (database: Database) => Promise<Date>
  /** Days after which an ended case loses the texts that people typed; undefined keeps them. */
  days: number | undefined
  log: Logger
  everyMs?: number
}

const HOUR_MS = 3_600_000

/** Erases the texts of cases that ended long ago, at start and every hour. */
export function createRetention({ database, now, days, log, everyMs = HOUR_MS }: RetentionDeps) {
  let timer: NodeJS.Timeout | undefined
  let sweeping: Promise<void> | undefined
  let running = days !== undefined

  async function sweep(): Promise<void> {
    const at = await now(database)
    const before = new Date(at.getTime() - (days ?? 0) * 24 * HOUR_MS).toISOString()
    const some = () => database.transaction((tx) => eraseTextsOfEnded(tx, before, at.toISOString()))
    while (running && (await some()) > 0);
  }

  function begin(): void {
    if (!running || sweeping) return
    sweeping = sweep()
      // The next sweep retries. A conflict means that another process is sweeping.
      .catch((error: unknown) => error instanceof ConflictError || log.error({ err: error }, 'retention sweep failed'))
      .then(() => {
        sweeping = undefined
      })
  }

  return {
    start: (): void => {
      begin()
      if (running) timer = setInterval(begin, everyMs).unref()
    },
    stop: async (): Promise<void> => {
      running = false
      clearInterval(timer)
      await sweeping
    },
  }
}
