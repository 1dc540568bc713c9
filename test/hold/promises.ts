import type { HeldPromise } from './promise.ts'

/** Every promise of docs/operations.md, in its order. */
export const promises: readonly HeldPromise[] = []
