import { type Case, isCaseOpen, stateOf } from '../dialogs/case.ts'
import type { HistoryEntry } from '../dialogs/events.ts'
import { successorOf } from '../dialogs/policy/withdrawn.ts'
import { parse, serialize } from '../dialogs/versions.ts'
import { append, emptyHead, entriesOf, type Head } from './audit/history.ts'
import { prepared } from './engine/prepared.ts'
import type { CaseRow } from './engine/tables.ts'
import { ConflictError, type Tx } from './engine/transaction.ts'

/** A case as read from the store, with all that saving it requires. */
export interface StoredCase {
  case: Case
  room: string
  /** End of its history. */
  head: Head
}

/** The id is taken, possibly by another tenant. Retry with a new one. */
export class DuplicateIdError extends Error {
  override name = 'DuplicateIdError'
}

/** Functions that write and read the context of a case; replaced only in tests of future versions. */
export interface Versions {
  serialize: typeof serialize
  parse: (version: number, context: string) => ReturnType<typeof parse>
}
const present: Versions = { serialize, parse }

/** Columns read of a case; `state` and `open` derive from them. */
export const caseColumns = [
  'id',
  'tenant',
  'conversation',
  'room',
  'edition',
  'revision',
  'version',
  'context',
  'created_by',
  'created_at',
  'updated_at',
  'entry',
  'head',
] as const

type ReadRow = Pick<CaseRow, (typeof caseColumns)[number]>

/** Builds the case of a row. Throws UnreadableCaseError if this release cannot read it. */
export function readCase(row: ReadRow, versions: Versions = present): StoredCase {
  const { cloud, intake, answers, named, tracks, goals, next, closed, closing, askAgain, updatedBy } = versions.parse(
    row.version,
    row.context,
  )
  return {
    case: {
      id: row.id,
      tenant: row.tenant,
      conversation: row.conversation,
      edition: successorOf(row.edition) ?? row.edition,
      cloud,
      revision: row.revision,
      intake,
      answers,
      ...(named === undefined ? {} : { named }),
      tracks,
      goals,
      ...(next === undefined ? {} : { next }),
      ...(closed === undefined ? {} : { closed }),
      ...(closing === undefined ? {} : { closing }),
      ...(askAgain === undefined ? {} : { askAgain }),
      createdBy: { tenant: row.tenant, id: row.created_by },
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      updatedBy,
    },
    room: row.room,
    // Each revision added an entry, after the one of revision 0.
    head: { entry: row.entry, seq: row.revision + 1, hash: row.head },
  }
}

const changing = (caseRecord: Case, { entry, hash }: Head, versions: Versions) => ({
  edition: caseRecord.edition,
  revision: caseRecord.revision,
  state: stateOf(caseRecord),
  open: Number(isCaseOpen(caseRecord)),
  untouched: Number(caseRecord.revision === 0),
  updated_at: caseRecord.updatedAt,
  entry,
  head: hash,
  ...versions.serialize(caseRecord),
})

const insertRow = prepared<Omit<CaseRow, 'texts' | 'asked_at'>>()((db, given) =>
  db
    .insertInto('cases')
    .values({
      id: given.id,
      tenant: given.tenant,
      conversation: given.conversation,
      room: given.room,
      edition: given.edition,
      revision: given.revision,
      version: given.version,
      state: given.state,
      open: given.open,
      untouched: given.untouched,
      context: given.context,
      created_by: given.created_by,
      created_at: given.created_at,
      updated_at: given.updated_at,
      entry: given.entry,
      head: given.head,
    })
    .onConflict((conflict) => conflict.column('id').doNothing()),
)

/** Stores a new case with the first entry of its history. Throws DuplicateIdError if the id is taken. */
export async function insertCase(tx: Tx, caseRecord: Case, room: string, entry: HistoryEntry): Promise<StoredCase> {
  const head = await append(tx, caseRecord.id, emptyHead, entry)
  const inserted = await insertRow.run(tx, {
    id: caseRecord.id,
    tenant: caseRecord.tenant,
    conversation: caseRecord.conversation,
    room,
    created_by: caseRecord.createdBy.id,
    created_at: caseRecord.createdAt,
    ...changing(caseRecord, head, present),
  })
  if (inserted === 0) throw new DuplicateIdError(`case ${caseRecord.id} already exists`)
  const asked_at = approvalAskedAt(caseRecord)
  if (asked_at !== null) await setAskedAt.run(tx, { id: caseRecord.id, asked_at })
  return { case: caseRecord, room, head }
}

const findRow = prepared<{ tenant: string; id: string }>()((db, given) =>
  db.selectFrom('cases').select(caseColumns).where('id', '=', given.id).where('tenant', '=', given.tenant),
)

