import { hash } from 'node:crypto'
import type { HistoryEntry } from '../dialogs/case.ts'
import { pages } from './pages.ts'
import { prepared, storable } from './prepared.ts'
import type { HistoryRow } from './tables.ts'
import { ConflictError, type Database, type Tx } from './transaction.ts'

/** What precedes the first entry of a stream. */
export const beginning = ''

type Unhashed = Omit<HistoryRow, 'hash'>

/**
 * Every entry holds the hash of the one before it. What is hashed is the row as it is stored, its columns in this
 * order as one JSON array: the same bytes for the same row, and not one of them can be changed unnoticed.
 */
const hashOf = ({ previous, stream, seq, at, by, event, detail }: Unhashed) =>
  hash('sha256', previous + JSON.stringify([stream, seq, at, by, event, detail]))

/** The row that adds an entry to a stream after the entry with hash `previous`. `seq` counts from 1. */
export function seal(
  stream: string,
  seq: number,
  previous: string,
  entry: { at: string; by: string; event: string; detail: HistoryEntry['detail'] },
): HistoryRow {
  const row = {
    stream: storable(stream),
    seq,
    at: entry.at,
    by: storable(entry.by),
    event: entry.event,
    detail: JSON.stringify(entry.detail),
    previous,
  }
  return { ...row, hash: hashOf(row) }
}

export const insertHistory = prepared<HistoryRow>()((db, given) =>
  db.insertInto('history').values({
    stream: given.stream,
    seq: given.seq,
    at: given.at,
    by: given.by,
    event: given.event,
    detail: given.detail,
    previous: given.previous,
    hash: given.hash,
  }),
)

/** Something that was refused in a room: who tried, when, and why not. */
export interface Refusal {
  tenant: string
  room: string
  at: string
  by: string
  reason: string
  detail: Record<string, unknown>
}

const findHead = prepared<{ stream: string }>()((db, given) =>
  db.selectFrom('heads').select(['seq', 'hash']).where('stream', '=', given.stream),
)

const moveHead = prepared<{ stream: string; seq: number; hash: string }>()((db, given) =>
  db
    .insertInto('heads')
    .values({ stream: given.stream, seq: given.seq, hash: given.hash })
    .onConflict((conflict) =>
      conflict
        .column('stream')
        .doUpdateSet((eb) => ({ seq: eb.ref('excluded.seq'), hash: eb.ref('excluded.hash') }))
        .where((eb) => eb('heads.seq', '=', eb('excluded.seq', '-', 1))),
    ),
)

/** Writes down a refusal. Throws ConflictError when another one of the same room was faster. */
export async function appendRefusal(tx: Tx, refusal: Refusal): Promise<void> {
  const { tenant, room, at, by, reason, detail } = refusal
  const stream = `room:${tenant}:${room}`
  const head = (await findHead.first(tx, { stream })) ?? { seq: 0, hash: beginning }
  const row = seal(stream, head.seq + 1, head.hash, { at, by, event: 'refused', detail: { reason, ...detail } })
  const moved = await moveHead.run(tx, row)
  if (moved === 0) throw new ConflictError(`another refusal was written to ${stream}`)
  await insertHistory.run(tx, row)
}

/** What can be wrong with a stream. */
export type Flaw =
  /** An entry is not what was hashed. */
  | 'altered'
  /** An entry does not follow the one before it. */
  | 'broken-link'
  /** One or more entries before this one are missing. */
  | 'gap'
  /** The newest entry is not the one that the case, or the room's head, points to. */
  | 'wrong-end'
  /** Entries without a case or head. */
  | 'no-owner'
  /** A case or head without entries. */
  | 'no-entries'

export interface Fault {
  stream: string
  seq: number
  what: Flaw
}

interface Verified {
  streams: number
  entries: number
  faults: Fault[]
}

const pageSize = 500

/** Entries in order, each with where its stream should end, read in one statement so that the two belong together. */
const entriesAfter = prepared<{ stream: string; seq: number }>()((db, given) =>
  db
    .selectFrom('history as entry')
    .leftJoin('cases', 'cases.id', 'entry.stream')
    .leftJoin('heads', 'heads.stream', 'entry.stream')
    .select(['entry.stream', 'entry.seq', 'entry.at', 'entry.by', 'entry.event', 'entry.detail'])
    .select(['entry.previous', 'entry.hash'])
    .select((eb) => [
      eb.fn.coalesce('cases.head', 'heads.hash').as('endHash'),
      eb.fn.coalesce(eb('cases.revision', '+', 1), 'heads.seq').as('endSeq'),
    ])
    .where((eb) => eb(eb.refTuple('entry.stream', 'entry.seq'), '>', eb.tuple(given.stream, given.seq)))
    .orderBy('entry.stream')
    .orderBy('entry.seq')
    .limit(pageSize),
)

/** Every case, and after them every head, with the first entry of its stream; null for one that has none. */
const owners = [
  prepared<{ stream: string }>()((db, given) =>
    db
      .selectFrom('cases')
      .select('cases.id as stream')
      .select((eb) =>
        eb
          .selectFrom('history')
          .select('seq')
          .whereRef('history.stream', '=', 'cases.id')
          .orderBy('seq')
          .limit(1)
          .as('first'),
      )
      .where('cases.id', '>', given.stream)
      .orderBy('cases.id')
      .limit(pageSize),
  ),
  prepared<{ stream: string }>()((db, given) =>
    db
      .selectFrom('heads')
      .select('heads.stream')
      .select((eb) =>
        eb
          .selectFrom('history')
          .select('seq')
          .whereRef('history.stream', '=', 'heads.stream')
          .orderBy('seq')
          .limit(1)
          .as('first'),
      )
      .where('heads.stream', '>', given.stream)
      .orderBy('heads.stream')
      .limit(pageSize),
  ),
]

/**
 * Recomputes every hash and finds what was altered, left out, put in, exchanged or cut off, page by page.
 * Out of its reach: a case removed together with all its entries, and a chain rewritten to its end by somebody who also
 * rewrote the head in its case; only a head that was noted elsewhere shows those.
 */
export async function verify(db: Database): Promise<Verified> {
  const found: Verified = { streams: 0, entries: 0, faults: [] }
  await verifyEntries(db, found)
  for (const owned of owners) {
    for await (const { stream, first } of pages(db, owned, { stream: '' })) {
      if (first === null) found.faults.push({ stream, seq: 1, what: 'no-entries' })
    }
  }
  return found
}

async function verifyEntries(db: Database, found: Verified): Promise<void> {
  const faultAt = ({ stream, seq }: { stream: string; seq: number }, what: Flaw) =>
    found.faults.push({ stream, seq, what })
  let last: EntryRow | undefined

  function endStream(): void {
    if (!last) return
    found.streams += 1
    if (last.endSeq === null) faultAt(last, 'no-owner')
    else if (last.endSeq !== last.seq || last.endHash !== last.hash) faultAt(last, 'wrong-end')
  }

  for await (const row of pages(db, entriesAfter, { stream: '', seq: smallest })) {
    if (row.stream !== last?.stream) {
      endStream()
      last = undefined
    }
    found.entries += 1
    if (hashOf(row) !== row.hash) faultAt(row, 'altered')
    if (row.seq !== (last?.seq ?? 0) + 1) faultAt(row, 'gap')
    else if (row.previous !== (last?.hash ?? beginning)) faultAt(row, 'broken-link')
    last = row
  }
  endStream()
}

/** Below every sequence number that the column can hold. */
const smallest = -(2 ** 31)

type EntryRow = NonNullable<Awaited<ReturnType<typeof entriesAfter.first>>>
