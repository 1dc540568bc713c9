import fc from 'fast-check'
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
import { type Cloud, clouds, readPolicy } from '../../../dialogs/policy/policy.ts'
import { type Answers, choices, commerces, offers, roles, services, sources } from '../../../dialogs/questions.ts'
import { policy } from '../../support/policy.ts'

/** Variants as text. Situations share them, so each is written once. */
const texts = new WeakMap<object, string>()
function textOf(variants: object): string {
  const text = texts.get(variants) ?? JSON.stringify(variants)
  texts.set(variants, text)
  return text
}

/** Every situation there is: each edition in each cloud it covers, with every combination of answers. */
function* situations() {
  for (const { edition, clouds: covered } of Object.values(policy))
    for (const cloud of covered)
      for (const role of roles)
        for (const service of services)
          for (const licence of sources)
            for (const usage of sources)
              for (const commerce of commerces)
                for (const offer of offers) {
                  const answers = { role, service, 'licence-source': licence, 'usage-source': usage, commerce, offer }
                  yield { edition, cloud, answers }
                }
}
const all = [...situations()]

const decided = (edition: string, cloud: Cloud, answers: Answers) => {
  const outcome = decide(policy, { edition, cloud, answers })
  return outcome && actionsOf(outcome)
}

describe('the policy', () => {
  it('gives every combination of answers exactly one outcome, one rule for each service it is about', () => {
    expect(all.length).toBeGreaterThan(30_000)
    const wrong = all.filter((situation) => {
      const { service, commerce, offer } = situation.answers
      const parts = decide(policy, situation)?.parts ?? []
      const isEachOnce = parts.every(({ about, variants }) => {
        const isUnknown = (about === 'licence' ? commerce : offer) === 'unknown'
        const given = new Set(variants.map((variant) => variant.given?.value ?? ''))
        return given.size === variants.length && (isUnknown || variants.length === 1)
      })
      return parts.length !== (service === 'both' ? 2 : 1) || !isEachOnce
    })
    expect(wrong).toEqual([])
  })

  it('holds no rule that never applies', () => {
    const used = new Set(
      all.flatMap((situation) =>
        (decide(policy, situation)?.parts ?? []).flatMap(({ variants }) =>
          variants.map(({ rule }) => `${situation.edition} ${rule.id}`),
        ),
      ),
    )
    const rules = Object.values(policy).flatMap(({ edition, rules }) => rules.map(({ id }) => `${edition} ${id}`))
    expect(rules.filter((rule) => !used.has(rule))).toEqual([])
  })

  it('needs at most three answers after the role, in every order of discovery', () => {
    const wrong = all.filter((situation) => {
      const answers: Answers = { role: situation.answers.role }
      let clicks = 0
      for (;;) {
        const question = nextQuestion(policy, { ...situation, answers })
        if (question === undefined) break
        Object.assign(answers, { [question]: situation.answers[question as keyof typeof situation.answers] })
        clicks += 1
      }
      return clicks > 3 || decide(policy, { ...situation, answers }) === undefined
    })
    expect(wrong).toEqual([])
  })

  it('asks only what can change the outcome', () => {
    // Situations that differ in the asked answer alone are one check.
    const checked = new Set<string>()
    const wrong = all.flatMap((situation) =>
      questionsFor(policy, situation).filter(({ question }) => {
        if (question === 'role' || question === 'service' || question === 'term-end') return false
        const values: readonly string[] = choices[question]
        const others = JSON.stringify([question, { ...situation, answers: { ...situation.answers, [question]: '' } }])
        if (checked.has(others)) return false
        checked.add(others)
        const outcomes = values.map((value) => {
          const answers = { ...situation.answers, [question]: value }
          return decide(policy, { ...situation, answers })?.parts.map(({ about, variants }) => about + textOf(variants))
        })
        return new Set(outcomes.map(String)).size < 2
      }),
    )
    expect(wrong).toEqual([])
  })

  it('asks for the date of the term if and only if the outcome waits for a term', () => {
    const wrong = all.filter((situation) => {
      const outcome = decide(policy, situation)
      const isAsked = questionsFor(policy, situation).some(({ question }) => question === 'term-end')
      return isAsked !== (outcome !== undefined && actionsOf(outcome).includes('wait-for-term'))
    })
    expect(wrong).toEqual([])
  })
})

const elsewhere = sources.filter((source) => source !== 'csp-partner')

