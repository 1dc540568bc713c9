import { z } from 'zod'

/** GUID in lower case, as every id of Microsoft's is compared. */
export const guidSchema = z.guid().toLowerCase()

export const isGuid = (text: string): boolean => guidSchema.safeParse(text).success

/** Text that a service may leave out or send as null. */
export const optionalText = z.string().nullish()

/** Number of licences that a service may leave out, or state oddly. */
export const licenceCount = z.int().positive().optional().catch(undefined)

/** List of which only the readable elements are kept. */
export const readableOnly = <T>(item: z.ZodType<T>) =>
  z.array(z.unknown()).transform((elements) =>
    elements.flatMap((element) => {
      const parsed = item.safeParse(element)
      return parsed.success ? [parsed.data] : []
    }),
  )
