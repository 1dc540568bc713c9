import { setTimeout as sleep } from 'node:timers/promises'
import { createDice } from '../../../sandbox/upstream/dice.ts'
import { createTally, type Guarantee, type PromiseOutcome, type TryBudget } from '../promise.ts'
import { type DatabaseKind, withCleanup } from '../surroundings.ts'
import {
  checkDeeds,
  checkDialogs,
  checkGreetings,
  holdDialog,
  orderDeed,
  orderedDeeds,
  type PeopleLog,
} from './people.ts'
import { type CrashOptions, type CrashWorld, startCrashWorld } from './world.ts'

const turnsPerKill = 15
const lanes = 6

/** Kills the bot after so many more turns, whatever it is doing. */
async function killNowAndAgain({ bot }: CrashWorld, done: PeopleLog, isOver: () => boolean, dice: () => number) {
  while (!isOver()) {
    const at = done.turns + 1 + Math.floor(dice() * 2 * turnsPerKill)
    while (done.turns < at && !isOver()) await sleep(1)
    await sleep(dice() * 20)
    await bot.kill()
  }
}

async function run(given: TryBudget, options: CrashOptions): Promise<PromiseOutcome> {
  return withCleanup(async (later) => {
    const world = await startCrashWorld(later, options)
    const tally = createTally()
    const done: PeopleLog = { turns: 0, greetings: [], longestMs: 0, dialogs: [], deeds: [] }
    const until = Date.now() + given.budgetMs
    let open = lanes
    const isOver = () => done.turns >= given.maxTries || Date.now() > until
    const lane = async (dice: () => number) => {
      try {
        while (!isOver()) {
          await orderDeed(world, tally, done, orderedDeeds[Math.floor(dice() * orderedDeeds.length)] ?? 'request')
          await holdDialog(world, tally, done)
        }
      } finally {
        open -= 1
      }
    }
    await Promise.all([
      killNowAndAgain(world, done, () => open === 0, createDice(given.seed)),
      ...Array.from({ length: lanes }, (_, index) => lane(createDice(given.seed + 1 + index))),
    ])
    const waiting = await world.drained()
    tally.expect(waiting.length === 0, () => `still waiting: ${JSON.stringify(waiting.slice(0, 3))}`)
    const greetings = await checkGreetings(world, tally, done.greetings)
    await checkDialogs(world, tally, done.dialogs)
    const actions = await checkDeeds(world, tally, done.deeds)
    for (const fault of await world.auditFaults()) tally.failed(fault)
    const { bot } = world
    return tally.outcome({
      turns: done.turns,
      kills: bot.kills(),
      'ms to start': bot.meanStartMs(),
      ...greetings,
      'ms a hello waited at most': done.longestMs,
      ...actions,
    })
  })
}

/** The bot is killed at random moments while people talk to it and act at Microsoft. */
export const killed = (kind: DatabaseKind): Guarantee => ({
  name: `killed-${kind.toLowerCase()}`,
  promise: `a kill at any moment on ${kind} loses nothing acknowledged and repeats nothing`,
  tries: { long: 10_000, short: 60 },
  check: (given) => run(given, { kind }),
  checkWithoutSafeguard: (given) => run(given, { kind, without: 'commit-first' }),
})
