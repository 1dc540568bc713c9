/** Editions that are no longer part of the product, each with the one that replaces it. */
export const withdrawnEditions: Readonly<Record<string, string>> = {
  // Its dates belonged to no page of Microsoft's.
  '2025': '2026-11',
}

/** The edition that replaces a withdrawn one; undefined for every other edition. */
export const successorOf = (edition: string): string | undefined =>
  Object.hasOwn(withdrawnEditions, edition) ? withdrawnEditions[edition] : undefined
