import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { purgeDeliveries } from '../../state/deliveries.ts'
import { markUninstalled } from '../../state/directory.ts'
import { isUnavailable } from '../../state/engine/database.ts'
import type { Database, Tx } from '../../state/engine/transaction.ts'
import { type ClaimedEffect, claimDue, finish, nextDue, release, retry } from '../../state/outbox-claims.ts'
import { removePostedCard } from '../../state/posted-cards.ts'
import { correlationIn } from '../effects/correlation.ts'
import { effectPayloads } from '../effects/effects.ts'
import { makeLiving } from '../effects/living-card.ts'
import { deadLetter, isolateSuspects, isSuspect, MAX_FAILURES, MAX_FAILURES_BESIDE_SUSPECT } from './poison.ts'
import type { Proactive, ProactiveResult } from './proactive.ts'
import { backoffMs, isClosed, judgeSend, type SendVerdict } from './retry-policy.ts'

interface OutboxDeps {
  database: Database
  /** Time by which effects are due: the database's clock, except in tests. */
  now: (database: Database) => Promise<Date>
  send: Proactive
  /** Performs and settles the kinds of effects that are no messages. */
  perform: Readonly<Record<string, (effect: ClaimedEffect) => Promise<void>>>
  log: Logger
  /** Lease of a claimed effect in milliseconds; an attempt that takes 90 % of it counts as hung. */
  leaseMs?: number | undefined
}

/** Longer than the longest attempt (10 s for a token, three calls of 30 s), so that no effect runs twice at a time. */
export const DEFAULT_LEASE_MS = 120_000
/** Delay between attempts to record an outcome while the database is unavailable. */
const WRITE_RETRY_MS = 500
/** Delay before an effect that was handed back is due, so that its running request has ended. */
const HAND_BACK_DELAY_MS = 2_000
const MAX_CONCURRENT = 32
/** Longest pause between claims; other processes write effects too. */
const CLAIM_INTERVAL_MS = 5_000
const DELIVERY_RETENTION_MS = 48 * 3_600_000

/** Log fields that identify an effect. */
const logFieldsOf = (effect: ClaimedEffect) => ({
  effect: effect.kind,
  case: effect.caseId,
  correlationId: correlationIn(effect),
})

