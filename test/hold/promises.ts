import { auditTampering } from './audit-tampering.ts'
import { erased } from './erased.ts'
import { poison } from './poison.ts'
import type { HeldPromise } from './promise.ts'
import { switchedOff } from './switched-off.ts'

/** Every promise of docs/operations.md, in its order. */
export const promises: readonly HeldPromise[] = [switchedOff, poison, erased, auditTampering]
