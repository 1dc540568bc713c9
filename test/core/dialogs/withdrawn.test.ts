import { expect, it } from 'vitest'
import { sentenceOf } from '../../../cards/text/events.ts'
import { decide, nextQuestion } from '../../../dialogs/policy/decide.ts'
import { successorOf, withdrawnEditions } from '../../../dialogs/policy/withdrawn.ts'
import type { Answers } from '../../../dialogs/questions.ts'
import { openCase, step } from '../../../dialogs/step.ts'
import { policy } from '../../support/policy.ts'

const at = '2026-11-28T10:00:00.000Z'
const by = { tenant: 'tenant', id: 'someone' }

it('a withdrawn edition is no longer there, and the one that replaces it is', () => {
  for (const [name, successor] of Object.entries(withdrawnEditions)) {
    expect(policy).not.toHaveProperty(name)
    expect(policy).toHaveProperty(successor)
  }
  expect(successorOf('toString')).toBeUndefined()
})

it('the history says which edition was withdrawn and which one replaces it', () => {
  const opening = { id: 'MC-7K2P9Q', conversation: 'c', edition: '2026-11', cloud: 'global', by, at } as const
  const opened = openCase(policy, opening).case
  const event = { type: 'edition.withdrawn', from: '2025', edition: '2026-11', at, by: { kind: 'timer' } } as const
  const stepped = step(policy, opened, event)
  if (!stepped.ok) throw new Error(`refused: ${stepped.reason}`)
  expect(sentenceOf(stepped.value.entry, undefined, 'en')).toBe(
    'Edition 2025 has been withdrawn. This case now follows edition 2026-11.',
  )
})

const sources = [
  'microsoft-direct',
  'advisor',
  'open',
  'ea',
  'syndication',
  'third-party',
  'own-advisor',
  'csp-partner',
]
const roles = ['direct', 'indirect-provider', 'indirect-reseller']

/** Every set of answers that edition 2025 answered. */
const answered = roles.flatMap((role) => [
  { role, service: 'resale' },
  ...sources.flatMap((source) => [
    { role, service: 'licence', 'licence-source': source },
    { role, service: 'usage', 'usage-source': source },
    ...sources.map((other) => ({ role, service: 'both', 'licence-source': source, 'usage-source': other })),
  ]),
]) as Answers[]
const facts: Answers[] = (['new-commerce', 'legacy', 'unknown'] as const).flatMap((commerce) =>
  (['azure-plan', 'legacy', 'unknown'] as const).map((offer) => ({ commerce, offer })),
)

it.each(['global', 'germany', 'us-government', 'china'] as const)(
  'answers to edition 2025 in %s lead to an answer or a question of its successor',
  (cloud) => {
    for (const given of answered) {
      for (const more of facts) {
        const situation = { edition: '2026-11', cloud, answers: { ...given, ...more } }
        const found = decide(policy, situation) ?? nextQuestion(policy, situation)
        expect(found, JSON.stringify(situation)).toBeDefined()
      }
    }
  },
)
