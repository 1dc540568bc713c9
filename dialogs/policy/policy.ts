import { z } from 'zod'
import { planIds } from '../plans/plans.ts'
import { type QuestionId, questionIds, roles } from '../questions.ts'
import { requestKinds } from '../requests.ts'
import { type Confidence, confidence, oneOrMore } from './schemas.ts'

/** Clouds of a partner tenant: a setting of the deployment, never a question. */
export const clouds = ['global', 'germany', 'us-government', 'china'] as const
export type Cloud = (typeof clouds)[number]

/** Actions that an answer can name. Each plan is the action of the same id. */
export const actionIds = [
  'request-relationship',
  'use-partner-invitation',
  'request-delegated-admin',
  'wait-for-term',
  'cancel-early',
  'transfer',
  'ask-provider',
  'support-ticket',
  'no-resale',
  'cloud-closed',
  ...planIds,
] as const
export type ActionId = (typeof actionIds)[number]

const actionId = z.enum(actionIds)
const simpleActionId = actionId.exclude(['ask-provider'])
/** An action of an answer. `request` says for what the provider is asked; no other action has it. */
const actionSchema = z.union([
  simpleActionId.transform((id) => ({ id })),
  z.strictObject({ id: z.literal('ask-provider'), request: z.enum(requestKinds) }),
])
export type Action = z.infer<typeof actionSchema>

/** Identity of an action: `ask-provider` differs by its request. */
export const keyOfAction = (action: Action): string =>
  'request' in action ? `${action.id}/${action.request}` : action.id

const actions = z.array(actionSchema).default([])
const values = oneOrMore(z.string())

/** True for Microsoft's own word; all else is shown with somebody to check with. */
export const isOfficial = (level: Confidence): boolean => level === 'W' || level === 'E'

/** Facts that conditions name: the answers, and what a deployment or person fixes. */
const conditionFields = [
  'service',
  'topic',
  'licence-source',
  'usage-source',
  'goal',
  'tenant',
  'same-provider',
  'commerce',
  'offer',
  'role',
  'cloud',
] as const

/** Condition of a question: every field holds. `outcome` holds if the answer names one of these actions. */
const questionConditionSchema = z.strictObject({
  ...(Object.fromEntries(conditionFields.map((field) => [field, values.optional()])) as Record<
    (typeof conditionFields)[number],
    z.ZodOptional<typeof values>
  >),
  outcome: oneOrMore(actionId).optional(),
})
export type QuestionCondition = z.infer<typeof questionConditionSchema>

const questionSchema = z.strictObject({
  question: z.enum(questionIds).exclude(['role']),
  /** Values on offer, in order; none for a date. */
  values: z.array(z.string()).default([]),
  /** Values that few people need: the card folds them. */
  folded: z.array(z.string()).default([]),
  /** Value that counts while the question is unanswered. */
  unanswered: z.string().optional(),
  /** Values of other editions, with the value of this edition that they count as. */
  countsAs: z.record(z.string(), z.string()).default({}),
  /** Conditions under which it is asked before the answer. One suffices. */
  before: z.array(questionConditionSchema).default([]),
  /** Conditions under which it stands on the answer card. One suffices. */
  alongside: z.array(questionConditionSchema).default([]),
})
export type EditionQuestion = z.infer<typeof questionSchema>

/** Condition of a rule. A missing field applies to every value. `elsewhere` is every source but `csp-partner`. */
const conditionSchema = z.strictObject({
  service: oneOrMore(z.enum(['licence', 'usage', 'resale', 'something-else'])),
  source: values.optional(),
  topic: values.optional(),
  goal: values.optional(),
  tenant: values.optional(),
  'same-provider': values.optional(),
  commerce: values.optional(),
  offer: values.optional(),
  role: oneOrMore(z.enum(roles)).optional(),
  cloud: oneOrMore(z.enum(clouds)).optional(),
})