/** Reads a case of a tenant. Throws UnreadableCaseError if this release cannot read it. */
export async function findCase(
  tx: Tx,
  tenant: string,
  id: string,
  versions: Versions = present,
): Promise<StoredCase | undefined> {
  const row = await findRow.first(tx, { tenant, id })
  return row && readCase(row, versions)
}

const findConversation = prepared<{ tenant: string; id: string }>()((db, given) =>
  db.selectFrom('cases').select('conversation').where('id', '=', given.id).where('tenant', '=', given.tenant),
)

/** Finds the conversation of a case, even of an unreadable one. */
export async function conversationOf(tx: Tx, tenant: string, id: string): Promise<string | undefined> {
  return (await findConversation.first(tx, { tenant, id }))?.conversation
}

type Save = ReturnType<typeof changing> & { id: string; tenant: string; expected: number }

/** Sets indexed columns only if they change: SQLite rewrites an index for every column that a statement names. */
const updateRow = (touches: boolean, closes: boolean) =>
  prepared<Save>()((db, given) =>
    db
      .updateTable('cases')
      .set({
        edition: given.edition,
        revision: given.revision,
        version: given.version,
        state: given.state,
        context: given.context,
        updated_at: given.updated_at,
        entry: given.entry,
        head: given.head,
      })
      .$if(touches, (query) => query.set({ untouched: given.untouched }))
      .$if(closes, (query) => query.set({ open: given.open, texts: 1 }))
      .where('id', '=', given.id)
      .where('tenant', '=', given.tenant)
      .where('revision', '=', given.expected),
  )

const updates = {
  first: { plain: updateRow(true, false), closing: updateRow(true, true) },
  later: { plain: updateRow(false, false), closing: updateRow(false, true) },
}

/** Returns the time of the request for approval that the case waits for, if any. */
function approvalAskedAt({ tracks }: Case): string | null {
  const waiting = tracks.find(({ kind, state }) => kind === 'delegated-admin' && state === 'awaiting-approval')
  return waiting?.kind === 'delegated-admin' ? waiting.context.requestedAt : null
}

const setAskedAt = prepared<{ id: string; asked_at: string | null }>()((db, given) =>
  db.updateTable('cases').set({ asked_at: given.asked_at }).where('id', '=', given.id),
)

/**
 * Writes the next revision of a stored case, with its history entry.
 * Throws ConflictError if the case changed since it was read.
 */
export async function saveCase(
  tx: Tx,
  stored: StoredCase,
  caseRecord: Case,
  entry: HistoryEntry,
  versions: Versions = present,
): Promise<StoredCase> {
  const { revision: expected } = stored.case
  const head = await append(tx, caseRecord.id, stored.head, entry)
  const { id, tenant } = caseRecord
  const isSameOpen = isCaseOpen(stored.case) === isCaseOpen(caseRecord)
  const update = updates[expected === 0 ? 'first' : 'later'][isSameOpen ? 'plain' : 'closing']
  const saved = await update.run(tx, { id, tenant, expected, ...changing(caseRecord, head, versions) })
  if (saved === 0) throw new ConflictError(`case ${id} is no longer at revision ${expected}`)
  const asked_at = approvalAskedAt(caseRecord)
  // A statement of its own: few revisions change it, and the index of those that wait stays untouched by all others.
  if (asked_at !== approvalAskedAt(stored.case)) await setAskedAt.run(tx, { id, asked_at })
  return { case: caseRecord, room: stored.room, head }
}

const findUntouched = prepared<{ tenant: string; conversation: string; person: string }>()((db, given) =>
  db
    .selectFrom('cases')
    .select(caseColumns)
    .where('tenant', '=', given.tenant)
    .where('conversation', '=', given.conversation)
    .where('created_by', '=', given.person)
    // A literal, not a parameter: the partial index covers these rows only.
    .where('untouched', '=', (eb) => eb.lit(1))
    .orderBy('created_at', 'desc')
    .limit(1),
)

/** Finds the latest case that a person opened in a conversation and that has no answers yet. */
export async function untouchedCase(
  tx: Tx,
  { tenant, conversation, person }: { tenant: string; conversation: string; person: string },
): Promise<StoredCase | undefined> {
  const row = await findUntouched.first(tx, { tenant, conversation, person })
  return row && readCase(row)
}

/** Reads the history of a case of a tenant, oldest first; empty if the tenant has no such case. */
export async function historyOf(tx: Tx, tenant: string, id: string): Promise<(HistoryEntry & { seq: number })[]> {
  if ((await conversationOf(tx, tenant, id)) === undefined) return []
  const rows = await entriesOf(tx, id)
  return rows.map(({ seq, at, by, event, detail }) => ({
    seq,
    at,
    by,
    event: event as HistoryEntry['event'],
    detail: JSON.parse(detail) as HistoryEntry['detail'],
  }))
}