describe('edition 2017-03', () => {
  const cases: [string, Answers, string[]][] = [
    ...elsewhere.flatMap((source): [string, Answers, string[]][] => [
      [
        `licence from ${source}, direct`,
        { role: 'direct', service: 'licence', 'licence-source': source },
        ['request-relationship'],
      ],
      [
        `licence from ${source}, provider`,
        { role: 'indirect-provider', service: 'licence', 'licence-source': source },
        ['request-relationship'],
      ],
      [
        `licence from ${source}, reseller`,
        { role: 'indirect-reseller', service: 'licence', 'licence-source': source },
        ['use-partner-invitation'],
      ],
      ...roles.map((role): [string, Answers, string[]] => [
        `Azure from ${source}, ${role}`,
        { role, service: 'usage', 'usage-source': source },
        ['manual-migration'],
      ]),
    ]),
    [
      'licence from a CSP partner, direct',
      { role: 'direct', service: 'licence', 'licence-source': 'csp-partner' },
      ['wait-for-term', 'cancel-early', 'request-relationship'],
    ],
    [
      'licence from a CSP partner, provider',
      { role: 'indirect-provider', service: 'licence', 'licence-source': 'csp-partner' },
      ['wait-for-term', 'cancel-early', 'request-relationship'],
    ],
    [
      'licence from a CSP partner, reseller',
      { role: 'indirect-reseller', service: 'licence', 'licence-source': 'csp-partner' },
      ['wait-for-term', 'cancel-early', 'use-partner-invitation'],
    ],
    ...roles.map((role): [string, Answers, string[]] => [
      `Azure from a CSP partner, ${role}`,
      { role, service: 'usage', 'usage-source': 'csp-partner' },
      ['transfer'],
    ]),
    [
      'both',
      { role: 'direct', service: 'both', 'licence-source': 'ea', 'usage-source': 'csp-partner' },
      ['request-relationship', 'transfer'],
    ],
    ...roles.map((role): [string, Answers, string[]] => [
      `resale, ${role}`,
      { role, service: 'resale' },
      ['no-resale'],
    ]),
  ]
  it.each(cases)('decides %s by the table', (_name, answers, actions) => {
    for (const cloud of ['global', 'germany'] as const) expect(decided('2017-03', cloud, answers)).toEqual(actions)
  })

  it('begins a migration with the relationship that the role can get', () => {
    const first = (role: Answers['role']) =>
      decide(policy, {
        edition: '2017-03',
        cloud: 'global',
        answers: { role, service: 'usage', 'usage-source': 'ea' } as Answers,
      })?.parts[0]?.variants[0]?.rule.first
    expect(roles.map(first)).toEqual(['request-relationship', 'request-relationship', 'use-partner-invitation'])
  })

  it('covers neither the national clouds that came later', () => {
    expect(policy['2017-03']?.clouds).toEqual(['global', 'germany'])
  })
})

describe('edition 2025', () => {
  const csp = (service: 'licence' | 'usage', detail: Answers, role: (typeof roles)[number]): Answers => ({
    role,
    service,
    [`${service}-source`]: 'csp-partner',
    ...detail,
  })
  const partners = ['direct', 'indirect-provider'] as const
  const cases: [string, Cloud, Answers, string[]][] = [
    ...elsewhere.flatMap((source): [string, Cloud, Answers, string[]][] => [
      ...partners.map((role): [string, Cloud, Answers, string[]] => [
        `licence from ${source}, ${role}`,
        'global',
        { role, service: 'licence', 'licence-source': source },
        ['request-relationship', 'request-delegated-admin'],
      ]),
      [
        `licence from ${source}, reseller`,
        'global',
        { role: 'indirect-reseller', service: 'licence', 'licence-source': source },
        ['request-relationship', 'use-partner-invitation'],
      ],
      ...roles.map((role): [string, Cloud, Answers, string[]] => [
        `Azure from ${source}, ${role}`,
        'global',
        { role, service: 'usage', 'usage-source': source },
        ['manual-migration'],
      ]),
    ]),
    ...partners.map((role): [string, Cloud, Answers, string[]] => [
      `new commerce, ${role}`,
      'global',
      csp('licence', { commerce: 'new-commerce' }, role),
      ['transfer', 'wait-for-term', 'cancel-early'],
    ]),
    [
      'new commerce, reseller',
      'global',
      csp('licence', { commerce: 'new-commerce' }, 'indirect-reseller'),
      ['ask-provider'],
    ],
    ...roles.map((role): [string, Cloud, Answers, string[]] => [
      `legacy licence, ${role}`,
      'global',
      csp('licence', { commerce: 'legacy' }, role),
      ['wait-for-term'],
    ]),
    ...partners.map((role): [string, Cloud, Answers, string[]] => [
      `Azure plan, ${role}`,
      'global',
      csp('usage', { offer: 'azure-plan' }, role),
      ['transfer'],
    ]),
    ['Azure plan, reseller', 'global', csp('usage', { offer: 'azure-plan' }, 'indirect-reseller'), ['ask-provider']],
    ...roles.map((role): [string, Cloud, Answers, string[]] => [
      `legacy Azure, ${role}`,
      'global',
      csp('usage', { offer: 'legacy' }, role),
      ['support-ticket'],
    ]),
    ...roles.map((role): [string, Cloud, Answers, string[]] => [
      `resale, ${role}`,
      'global',
      { role, service: 'resale' },
      ['no-resale'],
    ]),
    ...(['us-government', 'china'] as const).flatMap((cloud) =>
      roles.flatMap((role): [string, Cloud, Answers, string[]][] => [
        [
          `new commerce in ${cloud}, ${role}`,
          cloud,
          csp('licence', { commerce: 'new-commerce' }, role),
          ['wait-for-term'],
        ],
        [`Azure plan in ${cloud}, ${role}`, cloud, csp('usage', { offer: 'azure-plan' }, role), ['manual-migration']],
      ]),
    ),
  ]
  it.each(cases)('decides %s in %s by the table', (_name, cloud, answers, actions) => {
    expect(decided('2025', cloud, answers)).toEqual(actions)
  })

  it('says that the German cloud is closed, without asking for the seller', () => {
    for (const role of roles)
      for (const service of services) {
        const situation: Situation = { edition: '2025', cloud: 'germany', answers: { role, service } }
        expect(nextQuestion(policy, situation)).toBeUndefined()
        expect(decided('2025', 'germany', situation.answers)).toEqual(['cloud-closed'])
      }
  })

  it('puts both outcomes side by side while the commerce or the offer is unknown', () => {
    for (const [service, question, values] of [
      ['licence', 'commerce', ['new-commerce', 'legacy']],
      ['usage', 'offer', ['azure-plan', 'legacy']],
    ] as const) {
      const answers = csp(service, { [question]: 'unknown' }, 'direct')
      const [part] = decide(policy, { edition: '2025', cloud: 'global', answers })?.parts ?? []
      expect(part?.variants.map(({ given }) => given)).toEqual(values.map((value) => ({ question, value })))
    }
  })

  it('speaks of billing ownership only to a direct partner whose customer has an EA', () => {
    const rule = policy['2025']?.rules.find(({ id }) => id === 'usage-elsewhere')
    const told = roles.flatMap((role) =>
      sources
        .filter(
          (source) => rule && notesOf(rule, 'usage', { role, 'usage-source': source }).includes('billing-ownership'),
        )
        .map((source) => `${role} ${source}`),
    )
    expect(told).toEqual(['direct ea'])
  })
})

