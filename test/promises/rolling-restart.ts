import { setTimeout as sleep } from 'node:timers/promises'
import type { Posted } from '../support/bot.ts'
import { createPeople } from './people.ts'
import { createTally, type Guarantee, type PromiseOutcome, type TryBudget } from './promise.ts'
import { createSeededRandom } from './random.ts'
import { withReplicas } from './replica-scene.ts'

/** Time within which a stopped process must be gone. */
const endWithinMs = 25_000
/** Longer than the load balancer takes to notice. */
const noticeMs = 2_000
/** Acts per person, before another one comes. */
const events = 20

/** Stops replicas one after the other while people talk; `maxTries` is the number of stops. */
async function roll({ seed, maxTries, budgetMs }: TryBudget, notice: number): Promise<PromiseOutcome> {
  const random = createSeededRandom(seed)
  const orders = Array.from({ length: maxTries < 10 ? 2 : 4 }, () => ({ noticeMs: notice }))
  return withReplicas('postgres', { orders }, async ({ connector, database, replicas }) => {
    const tally = createTally()
    let requests = 0
    async function deliver(activity: Record<string, unknown>): Promise<Posted> {
      for (;;) {
        requests += 1
        const answer = await replicas.send(activity).catch((error: unknown) => ({ status: String(error) }))
        // People do not click faster.
        await sleep(50 + random.below(100))
        if (answer.status === 200) return answer as Posted
        tally.failed(`a request came to ${answer.status}`)
      }
    }
    const people = createPeople({ count: maxTries * 100, connector, random, deliver })
    let rolling = true
    const living = people.live(events, 20, () => rolling).catch((error: unknown) => tally.failed(String(error)))
    const end = Date.now() + budgetMs
    let slowest = 0
    for (let turn = 0; turn < maxTries && Date.now() < end; turn += 1) {
      await sleep(500)
      const place = replicas.places[turn % replicas.places.length]
      if (!place) throw new Error('there are no replicas')
      const { code, ms } = await place.end('SIGTERM')
      slowest = Math.max(slowest, ms)
      tally.expect(code === 0 && ms < endWithinMs, () => `a replica ended with ${code} after ${Math.round(ms)} ms`)
      await place.start()
    }
    rolling = false
    await living
    const figures = await people.judge(tally, database)
    return tally.outcome({ requests, 'slowest end ms': Math.round(slowest), ...figures })
  })
}

export const rollingRestart: Guarantee = {
  name: 'rolling-restart',
  promise: 'replicas restart one after the other under load without refusing a request or answering one twice',
  tries: { long: 80, short: 2 },
  check: (given) => roll(given, noticeMs),
  // Closes at once, before a load balancer can notice.
  checkWithoutSafeguard: (given) => roll(given, 0),
}
