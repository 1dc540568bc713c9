import { hash, randomUUID } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { prepared, storable } from '../engine/prepared.ts'
import type { HistoryRow, NewEntry } from '../engine/tables.ts'
import { ConflictError, type Database, type Tx } from '../engine/transaction.ts'

/** Where a stream ends: its newest entry, how many there are, and the hash of that one. */
export interface Head {
  entry: number | null
  seq: number
  hash: string
}

/** The end of a stream without entries. */
export const beginning: Head = { entry: null, seq: 0, hash: '' }

type Unhashed = Omit<NewEntry, 'hash' | 'before'>

/**
 * Every entry holds the hash of the one before it. What is hashed is the row as it is stored, its columns in this
 * order as one JSON array: the same bytes for the same row, and not one of them can be changed unnoticed. Rows from before
 * there was a salt have none.
 */
export const hashOf = ({ previous, stream, seq, at, by, event, detail, salt }: Unhashed) =>
  hash('sha256', previous + JSON.stringify([stream, seq, at, by, event, detail, ...(salt === null ? [] : [salt])]))

/** The row that adds an entry to a stream which ends at `head`. */
export function seal(
  stream: string,
  head: Head,
  entry: { at: string; by: string; event: string; detail: Record<string, unknown> },
  salt: string = randomUUID(),
): NewEntry {
  const row = {
    stream: storable(stream),
    seq: head.seq + 1,
    at: entry.at,
    by: storable(entry.by),
    event: entry.event,
    detail: JSON.stringify(entry.detail),
    before: head.entry,
    previous: head.hash,
    salt,
  }
  return { ...row, hash: hashOf(row) }
}

const insertRow = prepared<NewEntry>()((db, given) =>
  db
    .insertInto('history')
    .values({
      stream: given.stream,
      seq: given.seq,
      at: given.at,
      by: given.by,
      event: given.event,
      detail: given.detail,
      before: given.before,
      previous: given.previous,
      hash: given.hash,
      salt: given.salt,
    })
    .returning('id'),
)

/**
 * Adds an entry to a stream which ends at `head`, and gives its new end. Two may do so at once: what owns the stream takes
 * the end of one of them, and the other must be undone.
 */
export async function append(tx: Tx, stream: string, head: Head, entry: Parameters<typeof seal>[2]): Promise<Head> {
  const row = seal(stream, head, entry)
  const inserted = await insertRow.first(tx, row)
  if (!inserted) throw new Error('the entry has no id')
  return { entry: inserted.id, seq: row.seq, hash: row.hash }
}

/** These entries and all before them, as `chain`. Ids fall on the way, so that one bent into a ring ends too. */
const chainFrom = (newest: RawBuilder<unknown>) => sql`
  WITH RECURSIVE chain AS (
    SELECT history.* FROM history WHERE id IN (${newest})
    UNION ALL SELECT history.* FROM chain JOIN history ON history.id = chain.before AND history.id < chain.id
  )`

const readStream = prepared<{ stream: string }>()(
  (_, given) => sql<HistoryRow>`
    ${chainFrom(sql`
      SELECT entry FROM cases WHERE id = ${given.stream}
      UNION ALL SELECT entry FROM actions WHERE id = ${given.stream}
      UNION ALL SELECT entry FROM heads WHERE stream = ${given.stream}`)}
    SELECT * FROM chain`,
)

/** Every entry of a stream, oldest first. */
export async function entriesOf(tx: Tx, stream: string): Promise<HistoryRow[]> {
  const rows = await readStream.all(tx, { stream })
  return rows.sort((row, other) => row.seq - other.seq)
}

const pageSize = 500

const readPage = prepared<{ newest: number }>()(
  (_, { newest }) => sql<HistoryRow>`${chainFrom(sql`${newest}`)} SELECT * FROM chain LIMIT ${sql.lit(pageSize)}`,
)

/** The entries of a stream of any length, from the newest that is named, oldest first and some at a time. */
export async function* entriesUpTo(db: Database, newest: number | null): AsyncGenerator<HistoryRow> {
  const read = async (from: number) => {
    const page = await db.transaction((tx) => readPage.all(tx, { newest: from }))
    return page.sort((row, other) => row.id - other.id)
  }
  // One leads to those before it only: on the way back it is noted where the pages begin.
  const begins: number[] = []
  for (let from = newest; from !== null; from = (await read(from))[0]?.before ?? null) begins.push(from)
  for (const from of begins.toReversed()) yield* await read(from)
}

/** Something that happened in a room and in no case: who, when, what. `by` is an object id. */
export interface RoomEntry {
  tenant: string
  room: string
  at: string
  by: string
  event:
    | 'refused'
    | 'desk.set'
    | 'desk.removed'
    | 'pairing.made'
    | 'pairing.ended'
    | 'exported'
    | 'actions.on'
    | 'actions.off'
    | 'erased'
  detail: Record<string, unknown>
}

/** How the streams of a tenant's rooms begin; what follows is the room. */
export const roomStream = (tenant: string, room = '') => `room:${tenant}:${room}`

/** Where the history keeps what whoever runs the bot has done. */
export const operatorRoom = { tenant: '', room: 'operator' } as const

const findHead = prepared<{ stream: string }>()((db, given) =>
  db.selectFrom('heads').select(['entry', 'seq', 'hash']).where('stream', '=', given.stream),
)

const moveHead = prepared<Head & { stream: string }>()((db, given) =>
  db
    .insertInto('heads')
    .values({ stream: given.stream, entry: given.entry, seq: given.seq, hash: given.hash })
    .onConflict((conflict) =>
      conflict
        .column('stream')
        .doUpdateSet((eb) => ({
          entry: eb.ref('excluded.entry'),
          seq: eb.ref('excluded.seq'),
          hash: eb.ref('excluded.hash'),
        }))
        .where((eb) => eb('heads.seq', '=', eb('excluded.seq', '-', 1))),
    ),
)

/** Writes down what happened in a room. Throws ConflictError when another entry of the same room was faster. */
export async function appendToRoom(tx: Tx, { tenant, room, ...entry }: RoomEntry): Promise<void> {
  const stream = storable(roomStream(tenant, room))
  const head = (await findHead.first(tx, { stream })) ?? beginning
  const next = await append(tx, stream, head, entry)
  const moved = await moveHead.run(tx, { stream, ...next })
  if (moved === 0) throw new ConflictError(`another entry was written to ${stream}`)
}
