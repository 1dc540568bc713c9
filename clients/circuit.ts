const OPENS_AFTER = 5
const OPEN_MS = 30_000

/**
 * Circuit breaker: opens after five consecutive failures. After 30 s one request may probe the host and decides.
 * Every allowed request reports its outcome by `learn`.
 */
export function createCircuit(now: () => number) {
  let failures = 0
  let closesAt = 0
  let isProbing = false
  return {
    allows() {
      if (failures < OPENS_AFTER) return true
      if (isProbing || now() < closesAt) return false
      isProbing = true
      return true
    },
    learn(failed: boolean) {
      isProbing = false
      failures = failed ? failures + 1 : 0
      if (failures >= OPENS_AFTER) closesAt = now() + OPEN_MS
    },
  }
}
