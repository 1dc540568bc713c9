import { append, emptyHead, type Head } from './audit/history.ts'
import { prepared } from './engine/prepared.ts'
import type { ActionRow } from './engine/tables.ts'
import { ConflictError, type Tx } from './engine/transaction.ts'

/** One privileged action as the ledger knows it. */
export interface LedgerAction {
  id: string
  tenant: string
  caseId: string
  track: string
  name: string
  askedBy: string
  correlation: string
  state: ActionRow['state']
  sends: number
  looks: number
  createdAt: string
}

/** An action as it is told of: with what was said of it last, and when. */
export interface ActionDetails extends LedgerAction {
  updatedAt: string
  note: string | null
}

/** What history keeps of an action as it stands; `by` is the person on whose behalf it is done. */
export const actionEvent = (row: ActionRow) => ({
  at: row.updated_at,
  by: row.asked_by,
  event: `action.${row.state}`,
  detail: {
    tenant: row.tenant,
    case: row.case_id,
    track: row.track,
    name: row.name,
    correlation: row.correlation,
    asked: row.created_at,
    sends: row.sends,
    looks: row.looks,
    note: row.note,
  },
})

const columns = [
  'id',
  'tenant',
  'case_id',
  'track',
  'name',
  'asked_by',
  'correlation',
  'state',
  'sends',
  'looks',
  'created_at',
] as const

const readRow = (row: Pick<ActionRow, (typeof columns)[number]>): LedgerAction => ({
  id: row.id,
  tenant: row.tenant,
  caseId: row.case_id,
  track: row.track,
  name: row.name,
  askedBy: row.asked_by,
  correlation: row.correlation,
  state: row.state,
  sends: row.sends,
  looks: row.looks,
  createdAt: row.created_at,
})

const insertRow = prepared<Omit<ActionRow, 'state' | 'sends' | 'looks' | 'note' | 'entries' | 'entry' | 'head'>>()(
  (db, given) =>
    db
      .insertInto('actions')
      .values({
        id: given.id,
        tenant: given.tenant,
        case_id: given.case_id,
        track: given.track,
        name: given.name,
        asked_by: given.asked_by,
        correlation: given.correlation,
        state: 'prepared',
        sends: 0,
        looks: 0,
        created_at: given.created_at,
        updated_at: given.updated_at,
      })
      .returningAll(),
)

const moveHead = prepared<Head & { id: string; expected: number }>()((db, given) =>
  db
    .updateTable('actions')
    .set({ entries: given.seq, entry: given.entry, head: given.hash })
    .where('id', '=', given.id)
    .where((eb) => eb(eb.fn.coalesce('entries', eb.lit(0)), '=', given.expected)),
)

/** Adds what an action has become to its stream of the history. Throws ConflictError when somebody else did. */
async function addToTrail(tx: Tx, row: ActionRow): Promise<void> {
  const head = row.head === null ? emptyHead : { entry: row.entry, seq: row.entries ?? 0, hash: row.head }
  const next = await append(tx, row.id, head, actionEvent(row))
  const moved = await moveHead.run(tx, { id: row.id, expected: head.seq, ...next })
  if (moved === 0) throw new ConflictError(`another entry was written of the action ${row.id}`)
}

/** Writes down that an action is going to be done; in the transaction that decides it. */
export async function prepareAction(tx: Tx, action: Omit<LedgerAction, 'state' | 'sends' | 'looks'>): Promise<void> {
  const row = await insertRow.first(tx, {
    id: action.id,
    tenant: action.tenant,
    case_id: action.caseId,
    track: action.track,
    name: action.name,
    asked_by: action.askedBy,
    correlation: action.correlation,
    created_at: action.createdAt,
    updated_at: action.createdAt,
  })
  if (row) await addToTrail(tx, row)
}

const findRow = prepared<{ id: string }>()((db, given) =>
  db.selectFrom('actions').select(columns).where('id', '=', given.id),
)

export async function findAction(tx: Tx, id: string): Promise<LedgerAction | undefined> {
  const row = await findRow.first(tx, { id })
  return row && readRow(row)
}

const findUnknown = prepared<{ case_id: string; track: string }>()((db, given) =>
  db
    .selectFrom('actions')
    .select(columns)
    .where('case_id', '=', given.case_id)
    .where('track', '=', given.track)
    .where('state', '=', 'unknown')
    .orderBy('created_at', 'desc')
    .limit(1),
)

/** The action of a track of which nobody knows whether it took effect. */
export async function unknownAction(tx: Tx, caseId: string, track: string): Promise<LedgerAction | undefined> {
  const row = await findUnknown.first(tx, { case_id: caseId, track })
  return row && readRow(row)
}

const allRows = prepared<{ case_id: string }>()((db, given) =>
  db
    .selectFrom('actions')
    .select([...columns, 'updated_at', 'note'])
    .where('case_id', '=', given.case_id)
    .orderBy('created_at')
    .orderBy('id'),
)

/** Every action of a case, oldest first. */
export async function actionsOfCase(tx: Tx, caseId: string): Promise<ActionDetails[]> {
  const rows = await allRows.all(tx, { case_id: caseId })
  return rows.map((row) => ({ ...readRow(row), updatedAt: row.updated_at, note: row.note }))
}

type Move = { id: string; expected: ActionRow['state'] } & Pick<
  ActionRow,
  'state' | 'sends' | 'looks' | 'updated_at' | 'note'
>

const moveRow = prepared<Move>()((db, given) =>
  db
    .updateTable('actions')
    .set({
      state: given.state,
      sends: given.sends,
      looks: given.looks,
      updated_at: given.updated_at,
      note: given.note,
    })
    .where('id', '=', given.id)
    .where('state', '=', given.expected)
    .returningAll(),
)

/** Moves an action on from the state it was read in; false when somebody else has moved it meanwhile. */
export async function moveAction(
  tx: Tx,
  action: LedgerAction,
  to: { state: ActionRow['state']; sends?: number; looks?: number; note?: string },
  at: string,
): Promise<boolean> {
  const { sends = action.sends, looks = action.looks, state, note = null } = to
  const moved = await moveRow.first(tx, {
    id: action.id,
    expected: action.state,
    state,
    sends,
    looks,
    updated_at: at,
    note,
  })
  if (moved) await addToTrail(tx, moved)
  return moved !== undefined
}
