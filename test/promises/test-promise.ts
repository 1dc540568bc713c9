import { describe, expect, it } from 'vitest'
import type { Guarantee } from './promise.ts'

const SEED = 20261122
const BUDGET_MS = 60_000
const TIMEOUT_MS = 120_000
/** Kills are random, so one short control run may miss the decisive moment. */
const CONTROL_SEEDS = [SEED, SEED + 1, SEED + 2]

/** Tests the short form of a promise, and that it fails once its safeguard is disabled. */
export function testPromise({ name, promise, tries, check, checkWithoutSafeguard }: Guarantee): void {
  const budget = { seed: SEED, maxTries: tries.short, budgetMs: BUDGET_MS }

  describe(name, () => {
    it(`holds: ${promise}`, { timeout: TIMEOUT_MS }, async () => {
      const outcome = await check(budget)
      expect(outcome).toMatchObject({ failed: 0, failures: [] })
      expect(outcome.tried).toBeGreaterThan(0)
    })

    it('fails when its safeguard is disabled', { timeout: CONTROL_SEEDS.length * TIMEOUT_MS }, async () => {
      let failed = 0
      for (const seed of CONTROL_SEEDS)
        if (failed === 0) failed = (await checkWithoutSafeguard({ ...budget, seed })).failed
      expect(failed).toBeGreaterThan(0)
    })
  })
}
