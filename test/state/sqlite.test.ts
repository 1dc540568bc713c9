import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appendRefusal } from '../../state/audit/history.ts'
import { verify } from '../../state/audit/verify.ts'
import { listCases } from '../../state/case-lists.ts'
import { findCase, historyOf, insertCase, saveCase, untouchedCase } from '../../state/case-store.ts'
import { findDelivery, purgeDeliveries, saveDelivery } from '../../state/deliveries.ts'
import { findConversation, findPerson, saveConversation, savePerson } from '../../state/directory.ts'
import { isUnavailable, openDatabase } from '../../state/engine/database.ts'
import { openSqlite } from '../../state/engine/sqlite/driver.ts'
import type { Database, Tx } from '../../state/engine/transaction.ts'
import { claimDue, finish, nextDue } from '../../state/outbox-claims.ts'
import { addEffects } from '../../state/outbox-store.ts'
import { type Opened, openFile } from './databases.ts'
import { answerServices, noon, sample, stored, unique } from './sample-case.ts'

let opened: Opened
beforeAll(async () => {
  opened = await openFile()
})
afterAll(() => opened.drop())

const query = <Row>(db: Database, sql: string) =>
  db.transaction(async (tx) => (await tx.execute<Row>({ name: '', sql }, [])).rows)

/** Opens another connection to the file, which sees committed rows only. */
const outside = () => new DatabaseSync(opened.url.slice('sqlite:'.length))
const committed = (key: string) => {
  const connection = outside()
  const found = connection.prepare('select count(*) as n from deliveries where key = ?').get(key)
  connection.close()
  return found?.n === 1
}

describe('a database file', () => {
  it('is created for its owner alone, with its folder and its log', async () => {
    await opened.db.transaction((tx) => saveDelivery(tx, unique('key'), '', noon))
    const file = opened.url.slice('sqlite:'.length)
    const rights = [dirname(file), file, `${file}-wal`, `${file}-shm`].map((path) => statSync(path).mode & 0o777)
    expect(rights.map((mode) => mode.toString(8))).toEqual(['700', '600', '600', '600'])
  })

  it('syncs every commit to disk and does not block readers', async () => {
    expect(await query(opened.db, 'PRAGMA synchronous')).toEqual([{ synchronous: 2 }])
    expect(await query(opened.db, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }])
  })
})

describe('transactions that share a commit', () => {
  it('resolve only after the commit', async () => {
    const { db } = opened
    const [first, second] = [unique('key'), unique('key')]
    let answeredBefore = false
    let committedBefore = false
    const resolved = db
      .transaction((tx) => saveDelivery(tx, first, '', noon))
      .then(() => {
        answeredBefore = true
      })
    const seenBySecond = db.transaction(async (tx) => {
      for (let turn = 0; turn < 100; turn += 1) await Promise.resolve()
      const seen = { answered: answeredBefore, committed: committed(first), read: await findDelivery(tx, first) }
      await saveDelivery(tx, second, '', noon)
      return seen
    })
    const checked = resolved.then(() => {
      committedBefore = committed(first) && committed(second)
    })
    expect(await seenBySecond).toEqual({ answered: false, committed: false, read: '' })
    await checked
    expect(committedBefore).toBe(true)
  })

  it('reject only after the commit, too', async () => {
    const { db } = opened
    const key = unique('key')
    let committedAtError = false
    const failing = db
      .transaction(async () => {
        throw new Error('no')
      })
      .catch(() => {
        committedAtError = committed(key)
      })
    await Promise.all([failing, db.transaction((tx) => saveDelivery(tx, key, '', noon))])
    expect(committedAtError).toBe(true)
  })

  it('all fail if the commit fails, and leave nothing behind', async () => {
    const { db, tamper } = opened
    await tamper('create table owner (id integer primary key)')
    await tamper('create table owned (owner integer references owner(id) deferrable initially deferred)')
    const key = unique('key')
    const outcomes = await Promise.allSettled([
      db.transaction((tx) => saveDelivery(tx, key, '', noon)),
      // Fails at the commit, which checks the deferred foreign key.
      db.transaction((tx) => tx.execute({ name: '', sql: 'insert into owned values (1)' }, [])),
      db.transaction(async () => {
        throw new Error('its own')
      }),
    ])
    for (const outcome of outcomes) expect(isUnavailable(outcome.status === 'rejected' && outcome.reason)).toBe(true)
    expect(committed(key)).toBe(false)
    await db.transaction((tx) => saveDelivery(tx, key, '', noon))
    expect(committed(key)).toBe(true)
  })

  it('all succeed if there are more of them than fit into one commit', async () => {
    const { db } = opened
    const keys = Array.from({ length: 300 }, () => unique('key'))
    await Promise.all(keys.map((key) => db.transaction((tx) => saveDelivery(tx, key, '', noon))))
    expect(keys.filter((key) => !committed(key))).toEqual([])
  })
})

