import { memoizePerOwner } from '../dialogs/memoize.ts'
import type { Policy } from '../dialogs/policy/policy.ts'
import type { AdaptiveCard } from './render.ts'

/** Values that differ between otherwise equal cards. */
interface Slots {
  case: string
  rev: number
  userIds: readonly string[] | undefined
}

/** Placeholders in a stencil. No text of ours contains them, and stencils hold no other text. */
export const cutSlots = { case: 'MC-000000', rev: 2 ** 31, userIds: ['29:anybody'] } as const
const blank = new RegExp(`(${cutSlots.case}|"rev":${cutSlots.rev}|\\["${cutSlots.userIds[0]}"\\])`)

/** The bytes between the slots in one piece, and the offset of each slot; a card has about forty. */
interface Stencil {
  text: Buffer
  /** Offsets in ascending order. */
  at: number[]
  of: (keyof Slots)[]
}

const stencils = memoizePerOwner<Policy, Stencil>(2_000)

/**
 * Returns a card as the bytes of its JSON. It is drawn with `cutSlots` once per key and filled in from then on,
 * because drawing and serialising take longer than the rest of a click. The key must cover everything else the card
 * and `around` depend on.
 */
export function fillSlots(
  policy: Policy,
  key: string,
  given: Slots,
  drawCard: () => AdaptiveCard,
  around: readonly [before: string, after: string],
): Uint8Array {
  const [before, after] = around
  const stencil = stencils(policy, key, () => cut(`${before}${JSON.stringify(drawCard())}${after}`))
  return filled(stencil, given)
}

/** Cuts the placeholders out of a drawn card. */
function cut(card: string): Stencil {
  // Every other part is a placeholder.
  const parts = card.split(blank)
  const at: number[] = []
  const of: (keyof Slots)[] = []
  let end = 0
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 0) {
      end += Buffer.byteLength(part)
    } else {
      at.push(end)
      of.push(part === cutSlots.case ? 'case' : part.startsWith('"rev"') ? 'rev' : 'userIds')
    }
  }
  // Allocated on its own: a small pooled Buffer would keep the whole pool alive.
  const text = Buffer.alloc(end, parts.filter((_, index) => index % 2 === 0).join(''))
  return { text, at, of }
}

function filled({ text, at, of }: Stencil, { case: id, rev, userIds }: Slots): Uint8Array {
  const given = {
    case: Buffer.from(id),
    rev: Buffer.from(`"rev":${rev}`),
    userIds: Buffer.from(JSON.stringify(userIds) ?? ''),
  }
  let length = text.length
  for (const name of of) length += given[name].length
  const bytes = Buffer.allocUnsafe(length)
  let [from, to] = [0, 0]
  const copy = (source: Buffer, begin: number, end: number) => {
    to += source.copy(bytes, to, begin, end)
  }
  for (let index = 0; index < at.length; index += 1) {
    const until = at[index] as number
    copy(text, from, until)
    from = until
    const value = given[of[index] as keyof Slots]
    copy(value, 0, value.length)
  }
  copy(text, from, text.length)
  return bytes
}
