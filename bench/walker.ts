import { standingText } from '../cards/text/standings.ts'
import { standingOf } from '../dialogs/case.ts'
import { beginningOf, firstWalk, type GraphPress, type Node, wayOn } from './intake-graph.ts'
import { type CaseOwner, caseIdOf, ownerOf } from './world.ts'

/** Number of stored cases, and their progress. */
export interface WalkedCase {
  cases: number
  /** Every such case is untouched and the others are answered; 1 leaves all untouched. */
  untouchedEach: number
}

export const isUntouched = ({ untouchedEach }: WalkedCase, number: number): boolean => number % untouchedEach === 0

/** Button press, and the parts that its card must contain. */
export interface WalkedTurn {
  owner: CaseOwner
  caseId: string
  revision: number
  press: GraphPress
  expected: readonly string[]
}

/** Distance between cases: in the order in which they were opened, or far apart on disk. */
const strides = { opened: 1, scattered: 7_919 }
export type WalkOrder = keyof typeof strides

/**
 * Walks through the cases of `slot` among `slots`, each from its beginning to its answer. Every case comes once before
 * any comes again, then from a changed answer.
 */
export function createWalker(stored: WalkedCase, order: WalkOrder, slot: number, slots: number) {
  const share = Math.floor(stored.cases / slots)
  const moved = new Map<number, { node: Node; revision: number }>()
  let visits = 0
  let number = 0
  let node: Node | undefined
  let revision = 0
  let choice = slot

  function begin(): Node {
    number = slot + slots * ((visits * strides[order]) % share)
    visits += 1
    const walk = isUntouched(stored, number) ? [] : firstWalk(number)
    const before = moved.get(number) ?? { node: walk.at(-1)?.to ?? beginningOf(number).node, revision: walk.length }
    revision = before.revision
    return before.node
  }

  return {
    next: (): WalkedTurn => {
      const from = node ?? begin()
      // The multiplication spreads the bits, so that all choices come up.
      choice = Math.imul(choice + slots, 0x9e3779b1) >>> 8
      const edge = wayOn(from, choice)
      const owner = ownerOf(number, stored.cases)
      const caseId = caseIdOf(number)
      const turn = {
        owner,
        caseId,
        revision,
        press: edge.press,
        expected: expectedOf(caseId, revision + 1, owner, edge.to),
      }
      revision += 1
      moved.set(number, { node: edge.to, revision })
      node = edge.to.example.intake === 'answered' ? undefined : edge.to
      return turn
    },
    /** Abandons the present case after a wrong response. */
    giveUp: (): void => {
      node = undefined
    },
  }
}
export type Walker = ReturnType<typeof createWalker>

/** Returns the expected parts: case id and state in the head, the new revision in the buttons. */
function expectedOf(caseId: string, revision: number, { locale }: CaseOwner, { example }: Node): string[] {
  const head = `"fallbackText":"${caseId} · ${standingText(locale, standingOf(example))}"`
  return [head, `"case":"${caseId}","rev":${revision}`]
}
