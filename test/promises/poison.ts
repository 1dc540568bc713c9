import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { directPartnerTenant } from '../../sandbox/upstream/companies.ts'
import { startUpstream } from '../../sandbox/upstream/server.ts'
import { findCase } from '../../state/case-store.ts'
import { openDatabase } from '../../state/engine/database.ts'
import type { Database } from '../../state/engine/transaction.ts'
import { redrive } from '../../state/outbox-store.ts'
import { activity, post, pressed, type Speaker, startConnector, textOf } from '../support/bot.ts'
import { createChat } from '../support/chat.ts'
import { type OutboxRowSeen, rowsOf, until } from '../support/ledger-world.ts'
import { createTally, type Guarantee, type PromiseOutcome, type TryBudget } from './promise.ts'

const poisons = ['throws', 'hangs', 'kills'] as const
const mostAttempts = 5
const script = join(import.meta.dirname, 'poisoned-bot.ts')

/** Runs the process of poisoned-bot.ts and restarts it whenever it dies. */
async function startPoisoned(env: Record<string, string>) {
  let child: ChildProcess
  let port = '0'
  let starts = 0

  async function start(): Promise<void> {
    starts += 1
    child = spawn(process.execPath, [script], {
      env: { ...process.env, ...env, PORT: port },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    for await (const line of child.stdout ?? []) {
      port = /:(\d+)/.exec(String(line))?.[1] ?? port
      return
    }
    throw new Error('the bot ended before it listened')
  }

  const isDead = () => child.exitCode !== null || child.signalCode !== null
  await start()
  return {
    url: () => `http://127.0.0.1:${port}`,
    isDead,
    restart: start,
    starts: () => starts,
    stop: async (): Promise<void> => {
      if (isDead()) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** Opens the field that asks for the customer as a new person, and returns the press that sends it. */
async function ready(url: string, connector: Awaited<ReturnType<typeof startConnector>>, name: string) {
  const id = randomUUID()
  const who: Speaker = { tenant: directPartnerTenant, id, name, conversation: `a:${name}` }
  const chat = createChat(url, connector, who)
  await chat.say('hello')
  for (const value of ['direct', 'licence', 'ea']) await chat.press('answer', { value })
  await chat.press('start', { track: 'relationship' })
  const customer = name.startsWith('good') ? 'fabrikam.example' : `${name}.example`
  const { data } = chat.button('set', { track: 'relationship' })
  const caseId = chat.caseId()
  return {
    name,
    caseId,
    press: activity(connector.url, who, pressed('set', { ...data, customer })),
    place: `a:${name}`,
  }
}

async function pendingOf(database: Database, caseId: string) {
  const stored = await database.transaction((tx) => findCase(tx, directPartnerTenant, caseId))
  const track = stored?.case.tracks.find(({ kind }) => kind === 'relationship')
  return track?.kind === 'relationship' ? track.context.pending : null
}

/** Runs effects that throw, hang and kill beside good ones, until all bad ones are dead-lettered. */
async function run({ maxTries, budgetMs }: TryBudget, counts: boolean): Promise<PromiseOutcome> {
  const tally = createTally()
  const folder = mkdtempSync(join(tmpdir(), 'multicanal-poison-'))
  const file = join(folder, 'hold.db')
  const [POISON, ATTEMPTS] = [join(folder, 'poison'), join(folder, 'attempts')]
  // A forgotten count shows soonest where no process has to restart.
  writeFileSync(POISON, counts ? poisons.join(' ') : 'throws')
  writeFileSync(ATTEMPTS, '')
  const upstream = await startUpstream()
  const connector = await startConnector()
  const env = { DATABASE_URL: `sqlite:${file}`, UPSTREAM: upstream.url, POISON, ATTEMPTS }
  const bot = await startPoisoned({ ...env, NODE_COMPILE_CACHE: join(folder, 'cache') })
  const database = await openDatabase(`sqlite:${file}`)
  const rows = () => rowsOf<OutboxRowSeen & { note: string | null }>(database, 'outbox')
  const tamper = (statement: string) => {
    const connection = new DatabaseSync(file, { timeout: 5_000 })
    connection.exec(statement)
    connection.close()
  }
  const attempts = (how: string) =>
    readFileSync(ATTEMPTS, 'utf8')
      .split('\n')
      .filter((line) => line === how).length
  const isOver = () => poisons.some((how) => attempts(how) > mostAttempts)

  try {
    // Without the safeguard, attempts are not counted.
    if (!counts)
      tamper(`create trigger forgetful after update of faults on outbox when new.faults > 0
        begin update outbox set faults = 0 where id = new.id; end`)
    const people: Awaited<ReturnType<typeof ready>>[] = []
    for (const name of [...poisons, ...Array.from({ length: maxTries }, (_, index) => `good${index}`)]) {
      people.push(await ready(bot.url(), connector, name))
    }
    const bad = people.slice(0, poisons.length)
    const good = people.slice(poisons.length)

    const answered = new Set<string>()
    async function pressAll(): Promise<void> {
      const open = people.filter(({ name }) => !answered.has(name))
      const posts = open.map(async ({ name, press }) => {
        const { status } = await post(bot.url(), press).catch(() => ({ status: 0 }))
        if (status === 200) answered.add(name)
      })
      await Promise.all(posts)
    }

    const isAside = async () => {
      const aside = (await rows()).filter(({ kind, ready: due, note }) => kind === 'call' && !due && note === 'failed')
      return bad.every(({ caseId }) => aside.some(({ case_id }) => case_id === caseId))
    }
    const end = Date.now() + budgetMs
    while (!isOver() && !(answered.size === people.length && (await isAside()))) {
      if (Date.now() > end) throw new Error('the bad ones were not set aside in time')
      if (bot.isDead()) {
        // Claims of a dead process are free when its lease ends.
        tamper("update outbox set ready = '2026-01-01T00:00:00.000Z' where state = 'sending'")
        await bot.restart()
      }
      if (answered.size < people.length) await pressAll()
      // Back-off is not tested here.
      tamper("update outbox set ready = '2026-01-01T00:00:00.000Z' where kind = 'call' and state = 'due'")
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    for (const how of poisons) {
      const count = attempts(how)
      tally.expect(count <= mostAttempts, () => `what ${how} was begun ${count} times`)
    }
    const figures = { attempts: Math.max(...poisons.map(attempts)), kills: bot.starts() - 1 }
    if (isOver()) return tally.outcome(figures)

    await until('the neighbours are done', async () => {
      const open = await Promise.all(good.map(({ caseId }) => pendingOf(database, caseId)))
      return open.every((pending) => pending === null)
    })
    for (const _ of good) tally.passed()
    const setAside = (await rows()).filter(({ note }) => note === 'failed')
    tally.expect(setAside.length === poisons.length, () => `${setAside.length} effects were set aside`)
    await until('the conversations are told', () =>
      bad.every(({ caseId, place }) =>
        connector.sent.some(
          ({ conversation, body }) =>
            conversation === place && textOf(body.attachments).includes(`Something went wrong with ${caseId}`),
        ),
      ),
    )
    for (const _ of bad) tally.passed()

    writeFileSync(POISON, 'nothing')
    for (const { caseId } of bad) await database.transaction((tx) => redrive(tx, { caseId }))
    await until('what was tried again is done', async () => {
      const open = await Promise.all(bad.map(({ caseId }) => pendingOf(database, caseId)))
      return open.every((pending) => pending === null)
    })
    for (const _ of bad) tally.passed()
    return tally.outcome(figures)
  } finally {
    await bot.stop()
    await database.close()
    await connector.close()
    await upstream.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A poison effect harms no other effect, and is not lost. */
export const poison: Guarantee = {
  name: 'poison',
  promise:
    'an effect that throws, hangs or kills the process is dead-lettered after five attempts, reported, and can be redriven',
  tries: { long: 200, short: 3 },
  check: (given) => run(given, true),
  checkWithoutSafeguard: (given) => run(given, false),
}
