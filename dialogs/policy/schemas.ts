import { z } from 'zod'

/** Matches a list with at least one item. */
export const oneOrMore = <T extends z.ZodType>(item: T) => z.array(item).nonempty()

/**
 * Confidence in a text: official and seen whole (W), official but an excerpt (E), read earlier (R), third party (T),
 * general knowledge (G), our inference (I).
 */
export const confidence = z.enum(['W', 'E', 'R', 'T', 'G', 'I', 'unverified'])
export type Confidence = z.infer<typeof confidence>
