import { describe, expect, it } from 'vitest'
import { draw } from '../../../cards/draw.ts'
import type { AdaptiveCard } from '../../../cards/render.ts'
import { locales, policyText, text } from '../../../cards/text/text.ts'
import { actionTitle } from '../../../cards/text/titles.ts'
import type { Case } from '../../../dialogs/case.ts'
import { actionsOf, notesOf, questionsFor } from '../../../dialogs/policy/decide.ts'
import { editionOf, offeredValues } from '../../../dialogs/policy/policy.ts'
import type { QuestionId } from '../../../dialogs/questions.ts'
import { otherEditionOutcomes, outcomeOf, startable, step } from '../../../dialogs/step.ts'
import { policy } from '../../support/policy.ts'
import { type CaseSetup, caseWith, now, partner, start } from './cases.ts'
import { everyCase } from './every-view.ts'
import { allOf, dataOf, shownTexts } from './walk.ts'

type Locale = (typeof locales)[number]
const drawIn = (locale: Locale, caseRecord: Case) =>
  draw(policy, { kind: 'case', case: caseRecord, show: 'outcome' }, { locale, sandbox: false, names: {}, at: now })
const drawn = new Map<Case, AdaptiveCard>()
/** Draws a case in English once for all tests, as most of them look at every answer. */
function cardOf(caseRecord: Case): AdaptiveCard {
  const card = drawn.get(caseRecord) ?? drawIn('en', caseRecord)
  drawn.set(caseRecord, card)
  return card
}
const cardWith = (given: CaseSetup) => cardOf(caseWith({ edition: '2026-11', role: 'direct', ...given }).case)
const read = (card: unknown) => shownTexts(card).join('\n').replaceAll('\u00a0', ' ')
const fieldsOf = (card: unknown, verb: string, field: string) =>
  dataOf(card, verb).map((data) => (data as Record<string, unknown>)[field])
const answered = everyCase().filter(({ intake }) => intake === 'answered')
const outcomeIn = (caseRecord: Case) => {
  const outcome = outcomeOf(policy, caseRecord)
  if (!outcome) throw new Error('an answered case has an outcome')
  return outcome
}
const isDecided = (caseRecord: Case) => outcomeIn(caseRecord).parts.every(({ variants }) => variants.length === 1)

const eaBoth = { service: 'both', 'licence-source': 'ea', 'usage-source': 'ea' }
const eaAzure = { service: 'usage', 'usage-source': 'ea' }
const online = { service: 'licence', 'licence-source': 'microsoft-direct', goal: 'take-over' }

