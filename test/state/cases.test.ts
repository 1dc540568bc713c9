import { expect, it } from 'vitest'
import { parse, serialize, UnreadableCaseError, type Upcasters, versionOf } from '../../dialogs/versions.ts'
import { allCases, listCases } from '../../state/case-lists.ts'
import {
  DuplicateIdError,
  findCase,
  historyOf,
  insertCase,
  saveCase,
  untouchedCase,
  type Versions,
} from '../../state/case-store.ts'
import { ConflictError } from '../../state/engine/transaction.ts'
import { onBoth } from './databases.ts'
import { after, answerServices, cancelCase, noon, sample, stored, unique } from './sample-case.ts'

onBoth('a case', (at) => {
  it('is read back unchanged', async () => {
    const { db } = at()
    const { case: caseRecord, entry } = sample({ conversation: '19:team@thread.tacv2;messageid=17' })
    const written = await db.transaction((tx) => insertCase(tx, caseRecord, '19:team@thread.tacv2', entry))
    const read = await db.transaction((tx) => findCase(tx, caseRecord.tenant, caseRecord.id))
    expect(read).toEqual(written)
    expect(read).toMatchObject({ case: caseRecord, room: '19:team@thread.tacv2' })
  })

  it('is saved revision by revision, with an entry for each', async () => {
    const { db } = at()
    const opened = await stored(db)
    const first = answerServices(opened.case, 'role', 'direct')
    const saved = await db.transaction((tx) => saveCase(tx, opened, first.case, first.entry))
    const second = answerServices(saved.case, 'service', 'usage', after(2))
    await db.transaction((tx) => saveCase(tx, saved, second.case, second.entry))
    const { tenant, id } = opened.case
    expect((await db.transaction((tx) => findCase(tx, tenant, id)))?.case).toEqual(second.case)
    const history = await db.transaction((tx) => historyOf(tx, tenant, id))
    expect(history.map(({ seq, event }) => [seq, event])).toEqual([
      [1, 'case.opened'],
      [2, 'question.answered'],
      [3, 'question.answered'],
    ])
    expect(history[2]).toEqual({ seq: 3, ...second.entry })
  })

  it('is invisible to another tenant, which can neither read nor save it', async () => {
    const { db } = at()
    const mine = await stored(db)
    const { id } = mine.case
    const { case: next, entry } = answerServices(mine.case, 'role', 'direct')
    const foreign = { ...mine, case: { ...mine.case, tenant: 'foreign' } }
    expect(await db.transaction((tx) => findCase(tx, 'foreign', id))).toBeUndefined()
    expect(await db.transaction((tx) => historyOf(tx, 'foreign', id))).toEqual([])
    const attempt = db.transaction((tx) => saveCase(tx, foreign, { ...next, tenant: 'foreign' }, entry))
    await expect(attempt).rejects.toThrow(ConflictError)
    expect(await db.transaction((tx) => findCase(tx, mine.case.tenant, id))).toEqual(mine)
  })

  it('cannot take the id of another case, even of another tenant', async () => {
    const { db } = at()
    const mine = await stored(db)
    const { case: other, entry } = sample({ id: mine.case.id })
    await expect(db.transaction((tx) => insertCase(tx, other, 'room', entry))).rejects.toThrow(DuplicateIdError)
    expect(await db.transaction((tx) => findCase(tx, mine.case.tenant, mine.case.id))).toEqual(mine)
  })

  it('is saved once if twenty transactions save the same revision', async () => {
    const { db } = at()
    const opened = await stored(db)
    const { case: next, entry } = answerServices(opened.case, 'role', 'direct')
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => db.transaction((tx) => saveCase(tx, opened, next, entry))),
    )
    const failures = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason as unknown)
    expect(failures).toHaveLength(19)
    for (const reason of failures) expect(reason).toBeInstanceOf(ConflictError)
    expect(await db.transaction((tx) => historyOf(tx, opened.case.tenant, opened.case.id))).toHaveLength(2)
  })

  it('without answers is found for the person who opened it, in its conversation', async () => {
    const { db } = at()
    const tenant = unique('tenant')
    const conversation = 'a:one'
    const untouched = await stored(db, { tenant, conversation })
    const find = (person: string, where = conversation) =>
      db.transaction((tx) => untouchedCase(tx, { tenant, conversation: where, person }))
    expect(await find('reseller')).toEqual(untouched)
    expect(await find('manager')).toBeUndefined()
    expect(await find('reseller', 'a:two')).toBeUndefined()
    const { case: next, entry } = answerServices(untouched.case, 'role', 'direct')
    await db.transaction((tx) => saveCase(tx, untouched, next, entry))
    expect(await find('reseller')).toBeUndefined()
  })
})

