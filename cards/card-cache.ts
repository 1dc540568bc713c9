import { memoizePerOwner } from '../dialogs/memoize.ts'
import type { Policy } from '../dialogs/policy/policy.ts'
import type { AdaptiveCard } from './render.ts'

/** What differs between cards that are alike otherwise. */
export interface Slots {
  case: string
  rev: number
  userIds: readonly string[] | undefined
}

/** What stands in the blanks of a stencil. No sentence of ours holds any of it, and a stencil has no other text. */
export const cutSlots = { case: 'MC-000000', rev: 2 ** 31, userIds: ['29:anybody'] } as const
const blank = new RegExp(`(${cutSlots.case}|"rev":${cutSlots.rev}|\\["${cutSlots.userIds[0]}"\\])`)

/** The bytes between the blanks in one piece, and after which of them each blank belongs: a card has some forty. */
interface Stencil {
  text: Buffer
  /** Ascending. */
  at: number[]
  of: (keyof Slots)[]
}

const kept = memoizePerOwner<Policy, Stencil>(2_000)

/**
 * A card as the bytes of its JSON, drawn (with `blanks`) once for each key and filled in ever after: drawing one and
 * writing it as JSON takes longer than all else that a click needs. The key has to tell apart whatever the card depends
 * on, and `around` it, the text before and after.
 */
export function fillSlots(
  policy: Policy,
  key: string,
  given: Slots,
  drawCard: () => AdaptiveCard,
  around: readonly [before: string, after: string],
): Uint8Array {
  const [before, after] = around
  const stencil = kept(policy, key, () => cut(`${before}${JSON.stringify(drawCard())}${after}`))
  return filled(stencil, given)
}

/** Takes the blanks out of a drawn card. */
function cut(card: string): Stencil {
  // Every other part is a blank.
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
  // In memory of its own: a small Buffer lies in one that it shares, and would keep all of that.
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
