import fc from 'fast-check'
import { createSigningPair, type IdentityFault } from '../../support/identity.ts'
import { createTally, type PromiseOutcome, type Tally, type TryBudget } from '../promise.ts'
import type { SourceChange } from './attacked-bot.ts'
import { guaranteeOf, type Removal } from './removals.ts'
import { activityFrom, newPartner, type Target, withTarget } from './target.ts'

const second = 1_000
const day = 24 * 3_600 * second
const megabyte = 1024 * 1024
/** The timeout of ten seconds for the key service becomes half a second. */
const haste = 20
/** Longest response that waits for the key service: one timeout, on a busy machine. */
const longest = 5 * second
/** Bytes read of an endless response: the bot's limit of 1 MB and the buffers between. */
const mostTaken = 15 * megabyte
const faults: readonly IdentityFault[] = [
  'down',
  'hang',
  'drip',
  'garbage',
  'huge',
  'redirect',
  'empty-keys',
  'keys-down',
]
const stranger = createSigningPair('stranger')

/** Starts a bot with its key service and a clock that only moves forwards. */
function createScene(target: Target, tally: Tally) {
  const { identity } = target
  let time = 0
  let keys = 0

  return {
    tally,
    identity,
    hits: () => identity.state.hits.keys + identity.state.hits.metadata,
    pass: async (ms: number) => {
      time += ms
      await target.travel(time)
    },
    /** Publishes a new key instead of the present ones, or beside them. */
    publish: (place: 'instead' | 'beside') => {
      keys += 1
      const pair = createSigningPair(`new-${keys}`)
      identity.state.pairs = place === 'instead' ? [pair] : [...identity.state.pairs, pair]
      return pair
    },
    /** True if an activity with a fresh token of a key is accepted. Slow and missing responses count as failures. */
    enters: async (pair = identity.state.pairs.at(-1)): Promise<boolean> => {
      const who = newPartner()
      const token = identity.mint({ ...(pair && { pair }), claims: { jti: who.id } })
      const { status, text, took } = await target.say(activityFrom(who), token)
      if (status === 0) throw new Error(`a token got no answer: ${text}`)
      if (status !== 200 && status !== 401) tally.failed(`a token got ${status}`)
      if (took > longest) tally.failed(`an answer took ${Math.round(took)} ms`)
      if ((status === 200) !== target.knows(who.conversation)) tally.failed(`${status}, and the opposite was stored`)
      return status === 200
    },
  }
}
type Scene = ReturnType<typeof createScene>

/** Keys are fetched when first needed, once for all requests. */
async function begins({ tally, identity, hits, enters }: Scene) {
  const entered = await Promise.all(Array.from({ length: 50 }, () => enters()))
  tally.expect(entered.every(Boolean), () => 'a good token was refused at the start')
  tally.expect(hits() === 2, () => `50 at once made ${JSON.stringify(identity.state.hits)} fetches`)
}

/** A new key is accepted within 30 seconds beside the old one, and a withdrawn one for no longer than a day. */
async function changesKeys({ tally, identity, hits, pass, publish, enters }: Scene) {
  const old = identity.state.pairs.at(-1)
  await pass(31 * second)
  const fresh = publish('beside')
  const before = hits()
  const entered = await Promise.all(Array.from({ length: 50 }, () => enters(fresh)))
  tally.expect(entered.every(Boolean), () => 'a new key did not count after 31 s of quiet')
  tally.expect(hits() - before === 2, () => `a new key that 50 need at once made ${hits() - before} fetches`)
  tally.expect(await enters(old), () => 'the old key stopped to count beside a new one')
  const newer = publish('beside')
  await enters(newer)
  await pass(30 * second)
  tally.expect(await enters(newer), () => 'a new key did not count after 30 s')
  publish('instead')
  await pass(day)
  tally.expect(await enters(), () => 'the only key left did not count')
  tally.expect(!(await enters(newer)), () => 'a withdrawn key counted after a day')
}

/** Unknown keys cause one fetch in 30 seconds at most. */
async function floods({ tally, hits, pass, enters }: Scene) {
  await enters()
  const before = hits()
  let entered = 0
  for (let round = 0; round < 12; round += 1) {
    await pass(10 * second)
    entered += (await Promise.all([1, 2, 3].map(() => enters(stranger)))).filter(Boolean).length
  }
  tally.expect(entered === 0, () => 'an unknown key counted')
  // Two minutes: a fetch of both documents at most every 30 s, and one at the start.
  tally.expect(hits() - before <= 10, () => `unknown keys made ${hits() - before} fetches in two minutes`)
}