/** Remark on a rule, for some sources, roles and clouds or for all. */
const noteSchema = z.union([
  z.string().transform((key) => ({ key, source: undefined, role: undefined, cloud: undefined })),
  z.strictObject({
    key: z.string(),
    source: values.optional(),
    role: oneOrMore(z.enum(roles)).optional(),
    cloud: oneOrMore(z.enum(clouds)).optional(),
  }),
])

/** People who know what no page of Microsoft says. */
export const advisers = ['microsoft', 'provider', 'seller', 'contract-partner', 'customer', '21vianet'] as const

const ruleSchema = z.strictObject({
  id: z.string(),
  when: conditionSchema,
  /** Preconditions, in order. */
  first: actions,
  /** Actions in order; none only where the answer is advice alone. */
  do: z.array(actionSchema),
  /** Alternatives. */
  instead: actions,
  /** Actions once the goal is reached. */
  afterwards: actions,
  /** True if its actions can be started although they were done before. */
  anew: z.boolean().default(false),
  /** Key of the reason's sentence. */
  reason: z.string(),
  /** Keys of further remarks. */
  notes: z.array(noteSchema).default([]),
  facts: z.array(z.string()).default([]),
  sources: oneOrMore(
    z.union([
      z.string().transform((key) => ({ key, row: undefined })),
      z.strictObject({ key: z.string(), row: z.string() }),
    ]),
  ),
  /** Confidence of the weakest fact that decides. */
  confidence,
  checkWith: z.enum(advisers).optional(),
  verified: z.iso.date(),
})
export type Rule = z.infer<typeof ruleSchema>

const sourceSchema = z.strictObject({
  page: z.string(),
  /** Day or month of the page; null for a page without a date. */
  date: z.union([z.iso.date(), z.string().regex(/^[0-9]{4}(-[0-9]{2})?$/)]).nullable(),
  /** Month in which a page without a date was read. */
  read: z
    .string()
    .regex(/^[0-9]{4}-[0-9]{2}$/)
    .optional(),
  url: z.url().optional(),
  seen: confidence,
})
export type Source = z.infer<typeof sourceSchema>

/** Shape of an edition file. */
export const editionSchema = z.strictObject({
  edition: z.string().regex(/^[0-9]{4}(-[0-9]{2})?$/),
  /** Month from which the rules read like this. */
  since: z.string(),
  clouds: oneOrMore(z.enum(clouds)),
  /** Action after the end of a term, by role. */
  afterTerm: z.record(z.enum(roles), actionSchema),
  /** Days before the end of a term from which its end is chosen, and from which the next action can start. */
  beforeTermEnds: z.strictObject({ choose: z.int().positive(), start: z.int().positive() }).optional(),
  /** Sellers that come first with Azure if they sold both services. */
  usageFirst: z.array(z.string()).default([]),
  sources: z.record(z.string(), sourceSchema),
  facts: z
    .record(z.string(), z.strictObject({ says: z.string(), sources: z.array(z.string()), confidence }))
    .default({}),
  notes: z.record(z.string(), z.strictObject({ confidence })).default({}),
  /** Questions in the order in which they are asked. */
  questions: oneOrMore(questionSchema),
  rules: oneOrMore(ruleSchema),
})
export type Edition = z.infer<typeof editionSchema>

/** All editions of a deployment by name, oldest first. */
export type Policy = Readonly<Record<string, Edition>>

/** Returns the edition of that name. Throws if the deployment lacks it: stored cases name only known editions. */
export function editionOf(policy: Policy, name: string): Edition {
  const edition = policy[name]
  if (!edition) throw new Error(`policy edition ${name} is not part of this deployment`)
  return edition
}

/** The values of a question that the edition offers, in order. */
export const offeredValues = (edition: Edition, question: QuestionId): readonly string[] =>
  question === 'role' ? roles : (edition.questions.find((asked) => asked.question === question)?.values ?? [])

/** Values of a question that the edition folds, as few people need them. */
export const foldedValues = (edition: Edition, question: QuestionId): readonly string[] =>
  edition.questions.find((asked) => asked.question === question)?.folded ?? []
