import type { Logger } from 'pino'
import type { CallAnswer, Write } from '../../dialogs/calls.ts'
import type { Case } from '../../dialogs/case.ts'
import { findAction, type LedgerAction, moveAction } from '../../state/actions.ts'
import { findCase } from '../../state/case-store.ts'
import type { Database, Tx } from '../../state/engine/transaction.ts'
import { type ClaimedEffect, finish } from '../../state/outbox-claims.ts'
import { mayAct } from '../../state/switches.ts'
import { type EffectPayload, effectPayloads, isWanted, pendingOf } from '../effects/effects.ts'
import type { CompleteEffect } from '../effects/settlement.ts'
import type { RetryLater } from '../microsoft/call-result.ts'
import type { Calls } from '../microsoft/calls.ts'
import { backoffMs } from './retry-policy.ts'

interface LedgerDeps {
  database: Database
  /** Time by which effects are due. */
  now: (database: Database) => Promise<Date>
  settle: CompleteEffect
  calls: Calls
  log: Logger
  /** False holds every unsent action, whatever the kill switch in the database says. */
  mayAct?: boolean | undefined
  /** Delays before each check of an action with an unknown outcome; their number limits the checks. */
  checkDelaysMs?: readonly number[] | undefined
}

/** Several checks, as Microsoft shows an effect with a delay. */
const DEFAULT_CHECK_DELAYS_MS = [2_000, 10_000, 60_000]
/** Interval at which a held action reads the kill switch; switching it on wakes the action at once. */
const HELD_RETRY_MS = 60_000

/**
 * Sends actions that change something at Microsoft, at most once each. An action is stored as `sending` before it leaves.
 * If it is found in that state, or no response arrives, the ledger checks for its effect and never resends it.
 */
