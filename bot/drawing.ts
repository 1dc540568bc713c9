type Cards = typeof import('../cards/draw.ts')

let cards: Cards | undefined

/**
 * What draws cards. It comes with the first card that is wanted: the library that fills in the templates is some 480
 * files, an eighth of the time in which a process starts.
 */
export async function drawing(): Promise<Cards> {
  cards ??= await import('../cards/draw.ts')
  return cards
}
