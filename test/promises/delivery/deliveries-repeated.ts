import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Database, Execute } from '../../../state/engine/transaction.ts'
import { activity, type Card, type Posted, post, pressed, type Speaker } from '../../support/bot.ts'
import { type Deed, rowsOf } from '../../support/ledger-world.ts'
import { somebody } from '../../support/world.ts'
import { buttonData, termClicks } from '../clicks.ts'
import { createTally, type Guarantee, type PromiseOutcome, type Tally, type TryBudget } from '../promise.ts'
import { type DatabaseKind, withCleanup } from '../surroundings.ts'
import { type ReplicatedWorld, startReplicatedWorld } from './replicated-world.ts'

const sameId = 5
const newId = 2

/** Sends one delivery to the bots and returns their answers. */
type Deliver = (activity: Record<string, unknown>) => Promise<Posted>

const once =
  ({ bots }: ReplicatedWorld): Deliver =>
  (what) =>
    post(bots[0] ?? '', what)

/** Sends every delivery five times at once with its id, then twice with another id and time, over all replicas. */
function repeated({ bots }: ReplicatedWorld, tally: Tally): Deliver {
  let turn = 0
  const next = (what: object) => {
    turn += 1
    return post(bots[turn % bots.length] ?? '', what)
  }
  return async (what) => {
    const answers = await Promise.all(Array.from({ length: sameId }, () => next(what)))
    const [first] = answers as [Posted]
    tally.expect(
      answers.every((answer) => isDeepStrictEqual(answer, first)),
      () => `one delivery got several answers: ${JSON.stringify(answers.map(({ status }) => status))}`,
    )
    const again = { ...what, id: randomUUID(), timestamp: new Date().toISOString() }
    const later = await Promise.all(Array.from({ length: newId }, () => next({ ...again, id: randomUUID() })))
    tally.expect(
      later.every(({ status }) => status === 200),
      () => `a later copy was answered ${later.map(({ status }) => status)}`,
    )
    return first
  }
}

const firstCard = async ({ connector }: ReplicatedWorld, place: string): Promise<Card> => {
  for (const end = Date.now() + 15_000; Date.now() < end; await sleep(5)) {
    const found = connector.sent.find(({ conversation }) => conversation === place)?.body.attachments?.[0]?.content
    if (found) return found
  }
  throw new Error('nobody said anything')
}

/** Person, and how many of their messages ask for an answer. */
interface Played {
  speaker: Speaker
  said: number
  key?: string
}

async function dialog(world: ReplicatedWorld, deliver: Deliver): Promise<Played> {
  const speaker = somebody()
  const say = (what: Record<string, unknown>) => deliver(activity(world.connector.url, speaker, what))
  await say({ type: 'message', text: 'hello' })
  let card = await firstCard(world, speaker.conversation ?? '')
  for (const [verb, args, inputs] of termClicks) {
    const data = buttonData(card, verb, args)
    if (!data) throw new Error(`no button ${verb}`)
    card = (await say(pressed(verb, { ...data, ...inputs }))).body?.value as Card
  }
  return { speaker, said: 1 }
}

const ordering =
  (deed: Deed) =>
  async (world: ReplicatedWorld, deliver: Deliver): Promise<Played> => {
    const { speaker, verb, data, key } = await world.prepare(deed)
    // The first poll of the pending resource is over then. It could be the one that changes the case.
    await world.drained()
    await deliver(activity(world.connector.url, speaker, pressed(verb, data)))
    return { speaker, said: 0, key }
  }

const roads = [dialog, ordering('request'), ordering('take-back'), ordering('accept'), ordering('decline')]

/** Returns cases with their history, without times, ids and numbered names. */
async function stateOf({ database }: ReplicatedWorld, { conversation }: Speaker): Promise<string> {
  const of = <Row>(table: string) => rowsOf<Row>(database, table)
  const cases = (await of<{ id: string; conversation: string; state: string; context: string }>('cases')).filter(
    (caseRow) => caseRow.conversation === conversation,
  )
  const ids = new Set(cases.map(({ id }) => id))
  const history = (await of<{ stream: string; seq: number; event: string; detail: string }>('history'))
    .filter(({ stream }) => ids.has(stream))
    .sort((left, right) => left.seq - right.seq)
  const entries = [
    ...cases.map(({ state, context }) => [state, context]),
    ...history.map(({ event, detail }) => [event, detail]),
  ]
  const text = JSON.stringify(entries)
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replace(/MC-[0-9A-Z]{6}/g, 'CASE')
    .replace(/(personal|partner|customer)[- ]\d+/gi, '$1')
  return createHash('sha256').update(text).digest('hex')
}

const postsTo = ({ connector }: ReplicatedWorld, { conversation }: Speaker) =>
  connector.sent.filter((sent) => sent.method === 'POST' && sent.conversation === conversation).length

async function run(given: TryBudget, kind: DatabaseKind, tally: Tally, database?: (database: Database) => Database) {
  return withCleanup(async (later) => {
    const world = await startReplicatedWorld(later, { kind, count: 2, world: database ? { database } : {} })
    const until = Date.now() + given.budgetMs
    const deliver = repeated(world, tally)
    const single = []
    for (const road of roads) {
      const played = await road(world, once(world))
      await world.drained()
      single.push({ state: await stateOf(world, played.speaker), posts: postsTo(world, played.speaker) })
    }
    for (let round = 0; round < given.maxTries && Date.now() < until; round += 1) {
      const index = round % roads.length
      const expected = single[index]
      const played = await roads[index]?.(world, deliver)
      if (!played || !expected) throw new Error('there is no such road')
      await world.drained()
      const state = await stateOf(world, played.speaker)
      tally.expect(state === expected.state, () => `road ${index}: another state than after single deliveries`)
      // A message with a new id is a new message: it is answered, and changes nothing.
      const posts = postsTo(world, played.speaker)
      const wanted = expected.posts + newId * played.said
      tally.expect(posts === wanted, () => `road ${index}: ${posts} messages were sent in the place of ${wanted}`)
      const happened = played.key === undefined ? 1 : world.upstream.effects().byKey[played.key]
      tally.expect(happened === 1, () => `${played.key} happened ${happened} times`)
    }
  })
}

/** Forgets deliveries: each counts as new. */
const forgetful = (database: Database): Database => ({
  ...database,
  transaction: (work, line) =>
    database.transaction((tx) => {
      const execute: Execute = (statement, parameters) =>
        statement.sql.includes('"deliveries"')
          ? Promise.resolve({ rows: [], changes: statement.sql.startsWith('insert') ? 1 : 0 })
          : tx.execute(statement, parameters)
      return work({ ...tx, execute })
    }, line),
})

async function onBoth(given: TryBudget, database?: (database: Database) => Database): Promise<PromiseOutcome> {
  const tally = createTally()
  const half = { ...given, maxTries: Math.ceil(given.maxTries / 2), budgetMs: given.budgetMs / 2 }
  for (const kind of ['SQLite', 'PostgreSQL'] as const) await run(half, kind, tally, database)
  return tally.outcome()
}

/** Teams repeats slow deliveries, with the same id or another, to any replica. */
export const deliveriesRepeated: Guarantee = {
  name: 'deliveries-repeated',
  promise: 'a delivery that arrives seven times over two replicas, twice under other ids, has the effect of one',
  tries: { long: 1_000, short: 10 },
  check: (given) => onBoth(given),
  checkWithoutSafeguard: (given) => onBoth(given, forgetful),
}
