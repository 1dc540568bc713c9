import { type PlanId, planIds, plans } from '../../plans/plans.ts'
import type { Role } from '../../questions.ts'
import { type Circumstances, defineTrack, type StoredTrack } from '../protocol.ts'
import { isRelationship } from '../relationship/definition.ts'
import {
  type PlanContext,
  planContextSchema,
  planFacts,
  planStates,
  purposeOf,
  type SettledStep,
  sharedSteps,
} from './context.ts'
import { planMachine } from './machine.ts'

type PlanState = (typeof planStates)[number]
/** A plan starts with the facts that decide about its steps, and with those that its case has completed. */
type PlanStart = { kind: 'plan' } & Pick<PlanContext, 'plan' | 'role' | 'source' | 'topic' | 'settled'>

const isPlan = (track: StoredTrack): track is StoredTrack<'plan', PlanState, PlanContext> => track.kind === 'plan'

/** The shared steps as they were completed in other plans of the case. */
const knownSteps = (tracks: readonly StoredTrack[]): Record<string, SettledStep> =>
  Object.fromEntries(
    tracks.filter(isPlan).flatMap(({ context: { settled } }) =>
      sharedSteps.flatMap((step) => {
        const known = settled[step]
        return known ? [[step, known] as const] : []
      }),
    ),
  )

/** The region as the look-up of the customer for a relationship has found it. */
const knownRegion = ({ tracks, at }: Circumstances): Record<string, SettledStep> =>
  Object.fromEntries(
    tracks
      .filter(isRelationship)
      .flatMap(({ context: { region } }) =>
        region ? [['region', { at, by: 'upstream', choice: region }] as const] : [],
      ),
  )

/** The steps of a plan that tracks of the case have done already. */
const reachedSteps = (plan: PlanId, role: Role | null, { reached, at }: Circumstances): Record<string, SettledStep> =>
  Object.fromEntries(
    plans[plan].steps.flatMap((step) => {
      const purpose = purposeOf({ plan, role }, step)
      const isDone = !step.anew && purpose !== undefined && reached.includes(purpose)
      return isDone ? [[step.id, { at, by: 'upstream' }] as const] : []
    }),
  )

/** True if the plan is about another tenant than the one that the case knows so far. */
const isElsewhere = (plan: PlanId, { answers, reached }: Circumstances) =>
  plans[plan].about === 'usage' && answers.tenant === 'other' && !reached.includes('plan/align-tenant')

/** Every step of every plan, each id once. */
export const planSteps = [...new Set(planIds.flatMap((id) => plans[id].steps.map((step) => step.id)))]

export const planTrack = defineTrack({
  kind: 'plan',
  machine: planMachine,
  states: planStates,
  context: planContextSchema,
  standing: { open: 'open', done: 'lasting', cancelled: 'in-vain' },
  titleNotices: {},
  carriesOut: planIds,
  variantOf: ({ plan }) => plan,
  variantFor: ({ id }) => id,
  steps: planSteps,
  forms: [],
  startFrom(circumstances, name): PlanStart | undefined {
    const plan = planIds.find((id) => name === `plan/${id}`)
    if (plan === undefined) return undefined
    const facts = planFacts(plan, circumstances.answers)
    if (isElsewhere(plan, circumstances)) return { kind: 'plan', plan, ...facts, settled: {} }
    const settled = {
      ...knownRegion(circumstances),
      ...knownSteps(circumstances.tracks),
      ...reachedSteps(plan, facts.role, circumstances),
    }
    return { kind: 'plan', plan, ...facts, settled }
  },
  inputOf: ({ kind: _kind, ...start }, at) => ({ at, ...start }),
  actors: ({ settled }) => Object.values(settled).map(({ by }) => by),
  due: () => undefined,
  watches: () => undefined,
})
