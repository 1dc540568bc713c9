import { DatabaseSync } from 'node:sqlite'
import { expect, inject, it } from 'vitest'
import { activity, post, pressed } from '../support/bot.ts'
import { createEmptyDatabase, runOn } from '../support/postgres.ts'
import { somebody, startWorld } from '../support/world.ts'

it('a delivery gets 503 while another process locks the SQLite file, and is accepted afterwards', async () => {
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
  const [caseRecord] = await world.cases()
  expect(caseRecord?.revision).toBe(1)
})

it('a delivery gets 503 while PostgreSQL accepts no connections, and later ones succeed', async () => {
  const server = inject('postgres')
  const { url } = await createEmptyDatabase(server)
  const world = await startWorld({ DATABASE_URL: url }, 'test')
  const who = somebody()
  const hello = () => activity(world.connector.url, who, { type: 'message', text: 'hello' })
  expect((await post(world.bot.url, hello())).status).toBe(200)
  const name = new URL(url).pathname.slice(1)
  await runOn(server, `alter database ${name} allow_connections false`)
  await runOn(server, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`)
  const statuses = [(await post(world.bot.url, hello())).status, (await post(world.bot.url, hello())).status]
  expect(statuses).toEqual([503, 503])
  expect((await fetch(`${world.bot.operatorUrl}/healthz`)).status).toBe(200)
  expect((await fetch(`${world.bot.operatorUrl}/readyz`)).status).toBe(503)
  await runOn(server, `alter database ${name} allow_connections true`)
  expect((await post(world.bot.url, hello())).status).toBe(200)
  expect((await fetch(`${world.bot.operatorUrl}/readyz`)).status).toBe(200)
})
