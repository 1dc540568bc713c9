import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'

/** Longest wait for another process to release the file. */
const BUSY_TIMEOUT_MS = 5_000

/**
 * Retries while another process locks the file. SQLite's own busy timeout would block the event loop,
 * and would never end if the holder is another connection of this process.
 */
export async function retryWhileBusy(attempt: () => void, timeoutMs = BUSY_TIMEOUT_MS): Promise<void> {
  for (const deadline = performance.now() + timeoutMs; ; await sleep(1 + Math.random() * 4)) {
    try {
      attempt()
      return
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error
    }
  }
}

const SQLITE_BUSY = 5
const isBusy = (error: unknown) =>
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  (error.errcode & 0xff) === SQLITE_BUSY

/** Copies the write-ahead log into the file and truncates it. False while a reader still uses the log. */
function truncateLog(connection: DatabaseSync): boolean {
  const [answer] = connection.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all() as [{ busy: number }]
  return answer.busy === 0
}

/** Rewrites the file without unused pages and bytes, and truncates the write-ahead log. */
export async function compactFile(connection: DatabaseSync): Promise<void> {
  await retryWhileBusy(() => connection.exec('VACUUM'))
  for (const deadline = performance.now() + BUSY_TIMEOUT_MS; !truncateLog(connection); await sleep(20)) {
    if (performance.now() > deadline) throw new Error('the write-ahead log is in use: try again later')
  }
}
