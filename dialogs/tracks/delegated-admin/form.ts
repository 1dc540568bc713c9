import { z } from 'zod'
import { presetIds } from '../../roles.ts'
import { MAX_GROUP_LENGTH, MAX_JUSTIFICATION_LENGTH, MAX_TENANT_LENGTH, typedText } from '../form-fields.ts'
import { ACCESS_DAYS } from './context.ts'

const presets = z
  .string()
  .max(presetIds.join().length)
  .refine((text) => text.split(',').every((id) => id === '' || (presetIds as readonly string[]).includes(id)))
/** Field for the days that access lasts. */
export const accessDays = z
  .string()
  .regex(/^[1-9][0-9]{0,2}$/)
  .refine((text) => Number(text) <= ACCESS_DAYS.max)

/** Form of a request for administration rights. */
export const adminRequestForm = z.strictObject({
  // On a request for a reseller, the customer is that of the invitation.
  customer: z.string().max(MAX_TENANT_LENGTH).trim().optional(),
  presets: presets.default(''),
  days: accessDays.optional(),
  autoExtend: z.enum(['true', 'false']).default('false'),
  justification: typedText(MAX_JUSTIFICATION_LENGTH),
  group: typedText(MAX_GROUP_LENGTH),
})
