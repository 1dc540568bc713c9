import { text } from '../cards/text/text.ts'
import { stateOf } from '../dialogs/step.ts'
import { beginningOf, firstWalk, type GraphPress, type Node, wayOn } from './intake-graph.ts'
import { type CaseOwner, caseIdOf, ownerOf } from './world.ts'

/** Which cases are stored, and how far they had come. */
export interface WalkedCase {
  cases: number
  /** Every so many a case nobody has touched yet, the others have their answer; 1 leaves them all untouched. */
  untouchedEach: number
}

export const isUntouched = ({ untouchedEach }: WalkedCase, number: number): boolean => number % untouchedEach === 0

/** One press of a button, and what has to be in the card that answers it. */
export interface WalkedTurn {
  owner: CaseOwner
  caseId: string
  revision: number
  press: GraphPress
  expected: readonly string[]
}

/** Steps from one case to the next: in the order in which they were opened, or far from each other on the disk. */
const strides = { opened: 1, scattered: 7_919 }
export type WalkOrder = keyof typeof strides

/**
 * Clicks its way through its share of the stored cases (those of `slot` among `slots`), one after the other, from their
 * beginning to their answer. Each comes once before any comes again, and is then gone through from a changed answer.
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
      // Of every number some digits are even and some are not: all choices come up.
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
    /** The present case is no longer as it should be: go on with another one. */
    giveUp: (): void => {
      node = undefined
    },
  }
}
export type Walker = ReturnType<typeof createWalker>

/** The card names the case and its new state, and its buttons the new revision. */
function expectedOf(caseId: string, revision: number, { locale }: CaseOwner, { example }: Node): string[] {
  const head = `"fallbackText":"${caseId} · ${text(locale, `state.${stateOf(example)}`)}"`
  return [head, `"case":"${caseId}","rev":${revision}`]
}
