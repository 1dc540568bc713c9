import type { Person } from '../dialogs/events.ts'
import { appendToRoom } from './audit/history.ts'
import { prepared } from './engine/prepared.ts'
import type { PairingRow } from './engine/tables.ts'
import { ConflictError, type Tx } from './engine/transaction.ts'
import type { RoomAddress } from './pairing-codes.ts'

/** A reseller's room and the desk that receives its requests. */
export interface Pairing {
  reseller: RoomAddress
  desk: RoomAddress
  by: Person
  at: string
}

const readRow = (row: PairingRow): Pairing => ({
  reseller: { tenant: row.tenant, room: row.room, conversation: row.conversation },
  desk: { tenant: row.desk_tenant, room: row.desk_room, conversation: row.desk_conversation },
  by: { tenant: row.paired_by_tenant, id: row.paired_by },
  at: row.paired_at,
})

const findRow = prepared<{ tenant: string; room: string }>()((db, given) =>
  db.selectFrom('pairings').selectAll().where('tenant', '=', given.tenant).where('room', '=', given.room),
)

/** Finds the pairing of a reseller's room. */
export async function pairingOf(tx: Tx, tenant: string, room: string): Promise<Pairing | undefined> {
  const row = await findRow.first(tx, { tenant, room })
  return row && readRow(row)
}

const findAtDesk = prepared<{ tenant: string; room: string }>()((db, given) =>
  db
    .selectFrom('pairings')
    .selectAll()
    .where('desk_tenant', '=', given.tenant)
    .where('desk_room', '=', given.room)
    .orderBy('paired_at')
    .orderBy('tenant')
    .orderBy('room'),
)

/** Lists the pairings of a desk, oldest first. */
export async function pairingsAt(tx: Tx, tenant: string, room: string): Promise<Pairing[]> {
  return (await findAtDesk.all(tx, { tenant, room })).map(readRow)
}

const insertRow = prepared<PairingRow>()((db, given) =>
  db
    .insertInto('pairings')
    .values({
      tenant: given.tenant,
      room: given.room,
      conversation: given.conversation,
      desk_tenant: given.desk_tenant,
      desk_room: given.desk_room,
      desk_conversation: given.desk_conversation,
      paired_by_tenant: given.paired_by_tenant,
      paired_by: given.paired_by,
      paired_at: given.paired_at,
    })
    .onConflict((conflict) => conflict.columns(['tenant', 'room']).doNothing()),
)

type Update = PairingRow & { old_desk_tenant: string; old_desk_room: string; old_by: string; old_at: string }

const updateRow = prepared<Update>()((db, given) =>
  db
    .updateTable('pairings')
    .set({
      conversation: given.conversation,
      desk_tenant: given.desk_tenant,
      desk_room: given.desk_room,
      desk_conversation: given.desk_conversation,
      paired_by_tenant: given.paired_by_tenant,
      paired_by: given.paired_by,
      paired_at: given.paired_at,
    })
    .where('tenant', '=', given.tenant)
    .where('room', '=', given.room)
    .where('desk_tenant', '=', given.old_desk_tenant)
    .where('desk_room', '=', given.old_desk_room)
    .where('paired_by', '=', given.old_by)
    .where('paired_at', '=', given.old_at),
)

const isSame = (place: RoomAddress, other: RoomAddress) => place.tenant === other.tenant && place.room === other.room

/**
 * Pairs a reseller's room with a desk, in place of its current pairing, and records it in the history of every room.
 * Throws ConflictError if another transaction changed the pairing or one of the histories.
 */
export async function pair(tx: Tx, pairing: Pairing): Promise<void> {
  const { reseller, desk, by, at } = pairing
  const old = await pairingOf(tx, reseller.tenant, reseller.room)
  if (old && !isSame(old.desk, desk)) await record(tx, 'pairing.ended', old, { by, at })
  await record(tx, 'pairing.made', pairing, { by, at })
  const row = {
    ...reseller,
    desk_tenant: desk.tenant,
    desk_room: desk.room,
    desk_conversation: desk.conversation,
    paired_by_tenant: by.tenant,
    paired_by: by.id,
    paired_at: at,
  }
  const expected = old && {
    old_desk_tenant: old.desk.tenant,
    old_desk_room: old.desk.room,
    old_by: old.by.id,
    old_at: old.at,
  }
  // Last, so that it fails if anything happened to the pairing since it was read.
  const changed = expected ? await updateRow.run(tx, { ...row, ...expected }) : await insertRow.run(tx, row)
  if (changed === 0) throw new ConflictError('the pairing was changed by another transaction')
}

type Deletion = Pick<PairingRow, 'tenant' | 'room' | 'desk_tenant' | 'desk_room' | 'paired_by' | 'paired_at'>

const deleteRow = prepared<Deletion>()((db, given) =>
  db
    .deleteFrom('pairings')
    .where('tenant', '=', given.tenant)
    .where('room', '=', given.room)
    .where('desk_tenant', '=', given.desk_tenant)
    .where('desk_room', '=', given.desk_room)
    .where('paired_by', '=', given.paired_by)
    .where('paired_at', '=', given.paired_at),
)

/**
 * Ends a pairing on behalf of either side; false if the room is no longer paired with that desk.
 * Throws ConflictError if another transaction changed the pairing or one of the histories.
 */
export async function unpair(tx: Tx, pairing: Pairing, end: { by: Person; at: string }): Promise<boolean> {
  const { reseller, desk } = pairing
  const { tenant, room } = reseller
  const old = await pairingOf(tx, tenant, room)
  if (!old || !isSame(old.desk, desk)) return false
  await record(tx, 'pairing.ended', pairing, end)
  const made = { paired_by: old.by.id, paired_at: old.at }
  const removed = await deleteRow.run(tx, { tenant, room, desk_tenant: desk.tenant, desk_room: desk.room, ...made })
  if (removed === 0) throw new ConflictError('the pairing was changed by another transaction')
  return true
}

/** Records an event in both rooms. Each history names the tenant of the other side, but not its room. */
async function record(
  tx: Tx,
  event: 'pairing.made' | 'pairing.ended',
  { reseller, desk }: Pick<Pairing, 'reseller' | 'desk'>,
  { by, at }: { by: Person; at: string },
): Promise<void> {
  const sides = [
    { ...reseller, detail: { desk: desk.tenant, byTenant: by.tenant } },
    { ...desk, detail: { reseller: reseller.tenant, byTenant: by.tenant } },
  ]
  for (const { tenant, room, detail } of sides) await appendToRoom(tx, { tenant, room, at, by: by.id, event, detail })
}