describe('a database file that cannot be written', () => {
  it('fails transactions while the disk is full, and works again once there is room', async () => {
    const { db, drop } = await openFile()
    const [{ page_count: pages } = { page_count: 0 }] = await query<{ page_count: number }>(db, 'PRAGMA page_count')
    await query(db, `PRAGMA max_page_count = ${pages}`)
    const large = () => db.transaction((tx) => saveDelivery(tx, 'large', 'x'.repeat(100_000), noon))
    const error = await large().catch((reason: unknown) => reason)
    expect(isUnavailable(error)).toBe(true)
    expect(error).toMatchObject({ cause: { errstr: 'database or disk is full' } })
    const careless = db.transaction(async (tx) => {
      await saveDelivery(tx, 'large', 'x'.repeat(100_000), noon).catch(() => 'ignored')
      await saveDelivery(tx, 'small', '', noon).catch(() => 'ignored')
    })
    expect(isUnavailable(await careless.catch((reason: unknown) => reason))).toBe(true)
    expect(await db.transaction((tx) => findDelivery(tx, 'small'))).toBeUndefined()
    await query(db, `PRAGMA max_page_count = ${pages + 1000}`)
    await large()
    expect(await db.transaction((tx) => findDelivery(tx, 'large'))).toHaveLength(100_000)
    await drop()
  })

  it('is waited for without blocking the event loop while another process locks it', async () => {
    const { db } = opened
    const holder = outside()
    holder.exec('BEGIN IMMEDIATE')
    const key = unique('key')
    let ticks = 0
    const ticking = setInterval(() => {
      ticks += 1
    }, 5)
    const waiting = db.transaction((tx) => saveDelivery(tx, key, '', noon))
    await sleep(200)
    expect(committed(key)).toBe(false)
    holder.exec('COMMIT')
    holder.close()
    await waiting
    clearInterval(ticking)
    expect(ticks).toBeGreaterThan(3)
    expect(committed(key)).toBe(true)
  })

  it('is waited for while another process creates it', async () => {
    const { url, drop } = await openFile()
    await drop()
    const path = url.slice('sqlite:'.length)
    await mkdir(dirname(path), { recursive: true })
    const maker = new DatabaseSync(path)
    maker.exec('BEGIN EXCLUSIVE')
    const opening = openDatabase(url)
    await sleep(100)
    maker.exec('COMMIT')
    maker.close()
    const db = await opening
    await db.close()
    await rm(dirname(dirname(path)), { recursive: true })
  })

  it('fails transactions as unavailable if it stays locked', async () => {
    const db = await openSqlite(opened.url.slice('sqlite:'.length), { busyTimeoutMs: 100 })
    const holder = outside()
    holder.exec('BEGIN IMMEDIATE')
    const error = await db.transaction((tx) => findDelivery(tx, 'key')).catch((reason: unknown) => reason)
    holder.exec('ROLLBACK')
    holder.close()
    expect(isUnavailable(error)).toBe(true)
    expect(await db.transaction((tx) => findDelivery(tx, 'no such key'))).toBeUndefined()
    await db.close()
  })
})

