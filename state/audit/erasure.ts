import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { changeStrings, changeTexts, erased, textsOf, withoutTexts } from '../../dialogs/erasable-texts.ts'
import { pages } from '../engine/pages.ts'
import { prepared } from '../engine/prepared.ts'
import type { CaseRow, HistoryRow } from '../engine/tables.ts'
import type { Database, Tx } from '../engine/transaction.ts'
import { entriesOf } from './history.ts'
import { finding, forgetPerson, peopleOf } from './people-erasure.ts'
import { redact } from './redaction.ts'

const pageSize = 500

/** Entries that name somebody, as who did it or in what it says. */
const entriesNaming = prepared<{ person: string; id: number }>()((db, given, dialect) =>
  db
    .selectFrom('history')
    .select(['id', 'stream'])
    .select((eb) => eb.val(given.person).as('person'))
    .where('id', '>', given.id)
    .where((eb) =>
      eb.or([eb('by', '=', given.person), sql<boolean>`${sql.raw(finding[dialect])}(detail, ${given.person}) > 0`]),
    )
    .orderBy('id')
    .limit(pageSize),
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

/** What an erasure came to, or which cases stand in its way: something of theirs is under way at Microsoft. */
export type Erasure = { pseudonym: string; cases: number; entries: number } | { busy: string[] }

const parsed = (row: HistoryRow): unknown => JSON.parse(row.detail)

/** A context that this release cannot even read as JSON is one long text. */
export function contextOf({ context }: ErasableCase): unknown {
  try {
    return JSON.parse(context) as unknown
  } catch {
    return { typed: context }
  }
}

/** Opened by somebody, or filled in by them: whatever was typed in it counts as theirs. */
const isTheirs = (erasable: ErasableCase, rows: readonly HistoryRow[], id: string) =>
  erasable.created_by === id || rows.some(({ by, event }) => by === id && event === 'details.given')

/** The case on the other side of an invitation. */
const peersOf = ({ context }: ErasableCase): string[] =>
  [...context.matchAll(/"peer":\{[^{}]*"case":"([^"]+)"/g)].map(([, id = '']) => id)

/** Every stream that names the person, and those of the cases beside them. */
async function streamsNaming(db: Database, id: string): Promise<Set<string>> {
  const streams = new Set<string>()
  for await (const { stream } of pages(db, entriesNaming, { person: id, id: 0 })) streams.add(stream)
  for (const stream of [...streams]) {
    const [one] = await db.transaction((tx) => readCaseRow.all(tx, { id: stream }))
    for (const peer of one ? peersOf(one) : []) streams.add(peer)
  }
  return streams
}

/**
 * Takes a person out of everything that is stored: their name, their account, what they typed. Their object id becomes a
 * new id that nothing leads back from, the same everywhere, so that it still shows that one person asked and another
 * one approved. Nothing is done while something of theirs is under way at Microsoft. The bytes go with `compact`.
 */
export async function erasePerson(db: Database, id: string): Promise<Erasure> {
  const streams = await streamsNaming(db, id)
  return db.transaction(async (tx) => {
    const at = tx.at.toISOString()
    const busy: string[] = []
    for (const stream of streams) if (await underWay.first(tx, { case_id: stream })) busy.push(stream)
    if (busy.length > 0) return { busy }
    const pseudonym = randomUUID()
    const people = await peopleOf(tx, id)
    const names = people.flatMap(({ name, account }) => [name, account ?? '']).filter((one) => one.length > 1)
    const texts = await textsBy(tx, id, streams)
    const renamed = (text: string) => text.replaceAll(id, pseudonym)
    const unnamed = withoutWords(names)
    const rows: HistoryRow[] = []
    const theirs: string[] = []
    for (const stream of streams) {
      const before = await entriesOf(tx, stream)
      const one = await readCaseRow.first(tx, { id: stream })
      const isOwn = one !== undefined && isTheirs(one, before, id)
      if (isOwn) theirs.push(stream)
      const clean = (value: unknown) => changeStrings(isOwn ? withoutTexts(value) : without(texts, value), renamed)
      for (const row of before) {
        const detail = row.event === 'refused' ? withoutTried(row, id, renamed) : clean(parsed(row))
        const after = { ...row, by: row.by === id ? pseudonym : row.by, detail: JSON.stringify(detail) }
        if (after.by !== row.by || after.detail !== row.detail) rows.push(after)
      }
      if (one) await cleanCase(tx, one, clean, renamed)
      else await cleanAction(tx, stream, renamed)
    }
    await redact(tx, rows, { at, why: 'person' })
    const clean = (value: unknown) => changeStrings(without(texts, value), (text) => unnamed(renamed(text)))
    await forgetPerson(tx, { id, pseudonym, people, needles: [id, ...names, ...texts, ...theirs], clean })
    return { pseudonym, cases: theirs.length, entries: rows.length }
  })
}

/** Of what was refused the code of the reason stays, and nothing of what the person had sent. */
function withoutTried(row: HistoryRow, id: string, renamed: (text: string) => string): unknown {
  const detail = parsed(row)
  const isOwn = row.by === id && typeof detail === 'object' && detail !== null && 'tried' in detail
  return changeStrings(isOwn ? { ...detail, tried: erased } : detail, renamed)
}

/** What the person typed, wherever it went from there: into the case of a colleague, to the other side. */
async function textsBy(tx: Tx, id: string, streams: ReadonlySet<string>): Promise<string[]> {
  const texts = new Set<string>()
  for (const stream of streams) {
    const rows = await entriesOf(tx, stream)
    const own = rows.filter(({ by, event }) => by === id && event !== 'refused')
    for (const row of own) for (const text of textsOf(parsed(row))) texts.add(text.trim())
    const one = await readCaseRow.first(tx, { id: stream })
    if (one && isTheirs(one, rows, id)) for (const text of textsOf(contextOf(one))) texts.add(text.trim())
  }
  return [...texts].filter((text) => text.length > 1 && text !== erased)
}

/** Texts that went on to the other side may have been cut there. */
const cutLength = 100

const without = (texts: readonly string[], value: unknown): unknown =>
  changeTexts(value, (text) => {
    const one = text.trim()
    const isOf = texts.some((typed) => typed === one || (one.length >= cutLength && typed.startsWith(one)))
    return isOf ? erased : text
  })

/** Names and accounts become a dash, also in the middle of a sentence. */
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
