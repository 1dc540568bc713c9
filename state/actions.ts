import { prepared } from './prepared.ts'
import type { ActionRow } from './tables.ts'
import type { Tx } from './transaction.ts'

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

const insertRow = prepared<Omit<ActionRow, 'state' | 'sends' | 'looks' | 'note'>>()((db, given) =>
  db.insertInto('actions').values({
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
  }),
)

/** Writes down that an action is going to be done; in the transaction that decides it. */
export async function prepareAction(tx: Tx, action: Omit<LedgerAction, 'state' | 'sends' | 'looks'>): Promise<void> {
  await insertRow.run(tx, {
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
  db.selectFrom('actions').select(columns).where('case_id', '=', given.case_id).orderBy('created_at').orderBy('id'),
)

/** Every action of a case, oldest first. */
export async function actionsOfCase(tx: Tx, caseId: string): Promise<LedgerAction[]> {
  return (await allRows.all(tx, { case_id: caseId })).map(readRow)
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
    .where('state', '=', given.expected),
)

/** Moves an action on from the state it was read in; false when somebody else has moved it meanwhile. */
export async function moveAction(
  tx: Tx,
  action: LedgerAction,
  to: { state: ActionRow['state']; sends?: number; looks?: number; note?: string },
  at: string,
): Promise<boolean> {
  const { sends = action.sends, looks = action.looks, state, note = null } = to
  const moved = await moveRow.run(tx, {
    id: action.id,
    expected: action.state,
    state,
    sends,
    looks,
    updated_at: at,
    note,
  })
  return moved > 0
}