const writer = fileURLToPath(new URL('writer.ts', import.meta.url))
const startWriter = (tenant: string, id: string, saves: number) =>
  spawn(process.execPath, [writer, opened.url, tenant, id, String(saves)], { stdio: ['ignore', 'pipe', 'inherit'] })

describe('a file that several processes have open', () => {
  it('stores every save of each of them once', async () => {
    const { db } = opened
    const { case: caseRecord } = await stored(db)
    const writers = [
      startWriter(caseRecord.tenant, caseRecord.id, 60),
      startWriter(caseRecord.tenant, caseRecord.id, 60),
    ]
    const exits = await Promise.all(writers.map((process) => once(process, 'exit')))
    expect(exits.map(([code]) => code as number)).toEqual([0, 0])
    const found = await db.transaction((tx) => findCase(tx, caseRecord.tenant, caseRecord.id))
    expect(found?.case.revision).toBe(120)
    expect((await verify(db)).faults).toEqual([])
  })

  it('keeps every acknowledged save of a process that was killed', async () => {
    const { db } = opened
    const { case: caseRecord } = await stored(db)
    const process = startWriter(caseRecord.tenant, caseRecord.id, 1_000_000)
    let printed = ''
    process.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
      if (printed.length > 400) process.kill('SIGKILL')
    })
    await once(process, 'close')
    const answered = printed.split('\n').slice(0, -1).map(Number)
    expect(answered.length).toBeGreaterThan(50)
    const found = await db.transaction((tx) => findCase(tx, caseRecord.tenant, caseRecord.id))
    expect(found?.case.revision).toBeGreaterThanOrEqual(answered.at(-1) ?? 0)
    expect((await verify(db)).faults).toEqual([])
  })
})

describe('the queries of a turn', () => {
  /** Runs work and returns SQLite's plan for each of its queries. */
  async function plansOf(work: (tx: Tx) => Promise<unknown>): Promise<string[]> {
    const statements: string[] = []
    return opened.db.transaction(async (tx) => {
      await work({
        dialect: 'sqlite',
        at: tx.at,
        execute: (statement, parameters) => {
          statements.push(statement.sql)
          return tx.execute(statement, parameters)
        },
      })
      const plans = []
      for (const sql of statements) {
        const { rows } = await tx.execute<{ detail: string }>({ name: '', sql: `explain query plan ${sql}` }, [])
        plans.push(...rows.map(({ detail }) => `${detail}   in ${sql}`))
      }
      return plans
    })
  }

  it('all use an index, so that a million cases are no slower than a thousand', async () => {
    const { case: caseRecord, entry } = sample()
    const { tenant, id, conversation } = caseRecord
    const plans = await plansOf(async (tx) => {
      await findDelivery(tx, 'key')
      await findPerson(tx, tenant, 'reseller')
      await savePerson(tx, { tenant, id: 'reseller', name: '' }, noon, undefined)
      await findConversation(tx, tenant, conversation)
      const place = { tenant, conversation, kind: 'personal', reference: {}, installed: true } as const
      await saveConversation(tx, place, noon, undefined)
      const inserted = await insertCase(tx, caseRecord, conversation, entry)
      await untouchedCase(tx, { tenant, conversation, person: 'reseller' })
      const first = answerServices(caseRecord, 'role', 'direct')
      const saved = await saveCase(tx, inserted, first.case, first.entry)
      const second = answerServices(saved.case, 'service', 'usage')
      await saveCase(tx, saved, second.case, second.entry)
      await findCase(tx, tenant, id)
      await historyOf(tx, tenant, id)
      await listCases(tx, { tenant, room: conversation, page: 0, size: 5 })
      await listCases(tx, { tenant, room: conversation, open: true, page: 0, size: 5 })
      await appendRefusal(tx, { tenant, room: conversation, at: noon, by: '', reason: '', detail: {} })
      const wake = { kind: 'wake', tenant, payload: {}, key: unique('key') }
      await addEffects(tx, [wake, { ...wake, replace: true }])
      await nextDue(tx, new Date(noon))
      const [claimed] = await claimDue(tx, { now: new Date(noon), worker: 'one', leaseMs: 1, limit: 1 })
      if (!claimed) throw new Error('nothing was claimed')
      await finish(tx, claimed, { state: 'done' })
      await finish(tx, claimed, { state: 'parked' })
      await saveDelivery(tx, unique('key'), '', noon)
      await purgeDeliveries(tx, noon)
    })
    for (const index of ['cases_of_room', 'cases_untouched', 'outbox_ready', 'outbox_order', 'deliveries_by_time']) {
      expect(plans.filter((plan) => plan.includes(index))).not.toEqual([])
    }
    // `picked` has no more rows than are claimed, `chain` the entries of one case; the scan of the outbox stops early.
    const scans = plans.filter(
      (plan) => plan.startsWith('SCAN') && !/^SCAN (picked|chain|waiting USING INDEX)/.test(plan),
    )
    expect(scans).toEqual([])
    // Only the two lists of a room sort, and only the cases of that room: see `listCases`.
    const ofRoom = /^USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY .* from "cases" where "tenant" = \? and "room" = \? /
    const sorts = plans.filter((plan) => plan.startsWith('USE TEMP B-TREE'))
    expect(sorts.filter((plan) => !ofRoom.test(plan))).toEqual([])
    expect(sorts).toHaveLength(2)
  })
})

