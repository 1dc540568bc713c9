import { buttonsOf, type Card, pressed } from '../../support/bot.ts'
import { createTally, type PromiseOutcome, type Tally, type TryBudget } from '../promise.ts'
import type { SourceChange } from './attacked-bot.ts'
import { type Fuzz, fuzzes, spoiled } from './fuzz.ts'
import { guaranteeOf, MAX_FAILURES_PER_RUN, type Removal } from './removals.ts'
import { activityFrom, bearer, newPartner, type Target, withTarget } from './target.ts'

const megabyte = 1024 * 1024
const mostMemory = 50 * megabyte
/** Activities per person, with the buttons of a card of their own. */
const ofOne = 250
const atOnce = 8
/** Fuzzed activities between two regular ones. */
const between = 10
/** Activities after which the bot counts as warm: its database's cache fills as the database grows. */
const warmUp = 20_000

type Button = { verb: string; data: Record<string, unknown> }

/** The 99th percentile, in whole milliseconds. */
const p99 = (times: number[]) => Math.round(times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0)

/** Starts the bot, and people who behave. */
function createScene(target: Target, tally: Tally) {
  const { internet } = target
  const waiting = new Set<string>()
  const times: number[] = []

  /** Collects and forgets the messages that reached the Connector. */
  function collect(): Map<string, Card> {
    const cards = new Map<string, Card>()
    for (const { conversation, body } of internet.messages()) {
      waiting.delete(conversation)
      const { attachments } = JSON.parse(body) as { attachments?: { content: Card }[] }
      if (attachments?.[0]) cards.set(conversation, attachments[0].content)
    }
    internet.state.visits.length = 0
    return cards
  }

  async function answered(what: object): Promise<unknown> {
    const { status, text, took } = await target.say(what)
    times.push(took)
    tally.expect(status === 200, () => `somebody who did nothing wrong got ${status} ${text}`)
    return status === 200 && text !== '' ? (JSON.parse(text) as { value?: unknown }).value : undefined
  }

  return {
    times,
    /** Says hello and lists all cases; both must be served. */
    serve: async (): Promise<void> => {
      const who = newPartner()
      waiting.add(who.conversation)
      await answered(activityFrom(who))
      const card = await answered(activityFrom(who, pressed('show', { list: 'all', page: 1 })))
      tally.expect(typeof card === 'object', () => 'a press of somebody who did nothing wrong got no card')
    },
    /** Opens a card as a new person and returns its buttons. */
    sit: async () => {
      const who = newPartner()
      await answered(activityFrom(who))
      let card: Card | undefined
      for (const end = Date.now() + 10_000; card === undefined && Date.now() < end; ) {
        await new Promise((resolve) => setTimeout(resolve, 10))
        card = collect().get(who.conversation)
      }
      const [first] = buttonsOf(card)
      const next = first && (await answered(activityFrom(who, pressed(first.verb, first.data))))
      const buttons: Button[] = [card, next].flatMap(buttonsOf).map(({ verb, data }) => ({ verb, data }))
      tally.expect(buttons.length > 3, () => `only ${buttons.length} buttons were on the card`)
      return { who, buttons }
    },
    /** Number of well-behaved people who never got their message. */
    forgotten: async (): Promise<number> => {
      for (const end = Date.now() + 10_000; waiting.size > 0 && Date.now() < end; collect()) {
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      return waiting.size
    },
  }
}

async function attack(target: Target, { seed, maxTries, budgetMs }: TryBudget): Promise<PromiseOutcome> {
  const tally = createTally()
  const end = performance.now() + budgetMs
  const scene = createScene(target, tally)
  const token = target.identity.mint()
  const statuses: Record<string, number> = {}
  let sent = 0
  let base: number | undefined

  async function shoot(whole: Record<string, unknown>, fuzz: Fuzz) {
    const body = spoiled({ ...whole, ...fuzz.said }, fuzz)
    const { status, text } = await target.send({ headers: bearer(token), body })
    const isFine = status === 200 || (status >= 400 && status < 500 && status !== 401) || isRefusedInvoke(fuzz, status)
    tally.expect(isFine, () => `${status} ${text} for ${body.slice(0, 2_000)}`)
    statuses[status] = (statuses[status] ?? 0) + 1
    sent += 1
    if (sent % between === 0) await scene.serve()
  }

  try {
    while (sent < maxTries && performance.now() < end && tally.outcome().failed < MAX_FAILURES_PER_RUN) {
      const { who, buttons } = await scene.sit()
      let at = 0
      const press = () => buttons[at++ % buttons.length] as Button
      const all = fuzzes(press, seed + sent, Math.min(ofOne, maxTries - sent))
      await Promise.all(
        Array.from({ length: atOnce }, async () => {
          for (let fuzz = all.pop(); fuzz; fuzz = all.pop()) await shoot(activityFrom(who, {}), fuzz)
        }),
      )
      if (base === undefined && sent >= Math.min(warmUp, maxTries / 2)) base = await target.memory()
    }
    const present = await target.memory()
    const grown = base === undefined ? 0 : present - base
    tally.expect(grown < mostMemory, () => `memory grew by ${Math.round(grown / megabyte)} MB`)
    const forgotten = await scene.forgotten()
    tally.expect(forgotten === 0, () => `${forgotten} who did nothing wrong were not answered`)
    for (const [what, times] of Object.entries(await target.told())) {
      if (what.startsWith('turn failed')) tally.failed(`${times} times: ${what}`)
    }
    const measured = base === undefined ? {} : { 'MB grown': Math.round(grown / megabyte) }
    const figures = { fuzzed: sent, ...measured, 'p99 ms': p99(scene.times) }
    return tally.outcome({ ...figures, ...statuses })
  } catch (error) {
    tally.failed(String(error))
    return tally.outcome()
  }
}

/** Response of the SDK to an unknown invoke, which the protocol defines. */
const isRefusedInvoke = ({ said }: Fuzz, status: number) => status === 501 && said.type === 'invoke'

const attempt = (given: TryBudget, changes: readonly SourceChange[] = []) =>
  withTarget({ changes }, (target) => attack(target, given))

/** Safeguards that the control disables. */
export const fuzzRemovals: readonly Removal[] = [
  {
    what: 'leaving alone what it does not understand',
    changes: [
      {
        file: 'bot/teams/activity.ts',
        from: 'activitySchema.safeParse(activity).data',
        to: 'activitySchema.parse(activity)',
      },
    ],
  },
  {
    what: 'reading buttons with care',
    changes: [
      {
        file: 'cards/buttons.ts',
        from: 'return taken.success ? ({ verb, ...taken.data } as CardAction) : undefined',
        to: 'return { verb, ...takes[verb].parse(data) } as Press',
      },
    ],
  },
  {
    what: 'an end to what a handler throws',
    changes: [
      {
        file: 'bot/teams/activity.ts',
        from: 'activitySchema.safeParse(activity).data',
        to: 'activitySchema.parse(activity)',
      },
      {
        file: 'bot/ingress/server.ts',
        from: '    if (!(error instanceof UnavailableError)) onError(error)\n',
        to: '    throw error\n',
      },
    ],
  },
  {
    what: 'letting go of what was answered',
    changes: [
      {
        file: 'bot/ingress/server.ts',
        from: '  const { headers, socket } = request\n',
        to: '  const { headers, socket } = request\n  ;(globalThis.kept ??= []).push(read.value, Buffer.alloc(65_536, 1))\n',
      },
    ],
  },
]
export const fuzzedActivities = guaranteeOf(
  {
    name: 'fuzzed-activities',
    promise:
      'no activity, however strange, crashes the process, causes an internal error, leaks memory or delays others',
    tries: { long: 120_000, short: 2_500 },
  },
  fuzzRemovals,
  attempt,
  { long: 3_000, short: 500 },
)
