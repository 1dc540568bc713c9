import type { Outcome } from './policy/decide.ts'
import type { Action, ActionId, Rule } from './policy/policy.ts'
import type { TrackName } from './track-names.ts'
import { trackFor } from './tracks/registry.ts'

/** Permissions: they are a goal only where the answer asks for nothing else. */
const permissions: readonly ActionId[] = ['request-relationship', 'use-partner-invitation', 'request-delegated-admin']

/** Finds, for each part of an answer, the tracks of which one fulfils it. */
export const goalsOf = ({ parts }: Outcome): TrackName[][] =>
  parts.map(({ variants }) => [...new Set(variants.flatMap(({ rule }) => goalOf(rule)))])

/**
 * Finds the tracks of which one fulfils a rule: the last action is the goal, whatever leads to it, and an alternative to
 * it counts as much. The actions of a topic are alternatives.
 */
export function goalOf(rule: Rule): TrackName[] {
  const last = rule.do.at(-1)
  if (!last) return []
  const isMore = ({ id }: Action) => !permissions.includes(id)
  const alternatives = isMore(last) ? rule.instead.filter(isMore) : rule.instead
  const wanted = rule.when.topic ? rule.do : [last]
  return [...wanted, ...alternatives].flatMap((action) => trackFor(action) ?? [])
}
