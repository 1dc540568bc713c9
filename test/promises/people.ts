import { setTimeout as sleep } from 'node:timers/promises'
import { verify } from '../../state/audit/verify.ts'
import type { Database } from '../../state/engine/transaction.ts'
import { activity, type FakeConnector, type Posted, pressed, type Sent, type Speaker, textOf } from '../support/bot.ts'
import type { Tally } from './promise.ts'
import type { SeededRandom } from './random.ts'

/** Texts that people type, and the words that identify their answers. */
const commands = {
  help: /What I can do/,
  role: /I’ll only ask once/,
  language: /Choose your language/,
  unlink: /isn’t connected with anyone/,
  'case MC-000000': /can’t find that case here/,
} as const
const hello = /^Question\nMC-[0-9A-Z]{6}/
const typed = Object.keys(commands) as (keyof typeof commands)[]

/** A person silent for this long has nothing more to send. Rate limits of a thread delay it less. */
const usualSilenceMs = 12_000

type Answer = 'hello' | (typeof typed)[number] | 'something else'

/** Acts of one person, and the results they must have. */
interface Person {
  speaker: Required<Pick<Speaker, 'id' | 'conversation'>>
  /** Acknowledged messages in order, with their times. */
  said: { answer: Answer; at: number }[]
  /** Acknowledged presses; each moves the case on by one revision. */
  presses: number
  caseId: string
  /** Message with the card of the case. */
  message: string
}

/** Delivers an activity until it is acknowledged. The guarantee decides how, and whether it may fail on the way. */
export type Deliver = (activity: Record<string, unknown>) => Promise<Posted>

const guid = (number: number) => `44444444-4444-4444-8444-${String(number).padStart(12, '0')}`

const answerIn = (card: unknown): Answer => {
  const text = textOf(card)
  if (hello.test(text)) return 'hello'
  return typed.find((command) => commands[command].test(text)) ?? 'something else'
}

/** Creates people who each talk and click in their own conversation, one thing at a time. */
export function createPeople({
  count,
  connector,
  random,
  deliver,
}: {
  count: number
  connector: FakeConnector
  random: SeededRandom
  deliver: Deliver
}) {
  const people: Person[] = Array.from({ length: count }, (_, number) => ({
    speaker: { id: guid(number), conversation: `a:hold-${number}` },
    said: [],
    presses: 0,
    caseId: '',
    message: '',
  }))
  const log = readLog(connector)

  async function say({ speaker, said }: Person, text: string): Promise<void> {
    await deliver(activity(connector.url, speaker, { type: 'message', text }))
    said.push({ answer: text as Answer, at: Date.now() })
  }

  /** Answers the questions, then moves the date of the term on, any number of times. */
  function nextPress({ presses, caseId, message }: Person) {
    const answers = [
      ['role', 'direct'],
      ['service', 'licence'],
      ['licence-source', 'csp-partner'],
    ]
    const day = new Date(Date.UTC(2030, 0, 1 + presses)).toISOString().slice(0, 10)
    const [question, value] = answers[presses] ?? ['term-end', day]
    return pressed('answer', { case: caseId, rev: presses, question, value }, message)
  }

  async function press(person: Person): Promise<void> {
    const { status, body } = await deliver(activity(connector.url, person.speaker, nextPress(person)))
    if (status !== 200 || typeof body?.value === 'string') throw new Error(`refused: ${status} ${body?.value}`)
    person.presses += 1
  }

  async function live(person: Person, events: number, goesOn: () => boolean): Promise<void> {
    await say(person, 'hello')
    const first = await log.until(person.speaker.conversation, ({ answer }) => answer === 'hello')
    person.caseId = /MC-[0-9A-Z]{6}/.exec(textOf(first.card))?.[0] ?? ''
    person.message = first.message
    for (let event = 1; event < events && goesOn(); event += 1) {
      if (random.number() < 0.5) await press(person)
      else await say(person, random.pick(typed.filter((command) => command !== person.said.at(-1)?.answer)))
    }
  }

  return {
    /** Lets people act, so many things each and so many people at a time. `goesOn` false ends it early. */
    live: async (events: number, atATime: number, goesOn: () => boolean = () => true): Promise<void> => {
      const waiting = [...people]
      const next = async () => {
        for (let person = waiting.shift(); person && goesOn(); person = waiting.shift())
          await live(person, events, goesOn)
      }
      await Promise.all(Array.from({ length: atATime }, next))
    },
    /** Number of acts. */
    events: () => people.reduce((sum, { said, presses }) => sum + said.length + presses, 0),
    /**
     * Waits for outstanding messages, then compares Teams and the database with the acknowledged acts of each person. A
     * message may have come twice only across one of the kill times in `cuts`.
     */
    judge: async (tally: Tally, database: Database, cuts: readonly number[] = [], silenceMs = usualSilenceMs) => {
      const all = people.reduce((sum, { said }) => sum + said.length, 0)
      const isMissing = ({ speaker, said }: Person) =>
        withoutRepeats(log.of(speaker.conversation), cuts).once.length < said.length
      let newest = { count: 0, at: Date.now() }
      while (people.some(isMissing) && Date.now() - newest.at < silenceMs) {
        if (connector.sent.length > newest.count) newest = { count: connector.sent.length, at: Date.now() }
        await sleep(200)
      }
      // A duplicate comes later.
      await sleep(1_000)
      const revisions = await revisionsOf(database)
      let latest = 0
      let repeated = 0
      for (const { speaker, said, presses, caseId } of people.filter((person) => person.said.length > 0)) {
        const { once, again } = withoutRepeats(log.of(speaker.conversation), cuts)
        repeated += again
        const came = once.map(({ answer }) => answer).join(', ')
        const expected = said.map(({ answer }) => answer).join(', ')
        tally.expect(came === expected, () => `${speaker.conversation} was told\n  ${came} after saying\n  ${expected}`)
        const stored = revisions.get(speaker.conversation) ?? []
        const isRight = stored.length === 1 && stored[0]?.id === caseId && stored[0].revision === presses
        tally.expect(isRight, () => `${caseId} has ${presses} presses and is ${JSON.stringify(stored)}`)
        for (const [index, { at }] of said.entries()) latest = Math.max(latest, (once[index]?.at ?? at) - at)
      }
      const { faults } = await verify(database)
      tally.expect(faults.length === 0, () => `the history is broken: ${JSON.stringify(faults.slice(0, 3))}`)
      return {
        events: all + people.reduce((sum, person) => sum + person.presses, 0),
        repeated,
        'latest answer ms': latest,
      }
    },
  }
}

