import { expect, inject, it } from 'vitest'
import { activity, post } from '../support/bot.ts'
import { createEmptyDatabase, runOn } from '../support/postgres.ts'
import { somebody, startWorld } from '../support/world.ts'

it('while PostgreSQL takes no connections, a delivery gets 503, and it recovers by itself', async () => {
  const server = inject('postgres')
  const { url } = await createEmptyDatabase(server)
  const world = await startWorld({ DATABASE_URL: url }, 'test')
  const who = somebody()
  const said = () => activity(world.connector.url, who, { type: 'message', text: 'hello' })
  expect((await post(world.bot.url, said())).status).toBe(200)
  const name = new URL(url).pathname.slice(1)
  await runOn(server, `alter database ${name} allow_connections false`)
  await runOn(server, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`)
  const statuses = [(await post(world.bot.url, said())).status, (await post(world.bot.url, said())).status]
  expect(statuses).toEqual([503, 503])
  expect((await fetch(`${world.bot.operatorUrl}/healthz`)).status).toBe(200)
  expect((await fetch(`${world.bot.operatorUrl}/readyz`)).status).toBe(503)
  await runOn(server, `alter database ${name} allow_connections true`)
  expect((await post(world.bot.url, said())).status).toBe(200)
  expect((await fetch(`${world.bot.operatorUrl}/readyz`)).status).toBe(200)
})
