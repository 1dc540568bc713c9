import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Posted, post } from '../support/bot.ts'
import type { ReplicaOrder } from './replica-process.ts'

const file = new URL('./replica-process.ts', import.meta.url)
const lookEveryMs = 100

/** Creates a slot for a replica: one process at a time. */
function createPlace(order: ReplicaOrder) {
  let child: ChildProcess | undefined
  let at = { url: '', operatorUrl: '' }
  let ready = false

  const isThere = () => child !== undefined && child.exitCode === null && child.signalCode === null

  /** Probes readiness like a load balancer. An absent process is not ready. */
  async function look(): Promise<boolean> {
    const answer = await fetch(`${at.operatorUrl}/readyz`).catch(() => undefined)
    await answer?.text()
    return answer?.status === 200
  }

  async function end(signal: NodeJS.Signals): Promise<{ code: number | null; ms: number }> {
    if (!child || !isThere()) return { code: null, ms: 0 }
    const began = performance.now()
    const gone = once(child, 'exit')
    child.kill(signal)
    const [code] = (await gone) as [number | null]
    return { code, ms: performance.now() - began }
  }

  return {
    start: async (): Promise<void> => {
      child = fork(file, [JSON.stringify(order)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
      const [report] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown]
      if (typeof report !== 'object' || report === null) throw new Error('a replica ended before it was ready')
      at = report as typeof at
      ready = await look()
    },
    url: () => at.url,
    /** Readiness at the last probe. */
    isReady: () => ready,
    look: async (): Promise<boolean> => {
      ready = isThere() && (await look())
      return ready
    },
    end,
  }
}
export type ReplicaSlot = ReturnType<typeof createPlace>

/** Thrown if no replica took a request, or the connection was cut. */
export class RefusedError extends Error {}

/**
 * Starts replicas behind a load balancer, which probes them every 100 ms and sends each request to the next ready one.
 */
export async function startReplicas(orders: readonly ReplicaOrder[]) {
  const places = orders.map(createPlace)
  await Promise.all(places.map(({ start }) => start()))
  let turn = 0
  let running = true
  const looking = places.map(async (place) => {
    while (running) {
      await place.look()
      await sleep(lookEveryMs)
    }
  })

  function next(among: readonly ReplicaSlot[]): ReplicaSlot {
    turn += 1
    const place = among[turn % among.length]
    if (!place) throw new RefusedError('no replica is ready')
    return place
  }

  async function sendTo(place: ReplicaSlot, activity: object): Promise<Posted> {
    try {
      return await post(place.url(), activity)
    } catch (error) {
      const { cause } = error as Error
      const code = cause instanceof Error && 'code' in cause ? cause.code : cause
      throw new RefusedError(`a replica did not answer: ${code}`, { cause })
    }
  }

  return {
    places,
    /** Sends to the next replica that is ready as far as the balancer knows. */
    send: async (activity: object): Promise<Posted> =>
      sendTo(next(places.filter((place) => place.isReady())), activity),
    /** Sends to the next replica, ready or not. */
    sendToAny: async (activity: object): Promise<Posted> => sendTo(next(places), activity),
    stop: async (): Promise<void> => {
      running = false
      await Promise.all(looking)
      await Promise.all(places.map(({ end }) => end('SIGKILL')))
    },
  }
}
export type Replicas = Awaited<ReturnType<typeof startReplicas>>
