import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { addCopy } from '../state/copies.ts'
import { isUnavailable } from '../state/database.ts'
import { purgeDeliveries } from '../state/deliveries.ts'
import { markUninstalled } from '../state/directory.ts'
import { type ClaimedEffect, claimDue, finish, nextDue, release, retry } from '../state/outbox-claims.ts'
import type { Database, Tx } from '../state/transaction.ts'
import { pauseMs } from './pause.ts'
import type { Proactive, Sent } from './proactive.ts'
import { Unavailable } from './server.ts'

export interface OutboxDeps {
  database: Database
  /** The time effects are judged by; the database's clock but in tests. */
  now: (database: Database) => Promise<Date>
  send: Proactive
  /** Does every other kind of effect, and settles it. */
  perform: Readonly<Record<string, (effect: ClaimedEffect) => Promise<void>>>
  log: Logger
  /** How long an effect belongs to whoever began it. */
  leaseMs?: number | undefined
}

/** Longer than the longest attempt (10 s for a token, three calls of 30 s), so that nothing is sent again while it is still being sent. */
const usualLeaseMs = 120_000
/** Between two attempts to write what became of an effect, while the database is away. */
const writeAgainMs = 500
/** How long a handed back effect rests, so that the request that was under way for it is over. */
const restMs = 2_000
/** Effects under way at the same time. */
const atATime = 32
/** Other processes write effects too: look at least this often. */
const lookEveryMs = 5_000
const mostAttempts = 20
const keepDeliveriesMs = 48 * 3_600_000

/** What follows from a send: it is over, it is tried again, or it waits for a person. */
export type Verdict =
  | { end: 'done' }
  | { end: 'parked' | 'unknown'; note: string }
  | { again: number }
  | { handBack: number }

/** Judges a send by the table of what the Connector's answers mean. A message is repeated once at the most if it may have arrived. */
export function judge(effect: Pick<ClaimedEffect, 'kind' | 'attempts'>, sent: Sent): Verdict {
  const { attempts } = effect
  const giveUp = attempts >= mostAttempts
  switch (sent.kind) {
    case 'confirmed':
      return { end: 'done' }
    case 'pointless':
      return { end: 'parked', note: sent.why }
    case 'refused':
      return { end: 'parked', note: `${sent.status} ${sent.code ?? ''}`.trim() }
    case 'not-yet':
      return { handBack: sent.waitMs }
    case 'throttled':
      return giveUp
        ? { end: 'parked', note: 'throttled' }
        : { again: Math.max(sent.retryAfterMs ?? 0, pauseMs(attempts)) }
    case 'conflict':
    case 'not-sent':
      return giveUp ? { end: 'parked', note: sent.kind } : { again: pauseMs(attempts) }
    case 'unknown': {
      // An update may be repeated at will. A message that came twice is a nuisance, one that never came is a loss.
      const limit = effect.kind === 'update' ? mostAttempts : 2
      return attempts >= limit ? { end: 'unknown', note: 'may have arrived' } : { again: pauseMs(attempts + 2) }
    }
    default:
      return sent satisfies never
  }
}

/** Does what is due, in this process and beside others; woken at each commit, and by itself when something falls due. */
export function createOutbox({ database, now, send, perform: others, log, leaseMs = usualLeaseMs }: OutboxDeps) {
  const worker = randomUUID()
  const underWay = new Map<Promise<void>, ClaimedEffect>()
  let running = true
  let looking: Promise<void> | undefined
  let again = false
  let timer: NodeJS.Timeout | undefined
  let swept = 0

  /** What shows a case has to be changed with it: a request at the desk, and a card that brought news. */
  async function rememberCopy(tx: Tx, { kind, tenant, caseId = '' }: ClaimedEffect, sent: Sent): Promise<void> {
    const view = kind === 'approval' ? 'approval' : kind === 'notify' ? 'case' : undefined
    if (!view || sent.kind !== 'confirmed' || sent.id === undefined || !sent.conversation) return
    await addCopy(tx, { caseId, tenant, conversation: sent.conversation, message: sent.id, view })
  }

  /** What became of a send is known here only: it is kept until it can be written, or somebody else has the effect. */
  async function settle(effect: ClaimedEffect, verdict: Verdict, sent: Sent): Promise<void> {
    for (const end = performance.now() + leaseMs; ; await sleep(writeAgainMs)) {
      try {
        return await write(effect, verdict, sent)
      } catch (error) {
        if (!isUnavailable(error) || performance.now() > end) throw error
      }
    }
  }

  async function write(effect: ClaimedEffect, verdict: Verdict, sent: Sent): Promise<void> {
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
      if (
        end !== 'done' &&
        sent.kind === 'refused' &&
        sent.code === 'BotNotInConversationRoster' &&
        effect.conversation
      ) {
        await markUninstalled(tx, effect.tenant, effect.conversation, time.toISOString())
      }
    })
    if ('note' in verdict) log.warn({ effect: effect.kind, case: effect.caseId, note: verdict.note }, 'set aside')
  }

  async function perform(effect: ClaimedEffect): Promise<void> {
    const other = others[effect.kind]
    if (other) return other(effect)
    const sent = await send(effect)
    await settle(effect, judge(effect, sent), sent)
  }

  /** Something that cannot be done at all is set aside after a few attempts, so that it holds nobody up. */
  async function failed(effect: ClaimedEffect, error: unknown): Promise<void> {
    log.error({ effect: effect.kind, case: effect.caseId, err: error }, 'an effect failed')
    const sent: Sent = { kind: 'not-sent', cause: error }
    // That the database is away says nothing against the effect.
    const isAway = error instanceof Unavailable || isUnavailable(error)
    const isHopeless = effect.attempts >= 5 && !isAway
    await settle(effect, isHopeless ? { end: 'parked', note: 'failed' } : { again: pauseMs(effect.attempts) }, sent)
  }

  function begin(effect: ClaimedEffect): void {
    const task = perform(effect)
      .catch((error: unknown) => failed(effect, error))
      .catch((error: unknown) => log.error({ err: error }, 'the outbox cannot be written; the lease will end'))
      .finally(() => {
        underWay.delete(task)
        wake()
      })
    underWay.set(task, effect)
  }

  async function look(): Promise<number> {
    const time = await now(database)
    const limit = atATime - underWay.size
    const { effects, next } = await database.transaction(async (tx) => {
      const effects = limit > 0 ? await claimDue(tx, { now: time, worker, leaseMs, limit }) : []
      return { effects, next: effects.length > 0 ? 0 : await nextDue(tx, time) }
    })
    for (const effect of effects) begin(effect)
    await sweep(time)
    if (effects.length > 0 || limit === 0) return lookEveryMs
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
