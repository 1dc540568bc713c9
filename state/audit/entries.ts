import { type CaseCustomer, customerOf } from '../../dialogs/customer.ts'
import { parse, UnreadableCaseError } from '../../dialogs/versions.ts'
import { orUnreadable } from '../case-lists.ts'
import { pages } from '../engine/pages.ts'
import { prepared } from '../engine/prepared.ts'
import type { HistoryRow } from '../engine/tables.ts'
import type { Database, Tx } from '../engine/transaction.ts'
import { entriesOf, entriesUpTo, roomStream } from './history.ts'

/** Selects entries at or after `since`, before `until` (ISO times), and by one person (object id). */
export interface EntryFilter {
  since?: string | undefined
  until?: string | undefined
  by?: string | undefined
}

/** An entry of the history with the tenant, case and room it belongs to. */
export interface AuditEntry {
  /** `action`: a privileged action of the ledger. `desk`: a desk, pairing or export of a room. */
  type: 'case' | 'action' | 'refusal' | 'desk'
  tenant: string
  /** Null for an event of a room. */
  case: string | null
  /** The customer of the case as it is now; null if it is unknown or the entry belongs to no case. */
  customer: CaseCustomer | null
  room: string
  /** Id of the case, request id of the action, or `room:<tenant>:<room>`. */
  stream: string
  seq: number
  at: string
  by: string
  event: string
  detail: Record<string, unknown>
  hash: string
}

export const isWithin = ({ since = '', until, by }: EntryFilter, entry: { at: string; by: string }): boolean =>
  entry.at >= since && (until === undefined || entry.at < until) && (by === undefined || entry.by === by)

/** Cases per transaction; they are read with all their entries. */
const CASES_PER_PAGE = 25

const casesOfTenant = prepared<{ tenant: string; created_by: string; created_at: string; id: string }>()((db, given) =>
  db
    .selectFrom('cases')
    .select(['id', 'tenant', 'room', 'created_by', 'created_at', 'version', 'context'])
    .where('tenant', '=', given.tenant)
    .where((eb) =>
      eb(eb.refTuple('created_by', 'created_at', 'id'), '>', eb.tuple(given.created_by, given.created_at, given.id)),
    )
    .orderBy('created_by')
    .orderBy('created_at')
    .orderBy('id')
    .limit(CASES_PER_PAGE),
)

const casesAfter = prepared<{ id: string }>()((db, given) =>
  db
    .selectFrom('cases')
    .select(['id', 'tenant', 'room', 'version', 'context'])
    .where('id', '>', given.id)
    .orderBy('id')
    .limit(CASES_PER_PAGE),
)

const actionsOf = prepared<{ id: string }>()((db, given) =>
  db.selectFrom('actions').select('id').where('case_id', '=', given.id).orderBy('created_at').orderBy('id'),
)

const headsAfter = prepared<{ stream: string }>()((db, given) =>
  db
    .selectFrom('heads')
    .select(['stream', 'entry'])
    .where('stream', '>', given.stream)
    .orderBy('stream')
    .limit(PAGE_SIZE),
)

const PAGE_SIZE = 500

type Owner = Pick<AuditEntry, 'tenant' | 'case' | 'customer' | 'room'>

const entryOf = (
  type: AuditEntry['type'],
  owner: Owner,
  { id: _id, before: _before, previous: _previous, salt: _salt, detail, ...row }: HistoryRow,
): AuditEntry => ({
  type,
  ...owner,
  ...row,
  detail: JSON.parse(detail) as AuditEntry['detail'],
})

type CaseOwner = { id: string; tenant: string; room: string; version: number; context: string }

function customerIn({ version, context }: CaseOwner): CaseCustomer | null {
  const stored = orUnreadable(() => parse(version, context))
  return stored instanceof UnreadableCaseError ? null : (customerOf(stored) ?? null)
}

async function readCases(tx: Tx, cases: CaseOwner[]): Promise<AuditEntry[]> {
  const found: AuditEntry[] = []
  for (const each of cases) {
    const { id, tenant, room } = each
    const owner = { tenant, case: id, customer: customerIn(each), room }
    for (const row of await entriesOf(tx, id)) found.push(entryOf('case', owner, row))
    for (const action of await actionsOf.all(tx, { id })) {
      for (const row of await entriesOf(tx, action.id)) found.push(entryOf('action', owner, row))
    }
  }
  return found
}

/** Reads the entries of the cases that `next` returns, page by page. */
async function* caseEntries<Case extends CaseOwner>(
  db: Database,
  next: (tx: Tx, last: Case | undefined) => Promise<Case[]>,
): AsyncGenerator<AuditEntry> {
  let last: Case | undefined
  do {
    const after: Case | undefined = last
    const page = await db.transaction(async (tx) => {
      const cases = await next(tx, after)
      return { last: cases.at(-1), entries: await readCases(tx, cases) }
    })
    yield* page.entries
    last = page.last
  } while (last)
}

/** Reads the events of rooms, such as refusals and desk changes, of one tenant or of all. */
export async function* roomEntries(db: Database, filter: EntryFilter, tenant?: string): AsyncGenerator<AuditEntry> {
  const prefix = tenant === undefined ? '' : roomStream(tenant)
  for await (const { stream, entry } of pages(db, headsAfter, { stream: '' })) {
    if (!stream.startsWith(prefix)) continue
    const [, of = '', room = ''] = /^room:([^:]*):(.*)$/s.exec(stream) ?? []
    const owner = { tenant: of, case: null, customer: null, room }
    for await (const row of entriesUpTo(db, entry)) {
      if (isWithin(filter, row)) yield entryOf(row.event === 'refused' ? 'refusal' : 'desk', owner, row)
    }
  }
}

/**
 * Reads the history of one tenant for its auditors: each case with its actions, oldest entry first, then the events of
 * its rooms. Reads page by page, since it may be long.
 */
export async function* auditEntries(
  db: Database,
  { tenant, ...filter }: EntryFilter & { tenant: string },
): AsyncGenerator<AuditEntry> {
  const start = { created_by: '', created_at: '', id: '' }
  const cases = caseEntries<CaseOwner & typeof start>(db, (tx, last) =>
    casesOfTenant.all(tx, { ...(last ?? start), tenant }),
  )
  for await (const entry of cases) if (isWithin(filter, entry)) yield entry
  yield* roomEntries(db, filter, tenant)
}

/** Reads the history of every tenant, in the same order, for the operator. */
export async function* everyEntry(db: Database, filter: EntryFilter): AsyncGenerator<AuditEntry> {
  const cases = caseEntries<CaseOwner>(db, (tx, last) => casesAfter.all(tx, { id: last?.id ?? '' }))
  for await (const entry of cases) if (isWithin(filter, entry)) yield entry
  yield* roomEntries(db, filter)
}
