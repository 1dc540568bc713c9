import { auditTampering } from './audit-tampering.ts'
import { frozenWorker } from './crash/frozen-worker.ts'
import { killed } from './crash/killed.ts'
import { killedAtFailpoints } from './crash/killed-at-failpoints.ts'
import { databaseRestart } from './database-restart.ts'
import { anyOrder } from './delivery/any-order.ts'
import { connectorLimits } from './delivery/connector-limits.ts'
import { deliveriesRepeated } from './delivery/deliveries-repeated.ts'
import { personErased } from './erased.ts'
import { bodies } from './gate/bodies.ts'
import { forgedTokens } from './gate/forged-tokens.ts'
import { fuzzedActivities } from './gate/fuzzed-activities.ts'
import { keyServer } from './gate/key-server.ts'
import { serviceUrls } from './gate/service-urls.ts'
import { poison } from './poison.ts'
import type { Guarantee } from './promise.ts'
import { replicas, sharedFile } from './restarts.ts'
import { rollingRestart } from './rolling-restart.ts'
import { switchedOff } from './switched-off.ts'
import { timersOnce } from './timers-once.ts'

/** Every guarantee of docs/guarantees.md, in its order. */
export const promises: readonly Guarantee[] = [
  forgedTokens,
  keyServer,
  serviceUrls,
  bodies,
  fuzzedActivities,
  killed('SQLite'),
  killed('PostgreSQL'),
  killedAtFailpoints,
  frozenWorker,
  deliveriesRepeated,
  anyOrder,
  connectorLimits,
  replicas,
  sharedFile,
  rollingRestart,
  timersOnce,
  databaseRestart,
  switchedOff,
  poison,
  personErased,
  auditTampering,
]
