import { describe, expect, it } from 'vitest'
import { promises } from '../hold/promises.ts'

const seed = 20261122
const budgetMs = 60_000
const timeout = 120_000

describe.each(promises.map((one) => [one.name, one] as const))('%s', (_, one) => {
  const given = { seed, most: one.tries.short, budgetMs }

  it(`holds: ${one.promise}`, { timeout }, async () => {
    const outcome = await one.keep(given)
    expect(outcome).toMatchObject({ failed: 0, failures: [] })
    expect(outcome.tried).toBeGreaterThan(0)
  })

  it('is seen to break without what keeps it', { timeout }, async () => {
    expect((await one.broken(given)).failed).toBeGreaterThan(0)
  })
})
