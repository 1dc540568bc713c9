import { describe, expect, it, onTestFinished } from 'vitest'
import { readActivity } from '../../../bot/teams/activity.ts'
import { createActivityHandler } from '../../../bot/turn/handle-activity.ts'
import { createCaseNewsHandler } from '../../../bot/turn/handle-case-news.ts'
import { findCase } from '../../../state/case-store.ts'
import type { Database } from '../../../state/engine/transaction.ts'
import { claimDue } from '../../../state/outbox-claims.ts'
import { databasesHere } from '../../state/databases.ts'
import { activity, pressed, tenant } from '../../support/bot.ts'
import { settingOf } from '../../support/setting.ts'

/** Opens a case with a term in an empty database, under a clock that a test sets. */
async function openTermCase(database: Database) {
  let time = new Date()
  const deployment = settingOf()
  const ids = [0]
  const deps = { database, deployment, now: () => time, wake: () => {}, random: () => ids.shift() ?? 1 }
  const handleActivity = createActivityHandler(deps)
  const { handleTimer } = createCaseNewsHandler(deps)
  let revision = 0
  const press = async (verb: string, data: Record<string, unknown>) => {
    const incoming = readActivity(
      activity('http://127.0.0.1:9/', {}, pressed(verb, { case: 'MC-000000', rev: revision, ...data })),
    )
    if (incoming) await handleActivity(incoming)
    revision += 1
  }
  const hello = readActivity(activity('http://127.0.0.1:9/', {}, { type: 'message', text: 'hello' }))
  if (hello) await handleActivity(hello)
  for (const [question, value] of [
    ['role', 'direct'],
    ['service', 'licence'],
    ['licence-source', 'csp-partner'],
    ['term-end', `${time.getUTCFullYear() + 3}-06-30`],
  ]) {
    await press('answer', { question, value })
  }
  await press('start', { track: 'term' })
  return {
    handleTimer,
    press,
    setTime: (at: string) => {
      time = new Date(at)
    },
    /** Effects that a worker claims at this time. */
    claim: (at: string) =>
      database.transaction(async (tx) => {
        const all = await claimDue(tx, { now: new Date(at), worker: 'one', leaseMs: 1_000, limit: 10 })
        return all.filter(({ kind }) => kind === 'wake')
      }),
    stored: async () => (await database.transaction((tx) => findCase(tx, tenant, 'MC-000000')))?.case,
  }
}

describe.each(databasesHere)('on $name', ({ open }) => {
  const start = async () => {
    const { db, drop } = await open()
    onTestFinished(drop)
    return openTermCase(db)
  }
  it('a timer whose claim has passed to another worker does nothing', async () => {
    const { handleTimer, claim, stored, setTime } = await start()
    const due = `${new Date().getUTCFullYear() + 3}-05-01T08:00:00.000Z`
    setTime(due)
    const [slow] = await claim(due)
    const [fast] = await claim(new Date(Date.parse(due) + 5_000).toISOString())
    const before = await stored()
    if (!slow || !fast) throw new Error('nothing was due')
    await handleTimer(slow)
    expect(await stored()).toEqual(before)
    await handleTimer(fast)
    expect((await stored())?.tracks).toMatchObject([{ state: 'ending-soon' }])
    await handleTimer(fast)
    expect((await stored())?.revision).toBe((before?.revision ?? 0) + 1)
  })

  it('a reminder moves with the date of its term', async () => {
    const { claim, press } = await start()
    const year = new Date().getUTCFullYear() + 2
    await press('answer', { question: 'term-end', value: `${year}-06-30` })
    expect(await claim(`${year}-05-01T07:59:00.000Z`)).toEqual([])
    expect(await claim(`${year}-05-01T08:00:00.000Z`)).toHaveLength(1)
  })
})
