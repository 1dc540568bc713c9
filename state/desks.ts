import { appendToRoom } from './audit/history.ts'
import { prepared } from './engine/prepared.ts'
import type { DeskRow } from './engine/tables.ts'
import { ConflictError, type Tx } from './engine/transaction.ts'

/** A room with a function. A tenant has at most one approvals desk and any number of direct partner desks. */
export interface Desk {
  tenant: string
  kind: DeskRow['kind']
  room: string
  /** Conversation to post to; for a channel, without a thread. */
  conversation: string
  by: string
  at: string
}

const seatOf = ({ kind, room }: Pick<Desk, 'kind' | 'room'>) => (kind === 'approvals' ? '' : room)

const readRow = ({ seat: _seat, set_by: by, set_at: at, ...row }: DeskRow): Desk => ({ ...row, by, at })

const findNewest = prepared<Pick<DeskRow, 'tenant' | 'kind'>>()((db, given) =>
  db
    .selectFrom('desks')
    .selectAll()
    .where('tenant', '=', given.tenant)
    .where('kind', '=', given.kind)
    .orderBy('set_at', 'desc')
    .orderBy('room')
    .limit(1),
)

/** Finds the desk of a tenant; the latest if there are several of the kind. */
export async function findDesk(tx: Tx, tenant: string, kind: Desk['kind']): Promise<Desk | undefined> {
  const row = await findNewest.first(tx, { tenant, kind })
  return row && readRow(row)
}

const findAt = prepared<Pick<DeskRow, 'tenant' | 'kind' | 'room'>>()((db, given) =>
  db
    .selectFrom('desks')
    .selectAll()
    .where('tenant', '=', given.tenant)
    .where('kind', '=', given.kind)
    .where('room', '=', given.room),
)

/** Finds the desk in a room. A room may hold one of each kind. */
export async function deskAt(tx: Tx, tenant: string, room: string, kind: Desk['kind']): Promise<Desk | undefined> {
  const row = await findAt.first(tx, { tenant, room, kind })
  return row && readRow(row)
}

const insertRow = prepared<DeskRow>()((db, given) =>
  db
    .insertInto('desks')
    .values({
      tenant: given.tenant,
      kind: given.kind,
      seat: given.seat,
      room: given.room,
      conversation: given.conversation,
      set_by: given.set_by,
      set_at: given.set_at,
    })
    .onConflict((conflict) => conflict.columns(['tenant', 'kind', 'seat']).doNothing()),
)

const updateRow = prepared<DeskRow & { old_room: string; old_by: string; old_at: string }>()((db, given) =>
  db
    .updateTable('desks')
    .set({ room: given.room, conversation: given.conversation, set_by: given.set_by, set_at: given.set_at })
    .where('tenant', '=', given.tenant)
    .where('kind', '=', given.kind)
    .where('seat', '=', given.seat)
    .where('room', '=', given.old_room)
    .where('set_by', '=', given.old_by)
    .where('set_at', '=', given.old_at),
)

/**
 * Makes a room a desk and records it in the room's history, and in that of the room it replaces as the approvals desk.
 * Throws ConflictError if another transaction changed the desk or one of the histories.
 */
export async function setDesk(tx: Tx, desk: Desk): Promise<void> {
  const { tenant, kind, room, conversation, by, at } = desk
  const old = kind === 'approvals' ? await findDesk(tx, tenant, kind) : await deskAt(tx, tenant, room, kind)
  await appendToRoom(tx, { tenant, room, at, by, event: 'desk.set', detail: { desk: kind } })
  if (old && old.room !== room) {
    await appendToRoom(tx, { tenant, room: old.room, at, by, event: 'desk.removed', detail: { desk: kind } })
  }
  const row = { tenant, kind, seat: seatOf(desk), room, conversation, set_by: by, set_at: at }
  // Last, so that it fails if anything happened to the desk since it was read.
  const changed = old
    ? await updateRow.run(tx, { ...row, old_room: old.room, old_by: old.by, old_at: old.at })
    : await insertRow.run(tx, row)
  if (changed === 0) throw new ConflictError('the desk was changed by another transaction')
}

const deleteRow = prepared<Omit<DeskRow, 'seat' | 'conversation'>>()((db, given) =>
  db
    .deleteFrom('desks')
    .where('tenant', '=', given.tenant)
    .where('kind', '=', given.kind)
    .where('room', '=', given.room)
    .where('set_by', '=', given.set_by)
    .where('set_at', '=', given.set_at),
)

/**
 * Removes a desk and records it in the room's history; false if the room is none. Rooms paired with it stay paired.
 * Throws ConflictError if another transaction changed the desk or the history.
 */
export async function removeDesk(tx: Tx, desk: Omit<Desk, 'conversation'>): Promise<boolean> {
  const { tenant, kind, room, by, at } = desk
  const old = await deskAt(tx, tenant, room, kind)
  if (!old) return false
  await appendToRoom(tx, { tenant, room, at, by, event: 'desk.removed', detail: { desk: kind } })
  const removed = await deleteRow.run(tx, { tenant, kind, room, set_by: old.by, set_at: old.at })
  if (removed === 0) throw new ConflictError('the desk was changed by another transaction')
  return true
}
