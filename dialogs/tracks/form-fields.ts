import { z } from 'zod'

/** Longest domain that DNS allows; a tenant id is shorter. */
export const MAX_TENANT_LENGTH = 253
/** Longest reason for a skipped step, a denial or a hand-over, in UTF-16 units, as input fields count. */
export const MAX_REASON_LENGTH = 300
/** Longest name of a customer as it is typed; a link or a domain may stand in its place. */
export const MAX_CUSTOMER_LENGTH = 300
/** Longest e-mail address that SMTP allows. */
export const MAX_EMAIL_LENGTH = 254
/** Longest id of a transfer; the ids of the service have 36 characters. */
export const MAX_TRANSFER_LENGTH = 80
/** Most subscriptions that the service accepts in one transfer. */
export const MAX_ITEMS = 25
/** Longest justification of administration rights. A card shows it twice beside much else. */
export const MAX_JUSTIFICATION_LENGTH = 500
/** Longest name of a group; its id is shorter. */
export const MAX_GROUP_LENGTH = 256

/** Field for typed text, in UTF-16 units. Clients may leave out an empty field, which then counts as empty text. */
export const typedText = (max: number) => z.string().max(max).trim().default('')
/** Field with several choices. Clients send them as one text with commas in between. */
export const chosenItems = (maxItems: number, longest: number) =>
  z
    .string()
    .max(maxItems * (longest + 1))
    .default('')
    .transform((text) => text.split(',').flatMap((choice) => choice.trim() || []))
    .refine((items) => items.length <= maxItems)
/** Id of a transfer at Partner Center, as a button sends it. */
export const transferId = z.string().min(1).max(MAX_TRANSFER_LENGTH)
