import { conversationOf } from '../../state/case-store.ts'
import type { Tx } from '../../state/engine/transaction.ts'
import { type ClaimedEffect, finish, release } from '../../state/outbox-claims.ts'
import { addEffects } from '../../state/outbox-store.ts'
import { sayEffect } from '../effects/effects.ts'

/** Consecutive attempts without an outcome (crash or hang) before an effect is dead-lettered. */
export const MAX_FAILURES = 5
/** Failures that make an effect a suspect. Suspects run one at a time, so that no healthy effect is blamed twice. */
const SUSPECT_FROM_FAILURES = 3
/** Effects claimed while a suspect runs have fewer failures than this. */
export const MAX_FAILURES_BESIDE_SUSPECT = SUSPECT_FROM_FAILURES - 1
/** Rest of a suspected poll that was handed back, so that effects people wait for are claimed first. */
const POLL_REST_MS = 10_000

/** Dead-letters a poison effect and tells its conversation, once until that message is sent. */
export async function deadLetter(tx: Tx, effect: ClaimedEffect): Promise<void> {
  if (!(await finish(tx, effect, { state: 'parked', note: 'failed' }))) return
  const { tenant, caseId, kind } = effect
  // A message that cannot be sent cannot be reported by another message.
  if (kind === 'say') return
  const conversation = (caseId && (await conversationOf(tx, tenant, caseId))) || effect.conversation
  if (conversation === undefined) return
  const banner = { key: 'effect-failed', case: caseId ?? 'none' } as const
  await addEffects(tx, [sayEffect({ tenant, conversation }, banner, `failed:${caseId ?? ''}:${conversation}`)])
}

/**
 * Selects the effects to begin from those just claimed; the claim has counted their attempts, so crashes count as well.
 * Begins one suspect at most and hands the others back, oldest first and polls last. Effects past the limit are dead-lettered.
 */
export async function isolateSuspects(
  tx: Tx,
  claimed: readonly ClaimedEffect[],
  now: Date,
): Promise<{ begun: ClaimedEffect[]; deadLettered: ClaimedEffect[] }> {
  const deadLettered = claimed.filter(({ faults }) => faults > MAX_FAILURES)
  const suspects = claimed.filter((effect) => isSuspect(effect) && !deadLettered.includes(effect))
  const [first, ...later] = suspects.sort(
    (effect, other) => Number(isPoll(effect)) - Number(isPoll(other)) || effect.id - other.id,
  )
  const others = claimed.filter((effect) => !isSuspect(effect))
  for (const effect of deadLettered) await deadLetter(tx, effect)
  for (const effect of later) {
    const due = new Date(now.getTime() + (isPoll(effect) ? POLL_REST_MS : 0))
    await release(tx, { ...effect, due: due.toISOString() })
  }
  return { begun: first ? [first, ...others] : others, deadLettered }
}

export const isSuspect = ({ faults }: ClaimedEffect): boolean => faults >= SUSPECT_FROM_FAILURES

const isPoll = ({ kind }: ClaimedEffect) => kind === 'poll'
