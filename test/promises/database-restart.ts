import { setTimeout as sleep } from 'node:timers/promises'
import type { Posted } from '../support/bot.ts'
import { createPeople } from './people.ts'
import { createTally, type Guarantee, type PromiseOutcome, type TryBudget } from './promise.ts'
import { createSeededRandom } from './random.ts'
import { withReplicas } from './replica-scene.ts'

/** Time within which the bot must recover once the database is back. */
const recoveredWithinMs = 10_000

/** Kills and restarts the server under load; `maxTries` is the number of restarts. */
async function restart({ seed, maxTries, budgetMs }: TryBudget, options: string): Promise<PromiseOutcome> {
  const random = createSeededRandom(seed)
  return withReplicas('postgres', { orders: [{}, {}], options }, async ({ connector, server, database, replicas }) => {
    const tally = createTally()
    let refused = 0
    /** Retries an unacknowledged activity, like Teams. 503 is the only other answer allowed. */
    async function deliver(activity: Record<string, unknown>): Promise<Posted> {
      for (const end = Date.now() + 60_000; ; await sleep(50)) {
        const answer = await replicas.sendToAny(activity)
        if (answer.status !== 503) return answer
        refused += 1
        if (Date.now() > end) throw new Error('it did not recover')
      }
    }
    const people = createPeople({ count: maxTries * 100, connector, random, deliver })
    const cuts: number[] = []
    let restarting = true
    const living = people.live(20, 20, () => restarting).catch((error: unknown) => tally.failed(String(error)))
    const end = Date.now() + budgetMs
    let slowest = 0
    while (cuts.length < maxTries && Date.now() < end) {
      await sleep(500 + random.below(1_000))
      cuts.push(Date.now())
      await server.restart()
      const back = performance.now()
      while (!(await replicas.places[0]?.look())) await sleep(20)
      slowest = Math.max(slowest, performance.now() - back)
    }
    tally.expect(slowest < recoveredWithinMs, () => `not ready ${Math.round(slowest)} ms after the database was`)
    restarting = false
    await living
    const figures = await people.judge(tally, database, cuts)
    return tally.outcome({
      kills: cuts.length,
      'answers of 503': refused,
      'slowest to be ready ms': Math.round(slowest),
      ...figures,
    })
  })
}

export const databaseRestart: Guarantee = {
  name: 'database-restart',
  promise: 'killing PostgreSQL under load loses nothing acknowledged, and the bot recovers by itself',
  tries: { long: 50, short: 3 },
  check: (given) => restart(given, ''),
  // Transactions are answered up to half a second before they are on disk, so some kills lose nothing.
  checkWithoutSafeguard: (given) =>
    restart({ ...given, maxTries: given.maxTries * 2 }, '?options=-c%20synchronous_commit%3Doff'),
}
