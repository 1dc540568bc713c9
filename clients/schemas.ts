import { z } from 'zod'
import { directoryIdSchema } from '../dialogs/directory-id.ts'

export const isGuid = (text: string): boolean => directoryIdSchema.safeParse(text).success

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
