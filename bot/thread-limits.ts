/** What Teams lets a bot send to one thread, as published, of which this share is used: other bots speak there too. */
const share = 0.7
const windows = [
  { ms: 1_000, sends: 7 },
  { ms: 2_000, sends: 8 },
  { ms: 30_000, sends: 60 },
  { ms: 3_600_000, sends: 1_800 },
].map(({ ms, sends }) => ({ ms, sends: Math.floor(sends * share) }))
const longest = Math.max(...windows.map(({ ms }) => ms))

/** Counts what was sent to each thread and says when the next send is within the limits of Teams. */
export function createThreadLimits(now: () => number) {
  const sent = new Map<string, number[]>()
  let swept = now()

  /** Forgets threads that have been silent for as long as anything counts. */
  function sweep(): void {
    if (now() - swept < longest) return
    swept = now()
    for (const [thread, times] of sent) if ((times.at(-1) ?? 0) <= now() - longest) sent.delete(thread)
  }

  return {
    /** Milliseconds until one more may be sent there; when that is 0, it counts as sent. */
    take: (thread: string): number => {
      sweep()
      const at = now()
      const times = (sent.get(thread) ?? []).filter((time) => time > at - longest)
      const waits = windows.map(({ ms, sends }) => {
        const oldest = times.at(-sends)
        return oldest === undefined ? 0 : oldest + ms - at
      })
      const wait = Math.max(0, ...waits)
      if (wait === 0) times.push(at)
      sent.set(thread, times)
      return wait
    },
    /** How many threads are remembered. */
    size: () => sent.size,
  }
}
