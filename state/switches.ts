import { appendToRoom, operatorRoom } from './audit/history.ts'
import { prepared } from './engine/prepared.ts'
import type { SwitchRow } from './engine/tables.ts'
import type { Tx } from './engine/transaction.ts'

const findRow = prepared<Pick<SwitchRow, 'name'>>()((db, given) =>
  db.selectFrom('switches').select('state').where('name', '=', given.name),
)

const upsertRow = prepared<SwitchRow>()((db, given) =>
  db
    .insertInto('switches')
    .values({ name: given.name, state: given.state, changed_at: given.changed_at })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet((eb) => ({ state: eb.ref('excluded.state'), changed_at: eb.ref('excluded.changed_at') })),
    ),
)

/** Actions that wait; what is being done at this moment is left alone. */
const wakeActions = prepared<{ ready: string }>()((db, given) =>
  db.updateTable('outbox').set({ ready: given.ready }).where('kind', '=', 'action').where('state', '=', 'due'),
)

const name = 'privileged-actions'

/** May what changes something at Microsoft be sent? It may, until somebody has switched it off. */
export async function mayAct(tx: Tx): Promise<boolean> {
  return (await findRow.first(tx, { name }))?.state !== 'off'
}

/**
 * Lets privileged actions go, or keeps them back, in every process on this database; the history says so. Switched on,
 * those that waited are due at once; how many is returned.
 */
export async function switchActions(tx: Tx, state: SwitchRow['state'], at: string): Promise<number> {
  await upsertRow.run(tx, { name, state, changed_at: at })
  const event = state === 'on' ? 'actions.on' : 'actions.off'
  await appendToRoom(tx, { ...operatorRoom, at, by: 'operator', event, detail: {} })
  return state === 'on' ? wakeActions.run(tx, { ready: at }) : 0
}

/** Writes something of no meaning, durably: throws where the database cannot be written. */
export async function touch(tx: Tx, at: string): Promise<void> {
  await upsertRow.run(tx, { name: 'touched', state: 'on', changed_at: at })
}
