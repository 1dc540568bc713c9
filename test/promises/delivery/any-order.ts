import { type Case, stateOf } from '../../../dialogs/case.ts'
import { directPartnerTenant } from '../../../sandbox/upstream/companies.ts'
import { createDice } from '../../../sandbox/upstream/dice.ts'
import { managerId } from '../../../sandbox/upstream/graph/groups.ts'
import { verify } from '../../../state/audit/verify.ts'
import { findCase } from '../../../state/case-store.ts'
import { setDesk } from '../../../state/desks.ts'
import type { Tx } from '../../../state/engine/transaction.ts'
import { storeAwaiting } from '../../support/awaiting-approval.ts'
import { activity, buttonsOf, type Card, post, pressed, type Speaker } from '../../support/bot.ts'
import type { Deed, Ready } from '../../support/ledger-world.ts'
import { somebody } from '../../support/world.ts'
import { createTally, type Guarantee, type PromiseOutcome, type Tally, type TryBudget } from '../promise.ts'
import { withCleanup } from '../surroundings.ts'
import { type ReplicatedWorld, startReplicatedWorld } from './replicated-world.ts'

/** Recorded press of a button on a card of revision `data.rev`. */
interface Press {
  speaker: Speaker
  verb: string
  data: Record<string, unknown> & { case: string; rev: number }
}

/** Case with the presses of its scenario, in their sensible order. */
interface Scene {
  caseId: string
  speaker: Speaker
  presses: Press[]
  deed?: Ready
}
type Scenario = (world: ReplicatedWorld) => Promise<Scene>

const send = (world: ReplicatedWorld, speaker: Speaker, what: Record<string, unknown>) =>
  post(world.bots[0] ?? '', activity(world.connector.url, speaker, what))

const caseOf = async ({ database }: ReplicatedWorld, tenant: string, id: string): Promise<Case | undefined> =>
  (await database.transaction((tx) => findCase(tx, tenant, id)))?.case
const tenantOf = (speaker: Speaker) => activity('', speaker, {}).conversation as { tenantId: string }

/** Reads the newest case with this value, past the store. */
async function newestCase(tx: Tx, column: 'id' | 'conversation', value: string) {
  const sql = `select id, state from cases where ${column} = ? order by created_at desc limit 1`
  const statement = { name: `hold-case-by-${column}`, sql }
  return (await tx.execute<{ id: string; state: string }>(statement, [value])).rows[0]
}

/** True if the case is valid and matches its row. Both are read at once, as the case may change meanwhile. */
const isOneCase = ({ database }: ReplicatedWorld, tenant: string, id: string): Promise<boolean> =>
  database.transaction(async (tx) => {
    const stored = await findCase(tx, tenant, id)
    return stored !== undefined && (await newestCase(tx, 'id', id))?.state === stateOf(stored.case)
  })

async function greeted(world: ReplicatedWorld): Promise<{ speaker: Speaker; caseId: string }> {
  const speaker = somebody()
  await send(world, speaker, { type: 'message', text: 'hello' })
  const opened = world.database.transaction((tx) => newestCase(tx, 'conversation', speaker.conversation ?? ''))
  const caseId = (await opened)?.id
  if (!caseId) throw new Error('hello opened no case')
  return { speaker, caseId }
}

const nextYear = `${new Date().getUTCFullYear() + 1}-12-31`
/** Weights of buttons: those that advance a case are more likely. */
const weights: Record<string, number> = { answer: 6, start: 6, tick: 4, edition: 2, reopen: 1, skip: 1, cancel: 1 }

