import { type RawBuilder, sql } from 'kysely'
import { actionEvent } from '../actions.ts'
import { pages } from '../engine/pages.ts'
import { prepared } from '../engine/prepared.ts'
import type { HistoryRow } from '../engine/tables.ts'
import type { Database } from '../engine/transaction.ts'
import { emptyHead, entriesOf, entriesUpTo, hashOf, operatorRoom, roomStream } from './history.ts'
import { redactionOf } from './redaction.ts'

/** A fault that verification finds in a stream. */
type Flaw =
  /** The content of an entry does not match its hash. */
  | 'altered'
  /** An entry does not follow the one before it. */
  | 'broken-link'
  /** One or more entries before this one are missing. */
  | 'gap'
  /** The newest entry is missing, or is not the one that the owner of the stream names. */
  | 'wrong-end'
  /** No owner leads to an entry. */
  | 'loose'
  /** An action of the ledger differs from its newest entry. */
  | 'other-ledger'

export interface ChainFault {
  stream: string
  seq: number
  what: Flaw
}

interface Verified {
  streams: number
  entries: number
  /** Entries redacted by an erasure that the history records. */
  erased: number
  faults: ChainFault[]
}

const PAGE_SIZE = 500
/** Owners per page; they are read with all their entries. */
const OWNERS_PER_PAGE = 100

/** The owner of a stream, and the head it names. */
interface End {
  owner: string
  endSeq: number
  endHash: string
}

/** An entry with its owner; nulls for an owner that leads to no entry. */
type OwnedEntry = End & (HistoryRow | { id: null })

/** Reads owners in order with all their entries, in one statement, so that both are of the same moment. */
const chainsAfter = (table: 'cases' | 'actions', seq: RawBuilder<unknown>) =>
  prepared<{ owner: string }>()(
    (_, given) => sql<OwnedEntry>`
      WITH RECURSIVE owned AS (
        SELECT id AS owner, entry, ${seq} AS "endSeq", head AS "endHash" FROM ${sql.table(table)}
        WHERE id > ${given.owner} AND head IS NOT NULL ORDER BY id LIMIT ${sql.lit(OWNERS_PER_PAGE)}
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
  db.selectFrom('heads').selectAll().where('stream', '>', given.stream).orderBy('stream').limit(PAGE_SIZE),
)

/** Reads the streams of rooms in pages, because they may be long; no entry below a head changes. */
async function* ofRooms(db: Database): AsyncGenerator<OwnedEntry> {
  for await (const { stream: owner, entry, seq: endSeq, hash: endHash } of pages(db, headsAfter, { stream: '' })) {
    let hasEntries = false
    for await (const row of entriesUpTo(db, entry)) {
      hasEntries = true
      yield { owner, endSeq, endHash, ...row }
    }
    if (!hasEntries) yield { owner, endSeq, endHash, id: null }
  }
}

async function* ownedEntries(db: Database): AsyncGenerator<OwnedEntry> {
  yield* pages(db, ofCases, { owner: '' })
  yield* pages(db, ofActions, { owner: '' })
  yield* ofRooms(db)
}

const findNewest = prepared<Record<never, never>>()((db) =>
  db.selectFrom('history').select('id').orderBy('id', 'desc').limit(1),
)

const entriesAfter = prepared<{ id: number }>()((db, given) =>
  db.selectFrom('history').select(['id', 'stream', 'seq']).where('id', '>', given.id).orderBy('id').limit(PAGE_SIZE),
)

/** Reads every action with its newest entry. */
const actionsAfter = prepared<{ id: string }>()((db, given) =>
  db
    .selectFrom('actions')
    .innerJoin('history as newest', (join) => join.onRef('newest.id', '=', 'actions.entry'))
    .selectAll('actions')
    .select(['newest.at', 'newest.by', 'newest.event', 'newest.detail'])
    .where('actions.id', '>', given.id)
    .orderBy('actions.id')
    .limit(PAGE_SIZE),
)

/**
 * Verifies the whole history and ledger, page by page: recomputes every hash and finds entries that were altered,
 * removed, inserted, exchanged or cut off. The README says how, and which changes escape it.
 * `hash` is for tests of verification itself.
 */
export async function verify(db: Database, hash = hashOf): Promise<Verified> {
  const found: Verified = { streams: 0, entries: 0, erased: 0, faults: [] }
  const newest = (await db.transaction((tx) => findNewest.first(tx, {})))?.id ?? 0
  const reached = createMarks(newest)
  await verifyEntries(db, found, hash, reached.mark)
  await findLoose(db, found, { newest, isReached: reached.has })
  for await (const row of pages(db, actionsAfter, { id: '' })) {
    const { at, by, event, detail } = actionEvent(row)
    const isSame = at === row.at && by === row.by && event === row.event && JSON.stringify(detail) === row.detail
    if (!isSame) found.faults.push({ stream: row.id, seq: row.entries ?? 0, what: 'other-ledger' })
  }
  return found
}

/** Creates a bit set with a bit per entry, since there may be millions. */
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
  const recorded = new Set<string>()
  const changed = new Map<ChainFault, string>()

  function endStream(): void {
    if (!last) return
    found.streams += 1
    if (last.endSeq !== last.seq || last.endHash !== last.hash) faultAt(last, last.seq, 'wrong-end')
  }

  for await (const row of ownedEntries(db)) {
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
    else if (row.event === 'erased' && row.stream === erasures)
      for (const redaction of redactionsIn(row)) recorded.add(redaction)
    if (row.seq !== (last?.seq ?? 0) + 1) faultAt(row, row.seq, 'gap')
    else if (row.previous !== (last?.hash ?? emptyHead.hash) || row.before !== (last?.id ?? emptyHead.entry))
      faultAt(row, row.seq, 'broken-link')
    last = row
  }
  endStream()
  const excused = new Set([...changed].flatMap(([fault, redaction]) => (recorded.has(redaction) ? [fault] : [])))
  found.erased = excused.size
  found.faults = found.faults.filter((fault) => !excused.has(fault))
}

/** Finds entries that no owner led to, and reports the newest of each stream unless it was only just written. */
async function findLoose(
  db: Database,
  found: Verified,
  { newest, isReached }: { newest: number; isReached: (id: number) => boolean },
): Promise<void> {
  const loose = new Map<string, { id: number; seq: number }>()
  for await (const { id, stream, seq } of pages(db, entriesAfter, { id: 0 })) {
    if (id > newest) break
    if (!isReached(id)) loose.set(stream, { id, seq })
  }
  for (const [stream, { id, seq }] of loose) {
    const entries = await db.transaction((tx) => entriesOf(tx, stream))
    if (!entries.some((entry) => entry.id === id)) found.faults.push({ stream, seq, what: 'loose' })
  }
}

const erasures = roomStream(operatorRoom.tenant, operatorRoom.room)
const redactionsIn = ({ detail }: HistoryRow) => (JSON.parse(detail) as { entries: string[] }).entries
