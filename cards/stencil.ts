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
const kept = new WeakMap<Policy, Map<string, readonly Uint8Array[]>>()
const utf8 = new TextEncoder()

/**
 * A card as the bytes of its JSON, drawn (with `blanks`) once for each key and filled in ever after: drawing one and
 * writing it as JSON takes longer than all else that a click needs. The key has to tell apart whatever the card depends
 * on, and `around` it, the text before and after.
 */
export function fillIn(
  policy: Policy,
  key: string,
  given: Blanks,
  drawCard: () => AdaptiveCard,
  around: readonly [before: string, after: string],
): Uint8Array {
  const stencils = kept.get(policy) ?? new Map<string, readonly Uint8Array[]>()
  kept.set(policy, stencils)
  let parts = stencils.get(key)
  if (!parts) {
    if (stencils.size >= most) stencils.clear()
    const [before, after] = around
    // Every other part is a blank.
    parts = `${before}${JSON.stringify(drawCard())}${after}`.split(blank).map((part) => utf8.encode(part))
    stencils.set(key, parts)
  }
  return joined(parts, given)
}

const [caseStart, revStart] = [blanks.case, '"rev":'].map((text) => utf8.encode(text)[0])

function joined(parts: readonly Uint8Array[], { case: id, rev, userIds }: Blanks): Uint8Array {
  const filled = [utf8.encode(id), utf8.encode(`"rev":${rev}`), utf8.encode(JSON.stringify(userIds))] as const
  /** Blanks differ in how they begin. */
  const at = (index: number): Uint8Array => {
    const part = parts[index] as Uint8Array
    if (index % 2 === 0) return part
    return part[0] === caseStart ? filled[0] : part[0] === revStart ? filled[1] : filled[2]
  }
  let length = 0
  for (let index = 0; index < parts.length; index += 1) length += at(index).length
  const bytes = new Uint8Array(length)
  for (let index = 0, begin = 0; index < parts.length; index += 1) {
    bytes.set(at(index), begin)
    begin += at(index).length
  }
  return bytes
}
