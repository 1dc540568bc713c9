import pino from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createCaseNewsHandler } from '../../../bot/turn/handle-case-news.ts'
import { createWithdrawnEditions } from '../../../bot/workers/withdrawn-editions.ts'
import { type Case, isCaseOpen, stateOf } from '../../../dialogs/case.ts'
import type { HistoryEntry } from '../../../dialogs/events.ts'
import { exportCase } from '../../../state/audit/export.ts'
import { verify } from '../../../state/audit/verify.ts'
import { casesStoredUnder } from '../../../state/case-lists.ts'
import { findCase, historyOf, insertCase, saveCase } from '../../../state/case-store.ts'
import { openDatabase } from '../../../state/engine/database.ts'
import { ConflictError, type Database } from '../../../state/engine/transaction.ts'
import { databasesHere } from '../../state/databases.ts'
import { after as minutesIn, noon, sample } from '../../state/sample-case.ts'
import { startBot } from '../../support/bot.ts'
import { policy } from '../../support/policy.ts'
import { settingOf } from '../../support/setting.ts'

const since = '2026-11-22T10:00:00.000Z'
const begun = { since, startedAt: since, startedBy: 'reseller' }
const migration = (state: string) => ({
  kind: 'migration',
  state,
  context: {
    settled: { relationship: { at: since, by: 'reseller' } },
    activeAt: since,
    nudgeAt: '2026-11-29T10:00:00.000Z',
  },
  ...begun,
})
const partner = { role: 'direct', service: 'licence', 'licence-source': 'csp-partner' }
const azure = { role: 'direct', service: 'usage', 'usage-source': 'ea' }

/** Cases as the release before wrote them, in the first shape of the stored text. */
const written = {
  asking: { intake: 'asking-commerce', answers: partner, tracks: [] },
  'asking-no-more': { intake: 'asking-commerce', answers: { ...partner, role: 'indirect-reseller' }, tracks: [] },
  answered: { intake: 'answered', answers: { ...partner, commerce: 'legacy' }, tracks: [] },
  moving: { intake: 'answered', answers: azure, tracks: [migration('moving')] },
  done: { intake: 'answered', answers: azure, tracks: [migration('done')] },
  cancelled: { intake: 'cancelled', answers: azure, tracks: [migration('cancelled')] },
} satisfies Record<string, { intake: Case['intake']; answers: object; tracks: object[] }>
type Name = keyof typeof written
const names = Object.keys(written) as Name[]

type Tamper = (statement: string) => Promise<void>

/** Stores a case under edition 2025 as the release before did, with a history that verifies. */
async function writeEarlier(db: Database, tamper: Tamper, name: Name): Promise<string> {
  const { intake, answers, tracks } = written[name]
  const open = Number(name !== 'done' && name !== 'cancelled')
  const { case: fresh } = sample({ tenant: 'tenant' })
  const opened = { ...fresh, edition: '2025' }
  const entry: HistoryEntry = { at: noon, by: 'reseller', event: 'case.opened', detail: { edition: '2025' } }
  const stored = await db.transaction((tx) => insertCase(tx, opened, opened.conversation, entry))
  const changed = { ...opened, revision: 1, intake, updatedAt: minutesIn(1) }
  const answered: HistoryEntry = {
    at: minutesIn(1),
    by: 'reseller',
    event: 'question.answered',
    detail: { question: 'service' },
  }
  await db.transaction((tx) => saveCase(tx, stored, changed, answered))
  const context = JSON.stringify({ cloud: 'global', intake, answers, tracks, updatedBy: 'reseller' })
  await tamper(`update cases set version = 1, open = ${open}, context = '${context}' where id = '${opened.id}'`)
  return opened.id
}

/**
 * A process of this release on a database, as far as withdrawn editions go, with the lines of its log. `meanwhile` runs
 * when its first look has found all.
 */
function processOn(database: Database, meanwhile?: () => Promise<unknown>) {
  const lines: Record<string, unknown>[] = []
  const log = pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) })
  const deps = { database, deployment: settingOf(), now: () => new Date(minutesIn(10)), wake: () => {} }
  const { handleWithdrawal } = createCaseNewsHandler(deps)
  let rest = meanwhile
  const editions = createWithdrawnEditions({
    log,
    ...(meanwhile && { againMs: 1 }),
    move: async (withdrawal) => {
      const moved = await handleWithdrawal(withdrawal)
      if (moved === undefined) await rest?.()
      if (moved === undefined) rest = undefined
      return moved
    },
  })
  onTestFinished(() => editions.stop())
  return { start: editions.start, lines, handleWithdrawal }
}

const read = async (db: Database, id: string) => {
  const stored = await db.transaction((tx) => findCase(tx, 'tenant', id))
  if (!stored) throw new Error(`${id} is missing`)
  return stored
}
const withdrawals = async (db: Database, id: string) =>
  (await db.transaction((tx) => historyOf(tx, 'tenant', id))).filter(({ event }) => event === 'edition.withdrawn')
const left = (db: Database) => db.transaction((tx) => casesStoredUnder(tx, { edition: '2025', after: '', size: 500 }))

