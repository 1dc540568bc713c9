/** Limits of a run. */
export interface TryBudget {
  /** Seed of everything random. */
  readonly seed: number
  /** Maximum of tries. */
  readonly maxTries: number
  /** Milliseconds after which no try starts. */
  readonly budgetMs: number
}

/** Result of a run. */
export interface PromiseOutcome {
  readonly tried: number
  /** Tries that broke the promise. */
  readonly failed: number
  /** The first failures, in words. */
  readonly failures: readonly string[]
  /** Other counts and measurements, such as kills, answers and milliseconds. */
  readonly figures?: Readonly<Record<string, number>>
}

/** Promise of the bot, with the program that tries to break it. */
export interface Guarantee {
  /** Name in kebab case: `npm run hold -- NAME` tries it alone. */
  readonly name: string
  /** The promise in plain words, as in docs/guarantees.md. */
  readonly promise: string
  /** Tries of the long form (`npm run hold`) and of the short one (`npm run test:promises`). */
  readonly tries: { readonly long: number; readonly short: number }
  /** Tries to break it. */
  readonly check: (given: TryBudget) => Promise<PromiseOutcome>
  /** Does the same to a bot with its safeguard disabled. It must fail, which shows that `check` can fail. */
  readonly checkWithoutSafeguard: (given: TryBudget) => Promise<PromiseOutcome>
}

const MAX_FAILURES_SHOWN = 5

/** Counts tries and failures. */
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
    /** Counts a try, and a failure unless it holds. */
    expect: (isKept: boolean, what: () => string): void => {
      tried += 1
      if (!isKept) failures.push(what())
    },
    outcome: (figures?: Readonly<Record<string, number>>): PromiseOutcome => ({
      tried,
      failed: failures.length,
      failures: failures.slice(0, MAX_FAILURES_SHOWN),
      ...(figures && { figures }),
    }),
  }
}
export type Tally = ReturnType<typeof createTally>
