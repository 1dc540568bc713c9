import { databaseRestart } from './database-restarts.ts'
import type { HeldPromise } from './promise.ts'
import { replicas, sharedFile } from './restarts.ts'
import { rollingRestart } from './rolling.ts'
import { timersOnce } from './timers.ts'

/** Every promise of docs/operations.md, in its order. */
export const promises: readonly HeldPromise[] = [replicas, sharedFile, rollingRestart, timersOnce, databaseRestart]
