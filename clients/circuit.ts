const OPENS_AFTER = 5
const OPEN_MS = 30_000

/**
 * Stops caller a host that has failed five times running; after 30 s one request may try, and its fate decides.
 * Every request that was allowed reports back by `learn`. Times are milliseconds.
 */
export function createCircuit(now: () => number) {
  let failures = 0
  let closesAt = 0
  let trying = false
  return {
    allows() {
      if (failures < OPENS_AFTER) return true
      if (trying || now() < closesAt) return false
      trying = true
      return true
    },
    learn(failed: boolean) {
      trying = false
      failures = failed ? failures + 1 : 0
      if (failures >= OPENS_AFTER) closesAt = now() + OPEN_MS
    },
  }
}
