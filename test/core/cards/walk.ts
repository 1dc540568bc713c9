type Node = Readonly<Record<string, unknown>>

/** Everything in a card that is an object, from the outside in. */
export function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const item of value) yield* nodesOf(item)
    return
  }
  if (typeof value !== 'object' || value === null) return
  yield value as Node
  for (const child of Object.values(value)) yield* nodesOf(child)
}

/** Everything of a type in a card. */
export const allOf = (card: unknown, type: string): Node[] => [...nodesOf(card)].filter((node) => node.type === type)

/** The texts of a card as people read them, in order. */
export const textsOf = (card: unknown): string[] =>
  [...nodesOf(card)].flatMap(({ type, text }) =>
    (type === 'TextBlock' || type === 'TextRun') && typeof text === 'string' ? [text] : [],
  )

/** Data of the buttons with a verb. */
export const dataOf = (card: unknown, verb: string): unknown[] =>
  allOf(card, 'Action.Execute').flatMap((button) => (button.verb === verb ? [button.data] : []))
