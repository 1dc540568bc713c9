import { hash, randomUUID } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { prepared, storable } from '../engine/prepared.ts'
import type { HistoryRow, NewEntry } from '../engine/tables.ts'
import { ConflictError, type Database, type Tx } from '../engine/transaction.ts'

/** The end of a stream: id, sequence number and hash of its newest entry. */
export interface Head {
  entry: number | null
  seq: number
  hash: string
}

/** The head of a stream without entries. */
export const emptyHead: Head = { entry: null, seq: 0, hash: '' }

type Unhashed = Omit<NewEntry, 'hash' | 'before'>

/**
 * Hashes an entry together with the hash of the entry before it. The columns form a JSON array in this order, so that
 * the same row always gives the same bytes. Rows older than the salt are hashed without it.
 */
export const hashOf = ({ previous, stream, seq, at, by, event, detail, salt }: Unhashed) =>
  hash('sha256', previous + JSON.stringify([stream, seq, at, by, event, detail, ...(salt === null ? [] : [salt])]))

/** Builds the row of the entry that follows `head`. */
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
 * Inserts the entry that follows `head`, and returns the new head. The caller stores it in the row that owns the stream,
 * on the condition that this still holds `head`, and throws ConflictError otherwise.
 */
export async function append(tx: Tx, stream: string, head: Head, entry: Parameters<typeof seal>[2]): Promise<Head> {
  const row = seal(stream, head, entry)
  const inserted = await insertRow.first(tx, row)
  if (!inserted) throw new Error('the inserted history entry has no id')
  return { entry: inserted.id, seq: row.seq, hash: row.hash }
}

/** Selects the given entries and all before them, as `chain`. Requiring falling ids ends a chain bent into a ring. */
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

/** Reads every entry of a stream, oldest first. */
export async function entriesOf(tx: Tx, stream: string): Promise<HistoryRow[]> {
  const rows = await readStream.all(tx, { stream })
  return rows.sort((row, other) => row.seq - other.seq)
}

const PAGE_SIZE = 500

const readPage = prepared<{ newest: number }>()(
  (_, { newest }) => sql<HistoryRow>`${chainFrom(sql`${newest}`)} SELECT * FROM chain LIMIT ${sql.lit(PAGE_SIZE)}`,
)

/** Reads a stream of any length up to the entry `newest`, oldest first and page by page. */
export async function* entriesUpTo(db: Database, newest: number | null): AsyncGenerator<HistoryRow> {
  const read = async (from: number) => {
    const page = await db.transaction((tx) => readPage.all(tx, { newest: from }))
    return page.sort((row, other) => row.id - other.id)
  }
  // Entries lead backwards only: finds the start of each page first, then reads the pages forwards.
  const starts: number[] = []
  for (let from = newest; from !== null; from = (await read(from))[0]?.before ?? null) starts.push(from)
  for (const from of starts.toReversed()) yield* await read(from)
}

/** An event of a room that belongs to no case. `by` is an object id. */
interface RoomEntry {
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

/** Stream of a room; without `room`, the prefix of all rooms of the tenant. */
export const roomStream = (tenant: string, room = '') => `room:${tenant}:${room}`

/** Stands for a room in the entries of the operator. */
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

/** Records an event in the history of a room. Throws ConflictError if another transaction added an entry to it. */
export async function appendToRoom(tx: Tx, { tenant, room, ...entry }: RoomEntry): Promise<void> {
  const stream = storable(roomStream(tenant, room))
  const head = (await findHead.first(tx, { stream })) ?? emptyHead
  const next = await append(tx, stream, head, entry)
  const moved = await moveHead.run(tx, { stream, ...next })
  if (moved === 0) throw new ConflictError(`another entry was added to ${stream}`)
}

/** A refused action in a room: person, time and reason. */
interface RefusedAction extends Omit<RoomEntry, 'event'> {
  reason: string
}

/** Records a refusal. Throws ConflictError if another transaction added an entry to the history of the room. */
export async function appendRefusal(tx: Tx, { reason, detail, ...refusal }: RefusedAction): Promise<void> {
  await appendToRoom(tx, { ...refusal, event: 'refused', detail: { reason, ...detail } })
}
