import { describe, expect, it } from 'vitest'
import {
  actionsOf,
  decide,
  nextQuestion,
  notesOf,
  otherEditions,
  questionsFor,
  type Situation,
} from '../../../dialogs/policy/decide.ts'
import {
  type Action,
  type Cloud,
  editionOf,
  foldedValues,
  isOfficial,
  keyOfAction,
  offeredValues,
  type Rule,
} from '../../../dialogs/policy/policy.ts'
import { type Answers, type ChoiceQuestion, roles, services } from '../../../dialogs/questions.ts'
import { everySituation } from '../../support/every-situation.ts'
import { policy } from '../../support/policy.ts'

const edition = editionOf(policy, '2026-11')
const all = [...everySituation('2026-11')]
const partsOf = (situation: Situation) => decide(policy, situation)?.parts ?? []

/** Values of a question of which each has a rule of its own, side by side while the answer is unknown. */
const sideBySide = { commerce: ['new-commerce', 'legacy'], offer: ['azure-plan', 'legacy'] } as const

function isOneRulePerPart(situation: Situation): boolean {
  const parts = partsOf(situation)
  const { service } = situation.answers
  return (
    parts.length === (service === 'both' ? 2 : 1) &&
    parts.every(({ about, variants }) => {
      const question = about === 'usage' ? 'offer' : 'commerce'
      const isAsked = questionsFor(policy, situation).some((asked) => asked.question === question)
      const isKnown = !isAsked || !['unknown', undefined].includes(situation.answers[question])
      const given = variants.map((variant) => variant.given?.value)
      return isKnown
        ? given.length === 1 && given[0] === undefined
        : String(given) === String(sideBySide[question]) &&
            variants.every((variant) => variant.given?.question === question)
    })
  )
}

describe('edition 2026-11', () => {
  it('has exactly one rule for each part of every complete set of answers', () => {
    expect(all.length).toBeGreaterThan(5_000)
    expect(all.filter((situation) => !isOneRulePerPart(situation))).toEqual([])
  })

  it('has no rule that is never reached', () => {
    const reached = new Set(
      all.flatMap((situation) => partsOf(situation).flatMap(({ variants }) => variants.map(({ rule }) => rule.id))),
    )
    expect(edition.rules.map(({ id }) => id).filter((id) => !reached.has(id))).toEqual([])
  })

  it.each(['licence', 'usage'] as const)(
    'opens with four sellers of %s that differ, and folds what answers the same',
    (service) => {
      const question = `${service}-source` as const
      const told = (isWhole: boolean) => {
        const answers = new Map<string, string>()
        for (const situation of all) {
          const { [question]: seller, ...others } = situation.answers
          if (situation.answers.service !== service || situation.cloud !== 'global' || seller === undefined) continue
          const advice = partsOf(situation).flatMap(({ about, variants }) =>
            variants.map(({ rule }) => [
              ...[rule.first, rule.do, rule.instead].map((actions) => actions.map(keyOfAction)),
              isWhole ? notesOf(rule, about, situation) : [],
            ]),
          )
          answers.set(seller, `${answers.get(seller) ?? ''}${JSON.stringify([others, advice])}`)
        }
        return (seller: string) => answers.get(seller)?.split('[{').sort().join()
      }
      const folded = foldedValues(edition, question)
      const first = offeredValues(edition, question).filter((seller) => ![...folded, 'unknown'].includes(seller))
      const [whole, steps] = [told(true), told(false)]
      expect(first).toHaveLength(4)
      expect(new Set(first.map(whole)).size).toBe(4)
      const same = first.map(steps)
      expect(folded.filter((seller) => !same.includes(steps(seller)))).toEqual([])
    },
  )

  it('shows at most three notes on a rule, each once', () => {
    const wrong = all.filter((situation) =>
      partsOf(situation).some(({ about, variants }) =>
        variants.some(({ rule }) => {
          const notes = notesOf(rule, about, situation)
          return notes.length > 3 || new Set(notes).size < notes.length
        }),
      ),
    )
    expect(wrong).toEqual([])
  })

  it('asks nothing after the service in the closed German cloud', () => {
    for (const role of roles) {
      for (const service of services.slice(0, 5)) {
        const situation: Situation = { edition: '2026-11', cloud: 'germany', answers: { role, service } }
        expect(questionsFor(policy, situation).map(({ question }) => question)).toEqual(['role', 'service'])
        expect(partsOf(situation).flatMap(({ variants }) => variants.map(({ rule }) => rule.id))).toEqual(
          service === 'both' ? ['cloud-closed', 'cloud-closed'] : ['cloud-closed'],
        )
      }
    }
  })

  it('asks for the end of the term where the answer needs it, and nowhere else', () => {
    const needing = ['wait-for-term', 'switch-licences', 'channel-transfer', 'leave-syndication']
    const wrong = all.filter((situation) => {
      const outcome = decide(policy, situation)
      const isNeeded = outcome && actionsOf(outcome).some(({ id }) => needing.includes(id))
      return isNeeded !== questionsFor(policy, situation).some(({ question }) => question === 'term-end')
    })
    expect(wrong).toEqual([])
  })

  it('offers no delegated administration in China and for EA seats before they are in CSP', () => {
    const offering = all.filter(({ answers, cloud }) => cloud === 'china' || answers['licence-source'] === 'ea')
    const wrong = offering.filter((situation) =>
      partsOf(situation).some(
        ({ about, variants }) =>
          about === 'licence' &&
          variants.some(({ rule }) =>
            [...rule.first, ...rule.do, ...rule.instead].some(({ id }) => id === 'request-delegated-admin'),
          ),
      ),
    )
    expect(wrong).toEqual([])
  })

  it('names an adviser on every rule that is not Microsoft’s own word', () => {
    expect(edition.rules.filter(({ confidence, checkWith }) => !isOfficial(confidence) && !checkWith)).toEqual([])
  })

  it('puts Azure first if both come from an EA, and licences first otherwise', () => {
    const order = (source: 'ea' | 'csp-partner') =>
      partsOf({
        edition: '2026-11',
        cloud: 'global',
        answers: { role: 'direct', service: 'both', 'licence-source': source, 'usage-source': source },
      }).map(({ about }) => about)
    expect(order('ea')).toEqual(['usage', 'licence'])
    expect(order('csp-partner')).toEqual(['licence', 'usage'])
  })

  it('counts the answers that stand alongside while they are open: taking over, tenant and provider unknown', () => {
    const open: Answers = { role: 'indirect-reseller', service: 'both', 'licence-source': 'csp-partner' }
    for (const usage of ['csp-partner', 'open'] as const) {
      const answers: Answers = { ...open, 'usage-source': usage }
      const spoken: Answers = { ...answers, goal: 'take-over', tenant: 'unknown', 'same-provider': 'unknown' }
      const by = (given: Answers) => partsOf({ edition: '2026-11', cloud: 'global', answers: given })
      expect(by(answers)).toEqual(by(spoken))
    }
  })

  it('reads the Azure source of an older edition that it does not offer as a seller outside CSP', () => {
    const by = (source: 'syndication' | 'third-party') =>
      partsOf({
        edition: '2026-11',
        cloud: 'global',
        answers: { role: 'direct', service: 'usage', 'usage-source': source, tenant: 'same' },
      })
    expect(by('syndication')).toEqual(by('third-party'))
  })
})

