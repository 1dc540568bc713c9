/** Chance that can be had again: everything follows from the seed (mulberry32). */
export function createRandom(seed: number) {
  let state = seed >>> 0
  const number = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    /** From 0 up to but not including 1. */
    number,
    /** A whole number from 0 up to but not including `end`. */
    below: (end: number): number => Math.floor(number() * end),
    pick: <T>(list: readonly T[]): T => list[Math.floor(number() * list.length)] as T,
  }
}
export type Random = ReturnType<typeof createRandom>
