import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { purgeDeliveries } from '../../state/deliveries.ts'
import { markUninstalled } from '../../state/directory.ts'
import { isUnavailable } from '../../state/engine/database.ts'
import type { Database, Tx } from '../../state/engine/transaction.ts'
import { type ClaimedEffect, claimDue, finish, nextDue, release, retry } from '../../state/outbox-claims.ts'
import { addPostedCard } from '../../state/posted-cards.ts'
import { correlationIn } from '../effects/correlation.ts'
import { deadLetter, isolateSuspects, isSuspect, MAX_FAILURES, MAX_FAILURES_BESIDE_SUSPECT } from './poison.ts'
import type { Proactive, ProactiveResult } from './proactive.ts'
import { backoffMs, isClosed, judgeSend, type SendVerdict } from './retry-policy.ts'

interface OutboxDeps {
  database: Database
  /** The time effects are judged by; the database's clock but in tests. */
  now: (database: Database) => Promise<Date>
  send: Proactive
  /** Does every other kind of effect, and settles it. */
  perform: Readonly<Record<string, (effect: ClaimedEffect) => Promise<void>>>
  log: Logger
  /** Milliseconds for which a claimed effect is this worker's own; an attempt that takes nearly as long counts as hung. */
  leaseMs?: number | undefined
}

/** Longer than the longest attempt (10 s for a token, three calls of 30 s), so that nothing is sent again while it is still being sent. */
export const DEFAULT_LEASE_MS = 120_000
/** Between two attempts to write what became of an effect, while the database is away. */
const writeAgainMs = 500
/** How long a handed back effect rests, so that the request that was under way for it is over. */
const restMs = 2_000
/** Effects under way at the same time. */
const atATime = 32
/** Other processes write effects too: look at least this often. */
const lookEveryMs = 5_000
const keepDeliveriesMs = 48 * 3_600_000

/** How an effect is named in the log. */
const nameOf = (effect: ClaimedEffect) => ({
  effect: effect.kind,
  case: effect.caseId,
  correlationId: correlationIn(effect),
})

