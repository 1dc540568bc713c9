import { setTimeout as sleep } from 'node:timers/promises'
import { effectRow } from '../../bot/turn/commit-step.ts'
import { caseId } from '../../dialogs/case.ts'
import type { CaseEvent } from '../../dialogs/events.ts'
import { openCase, type Stepped, step } from '../../dialogs/step.ts'
import { insertCase } from '../../state/case-store.ts'
import { saveConversation } from '../../state/directory.ts'
import type { Database } from '../../state/engine/transaction.ts'
import { addEffects } from '../../state/outbox-store.ts'
import { activity, type FakeConnector, pressed } from '../support/bot.ts'
import { policy } from '../support/policy.ts'
import { createTally, type Guarantee, type PromiseOutcome, type Tally, type TryBudget } from './promise.ts'
import { createSeededRandom, type SeededRandom } from './random.ts'
import { type ReplicaScene, withReplicas } from './replica-scene.ts'

const hour = 3_600_000
const clocks = [hour, -hour, 0]
const lateMs = 30_000
/** Spread over tenants: the limit of fifty messages a second per tenant would hide the times of reminders. */
const tenants = Array.from({ length: 20 }, (_, number) => `11111111-1111-4111-8111-1111111111${10 + number}`)
const person = '55555555-5555-4555-8555-555555555555'

/** Case that waits for the end of a term, with a reminder in the future. */
interface Waiting {
  id: string
  tenant: string
  conversation: string
  /** Time in milliseconds. */
  due: number
}

/** Stores a case whose reminder was due yesterday by its term. The time in the outbox is the one that counts. */
function waitingCase({ id, tenant, conversation }: Waiting): Stepped {
  const by = { tenant, id: person }
  const day = (days: number) => new Date(Date.now() + days * 24 * hour).toISOString()
  const opened = openCase(policy, { id, conversation, edition: '2017-03', cloud: 'global', by, at: day(-3) })
  const events = [
    { type: 'question.answered', question: 'role', value: 'direct' },
    { type: 'question.answered', question: 'service', value: 'licence' },
    { type: 'question.answered', question: 'licence-source', value: 'csp-partner' },
    { type: 'question.answered', question: 'term-end', value: day(59).slice(0, 10) },
    { type: 'track.started', track: 'term' },
  ] as const
  let now: Stepped = { ...opened, effects: [] }
  for (const event of events) {
    const next = step(policy, now.case, { ...event, at: day(-3), by: { kind: 'person', person: by } } as CaseEvent)
    if (!next.ok) throw new Error(`${event.type} is refused`)
    now = next.value
  }
  return now
}

async function prepare(database: Database, connector: FakeConnector, waiting: readonly Waiting[]): Promise<void> {
  const reference = { serviceUrl: connector.url, bot: { id: '28:bot' } }
  for (const each of waiting) {
    const { tenant, conversation, due } = each
    const { case: caseRecord, entry, effects } = waitingCase(each)
    const rows = effects.flatMap((effect, index) =>
      effect.kind === 'call' ? [] : effectRow(caseRecord, effect, index),
    )
    await database.transaction(async (tx) => {
      const place = { tenant, conversation, kind: 'personal', reference, installed: true } as const
      await saveConversation(tx, place, caseRecord.updatedAt, undefined)
      await insertCase(tx, caseRecord, conversation, entry)
      await addEffects(
        tx,
        rows.map((row) => ({ ...row, due: new Date(due).toISOString() })),
      )
    })
  }
}

