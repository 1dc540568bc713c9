import { z } from 'zod'
import { confidence, oneOrMore } from '../policy/schemas.ts'
import { roles, topics } from '../questions.ts'
import planFile from './plans.json' with { type: 'json' }

/** Id of a checklist; the action of an answer that it carries out has the same id. */
export type PlanId = keyof typeof planFile
export const planIds = Object.keys(planFile) as [PlanId, ...PlanId[]]

/** Parties of a step. `provider` beside `us` means the provider where we are an indirect reseller. */
export const parties = ['us', 'provider', 'customer', 'current-partner', 'microsoft'] as const
export type StepParty = (typeof parties)[number]

const stepSchema = z.strictObject({
  id: z.string(),
  who: oneOrMore(z.enum(parties)),
  /** True if it may be skipped with a reason. */
  optional: z.boolean().default(false),
  /** True if "there are none" completes it. */
  none: z.boolean().default(false),
  /** It is completed by picking one of these. */
  choices: oneOrMore(z.string()).optional(),
  /** The step applies only while all of this holds. */
  when: z
    .strictObject({
      role: oneOrMore(z.enum(roles)).optional(),
      source: oneOrMore(z.string()).optional(),
      topic: oneOrMore(z.enum(topics)).optional(),
      /** Topics of which it must be none. */
      exceptTopic: oneOrMore(z.enum(topics)).optional(),
      /** Choices made in earlier steps. */
      choice: z.record(z.string(), oneOrMore(z.string())).optional(),
    })
    .default({}),
  /** True if it waits for every step before it: the order protects people or data. */
  last: z.boolean().default(false),
  /** Track that does the step; its end completes it. `question` leads back to the question of the seller. */
  starts: z.string().optional(),
  /** The same, for an indirect reseller alone. */
  resellerStarts: z.string().optional(),
  /** True if only a track that starts now completes it, whatever the case has done before. */
  anew: z.boolean().default(false),
  facts: z.array(z.string()).default([]),
  /** Absent if it is that of the plan. */
  confidence: confidence.optional(),
})
export type PlanStep = z.infer<typeof stepSchema>

/** A step that waits must not be completed by a track: it could end early. */
const isOrdered = ({ last, starts, resellerStarts }: PlanStep) => !last || (!starts && !resellerStarts)

const planSchema = z.strictObject({
  /** Service whose seller decides about steps. */
  about: z.enum(['licence', 'usage']).nullable(),
  /** Key of the warning on top of the card. */
  warning: z.string().optional(),
  confidence,
  /** Days without a tick or a skip after which the conversation is asked how it goes. */
  nudgeDays: z.int().positive().default(7),
  /** True if "there are none" completes the whole plan. */
  none: z.boolean().default(false),
  steps: oneOrMore(stepSchema.refine(isOrdered, 'a step cannot both wait and be completed by a track')),
})
export type Plan = z.infer<typeof planSchema>

/** Every checklist. A new one is an entry in `plans.json` and its words. */
export const plans: Readonly<Record<PlanId, Plan>> = z.record(z.enum(planIds), planSchema).parse(planFile)