/** Presses one button after the other, each of the latest card, as a new person. */
async function walk(world: ReplicatedWorld, seed: number, length: number): Promise<Press[]> {
  const dice = createDice(seed)
  const { speaker, caseId } = await greeted(world)
  const presses: Press[] = []
  let card = (await send(world, speaker, pressed('refresh', { case: caseId, rev: 0 }))).body?.value as Card
  while (presses.length < length) {
    const open = buttonsOf(card).flatMap((button) => Array.from({ length: weights[button.verb] ?? 0 }, () => button))
    const button = open[Math.floor(dice() * open.length)]
    if (!button) break
    const needsValue = button.verb === 'answer' && button.data.value === undefined
    const data = { ...button.data, ...(needsValue && { value: nextYear }) } as Press['data']
    presses.push({ speaker, verb: button.verb, data })
    const next = (await send(world, speaker, pressed(button.verb, data))).body?.value
    if (typeof next === 'object') card = next as Card
  }
  return presses
}

/** Repeats the presses of a walk on a new case of a new person. */
function walking(seed: number): Scenario {
  let recorded: Press[] | undefined
  return async (world) => {
    recorded ??= await walk(world, seed, 10)
    const { speaker, caseId } = await greeted(world)
    const presses = recorded.map((press) => ({ ...press, speaker, data: { ...press.data, case: caseId } }))
    return { caseId, speaker, presses }
  }
}

/** Orders a deed at Microsoft while the questions are reopened and the case is cancelled. */
function ordering(deed: Deed): Scenario {
  return async (world) => {
    const ready = await world.prepare(deed)
    const { speaker, caseId } = ready
    const rev = Number(ready.data.rev)
    const press = (verb: string, later: number, more: object): Press => {
      const data = { ...more, case: caseId, rev: rev + later }
      return { speaker, verb, data }
    }
    const presses = [
      press(ready.verb, 0, ready.data),
      press(ready.verb, 1, ready.data),
      press('reopen', 0, { question: 'service' }),
      press('reopen', 1, { question: 'role' }),
      press('cancel', 2, {}),
      press('cancel', 2, { sure: true }),
      press('refresh', 1, {}),
    ]
    return { caseId, speaker, presses, deed: ready }
  }
}

const desk = {
  type: 'channel',
  conversation: '19:approvals@thread.tacv2',
  tenant: directPartnerTenant,
  id: managerId,
} as const
const customer = { id: 'c0000000-0000-4000-8000-000000000001', name: 'Fabrikam', domain: 'fabrikam.example' }

/** Approves, denies, narrows and withdraws a request. */
const approving: Scenario = async (world) => {
  const speaker = somebody({ tenant: directPartnerTenant })
  const by = { tenant: directPartnerTenant, id: speaker.id ?? '' }
  const asking = { by, at: new Date().toISOString(), conversation: speaker.conversation ?? '', customer, required: 2 }
  const { id: caseId, revision: rev } = (await world.database.transaction((tx) => storeAwaiting(tx, asking))).case
  const colleague = { ...desk, id: somebody().id ?? '' }
  const press = (who: Speaker, verb: string, later: number, more: object = {}): Press => {
    const data = { ...more, case: caseId, rev: rev + later }
    return { speaker: who, verb, data }
  }
  const presses = [
    press(desk, 'approve', 0),
    press(desk, 'approve', 1),
    press(colleague, 'approve', 1),
    press(desk, 'deny', 0, { reason: 'too much' }),
    press(colleague, 'deny', 2, { reason: 'too much' }),
    press(speaker, 'withdraw', 0),
    press(speaker, 'withdraw', 2),
    press(speaker, 'reopen', 1, { question: 'role' }),
  ]
  return { caseId, speaker, presses }
}

const scenarios = (seed: number): Scenario[] => [
  ...Array.from({ length: 8 }, (_, index) => walking(seed + index)),
  ordering('request'),
  ordering('take-back'),
  ordering('accept'),
  ordering('decline'),
  approving,
]

function shuffled<T>(list: readonly T[], dice: () => number): T[] {
  const ordered = list.map((item) => ({ item, order: dice() }))
  return ordered.sort((a, b) => a.order - b.order).map(({ item }) => item)
}