export function createLedger(deps: LedgerDeps) {
  const { database, now, settle, calls, log, checkDelaysMs = DEFAULT_CHECK_DELAYS_MS } = deps

  const later = async (ms: number) => new Date((await now(database)).getTime() + ms).toISOString()

  /** Decides the next step of an action and stores it before it is done. */
  async function begin(tx: Tx, effect: ClaimedEffect, payload: EffectPayload<'action'>, at: string) {
    const action = await findAction(tx, payload.requestId)
    const stored = await findCase(tx, effect.tenant, effect.caseId ?? '')
    if (!action || action.state === 'confirmed' || action.state === 'failed') {
      await finish(tx, effect, { state: 'done' })
      return undefined
    }
    if (action.state !== 'prepared') return { action, what: 'check' as const }
    if (!stored || !isWanted(stored.case, payload)) {
      await moveAction(tx, action, { state: 'failed', note: 'withdrawn before it was sent' }, at)
      await finish(tx, effect, { state: 'done' })
      return undefined
    }
    if (deps.mayAct === false || !(await mayAct(tx))) return { action, what: 'hold' as const, case: stored.case }
    const sending = { ...action, state: 'sending', sends: action.sends + 1, looks: 0 } as const
    // Another process moved it first and sends it; this claim ends with its lease.
    return (await moveAction(tx, action, sending, at)) ? { action: sending, what: 'send' as const } : undefined
  }

  /** Ends an action in the ledger, the outbox and the case, in one transaction. */
  async function end(effect: ClaimedEffect, payload: EffectPayload<'action'>, action: LedgerAction, ended: Ended) {
    const { answer, failed } = ended
    const { track, since } = payload
    const note = noteOf(answer)
    await settle(effect, {
      end: { state: 'done' },
      event: { type: 'call.answered', track, since, answer },
      clicked: clickedBy(payload),
      also: async (tx, at) => {
        await moveAction(tx, action, { state: failed ? 'failed' : 'confirmed', note }, at)
      },
    })
  }

  /** Postpones an action that certainly had no effect, as if it had never been sent. */
  async function postpone(
    effect: ClaimedEffect,
    payload: EffectPayload<'action'>,
    action: LedgerAction,
    why: RetryLater,
  ) {
    const due = await later(Math.max(why.afterMs ?? 0, backoffMs(effect.attempts)))
    const { track, since, call } = payload
    await settle(effect, {
      end: { again: due },
      event: { type: 'call.delayed', track, since, call: call.name, again: { at: due, why: why.why } },
      clicked: clickedBy(payload),
      also: async (tx, at) => {
        await moveAction(tx, action, { state: 'prepared' }, at)
      },
    })
  }

  /** Holds an action while the kill switch is off; its card says so, once. */
  async function hold(effect: ClaimedEffect, payload: EffectPayload<'action'>, caseRecord: Case) {
    const at = await later(HELD_RETRY_MS)
    const { track, since, call } = payload
    const event = { type: 'call.delayed', track, since, call: call.name, again: { at, why: 'stopped' } } as const
    const isLogged = pendingOf(caseRecord, track)?.again?.why === 'stopped'
    // Holding does not count as an attempt.
    const unbegun = { ...effect, attempts: effect.attempts - 1 }
    await settle(unbegun, { end: { again: at }, clicked: clickedBy(payload), ...(!isLogged && { event }) })
  }

  /** Judges an answer. A resent action may be refused because its first attempt took effect, so that is checked. */
  async function judge(payload: EffectPayload<'action'>, action: LedgerAction, answer: CallAnswer): Promise<Ended> {
    const refused = 'fault' in answer
    if (!refused || action.sends === 1) return { answer, failed: refused }
    const found = await calls.checkEffect(payload.call as Write, payload, action.createdAt)
    return found.kind === 'there' ? seen(found) : { answer, failed: true }
  }

  async function send(effect: ClaimedEffect, payload: EffectPayload<'action'>, action: LedgerAction): Promise<void> {
    const attempt = await calls.attempt(payload.call, payload)
    if (attempt.kind === 'answered') return end(effect, payload, action, await judge(payload, action, attempt.answer))
    if (attempt.kind === 'again') return postpone(effect, payload, action, attempt)
    const { caseId, id, correlation: correlationId } = action
    log.warn({ case: caseId, action: id, correlationId, err: attempt.cause }, 'action outcome unknown')
    await settle(effect, {
      end: { again: await later(checkDelaysMs[0] ?? 0) },
      also: async (tx, at) => {
        await moveAction(tx, action, { state: 'unknown', looks: 0 }, at)
      },
    })
  }

  /** Checks whether an action with an unknown outcome took effect. Without a finding it is left to a person. */
  async function check(effect: ClaimedEffect, payload: EffectPayload<'action'>, action: LedgerAction): Promise<void> {
    const call = payload.call as Write
    const found = await calls.checkEffect(call, payload, action.createdAt)
    if (found.kind === 'there') {
      return end(effect, payload, action, seen(found))
    }
    const isAway = found.kind === 'again'
    const looks = isAway ? action.looks : action.looks + 1
    const wait = isAway ? Math.max(found.afterMs ?? 0, backoffMs(effect.attempts)) : checkDelaysMs[looks]
    const also = async (tx: Tx, at: string) => {
      await moveAction(tx, action, { state: 'unknown', looks }, at)
    }
    const { track, since } = payload
    if (wait !== undefined) {
      const at = await later(wait)
      // A reachable service that shows no effect yet is no delay to report.
      const event =
        isAway && ({ type: 'call.delayed', track, since, call: call.name, again: { at, why: found.why } } as const)
      await settle(effect, { end: { again: at }, ...(event && { event }), clicked: clickedBy(payload), also })
      return
    }
    const event = { type: 'call.parked', track, since, call: call.name } as const
    const parked = { state: 'unknown', note: 'not found, not sent again' } as const
    await settle(effect, { end: parked, event, clicked: clickedBy(payload), also })
  }

  return async (effect: ClaimedEffect): Promise<void> => {
    const payload = effectPayloads.action.parse(effect.payload)
    const at = await later(0)
    const begun = await database.transaction((tx) => begin(tx, effect, payload, at))
    if (!begun) return
    if (begun.what === 'hold') await hold(effect, payload, begun.case)
    else if (begun.what === 'send') await send(effect, payload, begun.action)
    else await check(effect, payload, begun.action)
  }
}

/** Final answer of an action, and whether it failed. */
type Ended = { answer: CallAnswer; failed: boolean }
type Found = Extract<Awaited<ReturnType<Calls['checkEffect']>>, { kind: 'there' }>

/** Takes the found state as the answer; it failed if things ended otherwise than requested. */
const seen = ({ answer, isEffect }: Found): Ended => ({ answer, failed: !isEffect })

const clickedBy = ({ visit: origin, message }: EffectPayload<'action'>) => ({ origin, message })

function noteOf(answer: CallAnswer): string {
  if ('fault' in answer) return `${answer.fault.kind} ${answer.fault.code ?? ''}`.trim()
  if ('transfer' in answer) return `transfer ${answer.transfer.id}`
  return 'relationship' in answer ? `relationship ${answer.relationship.id}` : 'done'
}
