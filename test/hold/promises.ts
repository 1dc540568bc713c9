import { killedAtFailpoints } from './crash/failpoints.ts'
import { frozenWorker } from './crash/frozen.ts'
import { killed } from './crash/killed.ts'
import { anyOrder } from './delivery/any-order.ts'
import { connectorLimits } from './delivery/limits.ts'
import { deliveriesRepeated } from './delivery/repeated.ts'
import type { HeldPromise } from './promise.ts'

/** Every promise of docs/operations.md, in its order. */
export const promises: readonly HeldPromise[] = [
  killed('SQLite'),
  killed('PostgreSQL'),
  killedAtFailpoints,
  frozenWorker,
  deliveriesRepeated,
  anyOrder,
  connectorLimits,
]
