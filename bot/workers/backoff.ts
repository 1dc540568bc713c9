const longestPauseMs = 10 * 60_000

/** Pause before another attempt: a second, doubled each time, at most ten minutes, spread a little. */
export const backoffMs = (attempts: number, random = Math.random()): number =>
  Math.min(longestPauseMs, 1_000 * 2 ** Math.min(attempts - 1, 20)) * (0.75 + random / 2)
