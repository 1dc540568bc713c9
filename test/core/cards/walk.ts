type Node = Readonly<Record<string, unknown>>

/** Yields every object in a card, from the outside in. */
export function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const item of value) yield* nodesOf(item)
    return
  }
  if (typeof value !== 'object' || value === null) return
  yield value as Node
  for (const child of Object.values(value)) yield* nodesOf(child)
}

/** Yields every string in a card, except property names. */
export function* stringsOf(card: unknown): Generator<string> {
  for (const node of nodesOf(card)) {
    for (const value of Object.values(node)) if (typeof value === 'string') yield value
  }
}

/** Returns every object of a type in a card. */
export const allOf = (card: unknown, type: string): Node[] => [...nodesOf(card)].filter((node) => node.type === type)

/** Returns the texts of a card in reading order. */
export const shownTexts = (card: unknown): string[] =>
  [...nodesOf(card)].flatMap(({ type, text }) =>
    (type === 'TextBlock' || type === 'TextRun') && typeof text === 'string' ? [text] : [],
  )

/** Returns the data of the buttons with a verb. */
export const dataOf = (card: unknown, verb: string): unknown[] =>
  allOf(card, 'Action.Execute').flatMap((button) => (button.verb === verb ? [button.data] : []))
