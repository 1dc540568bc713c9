import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { activity, post, pressed } from '../../support/bot.ts'
import { somebody, startWorld } from '../../support/world.ts'

it('while the SQLite file is locked by somebody else, a delivery gets 503, and the same one is taken in afterwards', async () => {
  const world = await startWorld({}, 'test')
  const who = somebody()
  const chat = world.chat(who)
  await chat.say('hello')
  const press = activity(world.connector.url, who, pressed('answer', chat.button('answer', { value: 'direct' }).data))
  const lock = new DatabaseSync(world.url.slice('sqlite:'.length))
  lock.exec('begin immediate')
  expect((await post(world.bot.url, press)).status).toBe(503)
  lock.exec('rollback')
  lock.close()
  expect((await post(world.bot.url, press)).status).toBe(200)
  const [one] = await world.cases()
  expect(one?.revision).toBe(1)
})

it('a case that this release cannot read stays as it is, and the person is told', async () => {
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
