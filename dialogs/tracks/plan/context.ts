import { z } from 'zod'
import { type Plan, type PlanId, type PlanStep, planIds, plans, type StepParty } from '../../plans/plans.ts'
import { type Answers, type Role, roles, topics } from '../../questions.ts'
import { type Purpose, type TrackName, trackNames } from '../../track-names.ts'

/** Context of a plan, and what can be derived from it alone. */

/** Steps whose completion holds for every plan of a case: they are about the customer, not about the plan. */
export const sharedSteps = ['region', 'agreement'] as const

export const planStates = ['open', 'done', 'cancelled'] as const

const settledSchema = z.strictObject({
  at: z.string(),
  by: z.string(),
  /** Reason of a skipped step. */
  skipped: z.string().optional(),
  /** Choice that completed the step; `none` if there was nothing to do. */
  choice: z.string().optional(),
})
export type SettledStep = z.infer<typeof settledSchema>

export const planContextSchema = z.strictObject({
  plan: z.enum(planIds),
  role: z.enum(roles).nullable(),
  /** Seller of the service that the plan is about. */
  source: z.string().nullable(),
  /** Topic that led to the plan. */
  topic: z.enum(topics).nullable().default(null),
  /** Author and time of each completed or skipped step. */
  settled: z.record(z.string(), settledSchema),
  /** True if the whole plan was answered with "there are none". */
  none: z.boolean(),
  /** Time of the last tick or skip. */
  activeAt: z.string(),
  /** Time of the next reminder. */
  nudgeAt: z.string(),
})
export type PlanContext = z.infer<typeof planContextSchema>

export const planOf = ({ plan }: Pick<PlanContext, 'plan'>): Plan => plans[plan]

/** The facts of a case that decide about steps. */
export type PlanFacts = Pick<PlanContext, 'role' | 'source' | 'topic'>
export function planFacts(plan: PlanId, answers: Answers): PlanFacts {
  const { about } = plans[plan]
  const source = (about && answers[`${about}-source`]) ?? null
  return { role: answers.role ?? null, source, topic: answers.topic ?? null }
}

const includes = (allowed: readonly string[] | undefined, value: string | null | undefined) =>
  allowed === undefined || (typeof value === 'string' && allowed.includes(value))

/** The steps that apply, in order. */
export const stepsOf = (context: PlanContext): PlanStep[] =>
  planOf(context).steps.filter(({ when: { role, source, topic, exceptTopic, choice = {} } }) =>
    [
      includes(role, context.role),
      includes(source, context.source),
      includes(topic, context.topic),
      exceptTopic === undefined || !includes(exceptTopic, context.topic),
      ...Object.entries(choice).map(([step, allowed]) => includes(allowed, context.settled[step]?.choice)),
    ].every(Boolean),
  )

/** The step that is next; undefined once all are completed. */
export const nextStepOf = (context: PlanContext): PlanStep | undefined =>
  stepsOf(context).find(({ id }) => !context.settled[id])

/** True if the step need not wait for those before it. */
export function isUnlocked(context: PlanContext, step: PlanStep): boolean {
  const steps = stepsOf(context)
  const before = steps.slice(0, steps.indexOf(step))
  return !step.last || before.every(({ id }) => context.settled[id])
}

/** True if a choice that others were made by stands: they would be wrong without it. */
export const isRelied = (context: PlanContext, { id }: PlanStep): boolean =>
  planOf(context).steps.some((step) => step.when.choice?.[id] !== undefined && context.settled[step.id] !== undefined)

/** The track that does a step, if one does. */
export function starterOf({ role }: Pick<PlanContext, 'role'>, step: PlanStep): TrackName | undefined {
  const starter = step.starts ?? (role === 'indirect-reseller' ? step.resellerStarts : undefined)
  return trackNames.find((name) => name === starter)
}

/** The purpose that completes a step; a transfer has to move what the plan is about. */
export function purposeOf(context: Pick<PlanContext, 'plan' | 'role'>, step: PlanStep): Purpose | undefined {
  const starter = starterOf(context, step)
  if (starter !== 'transfer') return starter
  return planOf(context).about === 'usage' ? 'transfer/azure' : 'transfer/licences'
}

/** True if the step leads back to the question of the seller. */
export const isBackToQuestion = ({ starts }: PlanStep): boolean => starts === 'question'

/** The parties of a step, for a partner of this role. */
export function partiesOf(role: Role | null, { who }: PlanStep): StepParty[] {
  if (!who.includes('provider') || !who.includes('us')) return [...who]
  const absent: StepParty = role === 'indirect-reseller' ? 'us' : 'provider'
  return who.filter((party) => party !== absent)
}
