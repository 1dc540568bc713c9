import { setTimeout as sleep } from 'node:timers/promises'
import type { TestOverrides } from '../../../bot/app.ts'
import type { RateLimits } from '../../../bot/teams/rate-limits.ts'
import { openDatabase } from '../../../state/engine/database.ts'
import { activity, tenant as oneTenant, post, pressed, startBot } from '../../support/bot.ts'
import { type OutboxRowSeen, rowsOf } from '../../support/ledger-world.ts'
import { createTally, type Guarantee, type PromiseOutcome, type Tally, type TryBudget } from '../promise.ts'
import { type AddCleanup, createDatabase, withCleanup } from '../surroundings.ts'
import { type ConnectorFault, conversationIdFor, isTaken, startStrictConnector } from './strict-connector.ts'

const another = '44444444-4444-4444-8444-444444444444'
/** Speed of all clocks in the part that waits for minutes. */
const speed = 200

async function start(later: AddCleanup, fast: boolean, limits: RateLimits | undefined) {
  const begun = Date.now()
  const clock = () => (fast ? begun + (Date.now() - begun) * speed : Date.now())
  const connector = await startStrictConnector(clock)
  later(connector.close)
  const { url, drop } = await createDatabase('SQLite')
  later(drop)
  const now = () => new Date(clock())
  const world: TestOverrides = { now, outboxTime: async () => now(), leaseMs: 1e8, ...(limits && { limits }) }
  const bot = await startBot({ DATABASE_URL: url }, world)
  later(bot.stop)
  const database = await openDatabase(url)
  later(database.close)
  // The bot sleeps in real time and would miss effects that are due by the faster clock.
  const waking = setInterval(bot.wake, 10)
  later(async () => clearInterval(waking))
  let people = 0

  /** Creates a person in a personal chat. */
  function person(tenant: string) {
    people += 1
    const id = `55555555-5555-4555-8555-${String(people).padStart(12, '0')}`
    const conversation = conversationIdFor(tenant, `${people}`)
    const speaker = { id, tenant, conversation }
    const send = (what: Record<string, unknown>) => post(bot.url, activity(connector.url, speaker, what))
    const here = () => connector.seen.filter((seen) => seen.conversation === conversation)
    return {
      conversation,
      say: (text: string) => send({ type: 'message', text }),
      press: (verb: string, data: object, message: string) => send(pressed(verb, { ...data }, message)),
      requests: () => here().length,
      delivered: () => here().filter((seen) => seen.method === 'POST' && isTaken(seen)).length,
    }
  }

  return {
    connector,
    person,
    /** Waits until no message is due. */
    drained: async (ms: number): Promise<OutboxRowSeen[]> => {
      for (const end = Date.now() + ms; ; await sleep(20)) {
        const rows = await rowsOf<OutboxRowSeen>(database, 'outbox')
        const waiting = rows.filter(({ kind, ready }) => ready && ['reply', 'update', 'notify'].includes(kind))
        if (waiting.length === 0 || Date.now() > end) return waiting
      }
    },
    caseOf: async (conversation: string) =>
      (await rowsOf<{ id: string; conversation: string }>(database, 'cases')).find(
        (caseRow) => caseRow.conversation === conversation,
      )?.id,
    aside: async () =>
      (await rowsOf<OutboxRowSeen & { conversation: string }>(database, 'outbox')).filter(
        ({ state }) => state === 'parked' || state === 'unknown',
      ),
  }
}
type Ground = Awaited<ReturnType<typeof start>>

/** Row of the table of Connector responses: what a message meets, and what must become of it. */
interface Row {
  met: ConnectorFault[]
  requests: number
  delivered: number
  /** State of the dead letter, if it becomes one. */
  aside?: 'parked' | 'unknown'
  /** Both messages arrive after the person has written again. */
  again?: true
}
const times = (count: number, fault: ConnectorFault): ConnectorFault[] => Array.from({ length: count }, () => fault)
const gone: ConnectorFault = { status: 404, code: 'ConversationNotFound' }
const refused = (status: number, code?: string): Row => ({
  met: [{ status, ...(code === undefined ? {} : { code }) }],
  requests: 1,
  delivered: 0,
  aside: 'parked',
})
const closed = (code: string): Row => ({ ...refused(403, code), again: true })
const doubtful = (fault: ConnectorFault): Row => ({ met: [fault], requests: 2, delivered: 1 })

const table: readonly Row[] = [
  refused(400, 'BadArgument'),
  refused(401),
  refused(413, 'MessageSizeTooBig'),
  refused(403, 'NotEnoughPermissions'),
  refused(403, 'InvalidBotApiHost'),
  closed('BotDisabledByAdmin'),
  closed('ConversationBlockedByUser'),
  closed('MessageWritesBlocked'),
  closed('BotNotInConversationRoster'),
  { met: [gone], requests: 2, delivered: 1 },
  { met: times(2, gone), requests: 3, delivered: 1 },
  { met: times(3, gone), requests: 3, delivered: 0, aside: 'parked', again: true },
  { met: times(2, { status: 412 }), requests: 3, delivered: 1 },
  { met: times(2, { status: 429 }), requests: 3, delivered: 1 },
  { met: [{ status: 429, retryAfter: 30 }], requests: 2, delivered: 1 },
  ...[500, 502, 503, 504].map((status) => doubtful({ status })),
  doubtful('reset'),
  { met: ['accept-then-reset'], requests: 2, delivered: 2 },
  { met: times(2, { status: 502 }), requests: 2, delivered: 0, aside: 'unknown' },
  // These take the send timeout of fifteen seconds.
  doubtful('hang'),
  { met: ['accept-then-hang'], requests: 2, delivered: 2 },
]

