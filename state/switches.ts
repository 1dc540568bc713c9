import { appendToRoom, operatorRoom } from './audit/history.ts'
import { prepared } from './engine/prepared.ts'
import type { SwitchRow } from './engine/tables.ts'
import { ConflictError, type Tx } from './engine/transaction.ts'

const findRow = prepared<Pick<SwitchRow, 'name'>>()((db, given) =>
  db.selectFrom('switches').select(['state', 'changed_at']).where('name', '=', given.name),
)

const insertRow = prepared<SwitchRow>()((db, given) =>
  db
    .insertInto('switches')
    .values({ name: given.name, state: given.state, changed_at: given.changed_at })
    .onConflict((conflict) => conflict.column('name').doNothing()),
)

const updateRow = prepared<SwitchRow & { old_state: SwitchRow['state']; old_at: string }>()((db, given) =>
  db
    .updateTable('switches')
    .set({ state: given.state, changed_at: given.changed_at })
    .where('name', '=', given.name)
    .where('state', '=', given.old_state)
    .where('changed_at', '=', given.old_at),
)

/** Makes waiting actions due. Those being sent are left alone. */
const wakeActions = prepared<{ ready: string }>()((db, given) =>
  db.updateTable('outbox').set({ ready: given.ready }).where('kind', '=', 'action').where('state', '=', 'due'),
)

const name = 'privileged-actions'

/** Reads the kill switch: true unless privileged actions are switched off. */
export async function mayAct(tx: Tx): Promise<boolean> {
  return (await findRow.first(tx, { name }))?.state !== 'off'
}

/**
 * Sets the kill switch of privileged actions for every process on this database, and records it in the history. Returns
 * how many waiting actions became due. Throws ConflictError if another transaction switched or recorded meanwhile.
 */
export async function switchActions(tx: Tx, state: SwitchRow['state'], at: string): Promise<number> {
  const old = await findRow.first(tx, { name })
  const event = state === 'on' ? 'actions.on' : 'actions.off'
  await appendToRoom(tx, { ...operatorRoom, at, by: 'operator', event, detail: {} })
  const row = { name, state, changed_at: at } as const
  const changed = old
    ? await updateRow.run(tx, { ...row, old_state: old.state, old_at: old.changed_at })
    : await insertRow.run(tx, row)
  if (changed === 0) throw new ConflictError('the switch was changed by another transaction')
  return state === 'on' ? wakeActions.run(tx, { ready: at }) : 0
}

const touchRow = prepared<Pick<SwitchRow, 'changed_at'>>()((db, given) =>
  db
    .insertInto('switches')
    .values({ name: 'touched', state: 'on', changed_at: given.changed_at })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ changed_at: given.changed_at })),
)

/** Probes the database: writes a row without meaning, and throws UnavailableError if it cannot. */
export async function touch(tx: Tx, at: string): Promise<void> {
  await touchRow.run(tx, { changed_at: at })
}