/** Clicks, once the role is known, that lead to exactly these answers. */
function clicksTo({ answers, ...place }: Situation): number {
  const given: Answers = answers.role === undefined ? {} : { role: answers.role }
  let clicks = 0
  for (;;) {
    const question = nextQuestion(policy, { ...place, answers: given })
    if (question === undefined) break
    // A question that a later answer makes pointless is still answered on the way.
    Object.assign(given, { [question]: answers[question] ?? offeredValues(edition, question)[0] })
    clicks += 1
  }
  const changed = Object.keys(answers).filter((question) => given[question as keyof Answers] === undefined)
  return clicks + changed.length
}

/** Fewest clicks that lead from each seller to each rule of a service that was bought alone. */
const clicksOf = (cloud: Cloud, service: 'licence' | 'usage') => {
  const fewest: Record<string, Record<string, number>> = {}
  for (const situation of all) {
    if (situation.cloud !== cloud || situation.answers.service !== service) continue
    for (const { rule } of partsOf(situation).flatMap(({ variants }) => variants)) {
      const source = String(situation.answers[`${service}-source`])
      const known = fewest[rule.id] ?? {}
      known[source] = Math.min(known[source] ?? 9, clicksTo(situation))
      fewest[rule.id] = known
    }
  }
  return Object.fromEntries(
    Object.entries(fewest).map(([rule, known]) => [rule, [...new Set(Object.values(known))].sort().join('–')]),
  )
}

