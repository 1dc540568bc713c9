import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  actionsOf,
  answersOnPath,
  decide,
  notesOf,
  otherEditions,
  questionsFor,
  type Situation,
} from '../../../dialogs/policy/decide.ts'
import { clouds, keyOfAction, offeredValues, type Rule } from '../../../dialogs/policy/policy.ts'
import type { Answers } from '../../../dialogs/questions.ts'
import { everySituation } from '../../support/every-situation.ts'
import { policy } from '../../support/policy.ts'

const all = Object.keys(policy).flatMap((edition) => [...everySituation(edition)])

/** Rules as text. Situations share them, so each is written once. */
const texts = new WeakMap<object, string>()
function textOf(variants: object): string {
  const text = texts.get(variants) ?? JSON.stringify(variants)
  texts.set(variants, text)
  return text
}

describe('every edition', () => {
  it('answers every complete set of answers', () => {
    expect(all.filter((situation) => decide(policy, situation) === undefined)).toEqual([])
  })

  it('asks only what can change the answer', () => {
    // Situations that differ in the asked answer alone are one check.
    const checked = new Set<string>()
    // An administrator needs the same whoever sells, and is known as one only after the seller.
    const taking = all.filter(({ answers }) => answers.goal !== 'support-only')
    const wrong = taking.flatMap((situation) =>
      questionsFor(policy, situation).filter(({ question }) => {
        if (question === 'role' || question === 'service' || question === 'term-end') return false
        const others = JSON.stringify([question, { ...situation, answers: { ...situation.answers, [question]: '' } }])
        if (checked.has(others)) return false
        checked.add(others)
        const edition = policy[situation.edition]
        const outcomes = (edition ? offeredValues(edition, question) : []).map((value) => {
          const answers = { ...situation.answers, [question]: value } as Answers
          return decide(policy, { ...situation, answers })?.parts.map(({ about, variants }) => about + textOf(variants))
        })
        return new Set(outcomes.map(String)).size < 2
      }),
    )
    expect(checked.size).toBeGreaterThan(100)
    expect(wrong.map(({ question }) => question)).toEqual([])
  })

  it('keeps every answer that it asked for', () => {
    expect(
      all.filter((situation) => JSON.stringify(answersOnPath(policy, situation)) !== JSON.stringify(situation.answers)),
    ).toEqual([])
  })
})

describe('the line on other editions', () => {
  const named = (edition: string, answers: Answers) =>
    otherEditions(policy, { edition, cloud: 'global', answers }).map((other) => other.edition.edition)
  const actionsIn = (edition: string, situation: Situation) => {
    const outcome = decide(policy, { ...situation, edition })
    return outcome && actionsOf(outcome).map(keyOfAction).join()
  }

  it('names those that act differently and cover the cloud, and no others', () => {
    fc.assert(
      fc.property(fc.constantFrom(...all), (situation) => {
        const others = otherEditions(policy, situation).map(({ edition }) => edition.edition)
        const covering = Object.values(policy)
          .filter(({ edition, clouds: covered }) => edition !== situation.edition && covered.includes(situation.cloud))
          .map(({ edition }) => edition)
        const acting = covering.filter((edition) => {
          const theirs = actionsIn(edition, situation)
          return theirs !== undefined && theirs !== actionsIn(situation.edition, situation)
        })
        expect(covering).toEqual(expect.arrayContaining(others))
        expect(others).toEqual(expect.arrayContaining(acting))
      }),
      { numRuns: 2_000 },
    )
  })

  it('names an edition that adds a remark, and none that says the same', () => {
    expect(named('2017-03', { role: 'direct', service: 'resale' })).toEqual(['2026-11'])
    const twin = structuredClone(policy['2017-03'])
    const twins = { '2017-03': policy['2017-03'], '2031': { ...twin, edition: '2031' } } as typeof policy
    const answers: Answers = { role: 'direct', service: 'resale' }
    expect(otherEditions(twins, { edition: '2017-03', cloud: 'global', answers })).toEqual([])
  })

  it('names no edition that does not know the question', () => {
    expect(named('2026-11', { role: 'direct', service: 'something-else', topic: 'leaving-csp' })).toEqual([])
  })
})

describe('the notes of a rule', () => {
  const rule = (id: string) => policy['2026-11']?.rules.find((each) => each.id === id) as Rule
  const cloud = 'global' as const

  it('follow the seller, the role and the cloud', () => {
    const moved = (source: 'open' | 'ea-indirect') =>
      notesOf(rule('use-move-partner'), 'usage', { cloud, answers: { role: 'direct', 'usage-source': source } })
    expect(moved('open')).toEqual(['n-may-coexist', 'n-marketplace', 'n-cost-data'])
    expect(moved('ea-indirect')).toEqual(['n-indirect-ea', 'n-marketplace', 'n-cost-data'])
    const owning = (role: 'direct' | 'indirect-provider') =>
      notesOf(rule(role === 'direct' ? 'use-owner-partner' : 'use-owner-provider'), 'usage', {
        cloud,
        answers: { role, 'usage-source': 'ea' },
      })
    expect(owning('direct')[0]).toBe('n-who-may-ask')
    expect(owning('indirect-provider')[0]).toBe('n-frontier')
    const leaving = (where: 'global' | 'china') =>
      notesOf(rule('topic-leaving-csp'), 'something-else', { cloud: where, answers: { role: 'direct' } })
    expect([leaving('global'), leaving('china')]).toEqual([[], ['n-china-check']])
  })
})

describe('the clouds of a deployment', () => {
  it('are all covered by an edition', () => {
    const covered = new Set(Object.values(policy).flatMap((edition) => edition.clouds))
    expect(clouds.filter((cloud) => !covered.has(cloud))).toEqual([])
  })
})
