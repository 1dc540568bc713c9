import { type CaseStanding, type CaseState, standingOf } from '../dialogs/case.ts'
import { type CaseCustomer, customerOf } from '../dialogs/customer.ts'
import type { Answers } from '../dialogs/questions.ts'
import { dueOf, isOpen } from '../dialogs/tracks/registry.ts'
import { parse, UnreadableCaseError } from '../dialogs/versions.ts'
import { caseColumns, readCase, type StoredCase } from './case-store.ts'
import { pages } from './engine/pages.ts'
import { prepared } from './engine/prepared.ts'
import type { CaseRow } from './engine/tables.ts'
import type { Database, Tx } from './engine/transaction.ts'

/** A case in a list. The answers are missing if this release cannot read the case. */
interface CaseSummary {
  id: string
  standing: CaseStanding
  createdAt: string
  updatedAt: string
  answers?: Answers
  customer?: CaseCustomer | undefined
  /** The nearest deadline of the tracks under way. */
  due?: string | undefined
}

type Page = { tenant: string; room: string; size: number; offset: number }

const listed = (only: 'open' | 'all') =>
  prepared<Page>()((db, given) =>
    db
      .selectFrom('cases')
      .select(['id', 'state', 'created_at', 'updated_at', 'version', 'context'])
      .where('tenant', '=', given.tenant)
      .where('room', '=', given.room)
      .$if(only === 'open', (query) => query.where('open', '=', 1))
      .orderBy('open', 'desc')
      .orderBy('updated_at', 'desc')
      .orderBy('id', 'desc')
      .limit(given.size)
      .offset(given.offset),
  )

const counted = (only: 'open' | 'all') =>
  prepared<{ tenant: string; room: string }>()((db, given) =>
    db
      .selectFrom('cases')
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .where('tenant', '=', given.tenant)
      .where('room', '=', given.room)
      .$if(only === 'open', (query) => query.where('open', '=', 1)),
  )

const lists = {
  open: { rows: listed('open'), count: counted('open') },
  all: { rows: listed('all'), count: counted('all') },
}

/**
 * Lists a page of the cases of a room, open ones first, then by their newest change. `page` counts from 0; `open` omits
 * closed cases. Sorts the cases of the room: an index on the last change would slow every save down.
 */
export async function listCases(
  tx: Tx,
  {
    tenant,
    room,
    open = false,
    page,
    size,
  }: { tenant: string; room: string; open?: boolean; page: number; size: number },
): Promise<{ cases: CaseSummary[]; total: number }> {
  const { rows, count } = lists[open ? 'open' : 'all']
  const found = await rows.all(tx, { tenant, room, size, offset: page * size })
  const counted = await count.first(tx, { tenant, room })
  return { cases: found.map(summaryOf), total: counted?.total ?? 0 }
}

function summaryOf(
  row: Pick<CaseRow, 'id' | 'state' | 'created_at' | 'updated_at' | 'version' | 'context'>,
): CaseSummary {
  const { id, created_at: createdAt, updated_at: updatedAt } = row
  const summary = { id, createdAt, updatedAt }
  const stored = orUnreadable(() => parse(row.version, row.context))
  if (stored instanceof UnreadableCaseError) return { ...summary, standing: byWord(row.state as CaseState) }
  const [due] = stored.tracks
    .filter(isOpen)
    .flatMap((track) => dueOf(track) ?? [])
    .sort()
  return { ...summary, standing: standingOf(stored), answers: stored.answers, customer: customerOf(stored), due }
}

/** The standing of an unreadable case, as far as the stored word tells it. */
function byWord(state: CaseState): CaseStanding {
  if (state === 'needs-attention') return { state, failed: 0, total: 0 }
  return { state: state === 'next' ? 'answered' : state }
}

/** A case that this release cannot read, and the reason. */
interface UnreadableCase {
  tenant: string
  id: string
  unreadable: string
}

const casesAfter = prepared<{ id: string }>()((db, given) =>
  db.selectFrom('cases').select(caseColumns).where('id', '>', given.id).orderBy('id').limit(PAGE_SIZE),
)

const PAGE_SIZE = 200

/**
 * Reads all cases of all tenants that changed at or after `since` (ISO time or date), ordered by id.
 * Scans every case: an index on the last change would slow every turn down.
 */
export async function* allCases(db: Database, since = ''): AsyncGenerator<StoredCase | UnreadableCase> {
  for await (const row of pages(db, casesAfter, { id: '' })) {
    const { tenant, id } = row
    if (row.updated_at < since) continue
    const stored = orUnreadable(() => readCase(row))
    yield stored instanceof UnreadableCaseError ? { tenant, id, unreadable: stored.message } : stored
  }
}

type Batch = { edition: string; after: string; size: number }

const casesOf = prepared<Batch>()((db, given) =>
  db
    .selectFrom('cases')
    .select(caseColumns)
    .where('edition', '=', given.edition)
    .where('id', '>', given.after)
    .orderBy('id')
    .limit(given.size),
)

/** Reads the next cases of all tenants, by id, whose row names an edition: for a withdrawn one, `readCase` gives another. */
export async function casesStoredUnder(tx: Tx, batch: Batch): Promise<(StoredCase | UnreadableCase)[]> {
  return (await casesOf.all(tx, batch)).map((row) => {
    const stored = orUnreadable(() => readCase(row))
    return stored instanceof UnreadableCaseError
      ? { tenant: row.tenant, id: row.id, unreadable: stored.message }
      : stored
  })
}

/** Returns the error of an unreadable case, so that it does not hide the others. */
export function orUnreadable<T>(read: () => T): T | UnreadableCaseError {
  try {
    return read()
  } catch (error) {
    if (error instanceof UnreadableCaseError) return error
    throw error
  }
}
