import type { Guarantee, PromiseOutcome, TryBudget } from '../promise.ts'
import type { SourceChange } from './attacked-bot.ts'

export const MAX_FAILURES_PER_RUN = 3

/** Safeguard, and the source changes that disable it. */
export interface Removal {
  readonly what: string
  readonly changes: readonly SourceChange[]
}

/**
 * Tries a promise with each safeguard disabled in turn. Fails as a whole if one removal goes unnoticed, and names it.
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

/** Safeguards that the short form disables. */
const removalsOfShort = 2

/**
 * Builds a guarantee whose control disables its safeguards one by one; the short form, the first ones. `triesWithout`
 * is the number of tries for each.
 */
export function guaranteeOf(
  guarantee: Pick<Guarantee, 'name' | 'promise' | 'tries'>,
  removals: readonly Removal[],
  attempt: (given: TryBudget, changes?: readonly SourceChange[]) => Promise<PromiseOutcome>,
  triesWithout: Guarantee['tries'],
): Guarantee {
  return {
    ...guarantee,
    check: (given) => attempt(given),
    checkWithoutSafeguard: (given) => {
      const isShort = given.maxTries < guarantee.tries.long
      const some = isShort ? removals.slice(0, removalsOfShort) : removals
      return withoutEach(some, { ...given, maxTries: isShort ? triesWithout.short : triesWithout.long }, attempt)
    },
  }
}
