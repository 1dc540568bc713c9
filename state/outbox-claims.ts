import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import { prepared } from './engine/prepared.ts'
import type { OutboxRow, Tables } from './engine/tables.ts'
import type { Tx } from './engine/transaction.ts'

/** An effect leased to a worker. */
export interface ClaimedEffect {
  id: number
  kind: string
  tenant: string
  caseId: string | undefined
  conversation: string | undefined
  payload: unknown
  key: string
  due: string
  /** Number of attempts, including this one. */
  attempts: number
  /** Consecutive attempts without an outcome, including this one, which counts from the claim on. */
  faults: number
  /** Fencing token: only the latest claim can finish the effect. */
  fence: number
}

/** True if no earlier effect of the conversation is pending. Dead letters do not block later effects. */
const isHead = (eb: ExpressionBuilder<Tables & { waiting: OutboxRow }, 'waiting'>): Expression<SqlBool> =>
  eb.or([
    eb('waiting.conversation', 'is', null),
    eb.not(
      eb.exists(
        eb
          .selectFrom('outbox as earlier')
          .select('earlier.id')
          .whereRef('earlier.tenant', '=', 'waiting.tenant')
          .whereRef('earlier.conversation', '=', 'waiting.conversation')
          .whereRef('earlier.id', '<', 'waiting.id')
          .where('earlier.ready', 'is not', null),
      ),
    ),
  ])

/** Above any number of failures: the largest integer of the column. */
const ANY_FAULTS = 2 ** 31 - 1

type Claim = { now: string; worker: string; until: string; limit: number; faults: number }

const claimRows = prepared<Claim>()((db, given, dialect) =>
  db
    .with('picked', (cte) =>
      cte
        .selectFrom('outbox as waiting')
        .select('waiting.id')
        .where('waiting.ready', '<=', given.now)
        .where('waiting.faults', '<', given.faults)
        .where(isHead)
        .orderBy('waiting.ready')
        .orderBy('waiting.id')
        .limit(given.limit)
        .$if(dialect === 'postgres', (query) => query.forUpdate('waiting').skipLocked()),
    )
    .updateTable('outbox')
    .from('picked')
    .whereRef('outbox.id', '=', 'picked.id')
    .set((eb) => ({
      state: 'sending' as const,
      ready: given.until,
      attempts: eb('attempts', '+', 1),
      fence: eb('fence', '+', 1),
      faults: eb('faults', '+', 1),
      lease_by: given.worker,
    }))
    .returning([
      'outbox.id',
      'tenant',
      'case_id',
      'conversation',
      'kind',
      'payload',
      'key',
      'due',
      'attempts',
      'fence',
      'faults',
    ]),
)

/**
 * Leases due effects, and those whose lease ended, for `leaseMs`, which must exceed the longest attempt. `now` is the
 * database's time. Claims only the earliest effect of a conversation, and only effects with fewer than `faults` failures.
 */
export async function claimDue(
  tx: Tx,
  {
    now,
    worker,
    leaseMs,
    limit,
    faults = ANY_FAULTS,
  }: { now: Date; worker: string; leaseMs: number; limit: number; faults?: number | undefined },
): Promise<ClaimedEffect[]> {
  const until = new Date(now.getTime() + leaseMs).toISOString()
  const rows = await claimRows.all(tx, { now: now.toISOString(), worker, until, limit, faults })
  return rows
    .sort((row, other) => row.id - other.id)
    .map(({ case_id, conversation, payload, ...row }) => ({
      ...row,
      caseId: case_id ?? undefined,
      conversation: conversation ?? undefined,
      payload: JSON.parse(payload) as unknown,
    }))
}

type Token = { id: number; fence: number }

/** True if the claim is the latest and the effect was not replaced meanwhile. */
const isClaimedBy = (given: Token) => (eb: ExpressionBuilder<Tables, 'outbox'>) =>
  eb.and([eb('id', '=', given.id), eb('fence', '=', given.fence), eb('state', '=', 'sending')])

const deleteClaimed = prepared<Token>()((db, given) => db.deleteFrom('outbox').where(isClaimedBy(given)))

type ClaimUpdate = Token & Pick<OutboxRow, 'state' | 'ready' | 'attempts' | 'note'> & { faults: number }

const updateClaimed = prepared<ClaimUpdate>()((db, given) =>
  db
    .updateTable('outbox')
    .set({
      state: given.state,
      ready: given.ready,
      attempts: given.attempts,
      note: given.note,
      faults: given.faults,
      lease_by: null,
    })
    .where(isClaimedBy(given)),
)

const endLease = prepared<Token>()((db, given) =>
  db
    .updateTable('outbox')
    .set((eb) => ({ ready: eb.ref('due'), lease_by: null }))
    .where('id', '=', given.id)
    .where('fence', '=', given.fence)
    .where('state', '=', 'due')
    .where('lease_by', 'is not', null),
)

/** Returns whether the claim was valid. If not, releases the effect that replaced the claimed one. */
async function endClaim(tx: Tx, { id, fence }: Token, changes: number): Promise<boolean> {
  if (changes === 0) await endLease.run(tx, { id, fence })
  return changes > 0
}

/** The end of an effect: done, or a dead letter for a person to resolve (`parked`: failed, `unknown`: outcome unknown). */
export type Finish = { state: 'done' } | { state: 'parked' | 'unknown'; note?: string }

/**
 * Finishes a claimed effect; false if the lease ended or the effect was replaced. Deletes an effect that is done: its
 * result is stored elsewhere, in the same transaction.
 */
export async function finish(tx: Tx, { id, fence, attempts, faults }: ClaimedEffect, end: Finish): Promise<boolean> {
  const token = { id, fence }
  if (end.state === 'done') return endClaim(tx, token, await deleteClaimed.run(tx, token))
  const { state, note = null } = end
  return endClaim(tx, token, await updateClaimed.run(tx, { ...token, state, ready: null, attempts, note, faults }))
}

/**
 * Schedules another attempt at `due` (ISO time); false if the claim is no longer valid.
 * `faults` is the number of failures to keep after an attempt without an outcome.
 */
export async function retry(tx: Tx, effect: ClaimedEffect, due: string, faults = 0): Promise<boolean> {
  const { id, fence, attempts } = effect
  const ready = new Date(due).toISOString()
  const changes = await updateClaimed.run(tx, { id, fence, state: 'due', ready, attempts, note: null, faults })
  return endClaim(tx, { id, fence }, changes)
}

/** Returns an effect that was claimed but not attempted; false if the claim is no longer valid. */
export async function release(tx: Tx, { id, fence, attempts, faults, due }: ClaimedEffect): Promise<boolean> {
  const unattempted = { state: 'due', ready: due, attempts: attempts - 1, note: null, faults: faults - 1 } as const
  return endClaim(tx, { id, fence }, await updateClaimed.run(tx, { id, fence, ...unattempted }))
}

const findNext = prepared<{ faults: number }>()((db, given) =>
  db
    .selectFrom('outbox as waiting')
    .select('waiting.ready')
    .where('waiting.ready', 'is not', null)
    .where('waiting.faults', '<', given.faults)
    .where(isHead)
    .orderBy('waiting.ready')
    .limit(1),
)

/** Returns the milliseconds until an effect is due, 0 if one is due now; undefined if the outbox is empty. */
export async function nextDue(tx: Tx, now: Date, faults = ANY_FAULTS): Promise<number | undefined> {
  const next = await findNext.first(tx, { faults })
  return next?.ready ? Math.max(0, Date.parse(next.ready) - now.getTime()) : undefined
}
