import { appendToRoom } from './audit/history.ts'
import { prepared } from './engine/prepared.ts'
import type { DeskRow } from './engine/tables.ts'
import type { Tx } from './engine/transaction.ts'

/** A conversation with a job. A tenant has one approvals desk and any number of direct partner's desks. */
export interface Desk {
  tenant: string
  kind: DeskRow['kind']
  room: string
  /** Where to post; of a channel without a thread. */
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

/** The desk of a kind that a tenant has; of several the one that was set last. */
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

/** The desk of a kind in a room: a small company has both kinds in one channel. */
export async function deskAt(tx: Tx, tenant: string, room: string, kind: Desk['kind']): Promise<Desk | undefined> {
  const row = await findAt.first(tx, { tenant, room, kind })
  return row && readRow(row)
}

const upsertRow = prepared<DeskRow>()((db, given) =>
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
    .onConflict((conflict) =>
      conflict.columns(['tenant', 'kind', 'seat']).doUpdateSet((eb) => ({
        room: eb.ref('excluded.room'),
        conversation: eb.ref('excluded.conversation'),
        set_by: eb.ref('excluded.set_by'),
        set_at: eb.ref('excluded.set_at'),
      })),
    ),
)

/**
 * Makes a room a desk and gives back the desk of another room whose place it took. Both rooms' histories tell of it.
 * Throws ConflictError when something else was written to one of them meanwhile.
 */
export async function setDesk(tx: Tx, desk: Desk): Promise<Desk | undefined> {
  const { tenant, kind, room, conversation, by, at } = desk
  const before = kind === 'approvals' ? await findDesk(tx, tenant, kind) : undefined
  const replaced = before && before.room !== room ? before : undefined
  await upsertRow.run(tx, { tenant, kind, seat: seatOf(desk), room, conversation, set_by: by, set_at: at })
  await appendToRoom(tx, { tenant, room, at, by, event: 'desk.set', detail: { desk: kind } })
  if (replaced) {
    await appendToRoom(tx, { tenant, room: replaced.room, at, by, event: 'desk.removed', detail: { desk: kind } })
  }
  return replaced
}

const deleteRow = prepared<Pick<DeskRow, 'tenant' | 'kind' | 'room'>>()((db, given) =>
  db
    .deleteFrom('desks')
    .where('tenant', '=', given.tenant)
    .where('kind', '=', given.kind)
    .where('room', '=', given.room),
)

/** Ends a desk; false where there was none. Rooms paired with it stay so until they are unpaired. */
export async function removeDesk(tx: Tx, desk: Omit<Desk, 'conversation'>): Promise<boolean> {
  const { tenant, kind, room, by, at } = desk
  const removed = await deleteRow.run(tx, { tenant, kind, room })
  if (removed === 0) return false
  await appendToRoom(tx, { tenant, room, at, by, event: 'desk.removed', detail: { desk: kind } })
  return true
}
