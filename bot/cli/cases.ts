import { parseArgs } from 'node:util'
import { readCaseId, stateOf } from '../../dialogs/case.ts'
import { customerOf } from '../../dialogs/customer.ts'
import { directoryIdSchema } from '../../dialogs/directory-id.ts'
import type { Policy } from '../../dialogs/policy/policy.ts'
import { type EntryFilter, everyEntry, roomEntries } from '../../state/audit/entries.ts'
import { erasePerson } from '../../state/audit/erasure.ts'
import { csvHeader, csvLine, exportCase, exportRoomEntry, readPeriod } from '../../state/audit/export.ts'
import { verify } from '../../state/audit/verify.ts'
import { allCases } from '../../state/case-lists.ts'
import type { StoredCase } from '../../state/case-store.ts'
import type { Database } from '../../state/engine/transaction.ts'
import { countDeadLetters, redrive } from '../../state/outbox-store.ts'
import { mayAct, switchActions } from '../../state/switches.ts'
import { readDatabaseConfig } from '../config/config.ts'
import { readEditions } from '../config/editions.ts'
import type { Env } from '../config/settings.ts'
import { openConfigured } from '../database.ts'
import { complain, endWithReader, writeLine } from './output.ts'

const usage = `npm run -s cases -- list                                  every case, newest change first
npm run -s cases -- show MC-…                             one case with its actions and history, as JSON
npm run -s cases -- export [--format jsonl|csv] [--since YYYY-MM-DD] [--until YYYY-MM-DD] [--by OBJECT-ID]
npm run -s cases -- verify                                recomputes the hash chain of every history
npm run -s cases -- redrive [MC-…]                        requeues dead letters, all or those of one case
npm run -s cases -- erase OBJECT-ID                       removes a person from everything that is stored
npm run -s cases -- actions [on|off]                      sends or holds actions at Microsoft; shows the switch`

async function* readable(db: Database, since?: string): AsyncGenerator<StoredCase> {
  for await (const found of allCases(db, since)) {
    if ('unreadable' in found) complain(`${found.id} cannot be read: ${found.unreadable}`)
    else yield found
  }
}

const columns = ['case', 'customer', 'state', 'edition', 'revision', 'updated', 'tenant']

/** Lists every case in a table, the newest change first. */
async function list(db: Database): Promise<number> {
  const rows: string[][] = []
  for await (const { case: found } of readable(db)) {
    const customer = oneLine(customerOf(found)?.name ?? '-')
    const { id, edition, revision, updatedAt, tenant } = found
    rows.push([id, customer, stateOf(found), edition, String(revision), updatedAt, tenant])
  }
  const updated = columns.indexOf('updated')
  rows.sort((one, other) => (other[updated] ?? '').localeCompare(one[updated] ?? ''))
  const table = [columns, ...rows]
  const widthOf = (index: number) => table.reduce((most, row) => Math.max(most, row[index]?.length ?? 0), 0)
  const widths = columns.map((_, index) => widthOf(index))
  for (const row of table)
    writeLine(
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
  return 0
}

const MAX_NAME_WIDTH = 40

/** Shortens typed text to one line without control characters, which a terminal would obey. */
const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_NAME_WIDTH)

async function show(db: Database, policy: Policy, typed: string | undefined): Promise<number> {
  const id = readCaseId(typed ?? '')
  for await (const found of id === undefined ? [] : readable(db)) {
    if (found.case.id !== id) continue
    writeLine(JSON.stringify(await exportCase(db, policy, found), null, 2))
    return 0
  }
  complain(id === undefined ? 'show takes the id of a case, such as MC-7K2P9Q.' : `There is no case ${id}.`)
  return 1
}

type ExportOptions = Record<'since' | 'until' | 'by', string | undefined> & { format: string }

/** Reads the filter of an export. Reports wrong options and returns undefined. */
function readFilter({ format, since, until, by }: ExportOptions): EntryFilter | undefined {
  const period = readPeriod({ since, until })
  if (period && (format === 'jsonl' || format === 'csv')) return { ...period, by }
  complain(
    'export takes --format jsonl or csv, --since and --until with a date such as 2026-11-22, and --by with an id.',
  )
  return undefined
}

/**
 * Writes an export. JSON lines hold each case with an entry within the filter, then the entries of rooms;
 * CSV has one line per entry.
 */
