import { expect, inject, it, onTestFinished } from 'vitest'
import { type IncomingActivity, readActivity } from '../../bot/teams/activity.ts'
import type { TurnAnswer } from '../../bot/turn/answers.ts'
import { createActivityHandler } from '../../bot/turn/handle-activity.ts'
import { adminRoles } from '../../dialogs/roles.ts'
import { createDice } from '../../sandbox/upstream/dice.ts'
import { verify } from '../../state/audit/verify.ts'
import { findCase, type StoredCase } from '../../state/case-store.ts'
import { setDesk } from '../../state/desks.ts'
import { openDatabase } from '../../state/engine/database.ts'
import type { Database, Execute, Statement, Value } from '../../state/engine/transaction.ts'
import { storeAwaiting } from '../support/awaiting-approval.ts'
import { activity, pressed, tenant } from '../support/bot.ts'
import { rowsOf } from '../support/ledger-world.ts'
import { createEmptyDatabase } from '../support/postgres.ts'
import { settingOf } from '../support/setting.ts'

const seed = 20261122
const people = 20
const desk = '19:approvals@thread.tacv2'
const requester = 'bbbbbbbb-0000-4000-8000-000000000001'
const customer = { id: 'c0000000-0000-4000-8000-000000000003', name: 'Contoso', domain: 'contoso.example' }
const approver = (number: number) => `bbbbbbbb-0000-4000-8000-${String(100 + number).padStart(12, '0')}`
const decisive = ['approval.given', 'approval.denied', 'approval.narrowed', 'approval.withdrawn']

/** Act of a person, and whether it may decide the request. */
interface Deed {
  by: string
  incoming: IncomingActivity
  mayCount: boolean
  isTyped: boolean
}

const approvals = { type: 'channel', conversation: desk } as const
const forms = {
  approve: {},
  deny: { reason: 'too much' },
  narrow: { roles: adminRoles['helpdesk-administrator'], days: '30' },
}

/** Somebody's press at the desk, or a word there, or the requester's own withdrawal. */
function deedOf({ case: caseRecord }: StoredCase, number: number, dice: () => number): Deed {
  const read = (speaker: object, what: Record<string, unknown>): IncomingActivity => {
    const incoming = readActivity(activity('http://127.0.0.1:9/', speaker, what))
    if (!incoming) throw new Error('an activity cannot be read')
    return incoming
  }
  const data = { case: caseRecord.id, rev: caseRecord.revision }
  const kind = dice()
  if (kind < 0.1) {
    const speaker = { id: requester, conversation: caseRecord.conversation }
    return { by: requester, incoming: read(speaker, pressed('withdraw', data)), mayCount: true, isTyped: false }
  }
  const by = approver(number)
  const isApprover = dice() < 0.9
  const isFresh = dice() < 0.95
  const isTyped = kind < 0.2
  const verb = (['approve', 'approve', 'deny', 'narrow'] as const)[Math.floor(dice() * 4)] ?? 'approve'
  const speaker = { ...approvals, id: by }
  const words = verb === 'deny' ? `deny ${caseRecord.id} too much` : `approve ${caseRecord.id}`
  const press = pressed(verb, { ...data, ...forms[verb], rev: isFresh ? caseRecord.revision : caseRecord.revision - 1 })
  const incoming = read(speaker, isTyped ? { type: 'message', text: words } : press)
  return { by, incoming: { ...incoming, isApprover }, mayCount: isApprover && (isTyped || isFresh), isTyped }
}

/** Totals of the rounds. */
interface Tally {
  decisions: Record<string, number>
  /** Rounds with more than one decision, or with none though one was possible. */
  doubles: number
  missing: number
  answers: { card: number; word: number; message: number }
}

function note({ answers }: Tally, { isTyped }: Deed, answer: TurnAnswer): void {
  if (isTyped) {
    expect(answer).toBeUndefined()
    answers.message += 1
  } else if (answer && 'view' in answer) {
    expect(['approval', 'case']).toContain(answer.view.kind)
    answers.card += 1
  } else {
    expect(answer?.text).toMatch(/\w{3}/)
    answers.word += 1
  }
}

/** Lets twenty people decide at once, round after round, and checks the history each time. */
async function race(database: Database, rounds: number, seen: (database: Database) => Database = (same) => same) {
  const deployment = settingOf()
  const handleActivity = createActivityHandler({
    database: seen(database),
    deployment,
    now: () => new Date(),
    wake: () => {},
  })
  const place = { tenant, kind: 'approvals', room: desk, conversation: desk } as const
  const at = new Date().toISOString()
  await database.transaction((tx) => setDesk(tx, { ...place, by: requester, at }))
  const dice = createDice(seed)
  const tally: Tally = { decisions: {}, doubles: 0, missing: 0, answers: { card: 0, word: 0, message: 0 } }
  for (let round = 0; round < rounds; round += 1) {
    const asking = { by: { tenant, id: requester }, conversation: `a:requester-${round}`, at, customer }
    const stored = await database.transaction((tx) => storeAwaiting(tx, asking))
    const deeds = Array.from({ length: people }, (_, number) => deedOf(stored, number, dice))
    const answers = await Promise.all(deeds.map(({ incoming }) => handleActivity(incoming)))
    for (const [index, deed] of deeds.entries()) note(tally, deed, answers[index])
    await look(database, stored, deeds, tally)
  }
  return tally
}

