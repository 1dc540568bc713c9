import { conversationOf } from '../../state/case-store.ts'
import type { Tx } from '../../state/engine/transaction.ts'
import { type ClaimedEffect, finish, release } from '../../state/outbox-claims.ts'
import { addEffects } from '../../state/outbox-store.ts'
import { sayEffect } from '../effects/effects.ts'

/** So often an effect is begun in a row without coming to any verdict; then it is set aside for a person. */
export const MAX_FAILURES = 5
/** From so many on an effect is begun alone: whatever dies with it a second time is not the cause of it. */
const suspectFaults = 3
/** Those are claimed only that have failed less often than this while one that has not is under way. */
export const MAX_FAILURES_BESIDE_SUSPECT = suspectFaults - 1
/** For so many milliseconds a look that was handed back leaves the next claims to what somebody waits for. */
const lookRestMs = 10_000

/** Sets an effect aside that came to no verdict again and again, and tells its conversation, once until it is heard. */
export async function deadLetter(tx: Tx, effect: ClaimedEffect): Promise<void> {
  if (!(await finish(tx, effect, { state: 'parked', note: 'failed' }))) return
  const { tenant, caseId, kind } = effect
  // What cannot be said cannot be said of either.
  if (kind === 'say') return
  const conversation = (caseId && (await conversationOf(tx, tenant, caseId))) || effect.conversation
  if (conversation === undefined) return
  const line = { key: 'effect-failed', case: caseId ?? 'none' } as const
  await addEffects(tx, [sayEffect({ tenant, conversation }, line, `failed:${caseId ?? ''}:${conversation}`)])
}

/**
 * Of the effects that were just claimed, those to begin. Their attempts were counted by the claim, so that one that ends
 * the process each time is counted too: it is set aside in its turn. Of those that have failed before, one is begun, the
 * others handed back: innocents that were under way with it must not be set aside with it. They are claimed again when
 * it is over (`innocentBelow`), so that each has its turn: the oldest first, but looks that come again by themselves
 * after all that somebody waits for, and not in every claim: there may be hundreds.
 */
export async function isolateSuspects(
  tx: Tx,
  claimed: readonly ClaimedEffect[],
  now: Date,
): Promise<{ begun: ClaimedEffect[]; aside: ClaimedEffect[] }> {
  const aside = claimed.filter(({ faults }) => faults > MAX_FAILURES)
  const suspects = claimed.filter((effect) => isSuspect(effect) && !aside.includes(effect))
  const [first, ...later] = suspects.sort(
    (effect, other) => Number(isLook(effect)) - Number(isLook(other)) || effect.id - other.id,
  )
  const others = claimed.filter((effect) => !isSuspect(effect))
  for (const effect of aside) await deadLetter(tx, effect)
  for (const effect of later) {
    const due = new Date(now.getTime() + (isLook(effect) ? lookRestMs : 0))
    await release(tx, { ...effect, due: due.toISOString() })
  }
  return { begun: first ? [first, ...others] : others, aside }
}

/** Has it come to no verdict several times before? */
export const isSuspect = ({ faults }: ClaimedEffect): boolean => faults >= suspectFaults

const isLook = ({ kind }: ClaimedEffect) => kind === 'poll'