describe('an answer card', () => {
  it.each(locales)('names in %s every action and reason of a decided answer', (locale) => {
    for (const caseRecord of answered.filter(isDecided)) {
      const outcome = outcomeIn(caseRecord)
      const shown = shownTexts(drawIn(locale, caseRecord)).join('\n').toLowerCase()
      for (const action of actionsOf(outcome)) expect(shown).toContain(actionTitle(locale, action).toLowerCase())
      for (const { variants } of outcome.parts) {
        for (const { rule } of variants)
          expect(shown).toContain(policyText(locale, 'reason', rule.reason).toLowerCase())
      }
    }
  })

  it('says nothing twice, and at most three remarks for each service', () => {
    for (const caseRecord of answered) {
      const shown = shownTexts(cardOf(caseRecord))
      const remarks = shown.filter((each) => each.startsWith('**!** '))
      const sources = shown.filter((each) => /^(Source: |Not all of this)/.test(each))
      expect(new Set(remarks).size).toBe(remarks.length)
      expect(new Set(sources).size).toBe(sources.length)
      expect(remarks.length).toBeLessThanOrEqual(3 * outcomeIn(caseRecord).parts.length)
    }
  })

  it('shows the remarks of a single answer', () => {
    for (const caseRecord of answered.filter((each) => each.answers.service === 'licence' && isDecided(each))) {
      const shown = read(cardOf(caseRecord))
      for (const { about, variants } of outcomeIn(caseRecord).parts) {
        for (const { rule } of variants) {
          for (const note of notesOf(rule, about, caseRecord).slice(0, 3))
            expect(shown).toContain(policyText('en', 'note', note).replaceAll('\u00a0', ' '))
        }
      }
    }
  })

  it('starts each track that can start, once', () => {
    for (const caseRecord of answered.filter(isDecided)) {
      const card = cardOf(caseRecord)
      const tracks = dataOf(card, 'start').flatMap((data) => {
        const { none, track } = data as { none?: true; track: string }
        return none ? [] : [track]
      })
      expect(new Set(tracks).size).toBe(tracks.length)
      for (const track of tracks) expect(startable(policy, caseRecord)).toContain(track)
      if (caseRecord.answers.service !== 'both')
        expect(tracks.toSorted()).toEqual(startable(policy, caseRecord).toSorted())
    }
  })

  it('always offers a next step', () => {
    for (const caseRecord of answered) {
      const card = cardOf(caseRecord)
      const open = allOf(card, 'ActionSet').length + dataOf(card, 'start').length + dataOf(card, 'answer').length
      expect(open, JSON.stringify(caseRecord.answers)).toBeGreaterThan(0)
    }
  })

  it('has a start and the way back to the open question for everybody who does not know a fact', () => {
    const unsure = answered.filter(
      ({ edition, cloud, answers }) =>
        edition === '2026-11' && cloud === 'global' && Object.values(answers).includes('unknown'),
    )
    expect(unsure.length).toBeGreaterThan(20)
    for (const caseRecord of unsure) {
      const card = cardOf(caseRecord)
      const open = Object.keys(caseRecord.answers).filter(
        (question) => caseRecord.answers[question as QuestionId] === 'unknown' && question !== 'term-end',
      )
      const ways = [...fieldsOf(card, 'answer', 'question'), ...fieldsOf(card, 'reopen', 'question')]
      expect(dataOf(card, 'start').length, JSON.stringify(caseRecord.answers)).toBeGreaterThan(0)
      expect(ways, JSON.stringify(caseRecord.answers)).toEqual(expect.arrayContaining(open))
    }
  })

  it('answers an open question by a click on one of the possible answers', () => {
    const asked = (question: 'commerce' | 'offer') =>
      answered.filter(
        ({ edition, answers: { service, [question]: given } }) =>
          edition === '2026-11' && given === 'unknown' && service !== 'both',
      )
    for (const [question, cases] of [['commerce', asked('commerce')] as const, ['offer', asked('offer')] as const]) {
      expect(cases.length, question).toBeGreaterThan(0)
      for (const caseRecord of cases) {
        const clicks = dataOf(cardOf(caseRecord), 'answer') as { question: string; value: string }[]
        const values = new Set(clicks.filter((click) => click.question === question).map(({ value }) => value))
        expect(values.size).toBe(2)
        for (const value of values) {
          const by = { kind: 'person', person: partner } as const
          const clicked = { type: 'question.answered', question, value, at: now, by } as const
          const stepped = step(policy, caseRecord, clicked)
          expect(stepped.ok && stepped.value.case).toMatchObject({ intake: 'answered', answers: { [question]: value } })
        }
      }
    }
  })

  it('draws the first start as its only positive button', () => {
    const positive = (card: unknown) => allOf(card, 'Action.Execute').filter(({ style }) => style === 'positive')
    for (const caseRecord of answered.filter(isDecided)) {
      const [first] = startable(policy, caseRecord)
      const starts = positive(cardOf(caseRecord)).filter(({ verb }) => verb === 'start')
      expect(starts.map(({ data }) => (data as { track: string }).track)).toEqual(first === undefined ? [] : [first])
    }
  })

  it('ticks a step that is done and opens one under way', () => {
    const begun = { ...online, 'term-end': 'unknown' }
    const card = cardWith({ answers: begun, events: [start('plan/switch-licences')] })
    expect(fieldsOf(card, 'show', 'view').filter((view) => view === 'plan/switch-licences')).toHaveLength(2)
    expect(fieldsOf(card, 'start', 'track')).not.toContain('plan/switch-licences')
    const none = { type: 'track.started', track: 'plan/plan-reservations', none: true } as const
    const done = cardWith({ answers: eaAzure, events: [none] })
    expect(read(done)).toMatch(/Sort out reservations first \(done\)/)
    expect(fieldsOf(done, 'start', 'track')).not.toContain('plan/plan-reservations')
  })

  it('lets people say that there are no reservations', () => {
    expect(dataOf(cardWith({ answers: eaAzure }), 'start')).toContainEqual(
      expect.objectContaining({ track: 'plan/plan-reservations', none: true }),
    )
  })

  it('answers for Azure first if both came from an EA, and asks for one relationship', () => {
    const shown = read(cardWith({ answers: eaBoth }))
    expect(shown.indexOf('\nAzure ▾\n')).toBeGreaterThan(0)
    expect(shown.indexOf('\nLicences ▾\n')).toBeGreaterThan(shown.indexOf('\nAzure ▾\n'))
    expect(shown.match(/Request a reseller relationship/g)).toHaveLength(1)
  })

  it('gives one answer where both services have the same', () => {
    const unknown = { service: 'both', 'licence-source': 'unknown', 'usage-source': 'unknown' }
    expect(read(cardWith({ answers: unknown })).match(/Find out who sold it\n/g)).toHaveLength(1)
  })

  it('changes every question beside the answer with one click, and shows the value that counts', () => {
    for (const caseRecord of answered) {
      const edition = editionOf(policy, caseRecord.edition)
      const card = cardOf(caseRecord)
      for (const { question, when } of questionsFor(policy, caseRecord)) {
        if (when !== 'alongside' || question === 'term-end') continue
        const unanswered = edition.questions.find((each) => each.question === question)?.unanswered
        const counting = caseRecord.answers[question] ?? unanswered
        const clicks = dataOf(card, 'answer').flatMap((data) => {
          const answer = data as { question: string; value: string }
          return answer.question === question ? [answer.value] : []
        })
        expect(clicks).toEqual(offeredValues(edition, question).filter((value) => value !== counting))
        if (counting !== undefined)
          expect(read(card)).toContain(
            `${text('en', `fact.${question}`)} ${text('en', `choice.${question}.${counting}.title` as 'welcome')}`,
          )
      }
    }
  })

  it('lets every answer on the way to it be changed', () => {
    for (const caseRecord of answered) {
      const before = questionsFor(policy, caseRecord).flatMap(({ question, when }) =>
        when === 'before' ? [question] : [],
      )
      expect(fieldsOf(cardOf(caseRecord), 'reopen', 'question')).toEqual(expect.arrayContaining(before))
    }
  })

  it('lists the topics where none fits, with the way back to them', () => {
    const card = cardWith({ answers: { service: 'something-else', topic: 'other' } })
    expect(read(card)).toContain('Topics: The customer is leaving CSP · Another tenant, a merger · ')
    const shown = allOf(card, 'ActionSet').flatMap((set) => fieldsOf(set, 'reopen', 'question'))
    expect(shown).toEqual(['topic', 'service'])
  })

  it('closes a case with nothing to do by a button, once on the card', () => {
    const closesIn = (card: unknown) => ({
      button: allOf(card, 'ActionSet').flatMap((set) => dataOf(set, 'close')).length,
      anywhere: dataOf(card, 'close').length,
    })
    expect(closesIn(cardWith({ answers: { service: 'resale' } }))).toEqual({ button: 1, anywhere: 1 })
    expect(closesIn(cardWith({ answers: online }))).toEqual({ button: 0, anywhere: 1 })
    const { case: over } = caseWith({ edition: '2026-11', role: 'direct', answers: { service: 'resale' } })
    const closed = cardOf({ ...over, closed: now })
    expect(dataOf(closed, 'close')).toMatchObject([{ as: 'reopened' }])
  })

  it.each([
    ['a sale to a CSP partner', { answers: { service: 'resale' } }],
    ['a closed cloud', { cloud: 'germany', answers: { service: 'usage' } }],
  ] as const)('leads back to what was bought after %s', (_, given) => {
    const sets = allOf(cardWith(given), 'ActionSet')
    expect(sets.flatMap((set) => fieldsOf(set, 'reopen', 'question'))).toEqual(['service'])
  })

  it('gives the instructions of each step behind its title', () => {
    const card = cardWith({ answers: online })
    const how = text('en', 'action.switch-licences.how')
    const folds = allOf(card, 'Container').filter(
      ({ isVisible, id }) => isVisible === false && String(id).startsWith('how'),
    )
    expect(folds.filter((fold) => read(fold) === how)).toHaveLength(1)
  })

  it('heads the advice of a topic with the topic', () => {
    const shown = read(cardWith({ answers: { service: 'something-else', topic: 'leaving-csp' } }))
    expect(shown).toContain(`\nThe customer is leaving CSP\n${text('en', 'reason.topic-leaving-csp')}`)
  })

  it.each([
    ['en', '”, undated; checked 28 Nov 2026'],
    ['fr', '» (titre anglais), sans date\u202f; vérifiée le 28 nov. 2026'],
    ['de', '“ (englischer Titel), ohne Datum; geprüft am 28.11.2026'],
  ] as const)('says in %s when its source was checked, and of what language the title is', (locale, told) => {
    const { case: answered } = caseWith({ edition: '2026-11', role: 'direct', answers: online })
    expect(read(drawIn(locale, answered))).toContain(told)
  })

  it('says with whom to check what is not Microsoft’s own word', () => {
    const card = cardWith({ role: 'indirect-provider', answers: eaAzure })
    expect(read(card)).toContain(text('en', 'outcome.source-check.microsoft'))
  })
})

