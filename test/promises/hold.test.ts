import { describe, expect, it } from 'vitest'
import { promises } from './promises.ts'

const seed = 20261122
const budgetMs = 60_000
const timeout = 120_000
/** Where chance decides at what moment a process is killed, a short try may miss the moment that shows something. */
const seeds = [seed, seed + 1, seed + 2]

describe.each(promises.map((one) => [one.name, one] as const))('%s', (_, one) => {
  const given = { seed, most: one.tries.short, budgetMs }

  it(`holds: ${one.promise}`, { timeout }, async () => {
    const outcome = await one.keep(given)
    expect(outcome).toMatchObject({ failed: 0, failures: [] })
    expect(outcome.tried).toBeGreaterThan(0)
  })

  it('is seen to break without what keeps it', { timeout: seeds.length * timeout }, async () => {
    let failed = 0
    for (const each of seeds) if (failed === 0) failed = (await one.broken({ ...given, seed: each })).failed
    expect(failed).toBeGreaterThan(0)
  })
})
