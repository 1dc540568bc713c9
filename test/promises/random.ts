import { createDice } from '../../sandbox/upstream/dice.ts'

/** Creates repeatable random choices from a seed. */
export function createSeededRandom(seed: number) {
  const number = createDice(seed)
  return {
    /** A number in [0, 1). */
    number,
    /** A whole number in [0, `end`). */
    below: (end: number): number => Math.floor(number() * end),
    pick: <T>(list: readonly T[]): T => list[Math.floor(number() * list.length)] as T,
  }
}
export type SeededRandom = ReturnType<typeof createSeededRandom>
