import { prepared } from './engine/prepared.ts'
import type { OutboxRow } from './engine/tables.ts'
import type { Tx } from './engine/transaction.ts'

/** Something to do outside, to be written down. */
export interface NewEffect {
  kind: string
  tenant: string
  caseId?: string
  /** Effects of one conversation are done one at a time, in the order in which they were written. */
  conversation?: string
  /** What to do, as JSON. */
  payload: unknown
  /** While an effect waits, another one with its key is the same. */
  key: string
  /** ISO time; at once when left out. */
  due?: string
  /** Takes the place of the effect with its key, also while that is being done. Otherwise the first one stays. */
  replace?: boolean
}

/** Before every other time: rows are sorted by it. */
const atOnce = new Date(0).toISOString()

type Insert = Pick<OutboxRow, 'tenant' | 'case_id' | 'conversation' | 'kind' | 'payload' | 'key' | 'due' | 'written_at'>

const insertUnless = (replace: boolean) =>
  prepared<Insert>()((db, given) =>
    db
      .insertInto('outbox')
      .values({
        tenant: given.tenant,
        case_id: given.case_id,
        conversation: given.conversation,
        kind: given.kind,
        payload: given.payload,
        key: given.key,
        state: 'due',
        due: given.due,
        ready: given.due,
        attempts: 0,
        fence: 0,
        written_at: given.written_at,
      })
      .onConflict((conflict) =>
        replace
          ? conflict.column('key').doUpdateSet((eb) => ({
              payload: eb.ref('excluded.payload'),
              state: 'due' as const,
              due: eb.ref('excluded.due'),
              // Whoever is doing the old one keeps the row until it comes back or its lease ends, see `endLease` of the claims:
              // were the new one begun beside it, the old card could arrive last.
              ready: eb
                .case()
                .when(eb.and([eb('outbox.lease_by', 'is not', null), eb('outbox.ready', '>', eb.ref('excluded.due'))]))
                .then(eb.ref('outbox.ready'))
                .else(eb.ref('excluded.due'))
                .end(),
              attempts: 0,
              faults: 0,
              note: null,
            }))
          : conflict.column('key').doNothing(),
      ),
  )

const inserts = { replace: insertUnless(true), keep: insertUnless(false) }

/** Writes effects down, to be done after the transaction. Throws for a `due` that is no time. */
export async function addEffects(tx: Tx, effects: readonly NewEffect[]): Promise<void> {
  const written_at = effects.length === 0 ? '' : new Date().toISOString()
  for (const effect of effects) {
    await inserts[effect.replace ? 'replace' : 'keep'].run(tx, {
      tenant: effect.tenant,
      case_id: effect.caseId ?? null,
      conversation: effect.conversation ?? null,
      kind: effect.kind,
      payload: JSON.stringify(effect.payload),
      key: effect.key,
      // Normalised, since times are compared as texts.
      due: effect.due === undefined ? atOnce : new Date(effect.due).toISOString(),
      written_at,
    })
  }
}

const deleteRow = prepared<{ key: string }>()((db, given) => db.deleteFrom('outbox').where('key', '=', given.key))

/** Takes an effect back that nobody is doing: one that is put aside. */
export async function dropEffect(tx: Tx, key: string): Promise<void> {
  await deleteRow.run(tx, { key })
}

type Redrive = { due: string; key: string; case_id: string }

const redriveRows = (by: 'key' | 'case_id' | undefined) =>
  prepared<Redrive>()((db, given) =>
    db
      .updateTable('outbox')
      .set({ state: 'due', ready: given.due, attempts: 0, faults: 0, note: null })
      .where('ready', 'is', null)
      .$if(by !== undefined, (query) => query.where(by ?? 'key', '=', given[by ?? 'key'])),
  )

const redrives = { all: redriveRows(undefined), key: redriveRows('key'), caseId: redriveRows('case_id') }

/**
 * Makes due what was put aside, all of it, that of a case, or the one with this key, and says how much that is. An action
 * of which nobody knows whether it took effect is thereby looked for once more; only a person lets it be sent again.
 */
export async function redrive(tx: Tx, only: { key?: string; caseId?: string } = {}): Promise<number> {
  const { key = '', caseId = '' } = only
  const which = only.key !== undefined ? 'key' : only.caseId !== undefined ? 'caseId' : 'all'
  return redrives[which].run(tx, { due: atOnce, key, case_id: caseId })
}

const resumeRows = prepared<{ due: string; tenant: string; conversation: string }>()((db, given) =>
  db
    .updateTable('outbox')
    .set({ state: 'due', ready: given.due, attempts: 0, note: null })
    .where('tenant', '=', given.tenant)
    .where('state', '=', 'parked')
    .where((eb) => eb.or([eb('note', '=', 'uninstalled'), eb('note', 'like', 'closed: %')]))
    // What is outside the order of a conversation does not say where it goes; what still cannot is put aside again.
    .where((eb) => eb.or([eb('conversation', '=', given.conversation), eb('conversation', 'is', null)])),
)

/** Makes due what was put aside since a conversation could not be reached: somebody there has been heard again. */
export async function resume(tx: Tx, tenant: string, conversation: string): Promise<void> {
  await resumeRows.run(tx, { due: atOnce, tenant, conversation })
}

/** Effects of one case that wait for a person. */
export interface DeadLetters {
  tenant: string
  caseId: string | undefined
  state: 'parked' | 'unknown'
  count: number
}

const countSetAside = prepared<Record<never, never>>()((db) =>
  db
    .selectFrom('outbox')
    .select((eb) => ['tenant', 'case_id', 'state', eb.fn.countAll<number>().as('count')])
    .where('ready', 'is', null)
    .groupBy(['tenant', 'case_id', 'state'])
    .orderBy('tenant')
    .orderBy('case_id'),
)

/** What was put aside, counted by case; of one tenant or of all. */
export async function countDeadLetters(tx: Tx, { tenant }: { tenant?: string } = {}): Promise<DeadLetters[]> {
  const rows = await countSetAside.all(tx, {})
  return rows
    .filter((row) => tenant === undefined || row.tenant === tenant)
    .map(({ case_id, state, ...row }) => ({
      ...row,
      caseId: case_id ?? undefined,
      state: state as DeadLetters['state'],
    }))
}
