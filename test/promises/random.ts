import { createDice } from '../../sandbox/upstream/dice.ts'

/** Chance that can be had again: everything follows from the seed. */
export function createSeededRandom(seed: number) {
  const number = createDice(seed)
  return {
    /** From 0 up to but not including 1. */
    number,
    /** A whole number from 0 up to but not including `end`. */
    below: (end: number): number => Math.floor(number() * end),
    pick: <T>(list: readonly T[]): T => list[Math.floor(number() * list.length)] as T,
  }
}
export type SeededRandom = ReturnType<typeof createSeededRandom>
