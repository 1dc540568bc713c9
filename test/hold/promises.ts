import { killedAtFailpoints } from './crash/failpoints.ts'
import { killed } from './crash/killed.ts'
import type { HeldPromise } from './promise.ts'

/** Every promise of docs/operations.md, in its order. */
export const promises: readonly HeldPromise[] = [killed('SQLite'), killed('PostgreSQL'), killedAtFailpoints]
