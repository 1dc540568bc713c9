import { daysUntil } from '../../calendar.ts'
import { actionsOf, type Outcome } from '../../policy/decide.ts'
import type { Action, ActionId, Edition } from '../../policy/policy.ts'
import type { Role } from '../../questions.ts'
import { defineTrack } from '../protocol.ts'
import { termContextSchema, termMachine, termStates, termSteps } from './machine.ts'

/** A term starts with its last day. */
interface TermStart {
  kind: 'term'
  end: string
}

/** Plans around the end of a contract: its date can be watched beside them. */
const datedPlans: readonly ActionId[] = ['switch-licences', 'channel-transfer', 'leave-syndication']

/** The action after the term; none for an answer in which nobody waits for the end to buy anew. */
export function actionAfterTerm(edition: Edition, { parts }: Outcome, role: Role | undefined): Action | undefined {
  const isAwaited = parts.some(
    ({ about, variants }) =>
      about === 'licence' &&
      variants.some(({ rule }) => [...rule.do, ...rule.instead].some(({ id }) => id === 'wait-for-term')),
  )
  return isAwaited && role ? edition.afterTerm[role] : undefined
}

/** States in which the term itself is over. */
const overStates: readonly string[] = ['ended', 'followed-up', 'cancelled-early']

export const termTrack = defineTrack({
  kind: 'term',
  machine: termMachine,
  states: termStates,
  context: termContextSchema,
  standing: {
    waiting: 'open',
    'ending-soon': 'open',
    ended: 'open',
    'followed-up': 'reached',
    'cancelled-early': 'reached',
    cancelled: 'in-vain',
  },
  titleNotices: { 'term-ended': 'ended' },
  carriesOut: ['wait-for-term'],
  steps: termSteps,
  forms: [],
  isOffered: ({ outcome }) => actionsOf(outcome).some(({ id }) => datedPlans.includes(id)),
  leadsTo: ({ state, context }, { answers, outcome, edition, at }) => {
    const next = actionAfterTerm(edition, outcome, answers.role)
    const days = edition.beforeTermEnds?.start
    const isEarly = days !== undefined && state === 'ending-soon' && daysUntil(context.end, at) <= days
    return next && (isEarly || overStates.includes(state)) ? [next] : []
  },
  startFrom({ answers }): TermStart | undefined {
    const end = answers['term-end']
    return end === undefined || end === 'unknown' ? undefined : { kind: 'term', end }
  },
  inputOf: ({ end }, at) => ({ at, end }),
  due: ({ end }) => end,
  watches: () => undefined,
})
