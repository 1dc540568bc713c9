import { describe, expect, it } from 'vitest'
import { decide } from '../../../dialogs/policy/decide.ts'
import { type Cloud, clouds, keyOfAction, type Rule } from '../../../dialogs/policy/policy.ts'
import type { Role } from '../../../dialogs/questions.ts'
import { isOpen, nameOf } from '../../../dialogs/tracks/registry.ts'
import type { Chat } from '../../support/chat.ts'
import { policy } from '../../support/policy.ts'
import { somebody, startWorld } from '../../support/world.ts'
import { bothServices, type Row, rows } from './rows.ts'

// Every situation of edition 2017-03 is clicked through by test/bot/turn/answers.test.ts.

const edition = '2026-11'
/** Actions that people carry out themselves. */
const withoutTrack = ['cancel-early', 'no-resale', 'cloud-closed']
const tracksOfActions: Readonly<Record<string, string>> = {
  'request-relationship': 'relationship',
  'use-partner-invitation': 'invitation',
  'request-delegated-admin': 'delegated-admin',
  transfer: 'transfer',
  'support-ticket': 'transfer',
  'wait-for-term': 'term',
}

/** Track that the button of an action opens. */
function trackOf(action: string): string | undefined {
  if (withoutTrack.includes(action)) return undefined
  return tracksOfActions[action] ?? action.replace(/^ask-provider\//, 'invitation/').replace(/^[^/]+$/, 'plan/$&')
}

/** Tracks that the card of a row offers. A term is offered once its last day is known; what comes afterwards is not yet. */
const offeredBy = ({ first = [], do: then, instead = [] }: Pick<Row, 'first' | 'do' | 'instead'>): string[] => [
  ...new Set([...first, ...then, ...instead].flatMap((action) => trackOf(action) ?? [])),
]

const startsOn = (chat: Chat) =>
  new Set(chat.buttons().flatMap(({ verb, data }) => (verb === 'start' ? String(data.track) : [])))

const answerOf = ({ first, do: then, instead, afterwards }: Rule) => ({
  first: first.map(keyOfAction),
  do: then.map(keyOfAction),
  instead: instead.map(keyOfAction),
  afterwards: afterwards.map(keyOfAction),
})

const inTwoYears = new Date(Date.now() + 700 * 86_400_000).toISOString().slice(0, 10)

const unvisited = new Set(policy[edition]?.rules.map(({ id }) => id))

async function startIn(cloud: Cloud) {
  const world = await startWorld({ POLICY_EDITION: edition, CLOUD: cloud })
  const stored = async (chat: Chat) => {
    const found = await world.findCase(chat.caseId())
    if (!found) throw new Error(`no case on:\n${chat.text()}`)
    return found
  }
  const people = new Map<Role, Promise<Chat>>()
  /** Chat with a person whose role the bot remembers. */
  const personOf = (role: Role): Promise<Chat> => {
    const known = people.get(role) ?? startPerson(role)
    people.set(role, known)
    return known
  }
  async function startPerson(role: Role) {
    const chat = world.chat(somebody())
    await chat.say('hello')
    await chat.press('answer', { question: 'role', value: role })
    return chat
  }
  return {
    stored,
    /** Clicks through a new case; gives the number of clicks, of which the last brings the answer. */
    async walk(role: Role, way: readonly string[]) {
      const chat = await personOf(role)
      await chat.say('new')
      for (const value of way) await chat.press('answer', { value })
      return { chat, clicks: way.length, caseRecord: await stored(chat) }
    },
    rulesOf: (situation: Parameters<typeof decide>[1]) =>
      (decide(policy, situation)?.parts ?? []).flatMap(({ variants }) => variants.map(({ rule }) => rule)),
  }
}

describe.each(clouds.map((cloud) => ({ cloud })))('in the cloud $cloud', async ({ cloud }) => {
  const bot = await startIn(cloud)
  const here = rows.filter(({ clouds }) => clouds.includes(cloud))
  const opened = new Set<string>()

  /** Presses the start buttons that no row before it had, each on a card of its own. */
  async function openTracks(row: Row, role: Role, way: readonly string[]): Promise<void> {
    for (const track of offeredBy(row)) {
      if (opened.has(track)) continue
      const { chat } = await bot.walk(role, way)
      if (track === 'term') await chat.press('answer', { question: 'term-end' }, { value: inTwoYears })
      await chat.press('start', { track })
      const { tracks } = await bot.stored(chat)
      expect(tracks.filter(isOpen).map(nameOf)).toEqual([track])
      opened.add(track)
    }
  }

  it.each(here)('$rule is reached in $clicks clicks', async (row) => {
    const { first = [], instead = [], afterwards = [] } = row
    for (const role of row.roles) {
      for (const way of row.ways) {
        const { chat, clicks, caseRecord } = await bot.walk(role, way)
        const where = `${role}: ${way.join(' › ')}`
        expect(caseRecord, where).toMatchObject({ intake: 'answered', edition, cloud, tracks: [] })
        const rules = bot.rulesOf(caseRecord)
        expect(
          rules.map(({ id }) => id),
          where,
        ).toEqual([row.rule])
        expect(rules.map(answerOf), where).toEqual([{ first, do: row.do, instead, afterwards }])
        expect(clicks, where).toBe(row.clicks)
        const offered = offeredBy(row).filter((track) => track !== 'term')
        expect(startsOn(chat), where).toEqual(new Set(offered))
      }
      const [way = []] = row.ways
      await openTracks(row, role, way)
    }
    unvisited.delete(row.rule)
  })

  it('every track that an answer offers was opened by its button', () => {
    expect(opened).toEqual(new Set(here.flatMap(offeredBy)))
  })
})

describe('for both services', async () => {
  const bot = await startIn('global')

  it.each(bothServices)('$role: $sources', async ({ role, sources, rules }) => {
    const { clicks, caseRecord } = await bot.walk(role, ['both', ...sources])
    expect(caseRecord.intake).toBe('answered')
    expect(bot.rulesOf(caseRecord).map(({ id }) => id)).toEqual(rules)
    expect(clicks).toBe(3)
  })
})

it('every rule of the edition was reached', () => {
  expect([...unvisited]).toEqual([])
})