describe('the other edition', () => {
  it('is named if it would do something else and covers the cloud', () => {
    fc.assert(
      fc.property(fc.constantFrom(...all), (situation) => {
        const others = otherEditions(policy, situation).map(({ edition }) => edition.edition)
        const covering = Object.values(policy).filter(
          ({ edition, clouds: covered }) => edition !== situation.edition && covered.includes(situation.cloud),
        )
        const acting = covering.filter(
          ({ edition }) =>
            decided(edition, situation.cloud, situation.answers)?.join() !==
            decided(situation.edition, situation.cloud, situation.answers)?.join(),
        )
        expect(covering.map(({ edition }) => edition)).toEqual(expect.arrayContaining(others))
        expect(others).toEqual(expect.arrayContaining(acting.map(({ edition }) => edition)))
      }),
      { numRuns: 2_000 },
    )
  })

  const named = (answers: Answers) =>
    otherEditions(policy, { edition: '2017-03', cloud: 'global', answers }).map(({ edition }) => edition.edition)

  it('is named if it does the same but begins differently or adds a remark', () => {
    expect(named({ role: 'indirect-reseller', service: 'usage', 'usage-source': 'open' })).toContain('2025')
    expect(named({ role: 'direct', service: 'usage', 'usage-source': 'ea' })).toContain('2025')
  })

  it('is not named if both say the same', () => {
    expect(named({ role: 'direct', service: 'usage', 'usage-source': 'open' })).not.toContain('2025')
    expect(named({ role: 'direct', service: 'resale' })).not.toContain('2025')
  })
})

describe('reading the editions', () => {
  const edition = structuredClone(policy['2017-03']) as unknown as Record<string, unknown>

  it('refuses a file that misses a field or names an unknown action, and says where', () => {
    const bad = { ...edition, rules: [{ ...(edition.rules as object[])[0], do: ['buy-a-boat'] }] }
    expect(() => readPolicy({ 'bad.json': bad, 'empty.json': {} })).toThrow(/bad\.json[\s\S]*do[\s\S]*empty\.json/)
  })

  it('refuses a rule id that is used twice', () => {
    const rules = edition.rules as object[]
    expect(() => readPolicy({ 'twice.json': { ...edition, rules: [...rules, rules[0]] } })).toThrow(
      /used twice: 2017-03/,
    )
  })

  it('refuses to be empty', () => {
    expect(() => readPolicy({})).toThrow(/no policy edition/)
  })

  it('takes a new edition from a new file alone', () => {
    const next = readPolicy({ a: edition, b: { ...edition, edition: '2031' } })
    expect(Object.keys(next).sort()).toEqual(['2017-03', '2031'])
  })

  it('knows every cloud of the deployment', () => {
    const covered = new Set(Object.values(policy).flatMap((edition) => edition.clouds))
    expect(clouds.filter((cloud) => !covered.has(cloud))).toEqual([])
  })
})
