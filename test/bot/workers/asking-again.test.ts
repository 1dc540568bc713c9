import { expect, it } from 'vitest'
import { textOf } from '../../support/bot.ts'
import { somebody, startWorld } from '../../support/world.ts'

const DAY_MS = 86_400_000
const asked = /Do you know by now when the term ends\?/

it('the end of a term that is not known yet is asked for once, in a field of the message itself', async () => {
  const world = await startWorld({}, 'test')
  const chat = world.chat(somebody())
  await chat.say('new')
  for (const value of ['direct', 'licence', 'csp-partner']) await chat.press('answer', { value })
  await chat.press('answer', { question: 'term-end', value: 'unknown' })
  await world.idle()
  const id = chat.caseId()
  const start = world.now().getTime()
  const day = async (days: number) => {
    await world.travelTo(new Date(start + days * DAY_MS + 60_000).toISOString())
    await world.idle()
  }
  const count = () =>
    chat
      .screen()
      .map(textOf)
      .filter((each) => asked.test(each)).length
  await day(13)
  expect(count()).toBe(0)
  await day(14)
  expect(count()).toBe(1)
  await day(40)
  expect(count()).toBe(1)
  await chat.see(asked)
  await chat.press('answer', { question: 'term-end', value: undefined }, { value: '2027-06-30' })
  expect((await world.findCase(id))?.answers['term-end']).toBe('2027-06-30')
})