async function tryRow(ground: Ground, tally: Tally, row: Row): Promise<void> {
  const { connector, person, aside } = ground
  const who = person(oneTenant)
  const name = JSON.stringify(row.met[0])
  const isLike = (requests: number, delivered: number) => who.requests() === requests && who.delivered() === delivered
  const seen = () => `${name}: ${who.requests()} requests, ${who.delivered()} delivered`
  connector.plan(who.conversation, row.met)
  await who.say('hello')
  for (const end = Date.now() + 40_000; !isLike(row.requests, row.delivered) && Date.now() < end; ) await sleep(20)
  // Any late message comes now.
  await sleep(100)
  tally.expect(isLike(row.requests, row.delivered), seen)
  const put = (await aside()).find(({ conversation }) => conversation === who.conversation)?.state
  tally.expect(put === row.aside, () => `${name}: put aside as ${put}`)
  if (!row.again) return
  await who.say('help')
  for (const end = Date.now() + 10_000; who.delivered() < 2 && Date.now() < end; ) await sleep(20)
  tally.expect(who.delivered() === 2, () => `${name}, and heard again: ${who.delivered()} delivered`)
}

/** Updates a shared card while Teams requires silence in its conversation. */
async function updateInSilence({ connector, person, drained, caseOf }: Ground, tally: Tally): Promise<void> {
  const who = person(oneTenant)
  await who.say('hello')
  await drained(5_000)
  const id = await caseOf(who.conversation)
  // The first message of this connector.
  const press = (verb: string, rev: number, more: object) => who.press(verb, { case: id, rev, ...more }, 'sent-1')
  await press('answer', 0, { question: 'role', value: 'direct' })
  await press('answer', 1, { question: 'service', value: 'licence' })
  await press('answer', 2, { question: 'licence-source', value: 'open' })
  await press('start', 3, { track: 'relationship' })
  connector.plan(who.conversation, [{ status: 429, retryAfter: 60 }])
  await who.say('help')
  for (const end = Date.now() + 5_000; who.requests() < 2 && Date.now() < end; ) await sleep(2)
  await press('set', 4, { track: 'relationship', customer: 'contoso.example' })
  const waiting = await drained(20_000)
  const puts = connector.seen.filter((seen) => seen.conversation === who.conversation && seen.method === 'PUT').length
  tally.expect(waiting.length === 0 && puts > 0, () => `${puts} updates came, ${waiting.length} are waiting`)
}

/** Floods one thread and one company while a person elsewhere waits for an answer. */
async function crowd({ connector, person, drained }: Ground, tally: Tally, size: number): Promise<number> {
  const chatty = person(oneTenant)
  const many = Array.from({ length: size }, () => person(oneTenant))
  await Promise.all([...many.map((who) => who.say('hello')), ...Array.from({ length: 12 }, () => chatty.say('help'))])
  let slowest = 0
  for (let index = 0; index < 5; index += 1) {
    const stranger = person(another)
    const begun = performance.now()
    await stranger.say('hello')
    while (stranger.delivered() === 0 && performance.now() - begun < 10_000) await sleep(5)
    slowest = Math.max(slowest, performance.now() - begun)
    await sleep(300)
  }
  const waiting = await drained(60_000)
  tally.expect(waiting.length === 0, () => `${waiting.length} messages are still waiting`)
  for (const who of many) tally.expect(who.delivered() === 1, () => `${who.delivered()} answers came`)
  tally.expect(chatty.delivered() === 12, () => `${chatty.delivered()} of 12 answers came in one thread`)
  const throttled = connector.seen.filter(({ status }) => status === 429).length
  tally.expect(throttled === 0, () => `${throttled} times Teams said that it was too much`)
  tally.expect(slowest < 2_000, () => `somebody elsewhere waited for ${Math.round(slowest)} ms`)
  return Math.round(slowest)
}

async function run({ maxTries }: TryBudget, limits?: RateLimits): Promise<PromiseOutcome> {
  const tally = createTally()
  const elsewhereMs = await withCleanup(async (later) => {
    const ground = await start(later, false, limits)
    return crowd(ground, tally, maxTries >= table.length ? 150 : 80)
  })
  const undercut = await withCleanup(async (later) => {
    const ground = await start(later, true, limits)
    await updateInSilence(ground, tally)
    await Promise.all(table.slice(0, maxTries).map((row) => tryRow(ground, tally, row)))
    return ground.connector.undercut()
  })
  tally.expect(undercut === 0, () => `Retry-After was undercut ${undercut} times`)
  return tally.outcome({ 'ms elsewhere': elsewhereMs })
}

const unlimited: RateLimits = { take: () => 0, silence: () => {}, size: () => 0 }

/** The bot respects the rate limits of Teams and its responses. */
export const connectorLimits: Guarantee = {
  name: 'connector-limits',
  promise:
    'sends keep the rate limits of Teams and obey its answers: each arrives or is dead-lettered, and delays no others',
  tries: { long: table.length, short: table.length - 2 },
  check: (given) => run(given),
  checkWithoutSafeguard: (given) => run(given, unlimited),
}
