import { z } from 'zod'
import { roles, sources } from '../questions.ts'

/** Clouds of a partner tenant: a setting of the deployment, never a question. */
export const clouds = ['global', 'germany', 'us-government', 'china'] as const
export type Cloud = (typeof clouds)[number]

/** Actions that an answer can name. */
export const actionIds = [
  'request-relationship',
  'use-partner-invitation',
  'request-delegated-admin',
  'wait-for-term',
  'cancel-early',
  'manual-migration',
  'transfer',
  'ask-provider',
  'support-ticket',
  'no-resale',
  'cloud-closed',
] as const
export type ActionId = (typeof actionIds)[number]

const oneOrMore = <T extends z.ZodType>(item: T) => z.array(item).nonempty()
const actions = z.array(z.enum(actionIds))

/** Condition of a rule. A missing field applies to every value. `elsewhere` is every source but `csp-partner`. */
const conditionSchema = z.strictObject({
  service: oneOrMore(z.enum(['licence', 'usage', 'resale'])),
  source: z.enum(['elsewhere', 'csp-partner']).optional(),
  commerce: z.enum(['new-commerce', 'legacy']).optional(),
  offer: z.enum(['azure-plan', 'legacy']).optional(),
  role: oneOrMore(z.enum(roles)).optional(),
  cloud: oneOrMore(z.enum(clouds)).optional(),
})

const ruleSchema = z.strictObject({
  id: z.string(),
  when: conditionSchema,
  /** Actions in order. */
  do: oneOrMore(z.enum(actionIds)),
  /** Alternatives. */
  instead: actions.default([]),
  /** Actions after the first is over. */
  afterwards: actions.default([]),
  /** Precondition of the first action. */
  first: z.enum(actionIds).optional(),
  /** Key of the reason's sentence. */
  reason: z.string(),
  /** Keys of further remarks; a remark may be limited to some sources and roles. */
  notes: z
    .array(
      z.strictObject({
        key: z.string(),
        source: oneOrMore(z.enum(sources)).optional(),
        role: oneOrMore(z.enum(roles)).optional(),
      }),
    )
    .default([]),
  source: z.strictObject({ page: z.string(), date: z.iso.date(), row: z.string() }),
  verified: z.iso.date(),
})
export type Rule = z.infer<typeof ruleSchema>

const editionSchema = z.strictObject({
  edition: z.string().regex(/^[0-9]{4}(-[0-9]{2})?$/),
  /** Month or year from which the page reads like this; the card says "since …". */
  since: z.string(),
  clouds: oneOrMore(z.enum(clouds)),
  /** Action after the end of a term, by role. */
  afterTerm: z.record(z.enum(roles), z.enum(actionIds)),
  rules: oneOrMore(ruleSchema),
})
export type Edition = z.infer<typeof editionSchema>

/** All editions of a deployment by name, oldest first. */
export type Policy = Readonly<Record<string, Edition>>

/**
 * Checks the edition files and makes the policy. A new edition is a new file; the code names none. Throws with all
 * faults of all files.
 */
export function readPolicy(files: Readonly<Record<string, unknown>>): Policy {
  const faults: string[] = []
  const editions: [string, Edition][] = []
  for (const [file, content] of Object.entries(files)) {
    const parsed = editionSchema.safeParse(content)
    if (parsed.success) editions.push([parsed.data.edition, parsed.data])
    else faults.push(`${file}: ${z.prettifyError(parsed.error)}`)
  }
  const ids = editions.flatMap(([, edition]) => edition.rules.map((rule) => `${edition.edition} ${rule.id}`))
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index)
  if (twice.length > 0) faults.push(`rule ids used twice: ${twice.join(', ')}`)
  if (editions.length === 0) faults.push('no policy edition found')
  if (faults.length > 0) throw new Error(`The policy cannot be used.\n${faults.join('\n')}`)
  return Object.freeze(Object.fromEntries(editions.sort(([a], [b]) => a.localeCompare(b))))
}

/** Returns the edition of that name. Throws if the deployment lacks it: stored cases name only known editions. */
export function editionOf(policy: Policy, name: string): Edition {
  const edition = policy[name]
  if (!edition) throw new Error(`policy edition ${name} is not part of this deployment`)
  return edition
}
