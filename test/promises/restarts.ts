import { setTimeout as sleep } from 'node:timers/promises'
import type { Posted } from '../support/bot.ts'
import { RefusedError, type Replicas } from './balanced-replicas.ts'
import { createPeople, type Deliver } from './people.ts'
import { createTally, type Guarantee, type PromiseOutcome, type TryBudget } from './promise.ts'
import { createSeededRandom } from './random.ts'
import { deadlocksOn, withReplicas } from './replica-scene.ts'

/** Retries an unacknowledged activity, like Teams. */
function untilTaken(send: Replicas['send']): Deliver {
  return async (activity): Promise<Posted> => {
    for (const end = Date.now() + 60_000; ; await sleep(100)) {
      const answer = await send(activity).catch((error: unknown) => {
        if (error instanceof RefusedError && Date.now() < end) return undefined
        throw error
      })
      if (answer && (answer.status !== 503 || Date.now() > end)) return answer
    }
  }
}

const events = { long: 20, short: 12 }
const noticeMs = 500
const isShort = ({ maxTries }: Pick<TryBudget, 'maxTries'>) => maxTries < 100

/** Lets people act while replicas are stopped and killed in turn; `maxTries` is the number of people. */
function replicated(kind: 'postgres' | 'sqlite', replicaCount: number) {
  return async ({ seed, maxTries: count, budgetMs }: TryBudget, leaseMs: number): Promise<PromiseOutcome> => {
    const random = createSeededRandom(seed)
    const orders = Array.from({ length: isShort({ maxTries: count }) ? 2 : replicaCount }, () => ({
      leaseMs,
      noticeMs,
    }))
    return withReplicas(kind, { orders }, async ({ connector, database, replicas }) => {
      const tally = createTally()
      const deliver = untilTaken(replicas.send)
      const people = createPeople({ count, connector, random, deliver })
      const kills: number[] = []
      let living = true
      const restarting = (async () => {
        for (let turn = 0; living; turn += 1) {
          const place = random.pick(replicas.places)
          await sleep(1_000 + random.below(1_000))
          const signal = turn % 2 === 0 ? 'SIGKILL' : 'SIGTERM'
          if (signal === 'SIGKILL') kills.push(Date.now())
          const { code } = await place.end(signal)
          if (signal === 'SIGTERM') tally.expect(code === 0, () => `a replica that was told to end ended with ${code}`)
          await place.start()
        }
      })()
      const end = Date.now() + budgetMs
      await people.live(isShort({ maxTries: count }) ? events.short : events.long, 100, () => Date.now() < end)
      living = false
      await restarting
      const figures = await people.judge(tally, database, kills, leaseMs + 10_000)
      const deadlocks = await deadlocksOn(database)
      return tally.outcome({ replicas: orders.length, kills: kills.length, ...figures, deadlocks })
    })
  }
}

const promiseOf = (name: string, kind: 'postgres' | 'sqlite', replicaCount: number, promise: string): Guarantee => {
  const play = replicated(kind, replicaCount)
  return {
    name,
    promise,
    tries: { long: kind === 'postgres' ? 1_000 : 500, short: 16 },
    // Longer than a send takes on a slow machine. A killed process holds its effects for this long.
    check: (given) => play(given, isShort(given) ? 5_000 : 20_000),
    // Without a lease, every replica performs what another has claimed.
    checkWithoutSafeguard: (given) => play(given, 0),
  }
}

export const replicas = promiseOf(
  'replicas',
  'postgres',
  4,
  'Four replicas on one PostgreSQL, restarted and killed: every acknowledged message is answered, once and in order',
)
export const sharedFile = promiseOf(
  'shared-file',
  'sqlite',
  2,
  'Two processes on one SQLite file, restarted and killed: every acknowledged message is answered, once and in order',
)
