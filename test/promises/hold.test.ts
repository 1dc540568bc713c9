import { describe, expect, it } from 'vitest'
import { promises } from './promises.ts'

const seed = 20261122
const budgetMs = 60_000
const timeout = 120_000
/** Where chance decides at what moment a process is killed, a short try may miss the moment that shows something. */
const seeds = [seed, seed + 1, seed + 2]

describe.each(promises.map((heldPromise) => [heldPromise.name, heldPromise] as const))('%s', (_, heldPromise) => {
  const given = { seed, most: heldPromise.tries.short, budgetMs }

  it(`holds: ${heldPromise.promise}`, { timeout }, async () => {
    const outcome = await heldPromise.keep(given)
    expect(outcome).toMatchObject({ failed: 0, failures: [] })
    expect(outcome.tried).toBeGreaterThan(0)
  })

  it('is seen to break without what keeps it', { timeout: seeds.length * timeout }, async () => {
    let failed = 0
    for (const each of seeds) if (failed === 0) failed = (await heldPromise.broken({ ...given, seed: each })).failed
    expect(failed).toBeGreaterThan(0)
  })
})
