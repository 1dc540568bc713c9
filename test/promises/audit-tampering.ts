import { hash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createDice } from '../../sandbox/upstream/dice.ts'
import { appendRefusal, hashOf } from '../../state/audit/history.ts'
import { verify } from '../../state/audit/verify.ts'
import { openDatabase } from '../../state/engine/database.ts'
import type { HistoryRow } from '../../state/engine/tables.ts'
import { createTally, type Guarantee, type PromiseOutcome, type TryBudget } from './promise.ts'

const entriesEach = 5

/** Tampering with one stream by a person with full access to the database. */
type Tampering = (connection: DatabaseSync, stream: string, dice: (below: number) => number) => void

const run = (connection: DatabaseSync, sql: string, ...values: (string | number | null)[]) =>
  connection.prepare(sql).run(...values)
const rowsOf = (connection: DatabaseSync, stream: string) =>
  connection.prepare('select * from history where stream = ? order by seq').all(stream) as unknown as HistoryRow[]

/** Changes one character. */
function flipped(text: string, dice: (below: number) => number): string {
  const at = dice(text.length)
  const code = text.charCodeAt(at)
  return `${text.slice(0, at)}${String.fromCharCode(code === 97 ? 98 : 97)}${text.slice(at + 1)}`
}

const columns = ['at', 'by', 'event', 'detail', 'hash', 'salt'] as const

