import { randomUUID } from 'node:crypto'
import type { CaseEvent } from '../../dialogs/events.ts'
import { findCase } from '../../state/case-store.ts'
import type { Database, Tx } from '../../state/engine/transaction.ts'
import { findLink, saveLink } from '../../state/links.ts'
import { type ClaimedEffect, finish, retry } from '../../state/outbox-claims.ts'
import { watchersOf } from '../../state/watches.ts'
import { type EffectPayload, effectPayloads, isWanted } from '../effects/effects.ts'
import type { CompleteEffect, HandleResourceSeen } from '../effects/settlement.ts'
import type { CallResult } from '../microsoft/call-result.ts'
import type { Calls } from '../microsoft/calls.ts'
import { backoffMs } from './retry-policy.ts'

interface PollingDeps {
  database: Database
  /** The time effects are judged by. */
  now: (database: Database) => Promise<Date>
  settle: CompleteEffect
  see: HandleResourceSeen
  calls: Calls
  /** Milliseconds between two looks at a resource, spread by a fifth. */
  pollMs: number
}

/** Delays shorter than this are not worth telling. */
const quietMs = 5_000

/** Asks Microsoft what changes nothing there, for one case or for all that wait for the same: as often as it takes. */
export function createPolling({ database, now, settle, see, calls, pollMs }: PollingDeps) {
  const later = async (ms: number) => new Date((await now(database)).getTime() + ms).toISOString()

  /** A link that a colleague has fetched is as good as a new one; nobody needs to sign in for it. */
  async function attempt(payload: EffectPayload<'call'>): Promise<CallResult> {
    const { call, visit } = payload
    const { tenant } = visit.place
    if (call.name !== 'fetch-invitation') return calls.attempt(call, payload)
    const kept = await database.transaction((tx) => findLink(tx, tenant))
    if (kept) return { kind: 'answered', answer: { call: call.name, url: kept.url } }
    const made = await calls.attempt(call, payload)
    if (made.kind !== 'answered' || !('url' in made.answer)) return made
    const link = { tenant, url: made.answer.url, by: visit.sender.id, at: await later(0) }
    await database.transaction((tx) => saveLink(tx, link))
    return made
  }

  async function ask(effect: ClaimedEffect): Promise<void> {
    const payload = effectPayloads.call.parse(effect.payload)
    const { track, since, call, visit, message } = payload
    const stored = await database.transaction((tx) => findCase(tx, effect.tenant, effect.caseId ?? ''))
    if (!stored || !isWanted(stored.case, payload)) {
      await database.transaction((tx) => finish(tx, effect, { state: 'done' }))
      return
    }
    const made = await attempt(payload)
    const clicked = { visit, message }
    if (made.kind === 'answered') {
      const event = { type: 'call.answered', track, since, answer: made.answer } as const
      await settle(effect, { end: { state: 'done' }, event, clicked })
      return
    }
    const why = made.kind === 'again' ? made.why : 'unreachable'
    const wait = Math.max((made.kind === 'again' && made.afterMs) || 0, backoffMs(effect.attempts))
    const due = await later(wait)
    const delayed = { type: 'call.delayed', track, since, call: call.name, again: { at: due, why } } as const
    const event: Omit<Extract<CaseEvent, { type: 'call.delayed' }>, 'at' | 'by'> = delayed
    await settle(effect, { end: { again: due }, clicked, ...(wait < quietMs ? {} : { event }) })
  }

  /** Ends a poll that nobody waits for any more; in one transaction, so that nobody begins to wait unnoticed. */
  async function watchers(tx: Tx, effect: ClaimedEffect, { resource }: EffectPayload<'poll'>) {
    const waiting = await watchersOf(tx, resource)
    if (waiting.length === 0) await finish(tx, effect, { state: 'done' })
    return waiting
  }

  async function poll(effect: ClaimedEffect): Promise<void> {
    const payload = effectPayloads.poll.parse(effect.payload)
    const waiting = await database.transaction((tx) => watchers(tx, effect, payload))
    if (waiting.length === 0) return
    const found = await calls.observe(payload.resource, { requestId: randomUUID(), correlationId: randomUUID() })
    const told =
      found.kind === 'seen' ? await Promise.allSettled(waiting.map((watch) => see(watch, found.sighting))) : []
    const usual = pollMs * (0.8 + Math.random() * 0.4)
    const due = await later(found.kind === 'seen' ? usual : Math.max(usual, found.afterMs ?? 0))
    // Polls go on for weeks: an attempt that came to its end does not count against the next.
    await database.transaction((tx) => retry(tx, { ...effect, attempts: 0 }, due))
    // Only now: one case that cannot be told must not keep news from the others.
    for (const one of told) if (one.status === 'rejected') throw one.reason
  }

  return { ask, poll }
}
