import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import { prepared } from './engine/prepared.ts'
import type { OutboxRow, Tables } from './engine/tables.ts'
import type { Tx } from './engine/transaction.ts'

/** An effect that a worker holds until its lease ends. */
export interface ClaimedEffect {
  id: number
  kind: string
  tenant: string
  caseId: string | undefined
  conversation: string | undefined
  payload: unknown
  key: string
  due: string
  /** How often it was begun, this time included. */
  attempts: number
  /** How often it was begun in a row without coming to a verdict, this time included: written before it is begun. */
  faults: number
  /** Says which claim this is; an older one cannot settle it any more. */
  fence: number
}

/** Nothing earlier of its conversation is still to be done. What is parked or unknown holds nobody up. */
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

/** More than any effect can have. */
const anyFaults = 2 ** 31 - 1

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
 * Takes effects whose time has come, or whose holder's lease has ended, for `leaseMs`: longer than an attempt can take.
 * `now` is the database's time. Of a conversation only the earliest is given; no two workers get the same one. Those that
 * were begun in vain `faults` times or more are left for later.
 */
export async function claimDue(
  tx: Tx,
  {
    now,
    worker,
    leaseMs,
    limit,
    faults = anyFaults,
  }: { now: Date; worker: string; leaseMs: number; limit: number; faults?: number | undefined },
): Promise<ClaimedEffect[]> {
  const until = new Date(now.getTime() + leaseMs).toISOString()
  const rows = await claimRows.all(tx, { now: now.toISOString(), worker, until, limit, faults })
  return rows
    .sort((one, other) => one.id - other.id)
    .map(({ case_id, conversation, payload, ...row }) => ({
      ...row,
      caseId: case_id ?? undefined,
      conversation: conversation ?? undefined,
      payload: JSON.parse(payload) as unknown,
    }))
}

type Token = { id: number; fence: number }

/** The row as its newest holder sees it, unless it was replaced meanwhile. */
const isHeldBy = (given: Token) => (eb: ExpressionBuilder<Tables, 'outbox'>) =>
  eb.and([eb('id', '=', given.id), eb('fence', '=', given.fence), eb('state', '=', 'sending')])

const removeHeld = prepared<Token>()((db, given) => db.deleteFrom('outbox').where(isHeldBy(given)))

type Settlement = Token & Pick<OutboxRow, 'state' | 'ready' | 'attempts' | 'note'> & { faults: number }

const settleHeld = prepared<Settlement>()((db, given) =>
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
    .where(isHeldBy(given)),
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

/** False when the claim no longer counts. An effect that took the held one's place may be begun from here on. */
async function settled(tx: Tx, { id, fence }: Token, changes: number): Promise<boolean> {
  if (changes === 0) await endLease.run(tx, { id, fence })
  return changes > 0
}

/** How an effect ended: for good, or put aside for a person. */
export type Finish = { state: 'done' } | { state: 'parked' | 'unknown'; note?: string }

/**
 * Ends a claimed effect; false when the claim no longer counts, since its lease ended or the effect was replaced.
 * One that is done is deleted: what came of it is written where it is needed, in the same transaction.
 */
export async function finish(tx: Tx, { id, fence, attempts, faults }: ClaimedEffect, end: Finish): Promise<boolean> {
  const token = { id, fence }
  if (end.state === 'done') return settled(tx, token, await removeHeld.run(tx, token))
  const { state, note = null } = end
  return settled(tx, token, await settleHeld.run(tx, { ...token, state, ready: null, attempts, note, faults }))
}

/**
 * Tries a claimed effect again at `due` (ISO time); false when the claim no longer counts. `faults` is for an attempt
 * that came to no verdict: it counts until one does.
 */
export async function retry(tx: Tx, effect: ClaimedEffect, due: string, faults = 0): Promise<boolean> {
  const { id, fence, attempts } = effect
  const ready = new Date(due).toISOString()
  const changes = await settleHeld.run(tx, { id, fence, state: 'due', ready, attempts, note: null, faults })
  return settled(tx, { id, fence }, changes)
}

/** Hands a claimed effect back that was not begun; false when the claim no longer counts. */
export async function release(tx: Tx, { id, fence, attempts, faults, due }: ClaimedEffect): Promise<boolean> {
  const handed = { state: 'due', ready: due, attempts: attempts - 1, note: null, faults: faults - 1 } as const
  return settled(tx, { id, fence }, await settleHeld.run(tx, { id, fence, ...handed }))
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

/** Milliseconds until there is something to claim, 0 when there is now; undefined while nothing waits. */
export async function nextDue(tx: Tx, now: Date, faults = anyFaults): Promise<number | undefined> {
  const next = await findNext.first(tx, { faults })
  return next?.ready ? Math.max(0, Date.parse(next.ready) - now.getTime()) : undefined
}