interface Notice {
  answer: Answer
  card: unknown
  message: string
  at: number
}

/** Reads the messages in the Connector's log by conversation, each once. An update of a message tells nobody anything. */
function readLog({ sent, messageAt }: FakeConnector) {
  const notices = new Map<string, Notice[]>()
  let read = 0
  const catchUp = () => {
    for (; read < sent.length; read += 1) {
      const { method, conversation, body, at } = sent[read] as Sent
      if (method !== 'POST') continue
      const card = body.attachments?.[0]?.content
      const notice = { answer: answerIn(card), card, message: messageAt(read), at }
      notices.set(conversation, [...(notices.get(conversation) ?? []), notice])
    }
  }
  const of = (conversation: string) => {
    catchUp()
    return notices.get(conversation) ?? []
  }
  return {
    of,
    until: async (conversation: string, what: (notice: Notice) => boolean): Promise<Notice> => {
      for (const end = Date.now() + 180_000; Date.now() < end; await sleep(20)) {
        const found = of(conversation).find(what)
        if (found) return found
      }
      throw new Error(`nobody answered in ${conversation}`)
    },
  }
}

/** Under load, deliveries are recorded a little later. */
const stampMs = 1_000

/** No person repeats a text, so a repeated message is a duplicate. */
function withoutRepeats(notices: readonly Notice[], cuts: readonly number[]): { once: Notice[]; again: number } {
  const isCut = (before: Notice, notice: Notice) => cuts.some((cut) => before.at <= cut + stampMs && cut <= notice.at)
  const same = (before: Notice | undefined, notice: Notice) =>
    before && JSON.stringify(before.card) === JSON.stringify(notice.card)
  const once: Notice[] = []
  for (const [index, notice] of notices.entries()) {
    const before = notices[index - 1]
    if (!before || !same(before, notice) || !isCut(before, notice)) once.push(notice)
  }
  return { once, again: notices.length - once.length }
}

async function revisionsOf(database: Database) {
  const statement = { name: 'hold-revisions', sql: 'select id, conversation, revision from cases' }
  type Row = { id: string; conversation: string; revision: number }
  const { rows } = await database.transaction((tx) => tx.execute<Row>(statement, []))
  return Map.groupBy(rows, ({ conversation }) => conversation)
}