/** Checks that every reminder came once, on time, and moved its case on once. */
async function judgeReminders(tally: Tally, { connector, database }: ReplicaScene, waiting: readonly Waiting[]) {
  const last = Math.max(...waiting.map(({ due }) => due)) + lateMs
  while (connector.sent.length < waiting.length && Date.now() < last) await sleep(50)
  await sleep(1_000)
  const statement = { name: 'hold-fired', sql: `select stream from history where event = 'timer.fired'` }
  const { rows } = await database.transaction((tx) => tx.execute<{ stream: string }>(statement, []))
  const fired = Map.groupBy(rows, ({ stream }) => stream)
  const sentByConversation = Map.groupBy(connector.sent, ({ conversation }) => conversation)
  let latest = 0
  for (const { id, conversation, due } of waiting) {
    const came = sentByConversation.get(conversation) ?? []
    const late = (came[0]?.at ?? Number.POSITIVE_INFINITY) - due
    const isRight = came.length === 1 && fired.get(id)?.length === 1 && late >= 0 && late <= lateMs
    const times = fired.get(id)?.length ?? 0
    tally.expect(
      isRight,
      () => `${id} was told ${came.length} times, ${late} ms after its time, and fired ${times} times`,
    )
    if (came.length > 0) latest = Math.max(latest, late)
  }
  return latest
}

/** Checks that a shared card is updated soon after a press on either replica. */
async function judgeUpdates(tally: Tally, { connector, replicas }: ReplicaScene): Promise<void> {
  for (const [number, place] of replicas.places.entries()) {
    const speaker = {
      conversation: `19:group-${number}`,
      type: 'groupChat',
      id: `66666666-6666-4666-8666-00000000000${number}`,
    } as const
    const send = (what: Record<string, unknown>) =>
      fetch(`${place.url()}/api/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(activity(connector.url, speaker, what)),
      }).then((answer) => answer.text())
    const indexOf = (method: string) =>
      connector.sent.findIndex((sent) => sent.method === method && sent.conversation === speaker.conversation)
    const mine = (method: string) => connector.sent[indexOf(method)]
    await send({ type: 'message', text: 'hello' })
    for (const end = Date.now() + 10_000; !mine('POST') && Date.now() < end; ) await sleep(20)
    const id = /MC-[0-9A-Z]{6}/.exec(JSON.stringify(mine('POST')))?.[0]
    const pressedAt = Date.now()
    const message = connector.messageAt(indexOf('POST'))
    await send(pressed('answer', { case: id, rev: 0, question: 'role', value: 'direct' }, message))
    for (const end = Date.now() + 6_000; !mine('PUT') && Date.now() < end; ) await sleep(20)
    const after = (mine('PUT')?.at ?? Number.POSITIVE_INFINITY) - pressedAt
    const clock = clocks[number]
    tally.expect(
      after > 500 && after < 6_000,
      () => `an update came after ${after} ms where the clock is ${clock} ms ahead`,
    )
  }
}

/** Runs replicas of which one is an hour ahead and one an hour behind; `maxTries` is the number of reminders. */
async function remind({ seed, maxTries }: TryBudget, ownClock: boolean): Promise<PromiseOutcome> {
  const random: SeededRandom = createSeededRandom(seed)
  const orders = clocks.map((clockAheadMs) => ({ clockAheadMs, ownClock }))
  return withReplicas('postgres', { orders }, async (scene) => {
    const tally = createTally()
    // Replicas check every five seconds at least, so one that is ahead has time to be early.
    const begin = Date.now() + 6_000 + maxTries * 3
    const waiting = Array.from({ length: maxTries }, (_, number) => ({
      id: caseId(number * 7 + 1),
      tenant: tenants[number % tenants.length] as string,
      conversation: `a:term-${number}`,
      due: begin + random.below(2_000 + maxTries * 5),
    }))
    await prepare(scene.database, scene.connector, waiting)
    const latest = await judgeReminders(tally, scene, waiting)
    await judgeUpdates(tally, scene)
    return tally.outcome({ reminders: maxTries, 'latest ms': latest })
  })
}

export const timersOnce: Guarantee = {
  name: 'timers-once',
  promise: 'replicas with clocks that are an hour wrong send every reminder once, never early and at most 30 s late',
  tries: { long: 10_000, short: 60 },
  check: (given) => remind(given, false),
  // Each replica uses its own clock.
  checkWithoutSafeguard: (given) => remind(given, true),
}
