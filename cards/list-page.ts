/** Lists of cases: all, the open ones, those to choose from for cancelling, and those that wait for an approval. */
export const listNames = ['all', 'open', 'cancel', 'approvals'] as const

/** A page of a list that a card was opened from, and leads back to. */
export interface ListPage {
  list: (typeof listNames)[number]
  page: number
}