describe.each(databasesHere)('cases of a withdrawn edition on $name', ({ open }) => {
  async function openEarlier() {
    const { db, url, tamper, drop } = await open()
    onTestFinished(drop)
    const ids = {} as Record<Name, string>
    for (const name of names) ids[name] = await writeEarlier(db, tamper, name)
    return { db, url, tamper, ids }
  }

  it('are read as its successor before anything is written', async () => {
    const { db, ids } = await openEarlier()
    for (const name of names) expect((await read(db, ids[name])).case.edition).toBe('2026-11')
    expect(await left(db)).toHaveLength(names.length)
  })

  it('each get one entry that says so, and go on where they were', async () => {
    const { db, ids } = await openEarlier()
    const { start, lines } = processOn(db)
    await start()
    expect(await left(db)).toEqual([])
    for (const name of names) {
      expect(await withdrawals(db, ids[name]), name).toEqual([
        {
          seq: 3,
          at: minutesIn(10),
          by: 'timer',
          event: 'edition.withdrawn',
          detail: expect.objectContaining({ withdrawn: '2025', edition: '2026-11' }),
        },
      ])
    }
    const states = await Promise.all(names.map(async (name) => [name, stateOf((await read(db, ids[name])).case)]))
    expect(Object.fromEntries(states)).toEqual({
      asking: 'asking-commerce',
      'asking-no-more': 'asking-same-provider',
      answered: 'answered',
      moving: 'in-progress',
      done: 'done',
      cancelled: 'cancelled',
    })
    const moving = await read(db, ids.moving)
    expect(moving.case.tracks[0]).toMatchObject({ kind: 'plan', state: 'open', context: { plan: 'manual-migration' } })
    expect(await exportCase(db, policy, moving)).toMatchObject({ edition: '2026-11', revision: 2 })
    const { rows } = await db.transaction((tx) =>
      tx.execute<{ id: string; open: number }>({ name: '', sql: 'select id, open from cases' }, []),
    )
    for (const { id, open } of rows) expect(open).toBe(Number(isCaseOpen((await read(db, id)).case)))
    expect(await verify(db)).toMatchObject({ streams: names.length, entries: names.length * 3, faults: [] })
    expect(lines).toEqual([
      expect.objectContaining({
        from: '2025',
        edition: '2026-11',
        cases: names.length,
        msg: expect.stringContaining('withdrawn'),
      }),
    ])
  })

  it('stay as they are at the next start', async () => {
    const { db } = await openEarlier()
    await processOn(db).start()
    const again = processOn(db)
    await again.start()
    expect(await verify(db)).toMatchObject({ entries: names.length * 3, faults: [] })
    expect(again.lines).toEqual([])
  })

  it('are all moved before the bot listens', async () => {
    const { db, url, ids } = await openEarlier()
    const bot = await startBot({ DATABASE_URL: url })
    onTestFinished(() => bot.stop())
    for (const name of names) expect(await withdrawals(db, ids[name])).toHaveLength(1)
  })

  it('get one entry each from three processes that start at once', async () => {
    const { db, url, tamper } = await openEarlier()
    for (let more = 0; more < 60; more += 1) await writeEarlier(db, tamper, 'answered')
    const others = await Promise.all([openDatabase(url), openDatabase(url)])
    onTestFinished(async () => {
      await Promise.all(others.map((other) => other.close()))
    })
    await Promise.all([db, ...others].map((each) => processOn(each).start()))
    expect(await left(db)).toEqual([])
    const cases = names.length + 60
    expect(await verify(db)).toMatchObject({ streams: cases, entries: cases * 3, faults: [] })
  })

  it('that an earlier release changes meanwhile are read again, and its lost write is refused', async () => {
    const { db, ids } = await openEarlier()
    const earlier = await read(db, ids.asking)
    await processOn(db).start()
    const cancelled = { ...earlier.case, edition: '2025', revision: 2, intake: 'cancelled' as const }
    const entry: HistoryEntry = { at: minutesIn(11), by: 'reseller', event: 'case.cancelled', detail: {} }
    await expect(db.transaction((tx) => saveCase(tx, earlier, cancelled, entry))).rejects.toThrow(ConflictError)
    expect(await verify(db)).toMatchObject({ faults: [] })
  })

  it('are finished after a process was stopped between two batches', async () => {
    const { db, tamper } = await openEarlier()
    for (let more = 0; more < 60; more += 1) await writeEarlier(db, tamper, 'answered')
    const { handleWithdrawal } = processOn(db)
    expect(await handleWithdrawal({ from: '2025', edition: '2026-11', after: '' })).toMatchObject({ moved: 50 })
    expect(await left(db)).toHaveLength(names.length + 10)
    await processOn(db).start()
    expect(await left(db)).toEqual([])
    const cases = names.length + 60
    expect(await verify(db)).toMatchObject({ entries: cases * 3, faults: [] })
  })

  it('that an earlier release opens after the start are found by a second look', async () => {
    const { db, tamper } = await openEarlier()
    const late: string[] = []
    const { start, lines } = processOn(db, async () => late.push(await writeEarlier(db, tamper, 'asking')))
    await start()
    await expect.poll(async () => (await withdrawals(db, late[0] ?? '')).length).toBe(1)
    await expect.poll(() => lines.map(({ cases }) => cases)).toEqual([names.length, 1])
  })

  it('that cannot be read are named in the log, stay as they are and stop nothing', async () => {
    const { db, tamper, ids } = await openEarlier()
    await tamper(`update cases set version = 99 where id = '${ids.answered}'`)
    const { start, lines } = processOn(db)
    await start()
    expect(await left(db)).toEqual([expect.objectContaining({ id: ids.answered, unreadable: expect.anything() })])
    expect(lines.map(({ level, cases }) => [level, cases])).toEqual([
      [30, names.length - 1],
      [40, [ids.answered]],
    ])
  })
})
