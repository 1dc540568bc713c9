import { prepared } from './engine/prepared.ts'
import type { OutboxRow } from './engine/tables.ts'
import type { Tx } from './engine/transaction.ts'

/** A side effect to perform after the commit. */
export interface NewEffect {
  kind: string
  tenant: string
  caseId?: string
  /** Effects of one conversation run one at a time, in the order they were added. */
  conversation?: string
  /** Arguments of the effect, as JSON. */
  payload: unknown
  /** Idempotency key: an outbox holds one effect per key. */
  key: string
  /** ISO time; omitted means at once. */
  due?: string
  /** Replaces the effect with the same key, even a claimed one. Otherwise the earlier effect stays. */
  replace?: boolean
}

/** Sorts before every other time. */
const AT_ONCE = new Date(0).toISOString()

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
              // A claimed row stays leased until its worker returns or the lease ends (`endLease` in outbox-claims.ts).
              // Started beside it, the new effect could finish first, and the old card would stay.
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

/** Adds effects to the outbox. Throws RangeError if `due` is not a valid time. */
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
      // Normalised, because times are compared as text.
      due: effect.due === undefined ? AT_ONCE : new Date(effect.due).toISOString(),
      written_at,
    })
  }
}

const deleteRow = prepared<{ key: string }>()((db, given) => db.deleteFrom('outbox').where('key', '=', given.key))

/** Deletes a dead-lettered effect. */
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
 * Requeues dead letters: all, those of a case, or the one with a key. Returns their number. An action with an unknown
 * outcome is only checked once more; sending it again takes a person's decision.
 */
export async function redrive(tx: Tx, only: { key?: string; caseId?: string } = {}): Promise<number> {
  const { key = '', caseId = '' } = only
  const which = only.key !== undefined ? 'key' : only.caseId !== undefined ? 'caseId' : 'all'
  return redrives[which].run(tx, { due: AT_ONCE, key, case_id: caseId })
}

const resumeRows = prepared<{ due: string; tenant: string; conversation: string }>()((db, given) =>
  db
    .updateTable('outbox')
    .set({ state: 'due', ready: given.due, attempts: 0, note: null })
    .where('tenant', '=', given.tenant)
    .where('state', '=', 'parked')
    .where((eb) => eb.or([eb('note', '=', 'uninstalled'), eb('note', 'like', 'closed: %')]))
    // Effects without a conversation may go there too; the others are dead-lettered again.
    .where((eb) => eb.or([eb('conversation', '=', given.conversation), eb('conversation', 'is', null)])),
)

/** Requeues the dead letters of an unreachable conversation, after an activity from it. */
export async function resume(tx: Tx, tenant: string, conversation: string): Promise<void> {
  await resumeRows.run(tx, { due: AT_ONCE, tenant, conversation })
}

/** Number of dead-lettered effects of a case; `unknown` are calls with an unknown outcome. */
interface DeadLetters {
  tenant: string
  caseId: string | undefined
  state: 'parked' | 'unknown'
  count: number
}

const countByCase = prepared<Record<never, never>>()((db) =>
  db
    .selectFrom('outbox')
    .select((eb) => ['tenant', 'case_id', 'state', eb.fn.countAll<number>().as('count')])
    .where('ready', 'is', null)
    .groupBy(['tenant', 'case_id', 'state'])
    .orderBy('tenant')
    .orderBy('case_id'),
)

/** Counts dead letters by tenant, case and state. */
export async function countDeadLetters(tx: Tx): Promise<DeadLetters[]> {
  const rows = await countByCase.all(tx, {})
  return rows.map(({ case_id, state, ...row }) => ({
    ...row,
    caseId: case_id ?? undefined,
    state: state as DeadLetters['state'],
  }))
}
