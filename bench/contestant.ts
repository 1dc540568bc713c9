/** What every contestant is told: whose tokens to believe, and the card that those without cases answer. */
export interface ContestantPlace {
  metadataUrl: string
  card: object
}

/** The body of an answer that puts a card in the place of the one that was clicked. */
export const cardAnswer = (card: object) => ({
  statusCode: 200,
  type: 'application/vnd.microsoft.card.adaptive' as const,
  value: card,
})
