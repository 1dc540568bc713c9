import type { Case } from '../dialogs/case.ts'
import type { HistoryEntry } from '../dialogs/events.ts'
import { isCaseOpen, stateOf } from '../dialogs/step.ts'
import { parse, serialize } from '../dialogs/versions.ts'
import { append, emptyHead, entriesOf, type Head } from './audit/history.ts'
import { prepared } from './engine/prepared.ts'
import type { CaseRow } from './engine/tables.ts'
import { ConflictError, type Tx } from './engine/transaction.ts'

/** A case as it was read: a save needs all of it. */
export interface StoredCase {
  case: Case
  room: string
  /** Where its history ends. */
  head: Head
}

/** The id is taken, by whomever. Draw another one. */
export class DuplicateIdError extends Error {
  override name = 'DuplicateIdError'
}

/** How cases are written and read; other than the release's own only where its growth is tried. */
export interface Versions {
  freeze: typeof serialize
  thaw: (version: number, context: string) => ReturnType<typeof parse>
}
const present: Versions = { freeze: serialize, thaw: parse }

/** What is read of a case; `state` and `open` follow from it. */
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

/** The case of a row. Throws UnreadableCaseError for one that this release cannot read. */
export function readCase(row: ReadRow, versions: Versions = present): StoredCase {
  const { cloud, intake, answers, tracks, updatedBy } = versions.thaw(row.version, row.context)
  return {
    case: {
      id: row.id,
      tenant: row.tenant,
      conversation: row.conversation,
      edition: row.edition,
      cloud,
      revision: row.revision,
      intake,
      answers,
      tracks,
      createdBy: { tenant: row.tenant, id: row.created_by },
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      updatedBy,
    },
    room: row.room,
    // A revision is an entry, and there was one before the first.
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
  ...versions.freeze(caseRecord),
})

const insertRow = prepared<Omit<CaseRow, 'texts'>>()((db, given) =>
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

/** Stores a new case with the entry that begins its history. Throws DuplicateIdError when its id is taken. */
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
  if (inserted === 0) throw new DuplicateIdError(`there is a case ${caseRecord.id} already`)
  return { case: caseRecord, room, head }
}

const findRow = prepared<{ tenant: string; id: string }>()((db, given) =>
  db.selectFrom('cases').select(caseColumns).where('id', '=', given.id).where('tenant', '=', given.tenant),
)

/** Reads a case of a tenant. Throws UnreadableCaseError for one that this release cannot read. */
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

/** Where a case is talked about, also one that cannot be read. */
export async function conversationOf(tx: Tx, tenant: string, id: string): Promise<string | undefined> {
  return (await findConversation.first(tx, { tenant, id }))?.conversation
}

type Save = ReturnType<typeof changing> & { id: string; tenant: string; expected: number }

/** SQLite rewrites an index for every column that a statement names, changed or not: so only what changes is named. */
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

/**
 * Writes the case that follows from the stored one, with its history entry. Throws ConflictError when the case has
 * moved on since it was read.
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
  if (saved === 0) throw new ConflictError(`case ${id} is past revision ${expected}`)
  return { case: caseRecord, room: stored.room, head }
}

const findUntouched = prepared<{ tenant: string; conversation: string; person: string }>()((db, given) =>
  db
    .selectFrom('cases')
    .select(caseColumns)
    .where('tenant', '=', given.tenant)
    .where('conversation', '=', given.conversation)
    .where('created_by', '=', given.person)
    // Written out, not a parameter: the index holds these rows only.
    .where('untouched', '=', (eb) => eb.lit(1))
    .orderBy('created_at', 'desc')
    .limit(1),
)

/** The newest case that a person opened in a conversation and nobody has answered anything in. */
export async function untouchedCase(
  tx: Tx,
  { tenant, conversation, person }: { tenant: string; conversation: string; person: string },
): Promise<StoredCase | undefined> {
  const row = await findUntouched.first(tx, { tenant, conversation, person })
  return row && readCase(row)
}

/** The history of a case of a tenant, oldest first; empty when the tenant has no such case. */
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