/** Does what is due, in this process and beside others; woken at each commit, and by itself when something falls due. */
export function createOutbox({ database, now, send, perform: others, log, leaseMs = DEFAULT_LEASE_MS }: OutboxDeps) {
  const worker = randomUUID()
  const underWay = new Map<Promise<void>, ClaimedEffect>()
  let suspects = 0
  let running = true
  let looking: Promise<void> | undefined
  let again = false
  let timer: NodeJS.Timeout | undefined
  let swept = 0

  /** What shows a case has to be changed with it: a request at the desk, and a card that brought news. */
  async function rememberCopy(
    tx: Tx,
    { kind, tenant, caseId = '' }: ClaimedEffect,
    sent: ProactiveResult,
  ): Promise<void> {
    const view = kind === 'approval' ? 'approval' : kind === 'notify' ? 'case' : undefined
    if (!view || sent.kind !== 'confirmed' || sent.id === undefined || !sent.conversation) return
    await addPostedCard(tx, { caseId, tenant, conversation: sent.conversation, message: sent.id, view })
  }

  /** What became of an effect is known here only: it is kept until it can be written, or somebody else has the effect. */
  async function kept<T>(write: () => Promise<T>): Promise<T> {
    for (const end = performance.now() + leaseMs; ; await sleep(writeAgainMs)) {
      try {
        return await write()
      } catch (error) {
        if (!isUnavailable(error) || performance.now() > end) throw error
      }
    }
  }

  const settle = (effect: ClaimedEffect, verdict: SendVerdict, sent: ProactiveResult): Promise<void> =>
    kept(() => write(effect, verdict, sent))

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
      await rememberCopy(tx, effect, sent)
      await finish(tx, effect, 'note' in verdict ? { state: verdict.end, note: verdict.note } : { state: 'done' })
      if (end !== 'done' && sent.kind === 'refused' && sent.conversation && isClosed(sent)) {
        await markUninstalled(tx, effect.tenant, sent.conversation, time.toISOString())
      }
    })
    if ('note' in verdict) tellAside(effect, verdict.note)
  }

  async function perform(effect: ClaimedEffect): Promise<void> {
    const other = others[effect.kind]
    if (other) return other(effect)
    const sent = await send(effect)
    await settle(effect, judgeSend(effect, sent), sent)
  }

  /** Something that cannot be done at all is set aside after a few attempts, so that it holds nobody up. */
  async function failed(effect: ClaimedEffect, error: unknown): Promise<void> {
    log.error({ ...nameOf(effect), err: error }, 'an effect failed')
    // That the database is away says nothing against the effect.
    const isAway = isUnavailable(error)
    const faults = isAway ? 0 : effect.faults
    if (faults >= MAX_FAILURES) {
      await kept(() => database.transaction((tx) => deadLetter(tx, effect)))
      tellAside(effect, 'failed')
      return
    }
    await kept(async () => {
      const due = new Date((await now(database)).getTime() + backoffMs(effect.attempts)).toISOString()
      await database.transaction((tx) => retry(tx, effect, due, faults))
    })
  }

  const tellAside = (effect: ClaimedEffect, note: string) => log.warn({ ...nameOf(effect), note }, 'set aside')

  /** What hangs would hold its place, and the end of the process, for ever. */
  async function inTime(effect: ClaimedEffect): Promise<void> {
    let clock: NodeJS.Timeout | undefined
    const tooLong = new Promise<never>((_, reject) => {
      clock = setTimeout(() => reject(new Error('the effect hangs')), leaseMs * 0.9)
    })
    await Promise.race([perform(effect), tooLong]).finally(() => clearTimeout(clock))
  }

  function begin(effect: ClaimedEffect): void {
    const suspected = Number(isSuspect(effect))
    suspects += suspected
    const task = inTime(effect)
      .catch((error: unknown) => failed(effect, error))
      .catch((error: unknown) => log.error({ err: error }, 'the outbox cannot be written; the lease will end'))
      .finally(() => {
        suspects -= suspected
        underWay.delete(task)
        wake()
      })
    underWay.set(task, effect)
  }

  async function look(): Promise<number> {
    const time = await now(database)
    const limit = atATime - underWay.size
    const { begun, aside, next } = await database.transaction(async (tx) => {
      const faults = suspects > 0 ? MAX_FAILURES_BESIDE_SUSPECT : undefined
      const claimed = limit > 0 ? await claimDue(tx, { now: time, worker, leaseMs, limit, faults }) : []
      const { begun, aside } = await isolateSuspects(tx, claimed, time)
      return { begun, aside, next: begun.length > 0 ? 0 : await nextDue(tx, time, faults) }
    })
    for (const effect of aside) tellAside(effect, 'failed')
    for (const effect of begun) begin(effect)
    await sweep(time)
    if (begun.length > 0 || limit === 0) return lookEveryMs
    return Math.min(next ?? lookEveryMs, lookEveryMs)
  }

  /** Answers are kept for two days: Teams does not repeat a delivery later. */
  async function sweep(time: Date): Promise<void> {
    if (time.getTime() - swept < 60_000) return
    swept = time.getTime()
    const before = new Date(time.getTime() - keepDeliveriesMs).toISOString()
    while ((await database.transaction((tx) => purgeDeliveries(tx, before))) > 0);
  }

  async function run(): Promise<void> {
    let pause = lookEveryMs
    do {
      again = false
      pause = await look().catch((error: unknown) => {
        log.error({ err: error }, 'the outbox cannot be read')
        return 1_000
      })
    } while (again && running)
    if (running) timer = setTimeout(wake, Math.max(pause, 5))
  }

  /** Looks for what is due, now. */
  function wake(): void {
    if (!running) return
    again = true
    if (looking) return
    clearTimeout(timer)
    looking = run().finally(() => {
      looking = undefined
      if (again) wake()
    })
  }

  async function handBack(): Promise<void> {
    if (underWay.size === 0) return
    const time = await now(database)
    const due = new Date(time.getTime() + restMs).toISOString()
    await database.transaction(async (tx) => {
      for (const effect of underWay.values()) await retry(tx, effect, due)
    })
  }

  return {
    wake,
    /**
     * Looks for no more, and finishes what is under way. What is not finished after `graceMs` is handed back, for others to
     * do: the process has to end then.
     */
    stop: async (graceMs: number): Promise<void> => {
      if (!running) return
      running = false
      clearTimeout(timer)
      const finished = (async () => {
        await looking
        await Promise.all(underWay.keys())
      })()
      await Promise.race([finished, sleep(graceMs, undefined, { ref: false })])
      await handBack().catch((error: unknown) =>
        log.error({ err: error }, 'nothing can be handed back; the leases will end'),
      )
    },
  }
}
export type Outbox = ReturnType<typeof createOutbox>
