/** What Teams lets a bot send, as published, of which this share is used: other bots speak there too. */
const share = 0.7
const used = (windows: { ms: number; sends: number }[]) =>
  windows.map(({ ms, sends }) => ({ ms, sends: Math.floor(sends * share) }))
const threadWindows = used([
  { ms: 1_000, sends: 7 },
  { ms: 2_000, sends: 8 },
  { ms: 30_000, sends: 60 },
  { ms: 3_600_000, sends: 1_800 },
])
const tenantWindows = used([{ ms: 1_000, sends: 50 }])
/** Apart from each other, those who wait for their tenant: a little further than they have to be, as nobody comes at the millisecond. */
const apartMs = Math.ceil((1_000 / (tenantWindows[0]?.sends ?? 1)) * 1.1)
const sweepEveryMs = 60_000

/** Counts what was sent to each of something within these windows, the longest last. */
function createCounter(windows: typeof threadWindows) {
  const sent = new Map<string, number[]>()
  const longest = windows.at(-1)?.ms ?? 0
  return {
    /** Milliseconds until one more is within the windows. */
    wait: (name: string, at: number): number => {
      const times = sent.get(name) ?? []
      const waits = windows.map(({ ms, sends }) => (times.at(-sends) ?? Number.NEGATIVE_INFINITY) + ms - at)
      return Math.max(0, ...waits)
    },
    count: (name: string, at: number): void => {
      sent.set(name, [...(sent.get(name) ?? []).filter((time) => time > at - longest), at])
    },
    /** Forgets whoever has been silent for as long as anything counts. */
    sweep: (at: number): void => {
      for (const [name, times] of sent) if ((times.at(-1) ?? 0) <= at - longest) sent.delete(name)
    },
    size: () => sent.size,
  }
}

/** Counts what this process sent to each thread and tenant, and says when the next send is within the limits of Teams. */
export function createRateLimits(now: () => number) {
  const threads = createCounter(threadWindows)
  const tenants = createCounter(tenantWindows)
  /** When the last of those is to come again who wait for their tenant. Told the same time, they would all come, again and again, for one to be let through. */
  const lastOf = new Map<string, number>()
  /** Until when Teams wants silence in a thread. */
  const silent = new Map<string, number>()
  let swept = now()

  function sweep(at: number): void {
    if (at - swept < sweepEveryMs) return
    swept = at
    threads.sweep(at)
    tenants.sweep(at)
    for (const times of [silent, lastOf]) for (const [name, until] of times) if (until <= at) times.delete(name)
  }

  function waitForTenant(tenant: string, at: number): number {
    const wait = tenants.wait(tenant, at)
    if (wait === 0) return 0
    const turn = Math.max(at + wait, (lastOf.get(tenant) ?? 0) + apartMs)
    lastOf.set(tenant, turn)
    return turn - at
  }

  return {
    /** Milliseconds until it should be asked again whether one more may be sent there; when that is 0, it counts as sent. */
    take: (thread: string, tenant: string): number => {
      const at = now()
      sweep(at)
      const own = Math.max((silent.get(thread) ?? 0) - at, threads.wait(thread, at))
      const wait = own > 0 ? own : waitForTenant(tenant, at)
      if (wait > 0) return wait
      threads.count(thread, at)
      tenants.count(tenant, at)
      return 0
    },
    /** Teams has said how long it wants to hear nothing in a thread, in milliseconds: that holds for whatever is next there. */
    silence: (thread: string, ms: number): void => {
      silent.set(thread, Math.max(silent.get(thread) ?? 0, now() + ms))
    },
    /** How many threads are remembered. */
    size: threads.size,
  }
}
export type RateLimits = ReturnType<typeof createRateLimits>