describe('people and conversations of a release before migration 0008', () => {
  it('are all there, and found by primary key', async () => {
    const older = await openFile()
    const person = {
      tenant: 'tenant',
      id: 'reseller',
      name: 'A reseller',
      role: 'direct',
      locale: 'fr',
      account: '29:a',
    } as const
    const place = {
      tenant: 'tenant',
      conversation: 'a:1',
      kind: 'personal',
      reference: { a: 1 },
      locale: 'de',
      installed: true,
    } as const
    await older.db.transaction(async (tx) => {
      await savePerson(tx, person, noon, undefined)
      await savePerson(tx, { tenant: 'another', id: 'reseller', name: '' }, noon, undefined)
      await saveConversation(tx, place, noon, undefined)
    })
    for (const statement of downgrade) await older.tamper(statement)
    const db = await openDatabase(older.url)
    expect(await db.transaction((tx) => findPerson(tx, 'tenant', 'reseller'))).toEqual(person)
    expect(await db.transaction((tx) => findPerson(tx, 'another', 'reseller'))).toMatchObject({ name: '' })
    expect(await db.transaction((tx) => findConversation(tx, 'tenant', 'a:1'))).toEqual(place)
    for (const [table, key] of Object.entries(keys)) {
      const plan = await query(db, `explain query plan select * from ${table} where tenant = '' and ${key} = ''`)
      expect(plan).toMatchObject([{ detail: `SEARCH ${table} USING PRIMARY KEY (tenant=? AND ${key}=?)` }])
    }
    await db.close()
    await older.drop()
  })
})

const keys = { people: 'id', conversations: 'conversation' }

/** Statements that undo migration 0008 and those after it. */
const downgrade = [
  ...Object.entries(keys).flatMap(([table, key]) => [
    `create table old as select * from ${table}`,
    `drop table ${table}`,
    `alter table old rename to ${table}`,
    `create unique index old_${table} on ${table} (tenant, ${key})`,
  ]),
  'drop index cases_awaiting_approval',
  'alter table cases drop column asked_at',
  "delete from kysely_migration where name >= '0008'",
]
