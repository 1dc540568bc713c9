import { setTimeout as sleep } from 'node:timers/promises'
import { createDice } from '../../../sandbox/upstream/dice.ts'
import { createTally, type Guarantee, type PromiseOutcome, type Tally, type TryBudget } from '../promise.ts'
import { withCleanup } from '../surroundings.ts'
import { type CrashScene, crashScenes } from './scenes.ts'
import { type CrashOptions, type CrashWorld, startCrashWorld } from './world.ts'

/** Restarts the bot whenever it has killed itself, for as long as `play` runs. */
async function reviving<T>({ bot }: CrashWorld, play: () => Promise<T>): Promise<T> {
  let isOver = false
  const watch = async () => {
    while (!isOver) {
      await bot.revive()
      await sleep(10)
    }
  }
  const watching = watch()
  try {
    return await play()
  } finally {
    // The last commit of a scene may be the failpoint.
    await sleep(100)
    isOver = true
    await watching
  }
}

/** Lists the failpoints that a scene passes, in order. */
async function pointsOf(world: CrashWorld, scene: CrashScene, tally: Tally): Promise<string[]> {
  const points = new Set<string>()
  world.bot.onPassed((name) => points.add(name))
  await world.bot.arm({ report: true })
  await scene.play(world, tally)
  await world.bot.arm({})
  return [...points]
}

interface Hit {
  scene: CrashScene
  at: string
}

/** Lists all hits in an order that the seed decides. A short run covers some scenes only. */
async function hitsOf(world: CrashWorld, tally: Tally, { seed, maxTries }: TryBudget, only: RegExp): Promise<Hit[]> {
  const dice = createDice(seed)
  const hits: (Hit & { order: number })[] = []
  const shuffled = crashScenes
    .map((scene) => ({ scene, order: dice() }))
    .sort((left, right) => left.order - right.order)
  for (const { scene } of shuffled.slice(0, maxTries)) {
    const points = (await pointsOf(world, scene, tally)).filter((at) => only.test(at))
    hits.push(...points.map((at) => ({ scene, at, order: dice() })))
  }
  return hits.sort((left, right) => left.order - right.order)
}

interface Figures {
  points: number
  struck: number
  'not passed again': number
}

const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Plays a scene with a process that kills itself at `at`. False if it was not killed. */
async function strike(world: CrashWorld, scene: CrashScene, at: string, tally: Tally): Promise<boolean> {
  const kills = world.bot.kills()
  await reviving(world, async () => {
    await world.bot.arm({ at: `^${literally(at)}$` })
    await scene.play(world, tally)
  })
  return world.bot.kills() > kills
}

async function renewed(world: CrashWorld, scene: CrashScene, at: string, tally: Tally): Promise<boolean> {
  await world.bot.kill()
  return strike(world, scene, at, tally)
}

async function run(given: TryBudget, options: CrashOptions, tally: Tally, only = /./): Promise<Figures> {
  return withCleanup(async (later) => {
    const world = await startCrashWorld(later, {
      ...options,
      world: { leaseMs: 1_500, checkDelaysMs: [50, 100, 200], pollMs: 400, upstreamTimeoutMs: 1_200 },
    })
    const until = Date.now() + given.budgetMs
    const hits = await hitsOf(world, tally, given, only)
    const figures = { points: hits.length, struck: 0, 'not passed again': 0 }
    for (const { scene, at } of hits.slice(0, given.maxTries)) {
      if (Date.now() > until) break
      const mine = createTally()
      // A new process passes points that come once, such as a token request.
      const isStruck = (await strike(world, scene, at, mine)) || (await renewed(world, scene, at, mine))
      figures[isStruck ? 'struck' : 'not passed again'] += 1
      const { failures } = mine.outcome()
      tally.expect(failures.length === 0, () => `${scene.name}, killed ${at}: ${failures.join('; ')}`)
    }
    for (const fault of await world.auditFaults()) tally.failed(fault)
    return figures
  })
}

async function onBoth(given: TryBudget): Promise<PromiseOutcome> {
  const tally = createTally()
  const half = { ...given, maxTries: Math.ceil(given.maxTries / 2) }
  const [sqlite, postgres] = await Promise.all([
    run(half, { kind: 'SQLite' }, tally),
    run(half, { kind: 'PostgreSQL' }, tally),
  ])
  const sum = (name: keyof Figures) => sqlite[name] + postgres[name]
  return tally.outcome({
    points: sum('points'),
    struck: sum('struck'),
    'not passed again': sum('not passed again'),
  })
}

/** The bot is killed once at every failpoint, before and after each commit and each outgoing request. */
export const killedAtFailpoints: Guarantee = {
  name: 'killed-at-failpoints',
  promise: 'a kill before or after any commit or call of an action loses nothing and repeats nothing',
  tries: { long: 1_000, short: 6 },
  check: onBoth,
  checkWithoutSafeguard: async (given) => {
    const tally = createTally()
    const afterCall = /^after (POST|PATCH) \/v1/
    const figures = await run(given, { kind: 'SQLite', without: 'look-first' }, tally, afterCall)
    return tally.outcome({ ...figures })
  },
}
