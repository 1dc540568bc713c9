/** Share of the published rate limits that is used, as other bots send there too. */
const SHARE = 0.7
const used = (windows: { ms: number; sends: number }[]) =>
  windows.map(({ ms, sends }) => ({ ms, sends: Math.floor(sends * SHARE) }))
const THREAD_WINDOWS = used([
  { ms: 1_000, sends: 7 },
  { ms: 2_000, sends: 8 },
  { ms: 30_000, sends: 60 },
  { ms: 3_600_000, sends: 1_800 },
])
const TENANT_WINDOWS = used([{ ms: 1_000, sends: 50 }])
/** Spacing between retries of one tenant, with 10 % slack for timer jitter. */
const RETRY_SPACING_MS = Math.ceil((1_000 / (TENANT_WINDOWS[0]?.sends ?? 1)) * 1.1)
const SWEEP_INTERVAL_MS = 60_000

/** Counts sends by name within sliding windows, the longest window last. */
function createCounter(windows: typeof THREAD_WINDOWS) {
  const sent = new Map<string, number[]>()
  const longest = windows.at(-1)?.ms ?? 0
  return {
    /** Milliseconds until another send fits into all windows. */
    wait: (name: string, at: number): number => {
      const times = sent.get(name) ?? []
      const waits = windows.map(({ ms, sends }) => (times.at(-sends) ?? Number.NEGATIVE_INFINITY) + ms - at)
      return Math.max(0, ...waits)
    },
    count: (name: string, at: number): void => {
      sent.set(name, [...(sent.get(name) ?? []).filter((time) => time > at - longest), at])
    },
    /** Forgets names without a send in the longest window. */
    sweep: (at: number): void => {
      for (const [name, times] of sent) if ((times.at(-1) ?? 0) <= at - longest) sent.delete(name)
    },
    size: () => sent.size,
  }
}

/** Counts the sends of this process by thread and tenant, and schedules the next one within the limits of Teams. */
export function createRateLimits(now: () => number) {
  const threads = createCounter(THREAD_WINDOWS)
  const tenants = createCounter(TENANT_WINDOWS)
  /** Latest retry slot given out per tenant. Slots are staggered so that waiters don't all retry for one free send. */
  const lastSlotOf = new Map<string, number>()
  /** End of the silence that Teams demanded, by thread. */
  const silentUntil = new Map<string, number>()
  let swept = now()

  function sweep(at: number): void {
    if (at - swept < SWEEP_INTERVAL_MS) return
    swept = at
    threads.sweep(at)
    tenants.sweep(at)
    for (const times of [silentUntil, lastSlotOf])
      for (const [name, until] of times) if (until <= at) times.delete(name)
  }

  function waitForTenant(tenant: string, at: number): number {
    const wait = tenants.wait(tenant, at)
    if (wait === 0) return 0
    const turn = Math.max(at + wait, (lastSlotOf.get(tenant) ?? 0) + RETRY_SPACING_MS)
    lastSlotOf.set(tenant, turn)
    return turn - at
  }

  return {
    /** Takes a send. Returns 0 and counts it, or the milliseconds after which to retry. */
    take: (thread: string, tenant: string): number => {
      const at = now()
      sweep(at)
      const own = Math.max((silentUntil.get(thread) ?? 0) - at, threads.wait(thread, at))
      const wait = own > 0 ? own : waitForTenant(tenant, at)
      if (wait > 0) return wait
      threads.count(thread, at)
      tenants.count(tenant, at)
      return 0
    },
    /** Blocks a thread for the milliseconds of a throttled response. */
    silence: (thread: string, ms: number): void => {
      silentUntil.set(thread, Math.max(silentUntil.get(thread) ?? 0, now() + ms))
    },
    /** Number of threads that are counted. */
    size: threads.size,
  }
}
export type RateLimits = ReturnType<typeof createRateLimits>
