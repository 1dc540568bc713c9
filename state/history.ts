import { hash, randomUUID } from 'node:crypto'
import { prepared, storable } from './prepared.ts'
import type { HistoryRow } from './tables.ts'
import { ConflictError, type Tx } from './transaction.ts'

/** What precedes the first entry of a stream. */
export const beginning = ''

type Unhashed = Omit<HistoryRow, 'hash'>

/**
 * Every entry holds the hash of the one before it. What is hashed is the row as it is stored, its columns in this
 * order as one JSON array: the same bytes for the same row, and not one of them can be changed unnoticed. Rows from before
 * there was a salt have none.
 */
export const hashOf = ({ previous, stream, seq, at, by, event, detail, salt }: Unhashed) =>
  hash('sha256', previous + JSON.stringify([stream, seq, at, by, event, detail, ...(salt === null ? [] : [salt])]))

/** The row that adds an entry to a stream after the entry with hash `previous`. `seq` counts from 1. */
export function seal(
  stream: string,
  seq: number,
  previous: string,
  entry: { at: string; by: string; event: string; detail: Record<string, unknown> },
  salt: string = randomUUID(),
): HistoryRow {
  const row = {
    stream: storable(stream),
    seq,
    at: entry.at,
    by: storable(entry.by),
    event: entry.event,
    detail: JSON.stringify(entry.detail),
    previous,
    salt,
  }
  return { ...row, hash: hashOf(row) }
}

const insertRow = prepared<HistoryRow>()((db, given) =>
  db
    .insertInto('history')
    .values({
      stream: given.stream,
      seq: given.seq,
      at: given.at,
      by: given.by,
      event: given.event,
      detail: given.detail,
      previous: given.previous,
      hash: given.hash,
      salt: given.salt,
    })
    .onConflict((conflict) => conflict.columns(['stream', 'seq']).doNothing()),
)

/** Adds an entry to its stream. Throws ConflictError where there is one of its number already. */
export async function addEntry(tx: Tx, entry: HistoryRow): Promise<void> {
  const inserted = await insertRow.run(tx, entry)
  if (inserted === 0) throw new ConflictError(`there is an entry ${entry.seq} of ${entry.stream} already`)
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

/** Writes down what happened in a room. Throws ConflictError when another entry of the same room was faster. */
export async function appendToRoom(tx: Tx, { tenant, room, ...entry }: RoomEntry): Promise<void> {
  const stream = storable(roomStream(tenant, room))
  const head = (await findHead.first(tx, { stream })) ?? { seq: 0, hash: beginning }
  const row = seal(stream, head.seq + 1, head.hash, entry)
  const moved = await moveHead.run(tx, row)
  if (moved === 0) throw new ConflictError(`another entry was written to ${stream}`)
  await addEntry(tx, row)
}
