import { expect, it } from 'vitest'
import { colleagueId, managerId } from '../../sandbox/upstream/graph/groups.ts'
import { seats } from '../../sandbox/windows/seats.ts'

it('the people of the sandbox have names of their own, not those of their desks', () => {
  const names = seats.map(({ name }) => name)
  expect(new Set(names).size).toBe(seats.length)
  for (const { name, desk, slug } of seats) {
    expect(name).toMatch(/^\p{Lu}\p{L}+ \p{Lu}\p{L}+$/u)
    expect([desk.toLowerCase(), slug]).not.toContain(name.toLowerCase())
  }
})

it('the sandbox has two windows of people who approve, in the channel of one team', () => {
  const approving = seats.filter(({ person }) => [managerId, colleagueId].includes(person))
  expect(approving).toHaveLength(2)
  expect(new Set(approving.map(({ team, slug, channel }) => `${team ?? slug} ${channel}`)).size).toBe(1)
})
