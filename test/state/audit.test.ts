import { describe, expect, it } from 'vitest'
import { moveAction, prepareAction } from '../../state/actions.ts'
import { appendRefusal, entriesOf, seal } from '../../state/audit/history.ts'
import { type ChainFault, verify } from '../../state/audit/verify.ts'
import { saveCase } from '../../state/case-store.ts'
import { openDatabase } from '../../state/engine/database.ts'
import type { HistoryRow } from '../../state/engine/tables.ts'
import { ConflictError } from '../../state/engine/transaction.ts'
import { databasesHere, type Opened, onBoth } from './databases.ts'
import { after, answerServices, noon, stored, unique } from './sample-case.ts'

/** A case with a history of four entries. */
async function withHistory({ db }: Opened): Promise<string> {
  let saved = await stored(db)
  for (const [minutes, role] of ['direct', 'indirect-reseller', 'direct'].entries()) {
    const next = answerServices({ ...saved.case, intake: 'asking-role' }, 'role', role, after(minutes))
    saved = await db.transaction((tx) => saveCase(tx, saved, next.case, next.entry))
  }
  return saved.case.id
}

const refusal = (room: string, minutes = 0) => ({
  tenant: 'tenant',
  room,
  at: after(minutes),
  by: 'intruder',
  reason: 'other-tenant',
  detail: { verb: 'answer' },
})

async function withRefusals({ db }: Opened): Promise<string> {
  const room = unique('room')
  for (const minutes of [0, 1, 2]) await db.transaction((tx) => appendRefusal(tx, refusal(room, minutes)))
  return `room:tenant:${room}`
}

onBoth('the history', (at) => {
  it('rejects updates, deletions and truncation', async () => {
    const id = await withHistory(at())
    const { tamper } = at()
    await expect(tamper(`update history set at = at where stream = '${id}'`)).rejects.toThrow('append-only')
    await expect(tamper(`delete from history where stream = '${id}'`)).rejects.toThrow('append-only')
    await expect(tamper(at().dialect === 'postgres' ? 'truncate history' : 'delete from history')).rejects.toThrow(
      'append-only',
    )
  })

  it('verifies over several pages of cases and refusals', async () => {
    const before = await verify(at().db)
    for (let index = 0; index < 150; index += 1) await withHistory(at())
    await withRefusals(at())
    const { streams, entries, faults } = await verify(at().db)
    expect(faults).toEqual([])
    expect(streams - before.streams).toBe(151)
    expect(entries - before.entries).toBe(150 * 4 + 3)
  })

  it('chains refusals that arrive at the same time', async () => {
    const { db } = at()
    const room = unique('room')
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => db.transaction((tx) => appendRefusal(tx, refusal(room)))),
    )
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected')
    for (const { reason } of lost) expect(reason).toBeInstanceOf(ConflictError)
    const { rows } = await db.transaction((tx) =>
      tx.execute<{ seq: number }>({ name: '', sql: `select seq from heads where stream = 'room:tenant:${room}'` }, []),
    )
    expect(rows).toEqual([{ seq: 10 - lost.length }])
    expect((await verify(db)).faults).toEqual([])
  })
})

/** Drops the append-only triggers, as the owner of the database can. */
const unlock = ({ dialect, tamper }: Opened) =>
  tamper(
    dialect === 'postgres'
      ? 'drop trigger history_append_only on history'
      : 'drop trigger history_no_update; drop trigger history_no_delete',
  )

const row = (stream: string, seq: number) => `where stream = '${stream}' and seq = ${seq}`
const columns = 'stream, seq, at, by, event, detail, previous, hash'

