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
  /** The time effects are judged by. */
  now: (database: Database) => Promise<Date>
  settle: CompleteEffect
  calls: Calls
  log: Logger
  /** False keeps everything back that has not been sent, whatever the switch in the database says. */
  mayAct?: boolean | undefined
  /** How long to wait before each look for an action of which nobody knows; their number is how often one looks. */
  checkDelaysMs?: readonly number[] | undefined
}

/** Microsoft shows what was done with a delay: not seen once is not yet not done. */
const defaultLooks = [2_000, 10_000, 60_000]
/** How often an action that is kept back asks whether it may go; the switch itself wakes it at once. */
const stoppedMs = 60_000

/**
 * Does what changes something at Microsoft, once at the most. An action is written down as `sending` before it is sent;
 * whoever finds it so, or heard no answer, looks whether it took effect and never sends it again by themselves.
 */
export function createLedger(deps: LedgerDeps) {
  const { database, now, settle, calls, log, checkDelaysMs = defaultLooks } = deps

  const later = async (ms: number) => new Date((await now(database)).getTime() + ms).toISOString()

  /** Decides what is to be done now, and writes it down before it is done. */
  async function begin(tx: Tx, effect: ClaimedEffect, payload: EffectPayload<'action'>, at: string) {
    const action = await findAction(tx, payload.requestId)
    const stored = await findCase(tx, effect.tenant, effect.caseId ?? '')
    if (!action || action.state === 'confirmed' || action.state === 'failed') {
      await finish(tx, effect, { state: 'done' })
      return undefined
    }
    if (action.state !== 'prepared') return { action, what: 'look' as const }
    if (!stored || !isWanted(stored.case, payload)) {
      await moveAction(tx, action, { state: 'failed', note: 'withdrawn before it was sent' }, at)
      await finish(tx, effect, { state: 'done' })
      return undefined
    }
    if (deps.mayAct === false || !(await mayAct(tx))) return { action, what: 'wait' as const, case: stored.case }
    const sending = { ...action, state: 'sending', sends: action.sends + 1, looks: 0 } as const
    // Whoever was faster sends it; this claim ends with its lease.
    return (await moveAction(tx, action, sending, at)) ? { action: sending, what: 'send' as const } : undefined
  }

  /** The end of an action: the ledger, the outbox and the case learn it in one transaction. */
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

  /** Nothing was done: the action goes out again later, as if it had never been sent. */
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

  /** The operator has stopped all actions: this one stays prepared, and its card says so, once. */
  async function wait(effect: ClaimedEffect, payload: EffectPayload<'action'>, caseRecord: Case) {
    const at = await later(stoppedMs)
    const { track, since, call } = payload
    const event = { type: 'call.delayed', track, since, call: call.name, again: { at, why: 'stopped' } } as const
    const isTold = pendingOf(caseRecord, track)?.again?.why === 'stopped'
    // Waiting is no attempt that failed.
    const unbegun = { ...effect, attempts: effect.attempts - 1 }
    await settle(unbegun, { end: { again: at }, clicked: clickedBy(payload), ...(!isTold && { event }) })
  }

  /** What was refused when it was sent again may have been refused because it took effect the first time. */
  async function judged(payload: EffectPayload<'action'>, action: LedgerAction, answer: CallAnswer): Promise<Ended> {
    const refused = 'fault' in answer
    if (!refused || action.sends === 1) return { answer, failed: refused }
    const found = await calls.checkEffect(payload.call as Write, payload, action.createdAt)
    return found.kind === 'there' ? seen(found) : { answer, failed: true }
  }

  async function send(effect: ClaimedEffect, payload: EffectPayload<'action'>, action: LedgerAction): Promise<void> {
    const attempt = await calls.attempt(payload.call, payload)
    if (attempt.kind === 'answered') return end(effect, payload, action, await judged(payload, action, attempt.answer))
    if (attempt.kind === 'again') return postpone(effect, payload, action, attempt)
    const { caseId, id, correlation: correlationId } = action
    log.warn({ case: caseId, action: id, correlationId, err: attempt.cause }, 'an action may have taken effect')
    await settle(effect, {
      end: { again: await later(checkDelaysMs[0] ?? 0) },
      also: async (tx, at) => {
        await moveAction(tx, action, { state: 'unknown', looks: 0 }, at)
      },
    })
  }

  /** Nobody knows whether it took effect. What is found is adopted; what is not found is left to a person. */
  async function look(effect: ClaimedEffect, payload: EffectPayload<'action'>, action: LedgerAction): Promise<void> {
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
      // Microsoft is there and shows nothing yet: that is no delay to tell of.
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
    if (begun.what === 'wait') await wait(effect, payload, begun.case)
    else if (begun.what === 'send') await send(effect, payload, begun.action)
    else await look(effect, payload, begun.action)
  }
}

/** What an action came to: what its case is told, and whether it failed. */
type Ended = { answer: CallAnswer; failed: boolean }
type Found = Extract<Awaited<ReturnType<Calls['checkEffect']>>, { kind: 'there' }>

/** What was found is how things stand, also where it is not what was wanted. */
const seen = ({ answer, isEffect }: Found): Ended => ({ answer, failed: !isEffect })

const clickedBy = ({ visit, message }: EffectPayload<'action'>) => ({ visit, message })

function noteOf(answer: CallAnswer): string {
  if ('fault' in answer) return `${answer.fault.kind} ${answer.fault.code ?? ''}`.trim()
  if ('transfer' in answer) return `transfer ${answer.transfer.id}`
  return 'relationship' in answer ? `relationship ${answer.relationship.id}` : 'done'
}
