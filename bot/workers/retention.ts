import type { Logger } from 'pino'
import { eraseTextsOfEnded } from '../../state/audit/retention.ts'
import { ConflictError, type Database } from '../../state/engine/transaction.ts'

interface RetentionDeps {
  database: Database
  now: (database: Database) => Promise<Date>
  /** Days after which an ended case loses what people typed in it; undefined keeps everything. */
  days: number | undefined
  log: Logger
  everyMs?: number
}

const hourMs = 3_600_000

/** Erases the texts of cases that ended long ago, now and every hour, until it is stopped. */
export function createRetention({ database, now, days, log, everyMs = hourMs }: RetentionDeps) {
  let timer: NodeJS.Timeout | undefined
  let sweeping: Promise<void> | undefined
  let running = days !== undefined

  async function sweep(): Promise<void> {
    const at = await now(database)
    const before = new Date(at.getTime() - (days ?? 0) * 24 * hourMs).toISOString()
    const some = () => database.transaction((tx) => eraseTextsOfEnded(tx, before, at.toISOString()))
    while (running && (await some()) > 0);
  }

  function begin(): void {
    if (!running || sweeping) return
    sweeping = sweep()
      // Another process is at it, or the database is away: there is another hour.
      .catch((error: unknown) => error instanceof ConflictError || log.error({ err: error }, 'old texts stay'))
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