/** Manipulations of a case's stream by an owner of the database, and the faults that verification reports. */
const tamperings: [string, (stream: string) => string[], Omit<ChainFault, 'stream'>[]][] = [
  ['a replaced actor', (s) => [`update history set by = 'other' ${row(s, 2)}`], [{ seq: 2, what: 'altered' }]],
  ['a changed time', (s) => [`update history set at = '${noon}' ${row(s, 3)}`], [{ seq: 3, what: 'altered' }]],
  ['a renamed event', (s) => [`update history set event = 'x' ${row(s, 1)}`], [{ seq: 1, what: 'altered' }]],
  ['a changed detail', (s) => [`update history set detail = '{}' ${row(s, 4)}`], [{ seq: 4, what: 'altered' }]],
  [
    'a replaced hash',
    (s) => [`update history set hash = 'x' ${row(s, 2)}`],
    [
      { seq: 2, what: 'altered' },
      { seq: 3, what: 'broken-link' },
    ],
  ],
  [
    'a removed entry',
    (s) => [`delete from history ${row(s, 2)}`],
    [
      { seq: 3, what: 'gap' },
      { seq: 1, what: 'loose' },
    ],
  ],
  ['a removed first entry', (s) => [`delete from history ${row(s, 1)}`], [{ seq: 2, what: 'gap' }]],
  [
    'a removed newest entry',
    (s) => [`delete from history ${row(s, 4)}`],
    [
      { seq: 4, what: 'wrong-end' },
      { seq: 3, what: 'loose' },
    ],
  ],
  ['the removal of all entries', (s) => [`delete from history where stream = '${s}'`], [{ seq: 4, what: 'wrong-end' }]],
  [
    'an appended entry',
    (s) => [
      `insert into history (${columns}) select stream, 5, at, by, event, detail, hash, 'x' from history ${row(s, 4)}`,
    ],
    [{ seq: 5, what: 'loose' }],
  ],
  [
    'an appended entry that the case points to',
    (s) => [
      `insert into history (${columns}, before) select stream, 5, at, by, event, detail, hash, 'x', id from history ${row(s, 4)}`,
      `update cases set entry = (select id from history ${row(s, 5)}) where id = '${s}'`,
    ],
    [
      { seq: 5, what: 'altered' },
      { seq: 5, what: 'wrong-end' },
    ],
  ],
  [
    'a case that points to an older entry',
    (s) => [`update cases set entry = (select before from history ${row(s, 4)}) where id = '${s}'`],
    [
      { seq: 3, what: 'wrong-end' },
      { seq: 4, what: 'loose' },
    ],
  ],
  [
    'a case that points to no entry',
    (s) => [`update cases set entry = null where id = '${s}'`],
    [
      { seq: 4, what: 'wrong-end' },
      { seq: 4, what: 'loose' },
    ],
  ],
  [
    'a skipped entry',
    (s) => [`update history set before = (select id from history ${row(s, 2)}) ${row(s, 4)}`],
    [
      { seq: 4, what: 'gap' },
      { seq: 3, what: 'loose' },
    ],
  ],
  [
    'an entry without a link to the previous one',
    (s) => [`update history set before = null ${row(s, 3)}`],
    [
      { seq: 3, what: 'gap' },
      { seq: 2, what: 'loose' },
    ],
  ],
  [
    'entries linked into a ring',
    (s) => [`update history set before = (select id from history ${row(s, 4)}) ${row(s, 1)}`],
    [{ seq: 1, what: 'broken-link' }],
  ],
  [
    'two swapped entries',
    (s) => [
      `update history set seq = 99 ${row(s, 2)}`,
      `update history set seq = 2 ${row(s, 3)}`,
      `update history set seq = 3 ${row(s, 99)}`,
    ],
    [
      { seq: 2, what: 'altered' },
      { seq: 2, what: 'broken-link' },
      { seq: 3, what: 'altered' },
      { seq: 3, what: 'broken-link' },
      { seq: 4, what: 'broken-link' },
    ],
  ],
  [
    'a removed entry with the others renumbered',
    (s) => [
      `update history set before = (select id from history ${row(s, 1)}) ${row(s, 3)}`,
      `delete from history ${row(s, 2)}`,
      `update history set seq = 2 ${row(s, 3)}`,
      `update history set seq = 3 ${row(s, 4)}`,
    ],
    [
      { seq: 2, what: 'altered' },
      { seq: 2, what: 'broken-link' },
      { seq: 3, what: 'altered' },
      { seq: 3, what: 'wrong-end' },
    ],
  ],
  [
    'a case set back to an earlier revision',
    (s) => [`update cases set revision = 2 where id = '${s}'`],
    [{ seq: 4, what: 'wrong-end' }],
  ],
  ['a removed case', (s) => [`delete from cases where id = '${s}'`], [{ seq: 4, what: 'loose' }]],
]

