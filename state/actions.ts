import { append, emptyHead, type Head } from './audit/history.ts'
import { prepared } from './engine/prepared.ts'
import type { ActionRow } from './engine/tables.ts'
import { ConflictError, type Tx } from './engine/transaction.ts'

/** A privileged action of the ledger. */
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

/** An action with the note and time of its last change. */
export interface ActionDetails extends LedgerAction {
  updatedAt: string
  note: string | null
}

/** Builds the history entry of an action's current state; `by` is the person it is done for. */
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

/** Records the state of an action in its history. Throws ConflictError if another transaction did. */
async function record(tx: Tx, row: ActionRow): Promise<void> {
  const head = row.head === null ? emptyHead : { entry: row.entry, seq: row.entries ?? 0, hash: row.head }
  const next = await append(tx, row.id, head, actionEvent(row))
  const moved = await moveHead.run(tx, { id: row.id, expected: head.seq, ...next })
  if (moved === 0) throw new ConflictError(`another entry was added to the history of action ${row.id}`)
}

/** Adds an action to the ledger, in the transaction that decides it. */
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
  if (row) await record(tx, row)
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

/** Finds the latest action of a track whose outcome is unknown. */
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

/** Lists the actions of a case, oldest first. */
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

/** Moves an action to another state; false if it is no longer in the state it was read in. */
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
  if (moved) await record(tx, moved)
  return moved !== undefined
}
