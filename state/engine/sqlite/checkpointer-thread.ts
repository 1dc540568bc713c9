import { DatabaseSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'

/**
 * Entry point of the checkpointer thread. Copies the write-ahead log into the database file, so that no turn waits for
 * that disk I/O; it grows with the size of the file.
 */
const CHECKPOINT_INTERVAL_MS = 2_000

const connection = new DatabaseSync(workerData as string)
connection.exec('PRAGMA synchronous = FULL')
const checkpoint = connection.prepare('PRAGMA wal_checkpoint(PASSIVE)')

setInterval(() => {
  try {
    checkpoint.get()
  } catch {
    // The connection that writes meets the same full or broken disk, and reports it.
  }
}, CHECKPOINT_INTERVAL_MS)