onBoth('verifying', (at) => {
  it.each(tamperings)('finds %s', async (_, statements, faults) => {
    const opened = at()
    const stream = await withHistory(opened)
    const untouched = await withHistory(opened)
    await unlock(opened).catch(() => 'dropped by an earlier test')
    for (const statement of statements(stream)) await opened.tamper(statement)
    const found = (await verify(opened.db)).faults
    expect(found.filter((fault) => fault.stream === stream)).toEqual(faults.map((fault) => ({ stream, ...fault })))
    expect(found.filter((fault) => fault.stream === untouched)).toEqual([])
  })

  it('finds a newest entry that was rewritten with a matching hash', async () => {
    const opened = at()
    const stream = await withHistory(opened)
    await unlock(opened).catch(() => 'dropped by an earlier test')
    const { rows } = await opened.db.transaction((tx) =>
      tx.execute<HistoryRow>({ name: '', sql: `select * from history ${row(stream, 4)}` }, []),
    )
    const [newest] = rows as [HistoryRow]
    const detail = JSON.parse(newest.detail) as Record<string, unknown>
    const head = { entry: newest.before, seq: 3, hash: newest.previous }
    expect({ id: newest.id, ...seal(stream, head, { ...newest, detail }, newest.salt ?? undefined) }).toEqual(newest)
    const { hash } = seal(stream, head, { ...newest, detail, by: 'other' }, newest.salt ?? undefined)
    await opened.tamper(`update history set by = 'other', hash = '${hash}' ${row(stream, 4)}`)
    const found = (await verify(opened.db)).faults
    expect(found.filter((fault) => fault.stream === stream)).toEqual([{ stream, seq: 4, what: 'wrong-end' }])
  })

  it('finds removed refusals, and the removal of all refusals of a room', async () => {
    const opened = at()
    const [cut, gone] = [await withRefusals(opened), await withRefusals(opened)]
    await unlock(opened).catch(() => 'dropped by an earlier test')
    await opened.tamper(`delete from history ${row(cut, 3)}`)
    await opened.tamper(`delete from history where stream = '${gone}'`)
    const found = (await verify(opened.db)).faults
    expect(found.filter(({ stream }) => stream === cut)).toEqual([
      { stream: cut, seq: 3, what: 'wrong-end' },
      { stream: cut, seq: 2, what: 'loose' },
    ])
    expect(found.filter(({ stream }) => stream === gone)).toEqual([{ stream: gone, seq: 3, what: 'wrong-end' }])
  })
})

/** An action of the ledger that was sent and confirmed. */
async function withAction({ db }: Opened): Promise<string> {
  const asked = { tenant: 'tenant', caseId: 'MC-000000', track: 'transfer', name: 'create-transfer', askedBy: 'agent' }
  const action = { ...asked, id: crypto.randomUUID(), correlation: crypto.randomUUID(), createdAt: noon }
  const prepared = { ...action, state: 'prepared', sends: 0, looks: 0 } as const
  const sending = { ...prepared, state: 'sending', sends: 1 } as const
  await db.transaction((tx) => prepareAction(tx, action))
  await db.transaction((tx) => moveAction(tx, prepared, sending, after(1)))
  await db.transaction((tx) => moveAction(tx, sending, { state: 'confirmed', note: 'transfer \0 7' }, after(2)))
  return action.id
}

/** Manipulations of an action by an owner of the database, and the faults that verification reports. */
const ledgerTamperings: [string, (id: string) => string[], Omit<ChainFault, 'stream'>[]][] = [
  ...['tenant', 'case_id', 'track', 'name', 'asked_by', 'correlation', 'state', 'created_at', 'updated_at', 'note'].map(
    (column): [string, (id: string) => string[], Omit<ChainFault, 'stream'>[]] => [
      `a changed ${column}`,
      (id) => [`update actions set ${column} = 'unknown' where id = '${id}'`],
      [{ seq: 3, what: 'other-ledger' }],
    ],
  ),
  [
    'a lower number of sends',
    (id) => [`update actions set sends = 0 where id = '${id}'`],
    [{ seq: 3, what: 'other-ledger' }],
  ],
  ['a changed entry', (id) => [`update history set by = 'other' ${row(id, 2)}`], [{ seq: 2, what: 'altered' }]],
  [
    'a removed newest entry',
    (id) => [`delete from history ${row(id, 3)}`],
    [
      { seq: 3, what: 'wrong-end' },
      { seq: 2, what: 'loose' },
    ],
  ],
  [
    'the removal of all entries',
    (id) => [`delete from history where stream = '${id}'`],
    [{ seq: 3, what: 'wrong-end' }],
  ],
  ['a removed action', (id) => [`delete from actions where id = '${id}'`], [{ seq: 3, what: 'loose' }]],
]

