import { z } from 'zod'
import type { Case } from './case.ts'
import { customerSchema } from './customer.ts'
import { clouds } from './policy/policy.ts'
import { answersSchema, intakeStates } from './questions.ts'
import { purposes, trackNames } from './track-names.ts'
import { trackSchema } from './tracks/registry.ts'
import { withPlans } from './upcasters.ts'

/**
 * The parts of a case that are stored as one JSON text, in their newest shape. New kinds of tracks, questions or clouds
 * need no upcaster: stored cases stay as they are. An earlier release refuses the cases that hold a new kind, and no
 * others.
 */
const storedSchema = z.strictObject({
  cloud: z.enum(clouds),
  intake: z.enum(intakeStates),
  answers: answersSchema,
  named: customerSchema.optional(),
  tracks: z.array(trackSchema),
  goals: z.array(z.array(z.enum(purposes))),
  next: z.enum(trackNames).optional(),
  closed: z.string().optional(),
  closing: z.string().optional(),
  askAgain: z.string().optional(),
  updatedBy: z.string(),
})
type StoredContext = z.infer<typeof storedSchema>

/** Each upcaster takes a stored case from its version to the next; the first starts at version 1. */
export type Upcasters = readonly ((stored: unknown) => unknown)[]
const upcasters: Upcasters = [withPlans]

/** A stored case that this release cannot read. It stays as it is until a person sees to it; it is never dropped. */
export class UnreadableCaseError extends Error {
  override name = 'UnreadableCaseError'
}

/** The newest version that can be written. */
export const versionOf = (chain: Upcasters): number => chain.length + 1

/** Writes the part of a case that has no columns, with the version of its shape. */
export function serialize(caseRecord: Case): { version: number; context: string } {
  const { cloud, intake, answers, named, tracks, goals, next, closed, closing, askAgain, updatedBy } = caseRecord
  const stored: StoredContext = {
    cloud,
    intake,
    answers,
    named,
    tracks,
    goals,
    next,
    closed,
    closing,
    askAgain,
    updatedBy,
  }
  return { version: versionOf(upcasters), context: JSON.stringify(stored) }
}

/**
 * Reads the text that `serialize` of this or an earlier release wrote, through the upcasters from its version on.
 * Throws UnreadableCaseError for a version of the future and for a shape that does not fit its version.
 */
export function parse(version: number, context: string, chain: Upcasters = upcasters): StoredContext {
  if (version < 1 || version > versionOf(chain)) {
    throw new UnreadableCaseError(`stored case has version ${version}, this release reads 1 to ${versionOf(chain)}`)
  }
  const newest = chain.slice(version - 1).reduce((stored, upcast) => upcast(stored), readJson(context))
  const parsed = storedSchema.safeParse(newest)
  if (!parsed.success)
    throw new UnreadableCaseError(`stored case of version ${version}: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

function readJson(context: string): unknown {
  try {
    return JSON.parse(context)
  } catch (cause) {
    throw new UnreadableCaseError('stored case is no JSON', { cause })
  }
}
