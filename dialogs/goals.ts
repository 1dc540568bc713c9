import type { Outcome } from './policy/decide.ts'
import type { Action, ActionId, Rule } from './policy/policy.ts'
import type { TrackName } from './track-names.ts'
import { trackFor } from './tracks/registry.ts'

/** Permissions: they are a goal only where the answer asks for nothing else. */
const permissions: readonly ActionId[] = ['request-relationship', 'use-partner-invitation', 'request-delegated-admin']

/** Finds, for each part of an answer, the tracks of which one fulfils it. */
export const goalsOf = ({ parts }: Outcome): TrackName[][] =>
  parts.map(({ variants }) => [...new Set(variants.flatMap(({ rule }) => goalOf(rule)))])

/** The last action is the goal, whatever leads to it; an alternative to it counts as much. */
function goalOf(rule: Rule): TrackName[] {
  const last = rule.do.at(-1)
  if (!last) return []
  const isMore = ({ id }: Action) => !permissions.includes(id)
  const alternatives = isMore(last) ? rule.instead.filter(isMore) : rule.instead
  return [last, ...alternatives].flatMap((action) => trackFor(action) ?? [])
}
