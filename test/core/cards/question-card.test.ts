import { describe, expect, it } from 'vitest'
import { draw } from '../../../cards/draw.ts'
import type { Case } from '../../../dialogs/case.ts'
import { questionOf } from '../../../dialogs/intake.ts'
import { editionOf, offeredValues } from '../../../dialogs/policy/policy.ts'
import { policy } from '../../support/policy.ts'
import { caseWith, now } from './cases.ts'
import { everyCase } from './every-view.ts'
import { allOf, dataOf, shownTexts } from './walk.ts'

const cardOf = (caseRecord: Case) =>
  draw(policy, { kind: 'case', case: caseRecord }, { locale: 'en', sandbox: false, names: {}, at: now })
const valuesOf = (card: unknown) => dataOf(card, 'answer').map((data) => (data as { value: string }).value)
const foldOf = (card: unknown) => allOf(card, 'Container').find(({ id }) => id === 'more')

describe('a question card', () => {
  it('has a row for each value that the edition offers, which answers with one click', () => {
    for (const caseRecord of everyCase()) {
      const question = questionOf(caseRecord.intake)
      if (question === undefined) continue
      const offered = offeredValues(editionOf(policy, caseRecord.edition), question)
      expect(valuesOf(cardOf(caseRecord)).toSorted()).toEqual([...offered].sort())
    }
  })

  it.each([
    ['licence-source', { service: 'licence' }, 'unknown', ['open', 'third-party', 'advisor', 'mca-e', 'own-advisor']],
    ['usage-source', { service: 'usage' }, 'unknown', ['mca-e', 'open', 'third-party', 'advisor', 'own-advisor']],
    [
      'topic',
      { service: 'something-else' },
      'other',
      ['software-reservation-saas', 'nonprofit-public-sector', 'our-role-changes'],
    ],
  ])('folds the rare values of the %s, never the last resort', (_, answers, last, rare) => {
    const card = cardOf(caseWith({ edition: '2026-11', role: 'direct', answers }).case)
    expect(foldOf(card)).toMatchObject({ isVisible: false })
    expect(valuesOf(foldOf(card))).toEqual(rare)
    expect(
      valuesOf(card)
        .filter((value) => !rare.includes(value))
        .at(-1),
    ).toBe(last)
    expect(valuesOf(card).length - rare.length).toBeLessThanOrEqual(6)
  })

  it('folds nothing that fits on the screen of a phone', () => {
    for (const answers of [{ service: 'licence' }, {}]) {
      expect(foldOf(cardOf(caseWith({ edition: '2017-03', role: 'direct', answers }).case))).toBeUndefined()
    }
  })

  it('shows what was answered before, with a way back to each', () => {
    const answers = { service: 'licence', 'licence-source': 'csp-partner' }
    const card = cardOf(caseWith({ edition: '2026-11', role: 'direct', answers }).case)
    expect(shownTexts(card).join('\n')).toContain(
      'You: \nDirect partner\nChange\nBought: \nLicences\nChange\nLicences from: \nAnother CSP',
    )
    expect(dataOf(card, 'reopen')).toMatchObject([
      { question: 'role' },
      { question: 'service' },
      { question: 'licence-source' },
    ])
  })

  const reopened = { type: 'question.reopened', question: 'licence-source' } as const
  const rare = { service: 'licence', 'licence-source': 'mca-e', goal: 'take-over' }

  it('marks the present answer of a reopened question, and leaves it unfolded', () => {
    const card = cardOf(caseWith({ edition: '2026-11', role: 'direct', answers: rare, events: [reopened] }).case)
    const marked = allOf(card, 'Container').filter(({ style }) => style === 'accent')
    expect(marked.map(valuesOf)).toEqual([['mca-e']])
    expect(valuesOf(foldOf(card))).not.toContain('mca-e')
  })

  it('shows the answer of another edition that this one does not offer', () => {
    const events = [{ type: 'edition.changed', edition: '2017-03' } as const, reopened]
    const card = cardOf(caseWith({ edition: '2026-11', role: 'direct', answers: rare, events }).case)
    expect(valuesOf(card)).not.toContain('mca-e')
    expect(shownTexts(card)).toContain('Licences from: Microsoft’s sales team (MCA-E)')
  })
})