async function write(db: Database, policy: Policy, options: ExportOptions): Promise<number> {
  const filter = readFilter(options)
  if (!filter) return 1
  if (options.format === 'csv') {
    writeLine(csvHeader)
    for await (const entry of everyEntry(db, filter)) writeLine(csvLine(entry))
    return 0
  }
  for await (const found of readable(db, filter.since)) {
    const exported = await exportCase(db, policy, found, filter)
    if (exported.history.length > 0) writeLine(JSON.stringify(exported))
  }
  for await (const entry of roomEntries(db, filter)) writeLine(JSON.stringify(exportRoomEntry(entry)))
  return 0
}

async function check(db: Database): Promise<number> {
  const { streams, entries, erased, faults } = await verify(db)
  for (const { stream, seq, what } of faults) writeLine(`${stream} entry ${seq}: ${what}`)
  const note = erased === 0 ? '' : `, ${erased} of them partly erased`
  writeLine(
    `${streams} histories with ${entries} entries${note}: ${faults.length === 0 ? 'unbroken' : `${faults.length} faults`}`,
  )
  return faults.length === 0 ? 0 : 2
}

/** Requeues dead letters. A running bot claims them within seconds. */
async function requeue(db: Database, typed: string | undefined): Promise<number> {
  const only = typed === undefined ? undefined : readCaseId(typed)
  if (typed !== undefined && only === undefined) {
    complain('redrive takes the id of a case, such as MC-7K2P9Q, or no argument.')
    return 1
  }
  const deadLetters = await db.transaction((tx) => countDeadLetters(tx))
  for (const { caseId = 'no case', state, count } of deadLetters) {
    if (only === undefined || caseId === only) writeLine(`${caseId}  ${state}  ${count}`)
  }
  const count = await db.transaction((tx) => redrive(tx, only === undefined ? {} : { caseId: only }))
  writeLine(`${count} dead letters requeued`)
  return 0
}

/** Shows or sets the kill switch. It applies to every process at once; a request already being sent is not called back. */
async function actions(db: Database, wanted: string | undefined): Promise<number> {
  if (wanted === undefined) {
    writeLine((await db.transaction((tx) => mayAct(tx))) ? 'on' : 'off')
    return 0
  }
  if (wanted !== 'on' && wanted !== 'off') {
    complain('actions takes on or off, or no argument to show the switch.')
    return 1
  }
  const waiting = await db.transaction(async (tx) => switchActions(tx, wanted, tx.at.toISOString()))
  writeLine(
    wanted === 'on'
      ? `on: sending ${waiting} held actions`
      : 'off: actions that change something at Microsoft are held',
  )
  return 0
}

/** Erases a person in one transaction, also while the bot runs. */
async function erase(db: Database, typed: string | undefined): Promise<number> {
  const id = directoryIdSchema.safeParse(typed)
  if (!id.success) {
    complain('erase takes the object id of a person, a GUID.')
    return 1
  }
  const erased = await erasePerson(db, id.data)
  if (!erased.ok) {
    complain(
      `Effects of this person’s cases are running or dead-lettered; resolve them first: ${erased.reason.join(', ')}`,
    )
    return 1
  }
  await db.compact()
  const { pseudonym, cases, entries } = erased.value
  writeLine(`${cases} cases and ${entries} history entries cleared; the person is now ${pseudonym} in them`)
  return 0
}

/** Parses the arguments; undefined if they hold an unknown option, or one without its value. */
function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        format: { type: 'string', default: 'jsonl' },
        since: { type: 'string' },
        until: { type: 'string' },
        by: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch {
    return undefined
  }
}

/** Runs the command line. Returns the exit code: 0 done, 1 it could not be done, 2 `verify` found faults. */
export async function runCases(args: string[], env: Env): Promise<number> {
  const read = readArguments(args)
  if (read?.values.help) {
    writeLine(usage)
    return 0
  }
  const { positionals, values } = read ?? { positionals: [], values: { format: '' } }
  const [command, argument] = positionals
  if (!command || !['list', 'show', 'export', 'verify', 'redrive', 'erase', 'actions'].includes(command)) {
    complain(usage)
    return 1
  }
  const policy = readEditions()
  const db = await openConfigured(readDatabaseConfig(env))
  try {
    if (command === 'list') return await list(db)
    if (command === 'show') return await show(db, policy, argument)
    if (command === 'export')
      return await write(db, policy, { since: undefined, until: undefined, by: undefined, ...values })
    if (command === 'redrive') return await requeue(db, argument)
    if (command === 'erase') return await erase(db, argument)
    if (command === 'actions') return await actions(db, argument)
    return await check(db)
  } finally {
    await db.close()
  }
}

if (import.meta.main) {
  endWithReader()
  process.exitCode = await runCases(process.argv.slice(2), process.env).catch((error: unknown) => {
    complain(error instanceof Error ? error.message : String(error))
    return 1
  })
}