onBoth('verifying the ledger', (at) => {
  it.each(ledgerTamperings)('finds %s', async (_, statements, faults) => {
    const opened = at()
    const id = await withAction(opened)
    const untouched = await withAction(opened)
    const found = async (stream: string) => (await verify(opened.db)).faults.filter((fault) => fault.stream === stream)
    expect(await found(id)).toEqual([])
    await unlock(opened).catch(() => 'dropped by an earlier test')
    for (const statement of statements(id)) await opened.tamper(statement)
    expect(await found(id)).toEqual(faults.map((fault) => ({ stream: id, ...fault })))
    expect(await found(untouched)).toEqual([])
  })

  it('accepts an action older than the ledger history, and verifies it from its next move on', async () => {
    const { db, tamper } = at()
    const id = crypto.randomUUID()
    await tamper(`insert into actions
      (id, tenant, case_id, track, name, asked_by, correlation, state, sends, looks, created_at, updated_at)
      values ('${id}', 't', 'MC-000000', 'transfer', 'create-transfer', 'agent', 'c', 'unknown', 1, 0, '${noon}', '${noon}')`)
    const faults = async () => (await verify(db)).faults.filter(({ stream }) => stream === id)
    expect(await faults()).toEqual([])
    const action = {
      id,
      tenant: 't',
      caseId: 'MC-000000',
      track: 'transfer',
      name: 'create-transfer',
      askedBy: 'agent',
    }
    const known = { ...action, correlation: 'c', state: 'unknown', sends: 1, looks: 0, createdAt: noon } as const
    await db.transaction((tx) => moveAction(tx, known, { state: 'confirmed' }, after(1)))
    expect(await faults()).toEqual([])
    await tamper(`update actions set sends = 9 where id = '${id}'`)
    expect(await faults()).toEqual([{ stream: id, seq: 1, what: 'other-ledger' }])
  })
})

/** Statements that undo migrations 0007 and 0009. Migration 0008 can run again as it is. */
const downgrade = [
  `create table old (stream text not null, seq integer not null, at text not null, "by" text not null, event text not null,
    detail text not null, previous text not null, hash text not null, salt text, primary key (stream, seq))`,
  'insert into old select stream, seq, at, "by", event, detail, previous, hash, salt from history order by hash',
  'drop table history',
  'alter table old rename to history',
  ...['cases', 'actions', 'heads'].map((table) => `alter table ${table} drop column entry`),
  'drop index cases_awaiting_approval',
  'alter table cases drop column asked_at',
  `delete from kysely_migration where name >= '0007'`,
]

describe.each(databasesHere)('a history of a release before migration 0007 on $name', ({ open }) => {
  it('is migrated, verifies, is append-only and takes new entries', async () => {
    const opened = await open()
    const [id, action, room] = [await withHistory(opened), await withAction(opened), await withRefusals(opened)]
    await withHistory(opened)
    const contents = async (db: Opened['db']) => {
      const streams = await db.transaction((tx) =>
        Promise.all([id, action, room].map((stream) => entriesOf(tx, stream))),
      )
      return streams.map((rows) => rows.map(({ id: _id, before: _before, ...row }) => row))
    }
    const before = await contents(opened.db)
    for (const statement of downgrade) await opened.tamper(statement)
    const db = await openDatabase(opened.url)
    expect(await contents(db)).toEqual(before)
    expect(before.map(({ length }) => length)).toEqual([4, 3, 3])
    expect(await verify(db)).toEqual({ streams: 4, entries: 14, erased: 0, faults: [] })
    await expect(opened.tamper(`update history set at = at where stream = '${id}'`)).rejects.toThrow('append-only')
    await expect(opened.tamper(`delete from history where stream = '${id}'`)).rejects.toThrow('append-only')
    await withHistory({ ...opened, db })
    await db.transaction((tx) => appendRefusal(tx, refusal(room.replace('room:tenant:', ''), 3)))
    expect(await verify(db)).toEqual({ streams: 5, entries: 19, erased: 0, faults: [] })
    await db.close()
    await opened.drop()
  })
})
