import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createDice } from '../../../sandbox/upstream/dice.ts'
import { activity, post, pressed } from '../../support/bot.ts'
import type { Deed } from '../../support/ledger-world.ts'
import { until } from '../../support/ledger-world.ts'
import { somebody } from '../../support/world.ts'
import { createTally, type Guarantee, type PromiseOutcome, type Tally, type TryBudget } from '../promise.ts'
import { type DatabaseKind, withCleanup } from '../surroundings.ts'
import { checkDeeds, orderedDeeds } from './people.ts'
import { type CrashOptions, type CrashWorld, startCrashWorld } from './world.ts'

const patience = { leaseMs: 1_000, checkDelaysMs: [50, 100, 200], pollMs: 3_600_000, upstreamTimeoutMs: 500 }
/**
 * Points at which a worker is frozen: it has claimed the action, recorded it as sent, is about to send it, or has sent
 * it.
 */
const points: readonly RegExp[] = [
  /^after commit: .*change outbox/,
  /^after commit: .*change actions/,
  /^before (POST|PATCH) \/v1/,
  /^after (POST|PATCH) \/v1/,
  /^before PUT \/v3/,
  /^after PUT \/v3/,
]

/** Deed, and the point at which the worker freezes. */
interface Choice {
  points: readonly RegExp[]
  deeds: readonly Deed[]
}
const everything: Choice = { points, deeds: orderedDeeds }
/** The deed that Microsoft accepts twice, so that a second attempt always shows. */
const sent: Choice = { points: points.filter(({ source }) => source.includes('POST')), deeds: ['request'] }

/** Returns the letter of a process's state; T while it is stopped. */
const stateOf = (pid: number): string => /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? ''

/** Freezes the worker of a deed, lets another process take over, and thaws the first. */
async function freeze(world: CrashWorld, tally: Tally, deed: Deed, at: RegExp): Promise<boolean> {
  const { bot: frozen, connector } = world
  const other = world.other
  if (!other) throw new Error('there is nobody to take over')
  const ready = await world.prepare(deed)
  await frozen.arm({ at: at.source, signal: 'SIGSTOP' })
  const press = activity(connector.url, ready.speaker, pressed(ready.verb, ready.data))
  // A frozen process answers nothing, so Teams turns to the other.
  const answered = post(frozen.url(), press).catch(() => undefined)
  const isStopped = await until('the process stops', () => stateOf(frozen.pid()) === 'T', 8_000).then(
    () => true,
    () => false,
  )
  await other.deliver(press)
  if (isStopped) await sleep(patience.leaseMs)
  // Any activity makes a process check for due effects.
  await other.deliver(activity(connector.url, somebody(), { type: 'message', text: 'help' }))
  const waiting = await world.drained(15_000)
  tally.expect(waiting.length === 0, () => `${deed}, frozen ${at.source}: nobody took over ${waiting[0]?.kind}`)
  process.kill(frozen.pid(), 'SIGCONT')
  await answered
  await frozen.arm({})
  await sleep(patience.upstreamTimeoutMs + 100)
  await world.drained()
  await checkDeeds(world, tally, [ready])
  return isStopped
}

async function run(given: TryBudget, options: CrashOptions, tally: Tally, { points, deeds }: Choice) {
  return withCleanup(async (later) => {
    const world = await startCrashWorld(later, { ...options, world: patience, processes: 2 })
    const dice = createDice(given.seed)
    const end = Date.now() + given.budgetMs
    let frozen = 0
    for (let round = 0; round < given.maxTries && Date.now() < end; round += 1) {
      const at = points[(round + given.seed) % points.length] ?? /^before/
      if (await freeze(world, tally, deeds[Math.floor(dice() * deeds.length)] ?? 'request', at)) frozen += 1
    }
    for (const fault of await world.auditFaults()) tally.failed(fault)
    return frozen
  })
}

async function onBoth(given: TryBudget, choice: Choice, without?: CrashOptions['without']): Promise<PromiseOutcome> {
  const tally = createTally()
  const half = { ...given, maxTries: Math.ceil(given.maxTries / 2) }
  const on = (kind: DatabaseKind) => run(half, { kind, without }, tally, choice)
  const [sqlite, postgres] = await Promise.all([on('SQLite'), on('PostgreSQL')])
  return tally.outcome({ frozen: sqlite + postgres })
}

/** A worker pauses for longer than its lease, like in a suspended machine, and then goes on. */
export const frozenWorker: Guarantee = {
  name: 'frozen-worker',
  promise: 'a process that freezes past its lease and resumes repeats nothing that another process did for it',
  tries: { long: 60, short: 6 },
  check: (given) => onBoth(given, everything),
  checkWithoutSafeguard: (given) => onBoth(given, sent, 'look-first'),
}
