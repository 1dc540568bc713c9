import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { changeStrings, changeTexts, erased, textsOf, withoutTexts } from '../../dialogs/erasable-texts.ts'
import { ok, type Result, refused } from '../../dialogs/result.ts'
import { pages } from '../engine/pages.ts'
import { prepared } from '../engine/prepared.ts'
import type { CaseRow, HistoryRow } from '../engine/tables.ts'
import type { Database, Tx } from '../engine/transaction.ts'
import { entriesOf } from './history.ts'
import { accountsOfPerson, forgetPerson, positionFunction } from './people-erasure.ts'
import { redact } from './redaction.ts'

const PAGE_SIZE = 500

/** Reads entries that name a person as their actor or in their detail. */
const entriesNaming = prepared<{ person: string; id: number }>()((db, given, dialect) =>
  db
    .selectFrom('history')
    .select(['id', 'stream'])
    .select((eb) => eb.val(given.person).as('person'))
    .where('id', '>', given.id)
    .where((eb) =>
      eb.or([
        eb('by', '=', given.person),
        sql<boolean>`${sql.raw(positionFunction[dialect])}(detail, ${given.person}) > 0`,
      ]),
    )
    .orderBy('id')
    .limit(PAGE_SIZE),
)

const readCaseRow = prepared<{ id: string }>()((db, given) =>
  db.selectFrom('cases').select(['id', 'created_by', 'context']).where('id', '=', given.id),
)
type ErasableCase = Pick<CaseRow, 'id' | 'created_by' | 'context'>

const writeCaseRow = prepared<Pick<CaseRow, 'id' | 'created_by' | 'context'>>()((db, given) =>
  db.updateTable('cases').set({ created_by: given.created_by, context: given.context }).where('id', '=', given.id),
)

const underWay = prepared<{ case_id: string }>()((db, given) =>
  db
    .selectFrom('outbox')
    .select('kind')
    .where('case_id', '=', given.case_id)
    .where('kind', 'in', ['action', 'call'])
    .limit(1),
)

const readAction = prepared<{ id: string }>()((db, given) =>
  db.selectFrom('actions').select(['id', 'asked_by', 'note']).where('id', '=', given.id),
)
const writeAction = prepared<{ id: string; asked_by: string; note: string | null }>()((db, given) =>
  db.updateTable('actions').set({ asked_by: given.asked_by, note: given.note }).where('id', '=', given.id),
)

/** The person's pseudonym, and the number of changed cases and history entries. */
type Erasure = { pseudonym: string; cases: number; entries: number }

const parsed = (row: HistoryRow): unknown => JSON.parse(row.detail)

/** Parses the context of a case. Treats one that is not JSON as a typed text, so that it is erased. */
export function contextOf({ context }: ErasableCase): unknown {
  try {
    return JSON.parse(context) as unknown
  } catch {
    return { typed: context }
  }
}

/** True if the person opened the case or filled in its form: all typed texts then count as theirs. */
const isTheirs = (erasable: ErasableCase, rows: readonly HistoryRow[], id: string) =>
  erasable.created_by === id || rows.some(({ by, event }) => by === id && event === 'details.given')

