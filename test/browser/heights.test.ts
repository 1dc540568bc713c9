import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { draw } from '../../cards/draw.ts'
import { answersText } from '../../cards/parts/questions.ts'
import { type Locale, locales } from '../../cards/text/text.ts'
import type { Case } from '../../dialogs/case.ts'
import { decide, notesOf, questionsFor, type Situation } from '../../dialogs/policy/decide.ts'
import { openCase } from '../../dialogs/step.ts'
import { everySituation } from '../support/every-situation.ts'
import { policy } from '../support/policy.ts'
import { type Drawing, openDrawing } from './drawing.ts'
import { mainCards } from './main-cards.ts'

/** Widths of a card in a chat and on a narrow phone, and the most of a screen that one may take, in pixels. */
const chat = { width: 440, height: 700 }
const phone = { width: 320, height: 640 }

const at = '2026-11-28T10:00:00.000Z'
const by = { tenant: '11111111-1111-4111-8111-111111111111', id: '22222222-2222-4222-8222-222222222222' }

const caseOf = ({ edition, cloud, answers }: Situation, intake: Case['intake']): Case => {
  const opening = { id: 'MC-7K2P9Q', conversation: 'a:personal', edition, cloud, by, at }
  return { ...openCase(policy, opening).case, intake, answers }
}

const cardOf = (situation: Situation, locale: Locale, intake: Case['intake'] = 'answered') =>
  draw(policy, { kind: 'case', case: caseOf(situation, intake) }, { locale, sandbox: true, names: {}, at })

/** Everything that an answer card depends on, but for the line with the answers. */
function answerKey(situation: Situation): string {
  const parts = (decide(policy, situation)?.parts ?? []).map(({ about, variants }) =>
    variants.map(({ rule, given }) => [rule.id, given, notesOf(rule, about, situation)]),
  )
  const beside = questionsFor(policy, situation)
    .filter(({ when }) => when === 'alongside')
    .map(({ question }) => [question, situation.answers[question]])
  return JSON.stringify([situation.edition, situation.answers.topic, parts, beside])
}

/** One situation for each different answer: that with the longest line of answers. */
function differentAnswers(edition: string, locale: Locale): Situation[] {
  const longest = new Map<string, { length: number; situation: Situation }>()
  for (const situation of everySituation(edition)) {
    const key = answerKey(situation)
    const { length } = answersText(locale, situation.answers)
    if (length > (longest.get(key)?.length ?? -1)) longest.set(key, { length, situation })
  }
  return [...longest.values()].map(({ situation }) => situation)
}

let drawing: Drawing

beforeAll(async () => {
  drawing = await openDrawing()
})
afterAll(() => drawing.close())

/** Names of the situations whose card is higher than it may be, with the height. */
async function tooHigh(situations: readonly Situation[], locale: Locale): Promise<string[]> {
  const drawn = await drawing.draw(
    situations.map((situation) => cardOf(situation, locale)),
    chat.width,
  )
  return situations.flatMap(({ cloud, answers }, index) => {
    const height = drawn[index]?.height ?? Number.POSITIVE_INFINITY
    return height > chat.height ? `${height} px: ${cloud} ${JSON.stringify(answers)}` : []
  })
}

describe.each(locales)('in %s', (locale) => {
  it.each([
    ['2026-11', 847],
    ['2017-03', 16],
  ])('every answer of edition %s fits on a screen', async (edition, count) => {
    const situations = differentAnswers(edition, locale)
    expect(await tooHigh(situations, locale)).toEqual([])
    expect(situations).toHaveLength(count)
  })

  it('the first question fits on the screen of a phone', async () => {
    const situation: Situation = { edition: '2026-11', cloud: 'global', answers: { role: 'direct' } }
    const [first] = await drawing.draw([cardOf(situation, locale, 'asking-service')], phone.width)
    expect(first?.height).toBeGreaterThan(100)
    expect(first?.height).toBeLessThanOrEqual(phone.height)
  })
  it('the main states of every track fit on a screen', async () => {
    const cards = mainCards(locale)
    const drawn = await drawing.draw(Object.values(cards), chat.width)
    const heights = Object.keys(cards).map(
      (name, index) => [name, drawn[index]?.height ?? Number.POSITIVE_INFINITY] as const,
    )
    expect(heights.filter(([, height]) => height > chat.height)).toEqual([])
  })

  it('no word is broken and no button cut off on a phone', async () => {
    const cards = mainCards(locale)
    const drawn = await drawing.draw(Object.values(cards), phone.width)
    const faults = Object.keys(cards).flatMap((name, index) => {
      const { broken = [], cut = [] } = drawn[index] ?? {}
      return broken.length + cut.length === 0 ? [] : [{ name, broken, cut }]
    })
    expect(faults).toEqual([])
  })
})
