import { expect, it } from 'vitest'
import { textOf } from '../../support/bot.ts'
import { somebody, startWorld } from '../../support/world.ts'

const DAY_MS = 86_400_000
const closing = /closes in 3 days/

/** A person whose case has its answer, with nothing under way, in a bot that closes such cases after 30 days. */
async function answered() {
  const world = await startWorld({ CLOSE_AFTER_DAYS: '30' }, 'test')
  const chat = world.chat(somebody())
  await chat.say('new')
  for (const value of ['direct', 'licence', 'microsoft-direct']) await chat.press('answer', { value })
  while (chat.buttons().some(({ verb }) => verb === 'answer')) await chat.press('answer')
  await world.idle()
  const id = chat.caseId()
  const start = world.now().getTime()
  return {
    chat,
    world,
    /** Lets this many days pass since the answer, and everything happen that is due by then. */
    day: async (days: number) => {
      await world.travelTo(new Date(start + days * DAY_MS + 60_000).toISOString())
      await world.idle()
    },
    events: async () => (await world.cases()).find((each) => each.id === id)?.history.map(({ event }) => event) ?? [],
    isClosed: async () => (await world.findCase(id))?.closed !== undefined,
    words: () =>
      chat
        .screen()
        .map(textOf)
        .filter((each) => closing.test(each)).length,
  }
}

it('an answered case says once that it closes, and closes once', async () => {
  const { day, events, isClosed, words, world } = await answered()
  const before = (await events()).length
  await day(26)
  expect([await isClosed(), words()]).toEqual([false, 0])
  await day(27)
  expect([await isClosed(), words()]).toEqual([false, 1])
  await day(29)
  expect(await isClosed()).toBe(false)
  await day(31)
  expect([await isClosed(), words()]).toEqual([true, 1])
  const posted = world.connector.sent.filter(({ method }) => method === 'POST').length
  await day(90)
  expect((await events()).slice(before)).toEqual(['case.idle', 'case.idle'])
  expect(world.connector.sent.filter(({ method }) => method === 'POST')).toHaveLength(posted)
})

it('a case that is kept open after the word begins its time anew', async () => {
  const { chat, day, isClosed } = await answered()
  await day(27)
  await chat.see(closing)
  await chat.press('close', { as: 'kept' })
  expect(chat.text()).not.toContain('closes by itself')
  await day(31)
  expect(await isClosed()).toBe(false)
  await day(55)
  expect(await isClosed()).toBe(false)
  await day(59)
  expect(await isClosed()).toBe(true)
})