/** True for decisions at the desk, which depend on the request and not on the revision. */
const isFresh = (verb: string): boolean => ['approve', 'deny', 'narrow'].includes(verb)

/** Revision of the presses: their own, or always the present one, as if the bot did not check it. */
type Look = 'at the revision' | 'at nothing'

async function permute(
  world: ReplicatedWorld,
  tally: Tally,
  scene: Scene,
  dice: () => number,
  look: Look,
): Promise<void> {
  const { speaker, caseId, presses } = scene
  const { tenantId } = tenantOf(speaker)
  const read = () => caseOf(world, tenantId, caseId)
  const wrong: string[] = []
  const all = shuffled([...presses, 'hello', 'help'], dice)
  for (const step of all) {
    const before = (await read())?.revision ?? 0
    const what =
      typeof step === 'string'
        ? { type: 'message', text: step }
        : pressed(step.verb, look === 'at nothing' ? { ...step.data, rev: before } : step.data)
    const { status, body } = await send(world, typeof step === 'string' ? speaker : step.speaker, what)
    const name = typeof step === 'string' ? step : `${step.verb} from revision ${step.data.rev} at ${before}`
    if (status !== 200) wrong.push(`${name} was answered ${status}`)
    if (typeof step === 'string') continue
    if (!body?.value) wrong.push(`${name} was answered with nothing`)
    const after = await read()
    const isMine = after && after.revision > before && after.updatedBy === step.speaker.id
    // Microsoft may have changed the case during the press.
    const isStale = step.data.rev < before || step.data.rev >= (after?.revision ?? 0)
    if (isMine && isStale && !isFresh(step.verb)) wrong.push(`${name} changed the case`)
  }
  if (!(await isOneCase(world, tenantId, caseId))) wrong.push('the case is none, or not as its row says')
  const happened = scene.deed ? (world.upstream.effects().byKey[scene.deed.key] ?? 0) : 0
  if (happened > 1) wrong.push(`${scene.deed?.key} happened ${happened} times`)
  tally.expect(wrong.length === 0, () => wrong.slice(0, 3).join('; '))
}

async function run(given: TryBudget, look: Look): Promise<PromiseOutcome> {
  return withCleanup(async (later) => {
    const env = { ADMINS: managerId, APPROVERS: managerId }
    const world = await startReplicatedWorld(later, { kind: 'SQLite', count: 1, env })
    const { conversation } = desk
    const place = { tenant: directPartnerTenant, kind: 'approvals', room: conversation, conversation } as const
    await world.database.transaction((tx) => setDesk(tx, { ...place, by: managerId, at: new Date().toISOString() }))
    const tally = createTally()
    const dice = createDice(given.seed)
    const until = Date.now() + given.budgetMs
    const all = scenarios(given.seed)
    const gaps = new Set<string>()
    for (let round = 0; round < given.maxTries && Date.now() < until; round += 1) {
      const scene = await all[round % all.length]?.(world)
      if (!scene) throw new Error('there is no such scenario')
      if (scene.deed) gaps.add(`${scene.caseId} ${Number(scene.deed.data.rev) + 2} gap`)
      await permute(world, tally, scene, dice, look)
      // Unread messages would fill the memory.
      world.connector.sent.length = 0
    }
    await world.drained(60_000)
    const { faults } = await verify(world.database)
    for (const { stream, seq, what } of faults) {
      if (!gaps.has(`${stream} ${seq} ${what}`)) tally.failed(`history: ${stream} ${seq} ${what}`)
    }
    return tally.outcome({ scenarios: all.length })
  })
}

/** Presses arrive in another order than people made them. */
export const anyOrder: Guarantee = {
  name: 'any-order',
  promise: 'deliveries in any order leave a case in a possible state, and stale ones change nothing',
  tries: { long: 13_000, short: 39 },
  check: (given) => run(given, 'at the revision'),
  checkWithoutSafeguard: (given) => run(given, 'at nothing'),
}
