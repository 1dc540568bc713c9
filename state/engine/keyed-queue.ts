/** How long to stand in line before the database counts as away: it is what those in front wait for. */
export const MAX_WAIT_MS = 5_000

/**
 * Has what is of one line done one after the other, in the order in which it came; lines do not wait for each other.
 * Throws what `tooLate` makes where the turn comes after five seconds.
 */
export function createKeyedQueue(tooLate: () => Error) {
  const ends = new Map<string, Promise<unknown>>()

  return <T>(line: string, work: () => Promise<T>): Promise<T> => {
    const came = performance.now()
    const mine = (ends.get(line) ?? Promise.resolve()).then(() => {
      if (performance.now() - came > MAX_WAIT_MS) throw tooLate()
      return work()
    })
    const end = mine.then(
      () => {},
      () => {},
    )
    ends.set(line, end)
    void end.then(() => ends.get(line) === end && ends.delete(line))
    return mine
  }
}
