/** Start options of every contestant: the token issuer, and the card of those without cases. */
export interface ContestantPlace {
  metadataUrl: string
  card: object
}

/** Returns the response body that replaces the clicked card. */
export const cardAnswer = (card: object) => ({
  statusCode: 200,
  type: 'application/vnd.microsoft.card.adaptive' as const,
  value: card,
})
