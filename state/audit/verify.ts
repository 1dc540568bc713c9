import { type RawBuilder, sql } from 'kysely'
import { actionEvent } from '../actions.ts'
import { pages } from '../engine/pages.ts'
import { prepared } from '../engine/prepared.ts'
import type { HistoryRow } from '../engine/tables.ts'
import type { Database, Tx } from '../engine/transaction.ts'
import {
  appendToRoom,
  beginning,
  entriesOf,
  entriesUpTo,
  hashOf,
  operatorRoom,
  type RoomEntry,
  roomStream,
} from './history.ts'
import { redactionOf } from './redaction.ts'

/** Something that was refused in a room: who tried, when, and why not. */
export interface RefusedAction extends Omit<RoomEntry, 'event'> {
  reason: string
}

/** Writes down a refusal. Throws ConflictError when another entry of the same room was faster. */
export async function appendRefusal(tx: Tx, { reason, detail, ...refusal }: RefusedAction): Promise<void> {
  await appendToRoom(tx, { ...refusal, event: 'refused', detail: { reason, ...detail } })
}

/** What can be wrong with a stream. */
export type Flaw =
  /** An entry is not what was hashed. */
  | 'altered'
  /** An entry does not follow the one before it. */
  | 'broken-link'
  /** One or more entries before this one are missing. */
  | 'gap'
  /** The newest entry is not the one that the case, the action or the room's head points to, or is not there. */
  | 'wrong-end'
  /** No case, action or head leads to an entry. */
  | 'loose'
  /** An action of the ledger is not what its newest entry says. */
  | 'other-ledger'

export interface ChainFault {
  stream: string
  seq: number
  what: Flaw
}

interface Verified {
  streams: number
  entries: number
  /** Entries of which something was erased; an erasure that the history tells of says what is left of each. */
  erased: number
  faults: ChainFault[]
}

const pageSize = 500
/** What owns a stream is read with the whole of it. */
const streamsAtOnce = 100

/** What a stream belongs to, and where it should end. */
interface End {
  owner: string
  endSeq: number
  endHash: string
}

/** An entry with its owner; one of nulls for an owner that leads to none. */
type Led = End & (HistoryRow | { id: null })

/** Owners in order with all that they lead to, read in one statement, so that the two belong together. */
const chainsAfter = (table: 'cases' | 'actions', seq: RawBuilder<unknown>) =>
  prepared<{ owner: string }>()(
    (_, given) => sql<Led>`
      WITH RECURSIVE owned AS (
        SELECT id AS owner, entry, ${seq} AS "endSeq", head AS "endHash" FROM ${sql.table(table)}
        WHERE id > ${given.owner} AND head IS NOT NULL ORDER BY id LIMIT ${sql.lit(streamsAtOnce)}
      ), chain AS (
        SELECT owner, "endSeq", "endHash", history.* FROM owned LEFT JOIN history ON history.id = owned.entry
        UNION ALL
        SELECT owner, "endSeq", "endHash", history.* FROM chain
        JOIN history ON history.id = chain.before AND history.id < chain.id
      ) SELECT * FROM chain ORDER BY owner, seq`,
  )

const ofCases = chainsAfter('cases', sql`revision + 1`)
const ofActions = chainsAfter('actions', sql`entries`)

const headsAfter = prepared<{ stream: string }>()((db, given) =>
  db.selectFrom('heads').selectAll().where('stream', '>', given.stream).orderBy('stream').limit(pageSize),
)

/** A room's stream may be long. Nothing of it changes once its head is read. */
async function* ofRooms(db: Database): AsyncGenerator<Led> {
  for await (const { stream: owner, entry, seq: endSeq, hash: endHash } of pages(db, headsAfter, { stream: '' })) {
    let isLed = false
    for await (const row of entriesUpTo(db, entry)) {
      isLed = true
      yield { owner, endSeq, endHash, ...row }
    }
    if (!isLed) yield { owner, endSeq, endHash, id: null }
  }
}

async function* everythingLed(db: Database): AsyncGenerator<Led> {
  yield* pages(db, ofCases, { owner: '' })
  yield* pages(db, ofActions, { owner: '' })
  yield* ofRooms(db)
}

const findNewest = prepared<Record<never, never>>()((db) =>
  db.selectFrom('history').select('id').orderBy('id', 'desc').limit(1),
)

const entriesAfter = prepared<{ id: number }>()((db, given) =>
  db.selectFrom('history').select(['id', 'stream', 'seq']).where('id', '>', given.id).orderBy('id').limit(pageSize),
)

