import { DatabaseSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'

/**
 * Runs in a thread of its own: copies the write-ahead log of a database back into its file. That waits for the disk, at a
 * page here and a page there the larger the file is, and no turn should wait for it. The connection that writes is left
 * with what came in meanwhile, and begins the log anew.
 */
const everyMs = 2_000

const connection = new DatabaseSync(workerData as string)
connection.exec('PRAGMA synchronous = FULL')
const checkpoint = connection.prepare('PRAGMA wal_checkpoint(PASSIVE)')

setInterval(() => {
  try {
    checkpoint.get()
  } catch {
    // A full disk or a broken one meets the connection that writes as well, and that one is heard.
  }
}, everyMs)
