import type { Guarantee, PromiseOutcome, TryBudget } from '../promise.ts'
import type { SourceChange } from './attacked-bot.ts'

/** Failures after which a run has seen enough and ends. */
export const MAX_FAILURES_PER_RUN = 3

/** One mechanism taken out of the bot. */
export interface Removal {
  readonly what: string
  readonly changes: readonly SourceChange[]
}

/**
 * Tries a promise without each of the mechanisms that keep it, one at a time. Counts as broken only when every removal
 * was seen: one that goes unseen is named, and nothing counts.
 */
async function withoutEach(
  removals: readonly Removal[],
  given: TryBudget,
  attempt: (given: TryBudget, changes: readonly SourceChange[]) => Promise<PromiseOutcome>,
): Promise<PromiseOutcome> {
  const unseen: string[] = []
  const seen: string[] = []
  for (const { what, changes } of removals) {
    const { failed, failures } = await attempt(given, changes)
    if (failed === 0) unseen.push(`nothing was seen without ${what}`)
    else seen.push(`without ${what}: ${failures[0]}`)
  }
  if (unseen.length > 0) return { tried: removals.length, failed: 0, failures: unseen }
  return { tried: removals.length, failed: seen.length, failures: seen }
}

/** As many as the short form has time for. */
const removalsOfShort = 2

/**
 * A promise whose control tries it without each of its mechanisms; the short form without the first ones. `triesWithout`
 * says how many tries each of those gets, in the long and in the short form.
 */
export function guaranteeOf(
  told: Pick<Guarantee, 'name' | 'promise' | 'tries'>,
  removals: readonly Removal[],
  attempt: (given: TryBudget, changes?: readonly SourceChange[]) => Promise<PromiseOutcome>,
  triesWithout: Guarantee['tries'],
): Guarantee {
  return {
    ...told,
    check: (given) => attempt(given),
    checkWithoutSafeguard: (given) => {
      const isShort = given.most < told.tries.long
      const some = isShort ? removals.slice(0, removalsOfShort) : removals
      return withoutEach(some, { ...given, most: isShort ? triesWithout.short : triesWithout.long }, attempt)
    },
  }
}