describe('the way to an answer', () => {
  it('takes at most three clicks to a first answer, and four to any', () => {
    const asked = all.map(
      (situation) => questionsFor(policy, situation).filter(({ when }) => when === 'before').length - 1,
    )
    expect(Math.max(...asked)).toBe(3)
    const single = all.filter(({ answers }) => answers.service !== 'both')
    expect(Math.max(...single.map(clicksTo))).toBe(4)
  })

  it.each<[string, Cloud, Answers, ChoiceQuestion[]]>([
    ['licences from elsewhere', 'global', { service: 'licence', 'licence-source': 'open' }, ['goal']],
    ['licences of a CSP partner', 'global', { service: 'licence', 'licence-source': 'csp-partner' }, ['commerce']],
    [
      'licences of a CSP partner, reseller',
      'global',
      { role: 'indirect-reseller', service: 'licence', 'licence-source': 'csp-partner' },
      ['same-provider'],
    ],
    ['licences of a CSP partner in China', 'china', { service: 'licence', 'licence-source': 'csp-partner' }, []],
    ['licences of an unknown seller', 'global', { service: 'licence', 'licence-source': 'unknown' }, []],
    ['Azure from elsewhere', 'global', { service: 'usage', 'usage-source': 'open' }, ['tenant']],
    ['Azure from elsewhere in China', 'china', { service: 'usage', 'usage-source': 'open' }, []],
    ['Azure of an EA', 'global', { service: 'usage', 'usage-source': 'ea' }, []],
    ['Azure of an EA for government', 'us-government', { service: 'usage', 'usage-source': 'mca-e' }, ['tenant']],
    ['Azure of a CSP partner', 'global', { service: 'usage', 'usage-source': 'csp-partner' }, ['offer']],
    [
      'Azure of a CSP partner, reseller for government',
      'us-government',
      { role: 'indirect-reseller', service: 'usage', 'usage-source': 'csp-partner' },
      ['same-provider'],
    ],
    ['Azure of an unknown seller', 'global', { service: 'usage', 'usage-source': 'unknown' }, []],
    [
      'both of a CSP partner',
      'global',
      { service: 'both', 'licence-source': 'csp-partner', 'usage-source': 'csp-partner' },
      [],
    ],
    ['resale', 'global', { service: 'resale' }, []],
    ['a topic', 'global', { service: 'something-else', topic: 'other' }, []],
  ])('%s asks no more than it has to', (_what, cloud, given, more) => {
    const answers: Answers = { role: 'direct', ...given }
    const asked = questionsFor(policy, { edition: '2026-11', cloud, answers })
      .filter(({ when }) => when === 'before')
      .map(({ question }) => question)
    expect(asked).toEqual([...Object.keys(answers), ...more])
  })

  it('takes the clicks of the decision table to each rule about licences', () => {
    const three = [
      ...['online', 'contract', 'ea', 'syndication'].flatMap((from) => [`lic-${from}-partner`, `lic-${from}-reseller`]),
      ...['lic-csp-nce-partner', 'lic-csp-legacy-partner'],
      ...['lic-csp-reseller-other', 'lic-csp-reseller-same', 'lic-csp-reseller-unknown'],
      ...['lic-support-ea', 'lic-support-syndication'],
    ]
    expect(clicksOf('global', 'licence')).toEqual({
      ...Object.fromEntries(three.map((rule) => [rule, '3'])),
      'lic-unknown': '2',
      'lic-unknown-reseller': '2',
      'lic-support': '3–4',
    })
    expect(clicksOf('us-government', 'licence')).toMatchObject({
      'lic-csp-national-partner': '2',
      'lic-csp-national-reseller': '3',
    })
    expect(clicksOf('china', 'licence')).toMatchObject({
      'lic-csp-national-partner': '2',
      'lic-csp-china-reseller': '2',
    })
  })

  it('takes the clicks of the decision table to each rule about Azure', () => {
    const three = [
      ...['use-move-partner', 'use-move-reseller', 'use-move-other-partner', 'use-move-other-reseller'],
      ...['use-csp-plan-partner', 'use-csp-legacy-partner'],
      ...['use-csp-reseller-other', 'use-csp-reseller-same', 'use-csp-reseller-unknown'],
    ]
    const two = ['use-owner-partner', 'use-owner-provider', 'use-owner-reseller', 'use-unknown', 'use-unknown-reseller']
    expect(clicksOf('global', 'usage')).toEqual({
      ...Object.fromEntries(three.map((rule) => [rule, '3'])),
      ...Object.fromEntries(two.map((rule) => [rule, '2'])),
      'use-support': '3–4',
    })
    expect(clicksOf('us-government', 'usage')).toMatchObject({
      'use-gov-partner': '3',
      'use-gov-reseller': '3',
      'use-csp-national-partner': '2',
      'use-csp-national-reseller': '3',
    })
    expect(clicksOf('china', 'usage')).toMatchObject({ 'use-csp-national-partner': '2', 'use-csp-china-reseller': '2' })
  })
})

describe('a partner that is no seller of its own', () => {
  const doing = ({ rule }: { rule: Rule }) => [...rule.first, ...rule.do, ...rule.instead, ...rule.afterwards]
  const ids = (situation: Situation) => partsOf(situation).flatMap(({ variants }) => variants.flatMap(doing))
  const isBy = (...given: (typeof roles)[number][]) =>
    all.filter(({ answers }) => answers.role !== undefined && given.includes(answers.role))

  it('is a reseller, which alone hands requests to its provider', () => {
    const asking = (action: Action) => action.id === 'ask-provider'
    expect(isBy('direct', 'indirect-provider').filter((situation) => ids(situation).some(asking))).toEqual([])
    expect(isBy('indirect-reseller').some((situation) => ids(situation).some(asking))).toBe(true)
  })

  it('gets the invitation of its provider beside its own wherever a relationship is asked for', () => {
    const wrong = isBy('indirect-reseller').filter((situation) => {
      const actions = ids(situation).map(keyOfAction)
      return (
        situation.answers.service !== 'something-else' &&
        actions.includes('request-relationship') &&
        !actions.includes('use-partner-invitation')
      )
    })
    expect(wrong).toEqual([])
  })
})

describe('the line on other editions', () => {
  it('is never shown for something else, which older editions do not know', () => {
    const topics = all.filter(({ answers }) => answers.service === 'something-else')
    expect(topics.length).toBeGreaterThan(0)
    expect(topics.filter((situation) => otherEditions(policy, situation).length > 0)).toEqual([])
  })
})
