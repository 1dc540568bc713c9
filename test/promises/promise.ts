/** How much a promise is tried. */
export interface TryBudget {
  /** Everything random follows from it. */
  readonly seed: number
  /** Tries at most. */
  readonly most: number
  /** Milliseconds after which no new try is begun. */
  readonly budgetMs: number
}

/** What became of the tries. */
export interface PromiseOutcome {
  readonly tried: number
  /** How many of them broke the promise. */
  readonly failed: number
  /** The first few failures, in words. */
  readonly failures: readonly string[]
  /** What else was counted or measured, such as kills, answers, milliseconds. */
  readonly figures?: Readonly<Record<string, number>>
}

/** One thing that is promised, and how it is tried. */
export interface Guarantee {
  /** Short and in kebab case: `npm run hold -- NAME` tries it alone. */
  readonly name: string
  /** In plain words, as the table and docs/operations.md say it. */
  readonly promise: string
  /** Tries of the long form, and of the short form that belongs to `npm test`. */
  readonly tries: { readonly long: number; readonly short: number }
  /** Tries to break it. */
  readonly check: (given: TryBudget) => Promise<PromiseOutcome>
  /** The same with the mechanism taken out that keeps it: a run that sees nothing here could not fail at all. */
  readonly checkWithoutSafeguard: (given: TryBudget) => Promise<PromiseOutcome>
}

const mostTold = 5

/** Counts tries and the ones that failed. */
export function createTally() {
  let tried = 0
  const failures: string[] = []
  return {
    passed: (): void => {
      tried += 1
    },
    failed: (what: string): void => {
      tried += 1
      failures.push(what)
    },
    /** One try, good where it holds. */
    expect: (holds: boolean, what: () => string): void => {
      tried += 1
      if (!holds) failures.push(what())
    },
    outcome: (figures?: Readonly<Record<string, number>>): PromiseOutcome => ({
      tried,
      failed: failures.length,
      failures: failures.slice(0, mostTold),
      ...(figures && { figures }),
    }),
  }
}
export type Tally = ReturnType<typeof createTally>
