import { actionEvent } from './actions.ts'
import { appendToRoom, beginning, hashOf, operatorRoom, type RoomEntry, roomStream } from './history.ts'
import { pages } from './pages.ts'
import { prepared } from './prepared.ts'
import { redactionOf } from './redaction.ts'
import type { Database, Tx } from './transaction.ts'

/** Something that was refused in a room: who tried, when, and why not. */
export interface Refusal extends Omit<RoomEntry, 'event'> {
  reason: string
}

/** Writes down a refusal. Throws ConflictError when another entry of the same room was faster. */
export async function appendRefusal(tx: Tx, { reason, detail, ...refusal }: Refusal): Promise<void> {
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
  /** The newest entry is not the one that the case, the action or the room's head points to. */
  | 'wrong-end'
  /** Entries without a case, action or head. */
  | 'no-owner'
  /** A case, action or head without entries. */
  | 'no-entries'
  /** An action of the ledger is not what its newest entry says. */
  | 'other-ledger'

export interface Fault {
  stream: string
  seq: number
  what: Flaw
}

interface Verified {
  streams: number
  entries: number
  /** Entries of which something was erased; an erasure that the history tells of says what is left of each. */
  erased: number
  faults: Fault[]
}

const pageSize = 500

/** Entries in order, each with where its stream should end, read in one statement so that the two belong together. */
const entriesAfter = prepared<{ stream: string; seq: number }>()((db, given) =>
  db
    .selectFrom('history as entry')
    .leftJoin('cases', 'cases.id', 'entry.stream')
    .leftJoin('actions', 'actions.id', 'entry.stream')
    .leftJoin('heads', 'heads.stream', 'entry.stream')
    .select(['entry.stream', 'entry.seq', 'entry.at', 'entry.by', 'entry.event', 'entry.detail'])
    .select(['entry.previous', 'entry.hash', 'entry.salt'])
    .select((eb) => [
      eb.fn.coalesce('cases.head', 'actions.head', 'heads.hash').as('endHash'),
      eb.fn.coalesce(eb('cases.revision', '+', 1), 'actions.entries', 'heads.seq').as('endSeq'),
    ])
    .where((eb) => eb(eb.refTuple('entry.stream', 'entry.seq'), '>', eb.tuple(given.stream, given.seq)))
    .orderBy('entry.stream')
    .orderBy('entry.seq')
    .limit(pageSize),
)

/** Every case, every action and every head, with the first entry of its stream; null for one that has none. */
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
      .selectFrom('actions')
      .select('actions.id as stream')
      .select((eb) =>
        eb
          .selectFrom('history')
          .select('seq')
          .whereRef('history.stream', '=', 'actions.id')
          .orderBy('seq')
          .limit(1)
          .as('first'),
      )
      .where('actions.entries', 'is not', null)
      .where('actions.id', '>', given.stream)
      .orderBy('actions.id')
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

/** Every action with its newest entry. */
const actionsAfter = prepared<{ id: string }>()((db, given) =>
  db
    .selectFrom('actions')
    .innerJoin('history as newest', (join) =>
      join.onRef('newest.stream', '=', 'actions.id').onRef('newest.seq', '=', 'actions.entries'),
    )
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
  await verifyEntries(db, found, hash)
  for (const owned of owners) {
    for await (const { stream, first } of pages(db, owned, { stream: '' })) {
      if (first === null) found.faults.push({ stream, seq: 1, what: 'no-entries' })
    }
  }
  for await (const row of pages(db, actionsAfter, { id: '' })) {
    const { at, by, event, detail } = actionEvent(row)
    const isTold = at === row.at && by === row.by && event === row.event && JSON.stringify(detail) === row.detail
    if (!isTold) found.faults.push({ stream: row.id, seq: row.entries ?? 0, what: 'other-ledger' })
  }
  return found
}

async function verifyEntries(db: Database, found: Verified, hash: typeof hashOf): Promise<void> {
  const faultAt = ({ stream, seq }: { stream: string; seq: number }, what: Flaw): Fault => {
    const fault = { stream, seq, what }
    found.faults.push(fault)
    return fault
  }
  let last: EntryRow | undefined
  const told = new Set<string>()
  const changed = new Map<Fault, string>()

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
    if (hash(row) !== row.hash) changed.set(faultAt(row, 'altered'), redactionOf(row))
    else if (row.event === 'erased' && row.stream === erasures) for (const one of redactionsIn(row)) told.add(one)
    if (row.seq !== (last?.seq ?? 0) + 1) faultAt(row, 'gap')
    else if (row.previous !== (last?.hash ?? beginning)) faultAt(row, 'broken-link')
    last = row
  }
  endStream()
  const excused = new Set([...changed].flatMap(([fault, one]) => (told.has(one) ? [fault] : [])))
  found.erased = excused.size
  found.faults = found.faults.filter((fault) => !excused.has(fault))
}

const erasures = roomStream(operatorRoom.tenant, operatorRoom.room)
const redactionsIn = ({ detail }: EntryRow) => (JSON.parse(detail) as { entries: string[] }).entries

/** Below every sequence number that the column can hold. */
const smallest = -(2 ** 31)

type EntryRow = NonNullable<Awaited<ReturnType<typeof entriesAfter.first>>>