/** Every entry that was written, also one that the case does not lead to. */
const entriesOf = {
  sqlite: { name: 'test-entries', sql: 'select "by", event from history where stream = ? order by id' },
  postgres: { name: 'test-entries', sql: 'select "by", event from history where stream = $1 order by id' },
}

async function look(database: Database, stored: StoredCase, deeds: Deed[], tally: Tally): Promise<void> {
  const { id, revision } = stored.case
  const [now, history] = await database.transaction(async (tx) => [
    await findCase(tx, tenant, id),
    (await tx.execute<{ by: string; event: string }>(entriesOf[tx.dialect], [id])).rows,
  ])
  const decided = history.filter(({ event }) => decisive.includes(event))
  const [first] = decided
  const possible = deeds.some(({ mayCount }) => mayCount)
  if (decided.length > 1) tally.doubles += 1
  if (!first) tally.missing += Number(possible)
  if (!first || decided.length > 1) return
  tally.decisions[first.event] = (tally.decisions[first.event] ?? 0) + 1
  expect(deeds.filter(({ mayCount }) => mayCount).map(({ by }) => by)).toContain(first.by)
  expect(now?.case.revision).toBe(revision + 1)
  const track = now?.case.tracks.find(({ kind }) => kind === 'delegated-admin')
  const state = { 'approval.denied': 'denied', 'approval.withdrawn': 'withdrawn' }[first.event as 'approval.denied']
  expect(track?.state).toBe(state ?? 'creating')
  if (track?.kind === 'delegated-admin' && state !== 'withdrawn') expect(track.context.decision?.by).toBe(first.by)
}

/** Checks the requests to Microsoft: one for each yes and none for a no. Every typed message must have its answer. */
async function expectEffects(database: Database, { decisions, answers }: Tally): Promise<void> {
  const yes = (decisions['approval.given'] ?? 0) + (decisions['approval.narrowed'] ?? 0)
  const actions = await rowsOf<{ case_id: string; name: string }>(database, 'actions')
  expect(actions).toHaveLength(yes)
  expect(new Set(actions.map(({ case_id }) => case_id)).size).toBe(yes)
  const outbox = await rowsOf<{ kind: string }>(database, 'outbox')
  expect(outbox.filter(({ kind }) => kind === 'action')).toHaveLength(yes)
  expect(outbox.filter(({ kind }) => kind === 'reply')).toHaveLength(answers.message)
}

async function expectOneEach(database: Database, rounds: number): Promise<void> {
  const begun = performance.now()
  const tally = await race(database, rounds)
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  const { decisions, doubles, missing, answers } = tally
  console.log(JSON.stringify({ dialect: database.dialect, seed, rounds, people, seconds, ...tally }))
  expect({ doubles, missing }).toEqual({ doubles: 0, missing: 0 })
  expect(decisive).toEqual(expect.arrayContaining(Object.keys(decisions)))
  expect(Object.keys(decisions).length).toBeGreaterThan(1)
  expect(Object.values(decisions).reduce((sum, count) => sum + count)).toBe(rounds)
  expect(Object.values(answers).reduce((sum, count) => sum + count)).toBe(rounds * people)
  await expectEffects(database, tally)
  expect((await verify(database)).faults).toEqual([])
}

/**
 * A store without the check of the revision: whoever reads a case sees it as it was first read, every write of it
 * counts, and history takes them all.
 */
function careless(database: Database): Database {
  const first = new Map<string, unknown>()
  const rewritten = new Map<Statement, Statement>()
  const unchecked = (statement: Statement): Statement => {
    const known = rewritten.get(statement) ?? {
      name: `careless-${statement.name}`,
      sql: statement.sql.replace(' and "revision" = ?', ' and ? is not null'),
    }
    rewritten.set(statement, known)
    return known
  }
  const over =
    (execute: Execute) =>
    async <Row>(statement: Statement, parameters: readonly Value[]) => {
      const { sql } = statement
      if (sql.startsWith('update "cases"')) return execute<Row>(unchecked(statement), parameters)
      if (!/^select .* from "cases" where "id" = \?/.test(sql)) return execute<Row>(statement, parameters)
      const key = JSON.stringify(parameters)
      const known = (first.get(key) ?? (await execute<Row>(statement, parameters))) as Awaited<
        ReturnType<typeof execute<Row>>
      >
      first.set(key, known)
      return known
    }
  return {
    ...database,
    transaction: (work, line) => database.transaction((tx) => work({ ...tx, execute: over(tx.execute) }), line),
  }
}

async function open(url: string): Promise<Database> {
  const database = await openDatabase(url)
  onTestFinished(() => database.close())
  return database
}

it('only one of twenty simultaneous decisions counts, in a thousand rounds on SQLite', {
  timeout: 240_000,
}, async () => {
  await expectOneEach(await open('sqlite::memory:'), 1_000)
})

it('only one of twenty simultaneous decisions counts, in a hundred rounds on PostgreSQL', {
  timeout: 240_000,
}, async () => {
  const { url, drop } = await createEmptyDatabase(inject('postgres'))
  onTestFinished(drop)
  await expectOneEach(await open(url), 100)
})

it('several decisions count without the revision check, and these tests detect it', { timeout: 60_000 }, async () => {
  const { doubles } = await race(await open('sqlite::memory:'), 20, careless)
  console.log(JSON.stringify({ careless: true, seed, rounds: 20, doubles }))
  expect(doubles).toBe(20)
})
