import type { Policy } from '../dialogs/policy/policy.ts'
import type { AdaptiveCard } from './render.ts'

/** What differs between cards that are alike otherwise. */
export interface Blanks {
  case: string
  rev: number
  userIds: readonly string[] | undefined
}

/** What stands in the blanks of a stencil. No sentence of ours holds any of it, and a stencil has no other text. */
export const blanks = { case: 'MC-000000', rev: 2 ** 31, userIds: ['29:anybody'] } as const
const blank = new RegExp(`(${blanks.case}|"rev":${blanks.rev}|\\["${blanks.userIds[0]}"\\])`)

const most = 2_000
const kept = new WeakMap<Policy, Map<string, readonly string[]>>()

/**
 * A card as JSON, drawn (with `blanks`) once for each key and filled in ever after: drawing one and writing it as JSON
 * takes longer than all else that a click needs. The key has to tell apart whatever the card depends on.
 */
export function fillIn(policy: Policy, key: string, given: Blanks, drawCard: () => AdaptiveCard): string {
  const stencils = kept.get(policy) ?? new Map<string, readonly string[]>()
  kept.set(policy, stencils)
  let parts = stencils.get(key)
  if (!parts) {
    if (stencils.size >= most) stencils.clear()
    parts = JSON.stringify(drawCard()).split(blank)
    stencils.set(key, parts)
  }
  // Every other part is a blank.
  return parts.map((part, index) => (index % 2 === 0 ? part : filled(part, given))).join('')
}

function filled(part: string, given: Blanks): string {
  if (part === blanks.case) return given.case
  return part.startsWith('"rev"') ? `"rev":${given.rev}` : JSON.stringify(given.userIds)
}
