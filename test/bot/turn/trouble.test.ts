import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { somebody, startWorld } from '../../support/world.ts'

it('leaves a case that this release cannot read as it is, and tells the person', async () => {
  const world = await startWorld({}, 'test')
  const who = somebody()
  const chat = world.chat(who)
  await chat.say('hello')
  const { data } = chat.button('answer', { value: 'direct' })
  const db = new DatabaseSync(world.url.slice('sqlite:'.length))
  db.exec('update cases set version = 99')
  const reply = await chat.pressRaw('answer', data)
  expect(reply.card).toBeUndefined()
  expect(reply.text.length).toBeGreaterThan(20)
  expect(db.prepare('select version, revision from cases').all()).toMatchObject([{ version: 99, revision: 0 }])
  db.close()
})
