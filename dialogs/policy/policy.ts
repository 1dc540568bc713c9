import { z } from 'zod'
import { roles, sources } from '../questions.ts'

/** Clouds a partner tenant may live in: a setting of the deployment, never a question. */
export const clouds = ['global', 'germany', 'us-government', 'china'] as const
export type Cloud = (typeof clouds)[number]

/** Everything an answer may tell a partner to do. */
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

/** When a rule applies. A field that is left out applies to every value. `elsewhere` is every source but `csp-partner`. */
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
  /** What to do, in order. */
  do: oneOrMore(z.enum(actionIds)),
  /** What one may do instead. */
  instead: actions.default([]),
  /** What follows when the first is over. */
  afterwards: actions.default([]),
  /** What has to stand before the first can begin. */
  first: z.enum(actionIds).optional(),
  /** Key of the sentence that says why. */
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
  /** What a partner does when a term has ended, by role. */
  afterTerm: z.record(z.enum(roles), z.enum(actionIds)),
  rules: oneOrMore(ruleSchema),
})
export type Edition = z.infer<typeof editionSchema>

/** All editions of a deployment by name, oldest first. */
export type Policy = Readonly<Record<string, Edition>>

/**
 * Checks the edition files and makes the policy. A new edition is a new file; nothing here names one.
 * Throws with every fault of every file.
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

/** The edition of that name. Throws when the deployment does not hold it: stored cases name only known editions. */
export function editionOf(policy: Policy, name: string): Edition {
  const edition = policy[name]
  if (!edition) throw new Error(`policy edition ${name} is not part of this deployment`)
  return edition
}
