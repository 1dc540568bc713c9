import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { activity, post } from '../support/bot.ts'
import { createEmptyDatabase } from '../support/postgres.ts'
import { startWorld } from '../support/world.ts'

const emoji = (count: number) => '\u{1F600}'.repeat(count)

type Activity = Record<string, unknown> & Record<'from' | 'conversation' | 'recipient', Record<string, unknown>>
/** Fields as no client of Teams fills them in, and whether they are readable. */
const odd: [string, number, (made: Activity) => void][] = [
  ['a person of 30,000 letters', 400, ({ from }) => Object.assign(from, { aadObjectId: 'a'.repeat(30_000) })],
  ['a conversation of 500 emoji', 400, ({ conversation }) => Object.assign(conversation, { id: emoji(500) })],
  ['a conversation of 249 emoji', 200, ({ conversation }) => Object.assign(conversation, { id: emoji(249) })],
  ['a conversation with a NUL', 400, ({ conversation }) => Object.assign(conversation, { id: 'a:\0x' })],
  ['a name with a NUL', 200, ({ from }) => Object.assign(from, { name: 'a\0b' })],
  ['a name of 30,000 letters', 200, ({ from }) => Object.assign(from, { name: 'n'.repeat(30_000) })],
  ['half a character in the id of a person', 200, ({ from }) => Object.assign(from, { aadObjectId: 'a\ud800b' })],
  ['a language of 30,000 letters', 200, (made) => Object.assign(made, { locale: `en${'x'.repeat(30_000)}` })],
  ['a time far ahead', 200, (made) => Object.assign(made, { timestamp: '+275760-09-13T00:00:00.000Z' })],
  ['an id of 1,000 letters', 200, (made) => Object.assign(made, { id: 'i'.repeat(1_000) })],
  [
    'nothing but nulls',
    200,
    (made) => {
      for (const field of ['id', 'timestamp', 'locale', 'replyToId', 'entities', 'membersAdded', 'value'])
        made[field] = null
      Object.assign(made.from, { name: null, role: null, tenantId: null })
      Object.assign(made.recipient, { name: null })
      Object.assign(made.conversation, { conversationType: null })
    },
  ],
]

describe.each(['SQLite', 'PostgreSQL'])('an activity with odd fields, on %s,', (engine) => {
  it('is handled or refused, and never breaks a turn', { timeout: 60_000 }, async () => {
    const empty = engine === 'SQLite' ? undefined : await createEmptyDatabase(inject('postgres'))
    if (empty) onTestFinished(empty.drop)
    const { bot, connector } = await startWorld(empty ? { DATABASE_URL: empty.url } : {}, 'test')
    const statuses: [string, number][] = []
    for (const [index, [what, , change]] of odd.entries()) {
      const speaker = { conversation: `a:${index}`, id: `22222222-2222-4222-8222-${String(index).padStart(12, '0')}` }
      const made = activity(connector.url, speaker, { type: 'message', text: 'hello' }) as Activity
      change(made)
      statuses.push([what, (await post(bot.url, made)).status])
    }
    expect(statuses).toEqual(odd.map(([what, status]) => [what, status]))
  })
})
