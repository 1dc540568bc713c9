import { expect, inject, it, onTestFinished } from 'vitest'
import { activity, post } from '../support/bot.ts'
import { createEmptyDatabase } from '../support/postgres.ts'
import { somebody, startWorld } from '../support/world.ts'

/** Two bots on one PostgreSQL database, as two replicas are. */
async function startTwo() {
  const { url, drop } = await createEmptyDatabase(inject('postgres'))
  const first = await startWorld({ DATABASE_URL: url }, 'test')
  const second = await startWorld({ DATABASE_URL: url }, 'test')
  onTestFinished(drop)
  return { first, second }
}

it('simultaneous messages of one person at two replicas open one case', async () => {
  const { first, second } = await startTwo()
  const { connector } = first
  for (let round = 0; round < 10; round += 1) {
    const who = somebody()
    const hello = () => activity(connector.url, who, { type: 'message', text: 'hello' })
    // A known person, because storing a new one would make the others wait.
    await post(first.bot.url, activity(connector.url, who, { type: 'message', text: 'help' }))
    const answers = [first, second, first, second].map(({ bot }) => post(bot.url, hello()))
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const opened = (await first.cases()).filter(({ conversation }) => conversation === who.conversation)
    expect(opened).toHaveLength(1)
  }
})
