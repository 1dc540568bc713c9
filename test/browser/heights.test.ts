import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { draw } from '../../cards/draw.ts'
import { answersText } from '../../cards/parts/questions.ts'
import { type Locale, locales } from '../../cards/text/text.ts'
import type { Case } from '../../dialogs/case.ts'
import { decide, notesOf, questionsFor, type Situation } from '../../dialogs/policy/decide.ts'
import { openCase } from '../../dialogs/step.ts'
import { everySituation } from '../support/every-situation.ts'
import { policy } from '../support/policy.ts'
import { launchChromium } from './window.ts'

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

let browser: Browser
let page: Page

beforeAll(async () => {
  browser = await launchChromium()
  page = await browser.newPage()
  await page.setContent('<body style="margin:0;font:14px Segoe UI,sans-serif"><div id="card"></div></body>')
  const library = createRequire(import.meta.url).resolve('adaptivecards/dist/adaptivecards.min.js')
  await page.addScriptTag({ content: readFileSync(library, 'utf8') })
})
afterAll(() => browser.close())

/** Draws cards with the spacing and type sizes of Teams, and measures their heights. */
async function heightsOf(cards: readonly object[], width: number): Promise<number[]> {
  await page.setViewportSize({ width, height: 900 })
  return page.evaluate((drawn) => {
    // biome-ignore lint/suspicious/noExplicitAny: the library is a script of the page.
    const { AdaptiveCard, HostConfig } = (globalThis as any).AdaptiveCards
    const config = new HostConfig({
      spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 16 },
      fontFamily: 'Segoe UI, sans-serif',
      fontSizes: { small: 12, default: 14, medium: 14, large: 18, extraLarge: 24 },
      actions: { buttonSpacing: 8, actionsOrientation: 'horizontal', actionAlignment: 'left' },
    })
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    const place = (globalThis as any).document.getElementById('card')
    return drawn.map((each) => {
      const card = new AdaptiveCard()
      card.hostConfig = config
      card.parse(each)
      place.replaceChildren(card.render())
      return Math.ceil(place.getBoundingClientRect().height)
    })
  }, cards)
}

/** Names of the situations whose card is higher than it may be, with the height. */
async function tooHigh(situations: readonly Situation[], locale: Locale): Promise<string[]> {
  const heights = await heightsOf(
    situations.map((situation) => cardOf(situation, locale)),
    chat.width,
  )
  return situations.flatMap(({ cloud, answers }, index) => {
    const height = heights[index] ?? Number.POSITIVE_INFINITY
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
    const [height] = await heightsOf([cardOf(situation, locale, 'asking-service')], phone.width)
    expect(height).toBeGreaterThan(100)
    expect(height).toBeLessThanOrEqual(phone.height)
  })
})