onBoth('the list of a room', (at) => {
  it('contains the cases of all threads page by page, open ones first, then by their newest change', async () => {
    const { db } = at()
    const tenant = unique('tenant')
    const ids: string[] = []
    for (let index = 0; index < 5; index += 1) {
      const conversation = `19:team@thread.tacv2;messageid=${index}`
      const { case: caseRecord } = await stored(db, { tenant, conversation, at: after(index) })
      ids.push(caseRecord.id)
    }
    const [oldest, second, third, fourth, newest] = ids as [string, string, string, string, string]
    const quiet = await db.transaction((tx) => findCase(tx, tenant, second))
    if (!quiet) throw new Error('the second case is missing')
    const touched = answerServices(quiet.case, 'role', 'direct', after(7))
    await db.transaction((tx) => saveCase(tx, quiet, touched.case, touched.entry))
    const found = await db.transaction((tx) => findCase(tx, tenant, newest))
    if (!found) throw new Error('the newest case is missing')
    const begun = answerServices(found.case, 'role', 'direct')
    const closing = await db.transaction((tx) => saveCase(tx, found, begun.case, begun.entry))
    const closed = cancelCase(closing.case, after(9))
    await db.transaction((tx) => saveCase(tx, closing, closed.case, closed.entry))

    const room = '19:team@thread.tacv2'
    const page = (number: number, open: boolean) =>
      db.transaction((tx) => listCases(tx, { tenant, room, open, page: number, size: 2 }))
    const all = [await page(0, false), await page(1, false), await page(2, false)]
    expect(all.map(({ total }) => total)).toEqual([5, 5, 5])
    expect(all.flatMap(({ cases }) => cases.map(({ id }) => id))).toEqual([second, fourth, third, oldest, newest])
    expect(all[2]?.cases[0]).toEqual({
      id: newest,
      standing: { state: 'cancelled' },
      createdAt: after(4),
      updatedAt: after(9),
      answers: { role: 'direct' },
    })
    const open = await page(1, true)
    expect(open.total).toBe(4)
    expect(open.cases.map(({ id }) => id)).toEqual([third, oldest])
  })

  it('contains no case of another room or tenant', async () => {
    const { db } = at()
    const { case: mine } = await stored(db, { conversation: 'a:mine' })
    await stored(db, { conversation: 'a:mine' })
    await stored(db, { tenant: mine.tenant, conversation: 'a:other' })
    const where = { tenant: mine.tenant, room: 'a:mine', page: 0, size: 10 }
    const { cases, total } = await db.transaction((tx) => listCases(tx, where))
    expect(cases.map(({ id }) => id)).toEqual([mine.id])
    expect(total).toBe(1)
  })
})

onBoth('the export', (at) => {
  it('contains every case once, over many pages, or only those changed since a date', async () => {
    const { db } = at()
    const written: string[] = []
    for (let index = 0; index < 450; index += 1) {
      const { case: caseRecord } = await stored(db, { at: index < 3 ? after(index) : noon })
      written.push(caseRecord.id)
    }
    const all: string[] = []
    for await (const each of allCases(db)) all.push('case' in each ? each.case.id : each.id)
    expect(all.toSorted()).toEqual(written.toSorted())
    const recent: string[] = []
    for await (const each of allCases(db, after(1))) recent.push('case' in each ? each.case.id : each.id)
    expect(recent.toSorted()).toEqual(written.slice(1, 3).toSorted())
  })
})

/** A release whose version 2 adds `cloud` and goals. */
const rungs: Upcasters = [(stored) => ({ cloud: 'germany', goals: [], ...(stored as object) })]
const next: Versions = {
  parse: (version, context) => parse(version, context, rungs),
  serialize: (caseRecord) => ({ ...serialize(caseRecord), version: versionOf(rungs) }),
}

onBoth('a case of another release', (at) => {
  const versionIn = async (id: string) => {
    const sql = `select version, context from cases where id = '${id}'`
    const { rows } = await at().db.transaction((tx) =>
      tx.execute<{ version: number; context: string }>({ name: '', sql }, []),
    )
    return rows[0]
  }

  it('is upcast when read, and written in the latest version', async () => {
    const { db, tamper } = at()
    const { case: caseRecord } = await stored(db)
    const old = JSON.stringify({ intake: 'asking-role', answers: {}, tracks: [], updatedBy: 'reseller' })
    await tamper(`update cases set version = 1, context = '${old}' where id = '${caseRecord.id}'`)
    const read = await db.transaction((tx) => findCase(tx, caseRecord.tenant, caseRecord.id, next))
    if (!read) throw new Error('the old case is missing')
    expect(read.case.cloud).toBe('germany')
    expect(await versionIn(caseRecord.id)).toEqual({ version: 1, context: old })

    const { case: after, entry } = answerServices(read.case, 'role', 'direct')
    await db.transaction((tx) => saveCase(tx, read, after, entry, next))
    const newest = await versionIn(caseRecord.id)
    expect(newest?.version).toBe(2)
    expect(JSON.parse(newest?.context ?? '')).toMatchObject({ cloud: 'germany', answers: { role: 'direct' } })
  })

  it('of a newer release is refused and unchanged, and does not hide others', async () => {
    const { db, tamper } = at()
    const { case: caseRecord } = await stored(db)
    const { case: beside } = await stored(db, { tenant: caseRecord.tenant, at: after(-1) })
    await tamper(`update cases set version = 99 where id = '${caseRecord.id}'`)
    const before = await versionIn(caseRecord.id)
    const reading = db.transaction((tx) => findCase(tx, caseRecord.tenant, caseRecord.id))
    await expect(reading).rejects.toThrow(UnreadableCaseError)
    expect(await versionIn(caseRecord.id)).toEqual(before)

    const where = { tenant: caseRecord.tenant, room: caseRecord.conversation, page: 0, size: 10 }
    const { cases } = await db.transaction((tx) => listCases(tx, where))
    expect(cases.map(({ id, answers }) => [id, answers])).toEqual([
      [caseRecord.id, undefined],
      [beside.id, {}],
    ])
    const found = []
    for await (const each of allCases(db)) if ('unreadable' in each && each.id === caseRecord.id) found.push(each)
    expect(found).toEqual([
      { tenant: caseRecord.tenant, id: caseRecord.id, unreadable: expect.stringContaining('version 99') },
    ])
  })
})
