import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'

/** How long to wait for another process to let go of the file. */
const patienceMs = 5000

/**
 * Tries again while another process holds the file. SQLite's own busy timeout would put the whole process to sleep,
 * and for good when the holder is another connection of this process.
 */
export async function retryWhileBusy(attempt: () => void): Promise<void> {
  for (const deadline = performance.now() + patienceMs; ; await sleep(1 + Math.random() * 4)) {
    try {
      attempt()
      return
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error
    }
  }
}

const busy = 5
const isBusy = (error: unknown) =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === busy

/** Copies the log back and cuts it off; false while somebody still reads from it. */
function emptyLog(connection: DatabaseSync): boolean {
  const [answer] = connection.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all() as [{ busy: number }]
  return answer.busy === 0
}

/** Writes the file anew without the pages and bytes that nothing uses any more, and empties the write-ahead log. */
export async function compactFile(connection: DatabaseSync): Promise<void> {
  await retryWhileBusy(() => connection.exec('VACUUM'))
  for (const deadline = performance.now() + patienceMs; !emptyLog(connection); await sleep(20)) {
    if (performance.now() > deadline) throw new Error('the write-ahead log is being read: try again later')
  }
}
