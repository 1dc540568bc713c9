import { z } from 'zod'
import type { Case } from './case.ts'
import { clouds } from './policy/policy.ts'
import { answersSchema, intakeStates } from './questions.ts'
import { trackSchema } from './tracks/registry.ts'

/**
 * The parts of a case that are stored as one JSON text, in their newest shape. New kinds of tracks, questions or clouds
 * ask for no rung: what is stored stays as it is. An earlier release refuses the cases that hold one, and no others.
 */
const storedSchema = z.strictObject({
  cloud: z.enum(clouds),
  intake: z.enum(intakeStates),
  answers: answersSchema,
  tracks: z.array(trackSchema),
  updatedBy: z.string(),
})
export type StoredContext = z.infer<typeof storedSchema>

/** One rung takes a stored case from its version to the next; the lowest rung starts at version 1. */
export type Upcasters = readonly ((stored: unknown) => unknown)[]
const ladder: Upcasters = []

/** A stored case that this release cannot read. It stays as it is for a person to look at; it is never dropped. */
export class UnreadableCaseError extends Error {
  override name = 'UnreadableCaseError'
}

/** The newest version that can be written. */
export const versionOf = (rungs: Upcasters): number => rungs.length + 1

/** What is stored of a case besides its columns, with the version of its shape. */
export function serialize(caseRecord: Case): { version: number; context: string } {
  const { cloud, intake, answers, tracks, updatedBy } = caseRecord
  const stored: StoredContext = { cloud, intake, answers, tracks, updatedBy }
  return { version: versionOf(ladder), context: JSON.stringify(stored) }
}

/**
 * Reads what `freeze` of any earlier release wrote, climbing the ladder from its version.
 * Throws UnreadableCaseError for a version of the future and for a shape that is not what its version says.
 */
export function parse(version: number, context: string, rungs: Upcasters = ladder): StoredContext {
  if (version < 1 || version > versionOf(rungs)) {
    throw new UnreadableCaseError(`stored case has version ${version}, this release reads 1 to ${versionOf(rungs)}`)
  }
  const climbed = rungs.slice(version - 1).reduce((stored, rung) => rung(stored), readJson(context))
  const parsed = storedSchema.safeParse(climbed)
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
