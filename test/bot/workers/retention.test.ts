import { expect, it } from 'vitest'
import { verify } from '../../../state/audit/verify.ts'
import { rowsOf } from '../../support/ledger-world.ts'
import { somebody, startWorld } from '../../support/world.ts'

const reason = 'canary: checked it last week'

/** A migration one step of which was skipped for a reason, and which was given up then. */
async function ended(world: Awaited<ReturnType<typeof startWorld>>) {
  const chat = world.chat(somebody())
  await chat.say('hello')
  await chat.press('answer', { value: 'direct' })
  await chat.press('answer', { value: 'usage' })
  await chat.press('answer', { value: 'ea' })
  await chat.press('start', { track: 'plan/manual-migration' })
  await chat.press('tick', { step: 'relationship' })
  await chat.press('show', { view: 'skip/plan/manual-migration' })
  await chat.press('skip', {}, { step: 'services', reason })
  return chat
}

const storedRows = async ({ database }: Awaited<ReturnType<typeof startWorld>>) => {
  const tables = await Promise.all(['cases', 'history'].map((table) => rowsOf(database, table)))
  return tables.map((rows) => JSON.stringify(rows).includes(reason))
}

it('what was typed in a case that ended long ago is erased, and the history verifies', async () => {
  const first = await startWorld({}, 'test')
  const chat = await ended(first)
  await chat.say('cancel')
  await chat.press('cancel')
  await ended(first)
  expect(await storedRows(first)).toEqual([true, true])
  const at = (days: number) => new Date(Date.now() + days * 86_400_000)
  const env = { DATABASE_URL: first.url, RETENTION_DAYS: '30' }
  const early = await startWorld(env, 'test', { world: { now: () => at(29), outboxTime: async () => at(29) } })
  // Stopping waits for the sweep.
  await early.bot.stop()
  const before = await rowsOf<{ texts: number; open: number }>(first.database, 'cases')
  expect(before.map(({ texts }) => texts)).toEqual([1, 1])
  await startWorld(env, 'test', { world: { now: () => at(31), outboxTime: async () => at(31) } })
  const rows = () => rowsOf<{ texts: number; open: number; context: string }>(first.database, 'cases')
  await expect.poll(async () => (await rows()).filter(({ texts }) => texts === 0).length).toBe(1)
  for (const { open, texts, context } of await rows()) {
    expect([texts, context.includes(reason)]).toEqual([open, open === 1])
  }
  expect(await verify(first.database)).toMatchObject({ faults: [], erased: 1 })
})
