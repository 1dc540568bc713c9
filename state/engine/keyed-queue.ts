/** Longest wait in a queue before the database counts as unavailable. */
export const MAX_WAIT_MS = 5_000

/**
 * Runs tasks with the same key one at a time, in order; different keys run concurrently.
 * Throws `tooLate()` for a task that waited longer than `maxWaitMs`.
 */
export function createKeyedQueue(tooLate: () => Error, maxWaitMs = MAX_WAIT_MS) {
  const tails = new Map<string, Promise<unknown>>()

  return <T>(key: string, task: () => Promise<T>): Promise<T> => {
    const queuedAt = performance.now()
    const result = (tails.get(key) ?? Promise.resolve()).then(() => {
      if (performance.now() - queuedAt > maxWaitMs) throw tooLate()
      return task()
    })
    const tail = result.then(
      () => {},
      () => {},
    )
    tails.set(key, tail)
    void tail.then(() => tails.get(key) === tail && tails.delete(key))
    return result
  }
}
