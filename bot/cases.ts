import { parseArgs } from 'node:util'
import { readCaseId } from '../dialogs/case.ts'
import { actionsOf, type Policy } from '../dialogs/policy/policy.ts'
import { outcomeOf, stateOf } from '../dialogs/step.ts'
import { dueOf } from '../dialogs/tracks/track.ts'
import { verify } from '../state/audit.ts'
import { allCases } from '../state/case-lists.ts'
import { historyOf, type StoredCase } from '../state/case-store.ts'
import { openDatabase } from '../state/database.ts'
import { parked, redrive } from '../state/outbox-store.ts'
import type { Database } from '../state/transaction.ts'
import { readDatabaseUrl } from './config.ts'
import { readEditions } from './editions.ts'

const usage = `npm run -s cases -- list                                  every case, one line each
npm run -s cases -- show MC-…                             one case with its history, as JSON
npm run -s cases -- export [--format jsonl|csv] [--since YYYY-MM-DD]
npm run -s cases -- verify                                recomputes the chain of every history
npm run -s cases -- redrive                               tries again what was put aside`

/** A case as it leaves the house. Names and order of the fields are fixed: other programs read them. */
async function exported(db: Database, policy: Policy, { case: one }: StoredCase) {
  const outcome = outcomeOf(policy, one)
  const history = await db.transaction((tx) => historyOf(tx, one.tenant, one.id))
  return {
    id: one.id,
    tenant: one.tenant,
    conversation: one.conversation,
    edition: one.edition,
    revision: one.revision,
    state: stateOf(one),
    answers: one.answers,
    outcome: outcome ? actionsOf(outcome) : [],
    tracks: one.tracks.map((track) => ({
      kind: track.kind,
      state: track.state,
      since: track.since,
      due: dueOf(track) ?? null,
    })),
    createdBy: one.createdBy.id,
    createdAt: one.createdAt,
    updatedAt: one.updatedAt,
    history: history.map(({ seq, at, by, event, detail }) => ({ seq, at, by, event, detail })),
  }
}
type Exported = Awaited<ReturnType<typeof exported>>

const say = (line: string) => process.stdout.write(`${line}\n`)
const complain = (line: string) => process.stderr.write(`${line}\n`)

async function* readable(db: Database, since?: string): AsyncGenerator<StoredCase> {
  for await (const found of allCases(db, since)) {
    if ('unreadable' in found) complain(`${found.id} cannot be read: ${found.unreadable}`)
    else yield found
  }
}

async function list(db: Database): Promise<number> {
  for await (const { case: one } of readable(db)) {
    say(
      [
        one.id,
        stateOf(one).padEnd(22),
        one.edition.padEnd(7),
        `rev ${one.revision}`.padEnd(8),
        one.updatedAt,
        one.tenant,
      ].join('  '),
    )
  }
  return 0
}

async function show(db: Database, policy: Policy, typed: string | undefined): Promise<number> {
  const id = readCaseId(typed ?? '')
  for await (const found of id === undefined ? [] : readable(db)) {
    if (found.case.id !== id) continue
    say(JSON.stringify(await exported(db, policy, found), null, 2))
    return 0
  }
  complain(id === undefined ? 'Which case? An id looks like MC-7K2P9Q.' : `There is no case ${id}.`)
  return 1
}

/** Cells that a spreadsheet would take for a formula are made text. */
function csvCell(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`
}

async function write(
  db: Database,
  policy: Policy,
  { format, since }: { format: string; since: string },
): Promise<number> {
  if ((format !== 'jsonl' && format !== 'csv') || (since !== '' && Number.isNaN(Date.parse(since)))) {
    complain('export takes --format jsonl or csv, and --since with a date such as 2026-11-22.')
    return 1
  }
  let columns: (keyof Exported)[] | undefined
  for await (const found of readable(db, since)) {
    const row = await exported(db, policy, found)
    if (format === 'jsonl') {
      say(JSON.stringify(row))
      continue
    }
    if (!columns) {
      columns = Object.keys(row) as (keyof Exported)[]
      say(columns.join(','))
    }
    say(columns.map((column) => csvCell(row[column])).join(','))
  }
  return 0
}

async function check(db: Database): Promise<number> {
  const { streams, entries, faults } = await verify(db)
  for (const { stream, seq, what } of faults) say(`${stream} entry ${seq}: ${what}`)
  say(`${streams} histories with ${entries} entries: ${faults.length === 0 ? 'unbroken' : `${faults.length} faults`}`)
  return faults.length === 0 ? 0 : 2
}

/** The bot that runs does it: within seconds, as it looks into the database anyway. */
async function tryAgain(db: Database): Promise<number> {
  const aside = await db.transaction((tx) => parked(tx))
  for (const { caseId = 'no case', state, count } of aside) say(`${caseId}  ${state}  ${count}`)
  const count = await db.transaction((tx) => redrive(tx))
  say(`${count} put aside, due again`)
  return 0
}

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { format: { type: 'string', default: 'jsonl' }, since: { type: 'string', default: '' } },
  })
  const [command, argument] = positionals
  if (!command || !['list', 'show', 'export', 'verify', 'redrive'].includes(command)) {
    complain(usage)
    return 1
  }
  const policy = readEditions()
  const db = await openDatabase(readDatabaseUrl(process.env))
  try {
    if (command === 'list') return await list(db)
    if (command === 'show') return await show(db, policy, argument)
    if (command === 'export') return await write(db, policy, values)
    if (command === 'redrive') return await tryAgain(db)
    return await check(db)
  } finally {
    await db.close()
  }
}

process.exitCode = await main().catch((error: unknown) => {
  complain(error instanceof Error ? error.message : String(error))
  return 1
})
