import { flushCompileCache } from 'node:module'
import { createBot, type TestOverrides } from '../../bot/app.ts'
import { sandboxConfig } from '../../bot/config/config.ts'
import { readEditions } from '../../bot/config/editions.ts'
import type { Calls } from '../../bot/microsoft/calls.ts'
import { partnerAt } from '../../sandbox/partner.ts'
import type { Database } from '../../state/engine/transaction.ts'
import { watchFailpoints } from './failpoints.ts'

/** Start options of a bot process. */
export interface Order {
  env: Record<string, string>
  /** Address of the simulated Microsoft. */
  upstream: string
  world: Pick<TestOverrides, 'leaseMs' | 'checkDelaysMs' | 'pollMs' | 'upstreamTimeoutMs'>
  /** A mechanism that is taken out, for a control. */
  without?: 'commit-first' | 'look-first' | undefined
}

/**
 * Failpoints (a regular expression) at which the process stops or kills itself; `report` reports every failpoint it
 * passes.
 */
export interface Hit {
  at?: string
  signal?: 'SIGKILL' | 'SIGSTOP'
  report?: boolean
}

/** Message of the process to its parent. */
export type Said = { port: number } | { passed: string } | { armed: true }

let hit: Hit = {}

function reach(name: string): void {
  if (hit.report) process.send?.({ passed: name } satisfies Said)
  if (hit.at === undefined || !new RegExp(hit.at).test(name)) return
  const { signal = 'SIGKILL' } = hit
  hit = {}
  process.kill(process.pid, signal)
}

/** Answers while the commit is still to come: on SQLite soon after, as nobody else can write meanwhile. */
const answeringEarly = (database: Database): Database => ({
  ...database,
  transaction: (work, line) =>
    new Promise((resolve, reject) => {
      database
        .transaction(async (tx) => {
          resolve(await work(tx))
          await new Promise((later) => setTimeout(later, database.dialect === 'sqlite' ? 5 : 50))
        }, line)
        .catch(reject)
    }),
})

/** Sends again what may have been done, in the place of looking for it. */
const sendingAgain = (calls: Calls): Calls => ({
  ...calls,
  checkEffect: async (call, request) => {
    const attempt = await calls.attempt(call, request as Parameters<Calls['attempt']>[1])
    if (attempt.kind !== 'answered') return { kind: 'not-there' }
    return { kind: 'there', answer: attempt.answer, isEffect: !('fault' in attempt.answer) }
  },
})

async function run({ env, upstream, world, without }: Order): Promise<void> {
  const { partner, vouch } = await partnerAt(upstream)
  const config = sandboxConfig(
    { LOG_LEVEL: 'fatal', OPERATOR_PORT: '0', POLICY_EDITION: '2017-03', ...env },
    { metadataUrl: 'http://127.0.0.1:9/none', partner },
    readEditions(),
  )
  const { database } = watchFailpoints(reach)
  const bot = await createBot(config, {
    ...world,
    vouch,
    database: without === 'commit-first' ? (opened) => answeringEarly(database(opened)) : database,
    ...(without === 'look-first' && { calls: sendingAgain }),
  })
  const { port } = await bot.start()
  process.send?.({ port } satisfies Said)
  // The next process then starts sooner; this one will not come to an end at which it could keep its work.
  flushCompileCache()
}

process.on('message', (message: { order: Order } | { hit: Hit }) => {
  if ('hit' in message) {
    hit = message.hit
    process.send?.({ armed: true } satisfies Said)
    return
  }
  run(message.order).catch((error: unknown) => {
    console.error(error)
    process.exit(1)
  })
})
process.on('disconnect', () => process.exit())
