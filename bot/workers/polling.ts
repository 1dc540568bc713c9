import { randomUUID } from 'node:crypto'
import type { CaseEvent } from '../../dialogs/events.ts'
import { findCase } from '../../state/case-store.ts'
import type { Database, Tx } from '../../state/engine/transaction.ts'
import { findLink, saveLink } from '../../state/links.ts'
import { type ClaimedEffect, finish, retry } from '../../state/outbox-claims.ts'
import { relationshipWatches, watchersOf } from '../../state/watches.ts'
import { type EffectPayload, effectPayloads, isWanted } from '../effects/effects.ts'
import type { CompleteEffect, HandleResourceSeen } from '../effects/settlement.ts'
import type { CallResult } from '../microsoft/call-result.ts'
import type { Calls } from '../microsoft/calls.ts'
import { backoffMs } from './retry-policy.ts'

interface PollingDeps {
  database: Database
  /** Time by which effects are due. */
  now: (database: Database) => Promise<Date>
  settle: CompleteEffect
  see: HandleResourceSeen
  calls: Calls
  /** Milliseconds between two polls of a resource, with 20 % jitter. */
  pollMs: number
  /** False if invitation links are fetched afresh each time. */
  sharesLinks: boolean
  /** Tenant of the partner. */
  partner: string
}

/** Shorter delays are not shown on the card. */
const MIN_SHOWN_DELAY_MS = 5_000

/** Attempts to read a customer that nobody waits for; with back-off they last about an hour. */
const MAX_UNEXPECTED_ATTEMPTS = 12

const freshIds = () => ({ requestId: randomUUID(), correlationId: randomUUID() })

/** Performs read-only calls, for one case or for all cases that watch a resource, and retries them without limit. */
export function createPolling({ database, now, settle, see, calls, pollMs, sharesLinks, partner }: PollingDeps) {
  const later = async (ms: number) => new Date((await now(database)).getTime() + ms).toISOString()

  /**
   * Makes the call. An invitation link that a colleague fetched is reused, which saves a sign-in; one that invites jointly
   * with a provider is not.
   */
  async function attempt(payload: EffectPayload<'call'>): Promise<CallResult> {
    const { call, visit } = payload
    const { tenant } = visit.place
    if (call.name !== 'fetch-invitation' || call.provider !== undefined || !sharesLinks)
      return calls.attempt(call, payload)
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
    const clicked = { origin: visit, message }
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
    await settle(effect, { end: { again: due }, clicked, ...(wait < MIN_SHOWN_DELAY_MS ? {} : { event }) })
  }

  /** Reads the watchers, and ends a poll without any in the same transaction, so that no new watcher is missed. */
  async function watchers(tx: Tx, effect: ClaimedEffect, { resource }: EffectPayload<'poll'>) {
    const waiting = await watchersOf(tx, resource)
    if (waiting.length === 0) await finish(tx, effect, { state: 'done' })
    return waiting
  }

  /** Tells the cases that wait for other customers which tenant has accepted. */
  async function tellUnexpected(effect: ClaimedEffect, { resource }: EffectPayload<'poll'>): Promise<void> {
    const waiting = await database.transaction(async (tx) => {
      const isExpected = (await watchersOf(tx, resource)).length > 0
      return isExpected ? [] : relationshipWatches(tx, partner)
    })
    const found = waiting.length === 0 ? undefined : await calls.observe(resource, freshIds())
    const isSeen = found?.kind === 'seen' && 'accepted' in found.sighting && found.sighting.accepted
    // A new customer may be hidden for a while. An event of another partner never shows one.
    if (found && !isSeen && effect.attempts < MAX_UNEXPECTED_ATTEMPTS) {
      const due = await later(Math.max(backoffMs(effect.attempts), (found.kind === 'again' && found.afterMs) || 0))
      await database.transaction((tx) => retry(tx, effect, due))
      return
    }
    if (found?.kind === 'seen' && isSeen) for (const watch of waiting) await see(watch, found.sighting)
    await database.transaction((tx) => finish(tx, effect, { state: 'done' }))
  }

  async function poll(effect: ClaimedEffect): Promise<void> {
    const payload = effectPayloads.poll.parse(effect.payload)
    if (payload.isUnexpected) return tellUnexpected(effect, payload)
    const waiting = await database.transaction((tx) => watchers(tx, effect, payload))
    if (waiting.length === 0) return
    const found = await calls.observe(payload.resource, freshIds())
    const deliveries =
      found.kind === 'seen' ? await Promise.allSettled(waiting.map((watch) => see(watch, found.sighting))) : []
    const usual = pollMs * (0.8 + Math.random() * 0.4)
    const due = await later(found.kind === 'seen' ? usual : Math.max(usual, found.afterMs ?? 0))
    // A poll repeats for weeks: a completed attempt does not count against the next one.
    await database.transaction((tx) => retry(tx, { ...effect, attempts: 0 }, due))
    // Thrown last: one failing case must not keep the sighting from the others.
    for (const delivery of deliveries) if (delivery.status === 'rejected') throw delivery.reason
  }

  return { ask, poll }
}