describe('answers of two editions', () => {
  it('stand on the card wherever they differ, one click apart', () => {
    for (const caseRecord of answered) {
      const editions = fieldsOf(cardOf(caseRecord), 'edition', 'edition')
      expect(editions).toEqual(otherEditionOutcomes(policy, caseRecord).map(({ edition }) => edition.edition))
    }
  })

  it.each(['2026-11', '2017-03'] as const)('stand side by side with their dates, seen from %s', (edition) => {
    const answers = {
      service: 'licence',
      'licence-source': 'csp-partner',
      ...(edition === '2026-11' ? { commerce: 'new-commerce' } : {}),
    }
    const columns = allOf(cardWith({ edition, answers }), 'ColumnSet').map((row) => allOf(row, 'Column').map(read))
    const newer =
      edition === '2026-11' ? 'Take over the subscription' : 'Take over the subscription or have it migrated'
    expect(columns).toContainEqual([
      expect.stringContaining(`Since November 2026\n${newer}`),
      'In March 2017\nWait for the end of the term',
    ])
  })

  it('ask nothing again on the way there and back', () => {
    const there = { type: 'edition.changed', edition: '2017-03' } as const
    const back = { type: 'edition.changed', edition: '2026-11' } as const
    const before = caseWith({ edition: '2026-11', role: 'direct', answers: online }).case
    const after = caseWith({ edition: '2026-11', role: 'direct', answers: online, events: [there, back] }).case
    expect(after.intake).toBe('answered')
    expect(read(cardOf(after))).toBe(read(cardOf(before)))
  })
})