const tamperings: Record<string, Tampering> = {
  changed: (connection, stream, dice) => {
    const row = rowsOf(connection, stream)[dice(entriesEach)] as HistoryRow
    const column = columns[dice(columns.length)] ?? 'by'
    run(
      connection,
      `update history set ${column} = ? where stream = ? and seq = ?`,
      flipped(String(row[column]), dice),
      stream,
      row.seq,
    )
  },
  deleted: (connection, stream, dice) => {
    run(connection, 'delete from history where stream = ? and seq = ?', stream, 1 + dice(entriesEach))
  },
  inserted: (connection, stream, dice) => {
    const rows = rowsOf(connection, stream)
    const at = 1 + dice(entriesEach)
    const copy = { ...(rows[at - 1] as HistoryRow), by: 'somebody else', seq: at + 1 }
    run(connection, 'update history set seq = -seq - 1 where stream = ? and seq > ?', stream, at)
    run(connection, 'update history set seq = -seq where stream = ? and seq < 0', stream)
    const { by, event, detail, salt } = copy
    const previous = rows[at - 1]?.hash ?? ''
    const sealed = hashOf({ ...copy, previous })
    const before = rows[at - 1]?.id ?? 0
    const insert = 'insert into history (before, stream, seq, at, by, event, detail, previous, hash, salt)'
    const { lastInsertRowid } = run(
      connection,
      `${insert} values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      before,
      stream,
      at + 1,
      copy.at,
      by,
      event,
      detail,
      previous,
      sealed,
      salt ?? '',
    )
    const id = Number(lastInsertRowid)
    run(connection, 'update history set before = ? where stream = ? and seq = ?', id, stream, at + 2)
    if (at === entriesEach) run(connection, 'update heads set entry = ? where stream = ?', id, stream)
  },
  swapped: (connection, stream, dice) => {
    const seq = 1 + dice(entriesEach - 1)
    run(connection, 'update history set seq = 0 where stream = ? and seq = ?', stream, seq)
    run(connection, 'update history set seq = ? where stream = ? and seq = ?', seq, stream, seq + 1)
    run(connection, 'update history set seq = ? where stream = ? and seq = 0', seq + 1, stream)
  },
  'cut off': (connection, stream, dice) => {
    run(connection, 'delete from history where stream = ? and seq > ?', stream, 1 + dice(entriesEach - 1))
  },
  'passed over': (connection, stream, dice) => {
    const rows = rowsOf(connection, stream)
    const at = 1 + dice(entriesEach - 1)
    const before = rows[at - 2]?.id ?? null
    run(connection, 'update history set before = ? where stream = ? and seq = ?', before, stream, at + 1)
  },
  'left out at the end': (connection, stream, dice) => {
    const { id } = rowsOf(connection, stream)[dice(entriesEach - 1)] as HistoryRow
    run(connection, 'update heads set entry = ? where stream = ?', id, stream)
  },
  /** Leaves an entry like an erasure does, without a recorded erasure. */
  'erased untold': (connection, stream, dice) => {
    run(
      connection,
      "update history set by = 'somebody else', salt = null where stream = ? and seq = ?",
      stream,
      1 + dice(entriesEach),
    )
  },
}

/** Hash that ignores the author. */
const blindHash = (row: Parameters<typeof hashOf>[0]) => hashOf({ ...row, by: '' })

/** Seals every entry again with that hash, like a release with this mistake would. */
function sealBlindly(connection: DatabaseSync): void {
  const update = connection.prepare('update history set previous = ?, hash = ? where stream = ? and seq = ?')
  const head = connection.prepare('update heads set hash = ? where stream = ?')
  const rows = connection.prepare('select * from history order by stream, seq').all() as unknown as HistoryRow[]
  let before: HistoryRow | undefined
  for (const row of rows) {
    const previous = before?.stream === row.stream ? before.hash : ''
    const sealed: HistoryRow = { ...row, previous, hash: '' }
    sealed.hash = blindHash(sealed)
    update.run(previous, sealed.hash, row.stream, row.seq)
    head.run(sealed.hash, row.stream)
    before = sealed
  }
}

/** Fills a database with streams, tampers with every second one, and verifies them; round after round. */
async function tamperAndVerify({ seed, maxTries, budgetMs }: TryBudget, isBlind: boolean): Promise<PromiseOutcome> {
  const tally = createTally()
  const roll = createDice(seed)
  const dice = (below: number) => Math.floor(roll() * below)
  const kinds = Object.entries(tamperings)
  const folder = mkdtempSync(join(tmpdir(), 'multicanal-audit-'))
  const file = join(folder, 'audit.db')
  const end = Date.now() + budgetMs
  const streamsAtOnce = Math.min(2_000, maxTries)
  const db = await openDatabase(`sqlite:${file}`)
  const connection = new DatabaseSync(file, { timeout: 5_000 })
  const check = () => verify(db, isBlind ? blindHash : undefined)
  let entries = 0
  try {
    for (let tried = 0, round = 0; tried < maxTries && Date.now() < end; round += 1) {
      const streams: string[] = []
      for (let index = 0; index < streamsAtOnce * 2; index += 1) {
        const room = `${round}-${index}-${hash('sha256', `${seed}-${round}-${index}`).slice(0, 12)}`
        streams.push(`room:tenant:${room}`)
        await db.transaction(async (tx) => {
          for (let entry = 0; entry < entriesEach; entry += 1) {
            const at = new Date(1_000 * entry).toISOString()
            const detail = { tried: `${entry}` }
            await appendRefusal(tx, { tenant: 'tenant', room, at, by: `person ${entry}`, reason: 'not-yours', detail })
          }
        })
      }
      if (round === 0) connection.exec('drop trigger history_no_update; drop trigger history_no_delete')
      if (isBlind) sealBlindly(connection)
      const untouched = await check()
      entries = Math.max(entries, untouched.entries)
      if (untouched.faults.length > 0) tally.failed(`${untouched.faults.length} faults where nothing was done`)
      const touched = new Map<string, string>()
      connection.exec('begin immediate')
      for (const stream of streams.filter((_, index) => index % 2 === 0)) {
        const [name, tamper] = kinds[touched.size % kinds.length] as [string, Tampering]
        tamper(connection, stream, dice)
        touched.set(stream, name)
      }
      connection.exec('commit')
      const seen = new Set((await check()).faults.map(({ stream }) => stream))
      for (const [stream, what] of touched) tally.expect(seen.has(stream), () => `an entry ${what} was not seen`)
      for (const stream of seen) if (!touched.has(stream)) tally.failed('a fault was seen where nothing was done')
      tried += touched.size
      connection.exec('delete from history; delete from heads')
    }
    return tally.outcome({ entries })
  } finally {
    connection.close()
    await db.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Changes of the stored history are detected, even by a person with full access to the database. */
export const auditTampering: Guarantee = {
  name: 'audit-tampering',
  promise: 'verify finds every entry of the history that was changed, deleted, inserted, swapped, skipped or cut off',
  tries: { long: 6_000, short: 300 },
  check: (given) => tamperAndVerify(given, false),
  checkWithoutSafeguard: (given) => tamperAndVerify(given, true),
}
