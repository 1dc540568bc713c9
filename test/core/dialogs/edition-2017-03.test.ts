import { describe, expect, it } from 'vitest'
import { decide, nextQuestion, notesOf, questionsFor, type Situation } from '../../../dialogs/policy/decide.ts'
import { editionOf, keyOfAction, offeredValues } from '../../../dialogs/policy/policy.ts'
import { type Answers, roles } from '../../../dialogs/questions.ts'
import { policy } from '../../support/policy.ts'
import recorded from './edition-2017-03.json' with { type: 'json' }

/** Record of the decisions of release 0.2.0 in every situation of this edition. It is never generated anew. */
const { services, sources, rules, situations } = recorded
const edition = editionOf(policy, '2017-03')

/** Every combination of answers, with the sources that the service needs. */
const bought = services.flatMap((service): string[][] => {
  if (service === 'resale') return [[service]]
  if (service === 'both') return sources.flatMap((licence) => sources.map((usage) => [service, licence, usage]))
  return sources.map((source) => [service, source])
})

const answersOf = (role: string, [service, first, second]: string[]) =>
  ({
    role,
    service,
    ...(service === 'licence' || service === 'both' ? { 'licence-source': first } : {}),
    ...(service === 'usage' ? { 'usage-source': first } : service === 'both' ? { 'usage-source': second } : {}),
  }) as Answers

function describeSituation(situation: Situation, clicks: string[]): string {
  const questions = questionsFor(policy, situation).map(
    ({ question, when }) => `${when === 'alongside' ? '+' : ''}${question}`,
  )
  const parts = decide(policy, situation)?.parts.map(({ about, variants }) => {
    const ids = variants.map(({ given, rule }) => `${given ? `${given.value}:` : ''}${rule.id}`)
    return `${about}=${ids.join('|')}`
  })
  return `${situation.answers.role} ${clicks.join(' ')}: ${questions.join(' ')} -> ${parts?.join(' ')}`
}

describe.each(edition.clouds)('edition 2017-03 in the cloud %s is unchanged:', (cloud) => {
  it('questions, their order and the rules in every situation', () => {
    const now = roles.flatMap((role) =>
      bought.map((clicks) =>
        describeSituation({ edition: '2017-03', cloud, answers: answersOf(role, clicks) }, clicks),
      ),
    )
    expect(now).toEqual(situations)
  })

  it('the next question on the way to every answer', () => {
    for (const clicks of bought) {
      const all = answersOf('direct', clicks)
      const asked: string[] = []
      const answers: Answers = {}
      for (;;) {
        const question = nextQuestion(policy, { edition: '2017-03', cloud, answers })
        if (question === undefined) break
        asked.push(question)
        Object.assign(answers, { [question]: all[question] })
      }
      expect(asked).toEqual(Object.keys(all))
    }
  })

  it('the actions, reason and notes of each rule', () => {
    const now = edition.rules.map((rule) => {
      const [first, steps, instead, afterwards] = [rule.first, rule.do, rule.instead, rule.afterwards].map((actions) =>
        actions.map(keyOfAction),
      )
      const notes = notesOf(rule, rule.when.service[0] ?? 'resale', { cloud, answers: { role: rule.when.role?.[0] } })
      return [rule.id, { first, do: steps, instead, afterwards, reason: rule.reason, notes }]
    })
    expect(Object.fromEntries(now)).toEqual(rules)
  })
})

describe('edition 2017-03', () => {
  it('offers the same services and sources in the same order', () => {
    expect(offeredValues(edition, 'service')).toEqual(services)
    expect(offeredValues(edition, 'licence-source')).toEqual(sources)
    expect(offeredValues(edition, 'usage-source')).toEqual(sources)
  })

  it('asks no question of a later edition', () => {
    for (const question of ['topic', 'goal', 'tenant', 'same-provider', 'commerce', 'offer'] as const)
      expect(offeredValues(edition, question)).toEqual([])
  })

  it('covers the clouds it covered, and follows a term as it did', () => {
    expect(edition.clouds).toEqual(['global', 'germany'])
    expect(roles.map((role) => keyOfAction(edition.afterTerm[role]))).toEqual([
      'request-relationship',
      'request-relationship',
      'use-partner-invitation',
    ])
    expect(edition.beforeTermEnds).toBeUndefined()
  })

  it('takes sellers of later editions as elsewhere', () => {
    for (const [answers, rule] of [
      [{ service: 'licence', 'licence-source': 'mca-e' }, 'licence-elsewhere-partner'],
      [{ service: 'licence', 'licence-source': 'unknown' }, 'licence-elsewhere-partner'],
      [{ service: 'usage', 'usage-source': 'ea-indirect' }, 'usage-elsewhere-partner'],
    ] as const) {
      const outcome = decide(policy, { edition: '2017-03', cloud: 'global', answers: { role: 'direct', ...answers } })
      expect(outcome?.parts.flatMap(({ variants }) => variants.map((variant) => variant.rule.id))).toEqual([rule])
    }
  })
})