/** Claims and performs due effects, beside other processes. Each commit wakes it, and a timer when an effect falls due. */
export function createOutbox({ database, now, send, perform: others, log, leaseMs = DEFAULT_LEASE_MS }: OutboxDeps) {
  const worker = randomUUID()
  const underWay = new Map<Promise<void>, ClaimedEffect>()
  let suspects = 0
  let running = true
  let claiming: Promise<void> | undefined
  let again = false
  let timer: NodeJS.Timeout | undefined
  let swept = 0

  /** Records what came of a full card: it is the living one of its case now, or its message is gone. */
  async function noteCard(tx: Tx, { kind, tenant, payload }: ClaimedEffect, sent: ProactiveResult, at: string) {
    if (sent.kind === 'confirmed' && sent.shown && sent.id !== undefined && sent.conversation) {
      const { shown, conversation, id: message } = sent
      await makeLiving(tx, { ...shown, tenant, conversation, message }, at)
    }
    if (kind !== 'update' || sent.kind !== 'refused' || isClosed(sent)) return
    const { conversation, message } = effectPayloads.update.parse(payload)
    await removePostedCard(tx, { tenant, conversation, message })
  }

  /** Retries a write while the database is unavailable, until the lease ends: the outcome is known only here. */
  async function untilWritten<T>(write: () => Promise<T>): Promise<T> {
    for (const end = performance.now() + leaseMs; ; await sleep(WRITE_RETRY_MS)) {
      try {
        return await write()
      } catch (error) {
        if (!isUnavailable(error) || performance.now() > end) throw error
      }
    }
  }

  const settle = (effect: ClaimedEffect, verdict: SendVerdict, sent: ProactiveResult): Promise<void> =>
    untilWritten(() => write(effect, verdict, sent))

  async function write(effect: ClaimedEffect, verdict: SendVerdict, sent: ProactiveResult): Promise<void> {
    const time = await now(database)
    const later = (ms: number) => new Date(time.getTime() + ms).toISOString()
    await database.transaction(async (tx) => {
      if ('handBack' in verdict) {
        const handed = { ...effect, due: later(verdict.handBack) }
        await release(tx, handed)
        return
      }
      if ('again' in verdict) {
        await retry(tx, effect, later(verdict.again))
        return
      }
      const { end } = verdict
      await noteCard(tx, effect, sent, time.toISOString())
      await finish(tx, effect, 'note' in verdict ? { state: verdict.end, note: verdict.note } : { state: 'done' })
      if (end !== 'done' && sent.kind === 'refused' && sent.conversation && isClosed(sent)) {
        await markUninstalled(tx, effect.tenant, sent.conversation, time.toISOString())
      }
    })
    if ('note' in verdict) logDeadLetter(effect, verdict.note)
  }

  async function perform(effect: ClaimedEffect): Promise<void> {
    const other = others[effect.kind]
    if (other) return other(effect)
    const sent = await send(effect)
    await settle(effect, judgeSend(effect, sent), sent)
  }

  /** Retries a failed effect with back-off, and dead-letters it after the last attempt. */
  async function handleFailure(effect: ClaimedEffect, error: unknown): Promise<void> {
    log.error({ ...logFieldsOf(effect), err: error }, 'effect failed')
    // An unavailable database is no fault of the effect.
    const isAway = isUnavailable(error)
    const faults = isAway ? 0 : effect.faults
    if (faults >= MAX_FAILURES) {
      await untilWritten(() => database.transaction((tx) => deadLetter(tx, effect)))
      logDeadLetter(effect, 'failed')
      return
    }
    await untilWritten(async () => {
      const due = new Date((await now(database)).getTime() + backoffMs(effect.attempts)).toISOString()
      await database.transaction((tx) => retry(tx, effect, due, faults))
    })
  }

  const logDeadLetter = (effect: ClaimedEffect, note: string) =>
    log.warn({ ...logFieldsOf(effect), note }, 'effect dead-lettered')

  /** Performs an effect within its lease; a hanging one would block its slot and the shutdown for ever. */
  async function withinLease(effect: ClaimedEffect): Promise<void> {
    let clock: NodeJS.Timeout | undefined
    const tooLong = new Promise<never>((_, reject) => {
      clock = setTimeout(() => reject(new Error('the effect exceeded its lease')), leaseMs * 0.9)
    })
    await Promise.race([perform(effect), tooLong]).finally(() => clearTimeout(clock))
  }

  function begin(effect: ClaimedEffect): void {
    const suspected = Number(isSuspect(effect))
    suspects += suspected
    const task = withinLease(effect)
      .catch((error: unknown) => handleFailure(effect, error))
      .catch((error: unknown) => log.error({ err: error }, 'outbox write failed; the lease will expire'))
      .finally(() => {
        suspects -= suspected
        underWay.delete(task)
        wake()
      })
    underWay.set(task, effect)
  }

  /** Claims due effects and begins them. Returns the milliseconds until the next claim. */
  async function claim(): Promise<number> {
    const time = await now(database)
    const limit = MAX_CONCURRENT - underWay.size
    const { begun, deadLettered, next } = await database.transaction(async (tx) => {
      const faults = suspects > 0 ? MAX_FAILURES_BESIDE_SUSPECT : undefined
      const claimed = limit > 0 ? await claimDue(tx, { now: time, worker, leaseMs, limit, faults }) : []
      const { begun, deadLettered } = await isolateSuspects(tx, claimed, time)
      return { begun, deadLettered, next: begun.length > 0 ? 0 : await nextDue(tx, time, faults) }
    })
    for (const effect of deadLettered) logDeadLetter(effect, 'failed')
    for (const effect of begun) begin(effect)
    await sweep(time)
    if (begun.length > 0 || limit === 0) return CLAIM_INTERVAL_MS
    return Math.min(next ?? CLAIM_INTERVAL_MS, CLAIM_INTERVAL_MS)
  }

  /** Purges deliveries after two days, when Teams has stopped repeating them. */
  async function sweep(time: Date): Promise<void> {
    if (time.getTime() - swept < 60_000) return
    swept = time.getTime()
    const before = new Date(time.getTime() - DELIVERY_RETENTION_MS).toISOString()
    while ((await database.transaction((tx) => purgeDeliveries(tx, before))) > 0);
  }

  async function run(): Promise<void> {
    let pause = CLAIM_INTERVAL_MS
    do {
      again = false
      pause = await claim().catch((error: unknown) => {
        log.error({ err: error }, 'outbox read failed')
        return 1_000
      })
    } while (again && running)
    if (running) timer = setTimeout(wake, Math.max(pause, 5))
  }

  /** Claims due effects now. */
  function wake(): void {
    if (!running) return
    again = true
    if (claiming) return
    clearTimeout(timer)
    claiming = run().finally(() => {
      claiming = undefined
      if (again) wake()
    })
  }

  async function handBack(): Promise<void> {
    if (underWay.size === 0) return
    const time = await now(database)
    const due = new Date(time.getTime() + HAND_BACK_DELAY_MS).toISOString()
    await database.transaction(async (tx) => {
      for (const effect of underWay.values()) await retry(tx, effect, due)
    })
  }

  /** Resolves once nothing is due and nothing is under way; for tests. */
  async function idle(): Promise<void> {
    wake()
    while (claiming || underWay.size > 0) {
      await claiming
      await Promise.all(underWay.keys())
    }
  }

  return {
    wake,
    idle,
    /** Stops claiming and waits for running effects. Those unfinished after `graceMs` are handed back for other processes. */
    stop: async (graceMs: number): Promise<void> => {
      if (!running) return
      running = false
      clearTimeout(timer)
      const finished = (async () => {
        await claiming
        await Promise.all(underWay.keys())
      })()
      await Promise.race([finished, sleep(graceMs, undefined, { ref: false })])
      await handBack().catch((error: unknown) =>
        log.error({ err: error }, 'handing effects back failed; their leases will expire'),
      )
    },
  }
}
export type Outbox = ReturnType<typeof createOutbox>