/** Every action with its newest entry. */
const actionsAfter = prepared<{ id: string }>()((db, given) =>
  db
    .selectFrom('actions')
    .innerJoin('history as newest', (join) => join.onRef('newest.id', '=', 'actions.entry'))
    .selectAll('actions')
    .select(['newest.at', 'newest.by', 'newest.event', 'newest.detail'])
    .where('actions.id', '>', given.id)
    .orderBy('actions.id')
    .limit(pageSize),
)

/**
 * Recomputes every hash and finds what was altered, left out, put in, exchanged or cut off, page by page.
 * Out of its reach: a case removed together with all its entries, and a chain rewritten to its end by somebody who also
 * rewrote the head in its owner; only a head that was noted elsewhere shows those. `hash` is another one than the
 * release's own only where it is tried what that would not see.
 */
export async function verify(db: Database, hash = hashOf): Promise<Verified> {
  const found: Verified = { streams: 0, entries: 0, erased: 0, faults: [] }
  const newest = (await db.transaction((tx) => findNewest.first(tx, {})))?.id ?? 0
  const led = createMarks(newest)
  await verifyEntries(db, found, hash, led.mark)
  await findLoose(db, found, { newest, isLed: led.has })
  for await (const row of pages(db, actionsAfter, { id: '' })) {
    const { at, by, event, detail } = actionEvent(row)
    const isTold = at === row.at && by === row.by && event === row.event && JSON.stringify(detail) === row.detail
    if (!isTold) found.faults.push({ stream: row.id, seq: row.entries ?? 0, what: 'other-ledger' })
  }
  return found
}

/** A bit for each entry up to the newest: millions of them take little room. */
function createMarks(newest: number) {
  const bits = new Uint8Array(Math.floor(newest / 8) + 1)
  return {
    mark: (id: number): void => {
      if (id <= newest) bits[id >> 3] = (bits[id >> 3] ?? 0) | (1 << (id & 7))
    },
    has: (id: number): boolean => ((bits[id >> 3] ?? 0) & (1 << (id & 7))) !== 0,
  }
}

async function verifyEntries(
  db: Database,
  found: Verified,
  hash: typeof hashOf,
  mark: (id: number) => void,
): Promise<void> {
  const faultAt = ({ owner }: End, seq: number, what: Flaw): ChainFault => {
    const fault = { stream: owner, seq, what }
    found.faults.push(fault)
    return fault
  }
  let last: (End & HistoryRow) | undefined
  const told = new Set<string>()
  const changed = new Map<ChainFault, string>()

  function endStream(): void {
    if (!last) return
    found.streams += 1
    if (last.endSeq !== last.seq || last.endHash !== last.hash) faultAt(last, last.seq, 'wrong-end')
  }

  for await (const row of everythingLed(db)) {
    if (row.owner !== last?.owner) {
      endStream()
      last = undefined
    }
    if (row.id === null) {
      faultAt(row, row.endSeq, 'wrong-end')
      continue
    }
    mark(row.id)
    found.entries += 1
    if (hash(row) !== row.hash) changed.set(faultAt(row, row.seq, 'altered'), redactionOf(row))
    else if (row.event === 'erased' && row.stream === erasures) for (const one of redactionsIn(row)) told.add(one)
    if (row.seq !== (last?.seq ?? 0) + 1) faultAt(row, row.seq, 'gap')
    else if (row.previous !== (last?.hash ?? beginning.hash) || row.before !== (last?.id ?? beginning.entry))
      faultAt(row, row.seq, 'broken-link')
    last = row
  }
  endStream()
  const excused = new Set([...changed].flatMap(([fault, one]) => (told.has(one) ? [fault] : [])))
  found.erased = excused.size
  found.faults = found.faults.filter((fault) => !excused.has(fault))
}

/** Entries that nothing led to, of each stream the newest. One that was written meanwhile is looked at again. */
async function findLoose(
  db: Database,
  found: Verified,
  { newest, isLed }: { newest: number; isLed: (id: number) => boolean },
): Promise<void> {
  const loose = new Map<string, { id: number; seq: number }>()
  for await (const { id, stream, seq } of pages(db, entriesAfter, { id: 0 })) {
    if (id > newest) break
    if (!isLed(id)) loose.set(stream, { id, seq })
  }
  for (const [stream, { id, seq }] of loose) {
    const entries = await db.transaction((tx) => entriesOf(tx, stream))
    if (!entries.some((entry) => entry.id === id)) found.faults.push({ stream, seq, what: 'loose' })
  }
}

const erasures = roomStream(operatorRoom.tenant, operatorRoom.room)
const redactionsIn = ({ detail }: HistoryRow) => (JSON.parse(detail) as { entries: string[] }).entries
