import type { Outcome, Part } from './policy/decide.ts'
import { type Action, type ActionId, type Edition, editionOf, type Policy, type Rule } from './policy/policy.ts'
import type { Role } from './questions.ts'
import type { Purpose } from './track-names.ts'
import { trackFor } from './tracks/registry.ts'

/** Permissions and preparations: they are a goal only where the answer asks for nothing else. */
const preparations: readonly ActionId[] = [
  'request-relationship',
  'use-partner-invitation',
  'request-delegated-admin',
  'plan-reservations',
]
const isMore = ({ id }: Action) => !preparations.includes(id)

/** Facts beside the answer that decide what a case is for. */
export interface GoalFacts {
  edition: Edition
  role: Role | undefined
}

/** Finds the purposes of each part of an answer, of which one fulfils it; none for a part that leads to no track. */
export function goalsOf(policy: Policy, outcome: Outcome, role: Role | undefined): Purpose[][] {
  const facts = { edition: editionOf(policy, outcome.edition), role }
  return outcome.parts.map(({ about, variants }) => [
    ...new Set(variants.flatMap(({ rule }) => goalOf(rule, about, facts))),
  ])
}

/**
 * Finds the purposes of which one fulfils a rule: the last action is the goal, whatever leads to it, and an alternative
 * to it counts as much. The actions of a topic are alternatives.
 */
export function goalOf(rule: Rule, about: Part['about'], facts: GoalFacts): Purpose[] {
  const last = rule.do.at(-1)
  // Finding the seller only leads back to the question.
  if (!last || last.id === 'find-seller') return []
  const wanted = rule.when.topic ? (rule.do.some(isMore) ? rule.do.filter(isMore) : rule.do) : [last]
  return [...wanted, ...alternativesTo(last, rule)].flatMap((action) => purposesOfAction(action, about, facts))
}

/** Alternatives to the goal. A request to the provider is but a step of the plan beside it. */
function alternativesTo(last: Action, { instead }: Rule): Action[] {
  if (!isMore(last)) return instead
  const others = instead.filter(isMore)
  const plans = others.filter((action) => trackFor(action)?.startsWith('plan/'))
  return plans.length === 0 ? others : others.filter(({ id }) => id !== 'ask-provider')
}

function purposesOfAction(action: Action, about: Part['about'], { edition, role }: GoalFacts): Purpose[] {
  // Waiting is no goal where something follows the end of the term.
  const next = action.id === 'wait-for-term' && role ? edition.afterTerm[role] : undefined
  const meant = next && isMore(next) ? next : action
  const name = trackFor(meant)
  if (name === undefined) return []
  if (name !== 'transfer') return [name]
  if (about === 'something-else') return ['transfer/licences', 'transfer/azure']
  return [about === 'usage' ? 'transfer/azure' : 'transfer/licences']
}
