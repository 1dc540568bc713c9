import { createSigningPair } from '../../support/identity.ts'
import { createTally, type PromiseOutcome, type TryBudget } from '../promise.ts'
import type { SourceChange } from './attacked-bot.ts'
import { damagedTokens, forgeries, uselessKeys } from './forgeries.ts'
import { misdirected } from './misdirected.ts'
import { guaranteeOf, MAX_FAILURES_PER_RUN, type Removal } from './removals.ts'
import { activityFrom, bearer, newPartner, type Target, type TargetAnswer, withTarget } from './target.ts'

const generic = /^\{"error":"[A-Z][A-Za-z -]+"\}$/
/** Forgeries between two good tokens. */
const between = 10

const isRefused = ({ status, text }: TargetAnswer) =>
  status >= 400 && status < 500 && (generic.test(text) || (status === 431 && text === ''))

interface Attempted {
  readonly name: string
  readonly conversation: string
}

/** Valid tokens at the limits. */
function goodTokens({ identity: { mint, state } }: Target): [name: string, token: string][] {
  const now = Math.floor(Date.now() / 1000)
  const pair = state.pairs[1]
  return [
    ['plain', mint()],
    ['of the second key', mint(pair && { pair })],
    ['that ended 4 minutes ago', mint({ claims: { exp: now - 240 } })],
    ['that begins in 4 minutes', mint({ claims: { nbf: now + 240 } })],
    ['that lives a day', mint({ claims: { nbf: now - 60, exp: now - 60 + 24 * 3600 } })],
    ['with claims nobody knows', mint({ claims: { iat: now, jti: 'x', roles: ['all'] } })],
    ['of another type', mint({ header: { typ: 'at+jwt' } })],
  ]
}

async function attack(target: Target, { seed, maxTries, budgetMs }: TryBudget): Promise<PromiseOutcome> {
  const tally = createTally()
  const end = performance.now() + budgetMs
  const attempted: Attempted[] = []
  const { identity, internet } = target
  let good = 0

  async function showGood() {
    const all = goodTokens(target)
    const [name, token] = all[good % all.length] ?? ['plain', identity.mint()]
    good += 1
    const who = newPartner()
    const { status } = await target.say(activityFrom(who), token)
    tally.expect(status === 200 && target.knows(who.conversation), () => `a good token ${name} got ${status}`)
  }

  async function shoot(name: string, headers: readonly string[], more: Record<string, unknown> = {}) {
    if (performance.now() > end || tally.outcome().failed >= MAX_FAILURES_PER_RUN) return
    const who = newPartner()
    const answer = await target.send({ headers, body: JSON.stringify(merged(activityFrom(who), more)) })
    const isHarmless = isRefused(answer) && !target.knows(who.conversation)
    tally.expect(isHarmless, () => `${name}: ${answer.status} ${answer.text.slice(0, 80)}`)
    attempted.push({ name, conversation: who.conversation })
    if (attempted.length % between === 0) await showGood()
  }

  await showGood()
  const forged = forgeries(identity)
  for (const { name, headers } of forged) await shoot(name, headers)
  const token = identity.mint()
  for (const fields of misdirected) await shoot(`activity ${JSON.stringify(fields)}`, bearer(token), fields)
  const rest = Math.max(0, maxTries - forged.length - misdirected.length)
  for (const { name, headers } of damagedTokens(identity, seed, rest)) await shoot(name, headers)
  await target.told()

  for (const { name, conversation } of attempted)
    if (target.knows(conversation)) tally.failed(`${name} was written down`)
  const forgers = new Set(attempted.map(({ conversation }) => conversation))
  const talked = internet.messages().filter(({ conversation }) => forgers.has(conversation))
  tally.expect(talked.length === 0, () => `${talked.length} messages were sent to where forgeries came from`)
  tally.expect(internet.astray().length === 0, () => `the bot went to ${internet.astray()[0]?.host}`)
  return tally.outcome({ forged: attempted.length, good })
}

/** Merges nested fields over existing ones. */
function merged(whole: Record<string, unknown>, more: Record<string, unknown>): Record<string, unknown> {
  const both = Object.entries(more).map(([name, value]) => {
    const present = whole[name]
    const isNested = typeof value === 'object' && value !== null && !Array.isArray(value) && typeof present === 'object'
    return [name, isNested ? { ...present, ...value } : value]
  })
  return { ...whole, ...Object.fromEntries(both) }
}

const attempt = (given: TryBudget, changes: readonly SourceChange[] = []) =>
  withTarget({ changes }, (target) => {
    target.identity.state.pairs.push(createSigningPair('key-2'), ...uselessKeys)
    return attack(target, given)
  })

const tokens = 'bot/ingress/connector-jwt.ts'
const gate = 'bot/ingress/gate.ts'
/** Safeguards that the control disables. */
export const forgedTokenRemovals: readonly Removal[] = [
  {
    what: 'the one algorithm',
    changes: [
      { file: tokens, from: "if (header.alg !== 'RS256') return refused('algorithm')", to: '' },
      { file: tokens, from: "algorithms: ['RS256'],", to: '' },
    ],
  },
  {
    what: 'the refusal of critical extensions',
    changes: [
      { file: tokens, from: "if ('crit' in header) return refused('critical-extension')", to: '' },
      { file: tokens, from: "algorithms: ['RS256'],", to: "algorithms: ['RS256'], crit: { 'x-unknown': false }," },
    ],
  },
  {
    what: 'required and limited times',
    changes: [{ file: tokens, from: "return refused('lifetime')\n", to: '{}\n' }],
  },
  {
    what: 'endorsements',
    changes: [{ file: tokens, from: '!signer.endorsements.has(CHANNEL)', to: 'false' }],
  },
  {
    what: 'a single audience',
    changes: [{ file: tokens, from: "if (typeof aud !== 'string') return refused('audience')", to: '' }],
  },
  {
    what: 'the service URL of the token',
    changes: [
      { file: gate, from: "if (caller !== 'anonymous' && caller.serviceUrl !== serviceUrl)", to: 'if (false)' },
    ],
  },
  {
    what: 'the list of tenants',
    changes: [{ file: gate, from: "allowed === 'any' ||", to: 'true ||' }],
  },
  { what: 'the channel', changes: [{ file: gate, from: "if (channelId !== 'msteams')", to: 'if (false)' }] },
]
export const forgedTokens = guaranteeOf(
  {
    name: 'forged-tokens',
    promise: 'forged tokens and valid tokens for other purposes are refused, and every valid token is accepted',
    tries: { long: 20_000, short: 800 },
  },
  forgedTokenRemovals,
  attempt,
  { long: 0, short: 0 },
)