/** Finds the cases on the other side of an invitation. */
const peersOf = ({ context }: ErasableCase): string[] =>
  [...context.matchAll(/"peer":\{[^{}]*"case":"([^"]+)"/g)].map(([, id = '']) => id)

/** Finds every stream that names the person, and the streams of the peer cases. */
async function streamsNaming(db: Database, id: string): Promise<Set<string>> {
  const streams = new Set<string>()
  for await (const { stream } of pages(db, entriesNaming, { person: id, id: 0 })) streams.add(stream)
  for (const stream of [...streams]) {
    const caseRow = await db.transaction((tx) => readCaseRow.first(tx, { id: stream }))
    for (const peer of caseRow ? peersOf(caseRow) : []) streams.add(peer)
  }
  return streams
}

/**
 * Erases a person's name, account and typed texts from everything stored. A random pseudonym replaces their object id
 * everywhere, so that it stays visible that requester and approver differ. Refused with the ids of cases that have a call
 * to Microsoft under way. `compact` then removes the old bytes.
 */
export async function erasePerson(db: Database, id: string): Promise<Result<Erasure, string[]>> {
  const streams = await streamsNaming(db, id)
  return db.transaction(async (tx) => {
    const at = tx.at.toISOString()
    const busy: string[] = []
    for (const stream of streams) if (await underWay.first(tx, { case_id: stream })) busy.push(stream)
    if (busy.length > 0) return refused(busy)
    const pseudonym = randomUUID()
    const people = await accountsOfPerson(tx, id)
    const names = people.flatMap(({ name, account }) => [name, account ?? '']).filter((name) => name.length > 1)
    const texts = await textsBy(tx, id, streams)
    const renamed = (text: string) => text.replaceAll(id, pseudonym)
    const unnamed = withoutWords(names)
    const rows: HistoryRow[] = []
    const ownCases: string[] = []
    for (const stream of streams) {
      const before = await entriesOf(tx, stream)
      const caseRow = await readCaseRow.first(tx, { id: stream })
      const isOwn = caseRow !== undefined && isTheirs(caseRow, before, id)
      if (isOwn) ownCases.push(stream)
      const clean = (value: unknown) => changeStrings(isOwn ? withoutTexts(value) : without(texts, value), renamed)
      for (const row of before) {
        const detail = row.event === 'refused' ? withoutTried(row, id, renamed) : clean(parsed(row))
        const after = { ...row, by: row.by === id ? pseudonym : row.by, detail: JSON.stringify(detail) }
        if (after.by !== row.by || after.detail !== row.detail) rows.push(after)
      }
      if (caseRow) await cleanCase(tx, caseRow, clean, renamed)
      else await cleanAction(tx, stream, renamed)
    }
    await redact(tx, rows, { at, why: 'person' })
    const clean = (value: unknown) => changeStrings(without(texts, value), (text) => unnamed(renamed(text)))
    await forgetPerson(tx, { id, pseudonym, people, needles: [id, ...names, ...texts, ...ownCases], clean })
    return ok({ pseudonym, cases: ownCases.length, entries: rows.length })
  })
}

/** Removes the person's input from a refusal; the code of the reason stays. */
function withoutTried(row: HistoryRow, id: string, renamed: (text: string) => string): unknown {
  const detail = parsed(row)
  const isOwn = row.by === id && typeof detail === 'object' && detail !== null && 'tried' in detail
  return changeStrings(isOwn ? { ...detail, tried: erased } : detail, renamed)
}

/** Collects all texts the person typed, to find their copies in cases of colleagues and peers. */
async function textsBy(tx: Tx, id: string, streams: ReadonlySet<string>): Promise<string[]> {
  const texts = new Set<string>()
  for (const stream of streams) {
    const rows = await entriesOf(tx, stream)
    const own = rows.filter(({ by, event }) => by === id && event !== 'refused')
    for (const row of own) for (const text of textsOf(parsed(row))) texts.add(text.trim())
    const caseRow = await readCaseRow.first(tx, { id: stream })
    if (!caseRow || !isTheirs(caseRow, rows, id)) continue
    for (const text of textsOf(contextOf(caseRow))) texts.add(text.trim())
  }
  return [...texts].filter((text) => text.length > 1 && text !== erased)
}

/** Shortest length, in characters, at which a peer may have truncated a text. */
const MIN_TRUNCATED_LENGTH = 100

const without = (texts: readonly string[], value: unknown): unknown =>
  changeTexts(value, (text) => {
    const trimmed = text.trim()
    const mayBeTruncated = trimmed.length >= MIN_TRUNCATED_LENGTH
    const isTyped = texts.some((typed) => typed === trimmed || (mayBeTruncated && typed.startsWith(trimmed)))
    return isTyped ? erased : text
  })

/** Returns a function that replaces names and accounts with a dash, also within a sentence. */
function withoutWords(names: readonly string[]): (text: string) => string {
  if (names.length === 0) return (text) => text
  const words = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
  const whole = new RegExp(`(?<![\\p{L}\\p{N}])(?:${words})(?![\\p{L}\\p{N}])`, 'gu')
  return (text) => text.replace(whole, erased)
}

async function cleanCase(
  tx: Tx,
  erasable: ErasableCase,
  clean: (value: unknown) => unknown,
  change: (text: string) => string,
) {
  const context = JSON.stringify(clean(contextOf(erasable)))
  await writeCaseRow.run(tx, { id: erasable.id, created_by: change(erasable.created_by), context })
}

async function cleanAction(tx: Tx, id: string, change: (text: string) => string): Promise<void> {
  const action = await readAction.first(tx, { id })
  if (!action) return
  const note = action.note === null ? null : change(action.note)
  await writeAction.run(tx, { id, asked_by: change(action.asked_by), note })
}
