import type { Person } from '../dialogs/events.ts'
import { appendToRoom } from './audit/history.ts'
import { prepared } from './engine/prepared.ts'
import type { PairingRow } from './engine/tables.ts'
import type { Tx } from './engine/transaction.ts'
import type { CodePlace } from './pairing-codes.ts'

/** Where the requests of a reseller's room go. */
export interface Pairing {
  reseller: CodePlace
  desk: CodePlace
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

/** The pairing of a reseller's room. */
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

/** Everybody who is paired with a desk, the longest first. */
export async function pairingsAt(tx: Tx, tenant: string, room: string): Promise<Pairing[]> {
  return (await findAtDesk.all(tx, { tenant, room })).map(readRow)
}

const upsertRow = prepared<PairingRow>()((db, given) =>
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
    .onConflict((conflict) =>
      conflict.columns(['tenant', 'room']).doUpdateSet((eb) => ({
        conversation: eb.ref('excluded.conversation'),
        desk_tenant: eb.ref('excluded.desk_tenant'),
        desk_room: eb.ref('excluded.desk_room'),
        desk_conversation: eb.ref('excluded.desk_conversation'),
        paired_by_tenant: eb.ref('excluded.paired_by_tenant'),
        paired_by: eb.ref('excluded.paired_by'),
        paired_at: eb.ref('excluded.paired_at'),
      })),
    ),
)

const isSame = (one: CodePlace, other: CodePlace) => one.tenant === other.tenant && one.room === other.room

/**
 * Pairs a reseller's room with a desk and gives back the pairing with another desk whose place it took. The histories of
 * all rooms tell of it. Throws ConflictError when something else was written to one of them meanwhile.
 */
export async function pair(tx: Tx, pairing: Pairing): Promise<Pairing | undefined> {
  const { reseller, desk, by, at } = pairing
  const before = await pairingOf(tx, reseller.tenant, reseller.room)
  const replaced = before && !isSame(before.desk, desk) ? before : undefined
  await upsertRow.run(tx, {
    ...reseller,
    desk_tenant: desk.tenant,
    desk_room: desk.room,
    desk_conversation: desk.conversation,
    paired_by_tenant: by.tenant,
    paired_by: by.id,
    paired_at: at,
  })
  if (replaced) await tell(tx, 'pairing.ended', replaced, { by, at })
  await tell(tx, 'pairing.made', pairing, { by, at })
  return replaced
}

const deleteRow = prepared<{ tenant: string; room: string; desk_tenant: string; desk_room: string }>()((db, given) =>
  db
    .deleteFrom('pairings')
    .where('tenant', '=', given.tenant)
    .where('room', '=', given.room)
    .where('desk_tenant', '=', given.desk_tenant)
    .where('desk_room', '=', given.desk_room),
)

/** Ends a pairing, said by somebody of either side; false where it is over already. */
export async function unpair(tx: Tx, pairing: Pairing, end: { by: Person; at: string }): Promise<boolean> {
  const { reseller, desk } = pairing
  const { tenant, room } = reseller
  const removed = await deleteRow.run(tx, { tenant, room, desk_tenant: desk.tenant, desk_room: desk.room })
  if (removed === 0) return false
  await tell(tx, 'pairing.ended', pairing, end)
  return true
}

/** Each side's history names the other's tenant and no more: rooms are nobody else's business. */
async function tell(
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