/** An outage of seven days is survived and one of eight is not; its end is noticed. */
async function endures({ tally, identity, hits, pass, enters }: Scene, fault: IdentityFault) {
  tally.expect(await enters(), () => `a good token was refused before ${fault}`)
  await pass(day)
  tally.expect(await enters(), () => `a good token was refused after ${fault} had ended`)
  identity.state.fault = fault
  identity.state.taken = 0
  await pass(day)
  const before = hits()
  const entered = await Promise.all(Array.from({ length: 20 }, () => enters()))
  tally.expect(entered.every(Boolean), () => `a good token was refused while the service had: ${fault}`)
  tally.expect(hits() - before <= 2, () => `20 at once made ${hits() - before} fetches while the service had: ${fault}`)
  tally.expect(identity.state.taken < mostTaken, () => `${identity.state.taken} bytes of one answer were read`)
  await pass(6 * day - 60 * second)
  tally.expect(await enters(), () => `a good token was refused after almost seven days of: ${fault}`)
  tally.expect(!(await enters(stranger)), () => `an unknown key counted during: ${fault}`)
  await pass(61 * second)
  tally.expect(!(await enters()), () => `keys counted after more than seven days of: ${fault}`)
  identity.state.fault = undefined
  await pass(31 * second)
  tally.expect(await enters(), () => `a good token was refused 31 s after the end of: ${fault}`)
}

async function attack(target: Target, { seed, maxTries, budgetMs }: TryBudget): Promise<PromiseOutcome> {
  const tally = createTally()
  const end = performance.now() + budgetMs
  const scene = createScene(target, tally)
  const every = fc.shuffledSubarray([...faults], { minLength: faults.length })
  const rounds = fc.sample(every, { seed, numRuns: Math.ceil(maxTries / faults.length) })
  const scenarios = rounds
    .flat()
    .slice(0, maxTries)
    .map((fault) => () => endures(scene, fault))
  // A failure leaves the scene in disorder, so the run ends.
  for (const scenario of [() => begins(scene), () => changesKeys(scene), () => floods(scene), ...scenarios]) {
    if (performance.now() > end || tally.outcome().failed > 0) break
    await scenario().catch((error: Error) => tally.failed(error.message))
  }
  tally.expect(target.internet.astray().length === 0, () => `the bot went to ${target.internet.astray()[0]?.host}`)
  return tally.outcome({ fetches: scene.hits() })
}

const attempt = (given: TryBudget, changes: readonly SourceChange[] = []) =>
  withTarget({ changes, haste }, (target) => attack(target, given))

const keys = 'bot/ingress/signing-keys.ts'
/** Safeguards that the control disables. */
export const keyServerRemovals: readonly Removal[] = [
  { what: 'keeping keys', changes: [{ file: keys, from: 'KEPT_FOR = 7 * 24 * HOUR', to: 'KEPT_FOR = 24 * HOUR' }] },
  { what: 'fetching once', changes: [{ file: keys, from: 'pending ??= load()', to: 'pending = load()' }] },
  { what: 'the pause between fetches', changes: [{ file: keys, from: 'PAUSE = 30_000', to: 'PAUSE = 0' }] },
  {
    what: 'an end of old keys',
    changes: [{ file: keys, from: 'FRESH_FOR = 24 * HOUR', to: 'FRESH_FOR = 30 * 24 * HOUR' }],
  },
  { what: 'fetching for unknown keys', changes: [{ file: keys, from: '      await refresh()\n', to: '' }] },
  { what: 'a limit of size', changes: [{ file: keys, from: 'MAX_BYTES = 1_000_000', to: 'MAX_BYTES = 1e12' }] },
  {
    what: 'a limit of time',
    changes: [{ file: keys, from: 'AbortSignal.timeout(timeoutMs)', to: 'new AbortController().signal' }],
  },
]
export const keyServer = guaranteeOf(
  {
    name: 'key-server',
    promise: 'new signing keys are accepted within 30 seconds, and the gate survives a week without the key service',
    tries: { long: 320, short: 5 },
  },
  keyServerRemovals,
  attempt,
  { long: faults.length, short: faults.length },
)
