import { z } from 'zod'
import { ok, type Result, refused } from './result.ts'

/** Kinds of CSP partner. The answer is remembered per person. */
export const roles = ['direct', 'indirect-provider', 'indirect-reseller'] as const
/** Kinds of purchase elsewhere. `resale`: by a CSP partner for itself. `something-else` leads to a topic. */
export const services = ['licence', 'usage', 'both', 'resale', 'something-else'] as const
export const topics = [
  'leaving-csp',
  'other-tenant',
  'seller-suspended',
  'no-admin-left',
  'wrong-account-accepted',
  'software-reservation-saas',
  'nonprofit-public-sector',
  'our-role-changes',
  'other',
] as const
/** Sellers of licences in any edition; each edition offers its own. */
export const licenceSources = [
  'csp-partner',
  'microsoft-direct',
  'ea',
  'syndication',
  'open',
  'third-party',
  'advisor',
  'mca-e',
  'own-advisor',
  'unknown',
] as const
/** Sellers of Azure in any edition; each edition offers its own. */
export const usageSources = [
  'csp-partner',
  'microsoft-direct',
  'ea',
  'mca-e',
  'ea-indirect',
  'open',
  'third-party',
  'advisor',
  'own-advisor',
  'syndication',
  'unknown',
] as const
/** Roles that the partner wants to have: seller, or administrator alone. */
export const goals = ['take-over', 'support-only'] as const
/** Tenant of the customer's Azure, compared with the one the partner works with. */
export const azureTenants = ['same', 'other', 'unknown'] as const
/** Says if the current reseller buys from the same provider. */
export const sameProviders = ['no', 'yes', 'unknown'] as const
export const commerces = ['new-commerce', 'legacy', 'unknown'] as const
export const offers = ['azure-plan', 'legacy', 'unknown'] as const

export type Role = (typeof roles)[number]

/** Every value of each question in any edition. `term-end` takes a date instead. */
export const choices = {
  role: roles,
  service: services,
  topic: topics,
  'licence-source': licenceSources,
  'usage-source': usageSources,
  goal: goals,
  tenant: azureTenants,
  'same-provider': sameProviders,
  commerce: commerces,
  offer: offers,
} as const

export type ChoiceQuestion = keyof typeof choices
/** The questions that are answered by a click, in the order in which they are asked. */
export const choiceQuestions = Object.keys(choices) as [ChoiceQuestion, ...ChoiceQuestion[]]

/** Every question, in the order in which it is asked. */
export const questionIds = [...choiceQuestions, 'term-end'] as const
export type QuestionId = (typeof questionIds)[number]

/** State of the questions: the next one to click, or an end. */
export type IntakeState = `asking-${ChoiceQuestion}` | 'answered' | 'cancelled'
export const intakeStates: readonly IntakeState[] = [
  ...choiceQuestions.map((question) => `asking-${question}` as const),
  'answered',
  'cancelled',
]

type ChoiceSchemas = { [Q in ChoiceQuestion]: z.ZodOptional<z.ZodType<(typeof choices)[Q][number]>> }
const choiceSchemas = Object.fromEntries(
  choiceQuestions.map((question) => [question, z.enum(choices[question]).optional()]),
) as unknown as ChoiceSchemas

export const answersSchema = z.strictObject({
  ...choiceSchemas,
  'term-end': z.union([z.iso.date(), z.literal('unknown')]).optional(),
})
/** The answered questions of a case. A calendar date is written `YYYY-MM-DD`. */
export type Answers = z.infer<typeof answersSchema>

/** Reasons for which a value is no answer; each has its sentence on the card. */
export type AnswerFault = 'no-such-value' | 'no-date' | 'date-past' | 'date-far'

const MAX_TERM_YEARS = 10

/**
 * Checks a value from outside against its question. `at` (ISO time) decides what is past; a term may end today, and at
 * most ten years ahead.
 */
export function checkAnswer(question: QuestionId, value: string, at: string): Result<undefined, AnswerFault> {
  const valid = ok(undefined)
  if (question !== 'term-end') {
    return (choices[question] as readonly string[]).includes(value) ? valid : refused('no-such-value')
  }
  if (value === 'unknown') return valid
  if (!z.iso.date().safeParse(value).success) return refused('no-date')
  const today = at.slice(0, 10)
  if (value < today) return refused('date-past')
  const latest = `${Number(today.slice(0, 4)) + MAX_TERM_YEARS}${today.slice(4)}`
  return value > latest ? refused('date-far') : valid
}
