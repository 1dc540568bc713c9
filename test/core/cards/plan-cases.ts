import type { Case } from '../../../dialogs/case.ts'
import type { CaseEvent } from '../../../dialogs/events.ts'
import { type PlanId, plans } from '../../../dialogs/plans/plans.ts'
import type { Answers } from '../../../dialogs/questions.ts'
import { openCase, step } from '../../../dialogs/step.ts'
import { nextStepOf, planFacts } from '../../../dialogs/tracks/plan/context.ts'
import { nameOf, type PlanTrack, startTrack } from '../../../dialogs/tracks/registry.ts'
import { policy } from '../../support/policy.ts'
import { now, reseller } from './cases.ts'

/** Cases with a plan under way, whatever its answer would lead to. */

type Unstamped<E> = E extends CaseEvent ? Omit<E, 'at' | 'by'> : never
export type PlanName = `plan/${PlanId}`

/** Applies an event to a case. */
export function stepped(before: Case, event: Unstamped<CaseEvent>, at = now): Case {
  const result = step(policy, before, { ...event, at, by: { kind: 'person', person: reseller } } as CaseEvent)
  if (!result.ok) throw new Error(`${JSON.stringify(event)} was refused: ${result.reason}`)
  return result.value.case
}

/** A case that has these answers, by the edition that has plans. */
export function answeredCase(answers: Answers): Case {
  const { case: opened } = openCase(policy, {
    id: 'MC-7K2P9Q',
    conversation: 'conversation',
    edition: '2026-11',
    cloud: 'global',
    by: reseller,
    at: now,
  })
  return { ...opened, intake: 'answered', answers, revision: 2 }
}

/** A case whose plan was just started. */
export function planCase(plan: PlanId, answers: Answers): Case {
  const start = { kind: 'plan', plan, ...planFacts(plan, answers), settled: {} } as const
  return { ...answeredCase(answers), tracks: [startTrack(start, reseller.id, now).track] }
}

export function planIn({ tracks }: Case, name: PlanName): PlanTrack {
  const found = tracks.find((track): track is PlanTrack => track.kind === 'plan' && nameOf(track) === name)
  if (!found) throw new Error(`the case has no ${name}`)
  return found
}

export const nextIn = (caseRecord: Case, name: PlanName) => nextStepOf(planIn(caseRecord, name).context)

/** Ways to go through a plan: which choice is made where there is one, and if steps are skipped that may be. */
export interface Manner {
  choice?: 'first' | 'last'
  skips?: string
}

/** Completes the next step; undefined once the plan is over. */
function onwards(before: Case, name: PlanName, { choice, skips }: Manner = {}): Case | undefined {
  const next = nextIn(before, name)
  if (!next || planIn(before, name).state !== 'open') return undefined
  const meant = { track: name, step: next.id }
  if (skips !== undefined && next.optional) return stepped(before, { type: 'step.skipped', ...meant, reason: skips })
  const chosen = choice === 'last' ? next.choices?.at(-1) : next.choices?.[0]
  return stepped(before, { type: 'step.ticked', ...meant, ...(chosen === undefined ? {} : { choice: chosen }) })
}

/** The case at each step of its plan, from the first to the end. */
export function walkOf(plan: PlanId, answers: Answers, manner: Manner = {}): Case[] {
  const cases = [planCase(plan, answers)]
  for (let next = cases[0]; next; next = onwards(next, `plan/${plan}`, manner)) if (next !== cases[0]) cases.push(next)
  return cases
}

/** The case where this step is next. */
export function caseAt(plan: PlanId, stepId: string, answers: Answers, manner: Manner = {}): Case {
  const found = walkOf(plan, answers, manner).find((each) => nextIn(each, `plan/${plan}`)?.id === stepId)
  if (!found) throw new Error(`${plan} has no step ${stepId} for ${JSON.stringify(answers)}`)
  return found
}

/** The case whose plan is done. */
export const doneCase = (plan: PlanId, answers: Answers): Case => walkOf(plan, answers).at(-1) as Case

export const planIdsWithWarning = (Object.keys(plans) as PlanId[]).filter((plan) => plans[plan].warning !== undefined)
