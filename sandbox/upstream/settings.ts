import { z } from 'zod'
import type { Store } from './store.ts'

const limit = z.strictObject({ calls: z.int().positive(), perMs: z.int().positive() })

/** How the simulation behaves; all of it can be changed while it runs. Times in milliseconds. */
export const upstreamSettingsSchema = z.strictObject({
  /** A write that repeats an MS-RequestId gets the first answer again and changes nothing. */
  remembersRequestIds: z.boolean().default(true),
  /** A second transfer for what one is under way for is refused (900101). */
  refusesRunning: z.boolean().default(true),
  /** How a user's token without second factor is turned away: with code 900421, or with nothing in the body. */
  mfaAnswer: z.enum(['900421', 'empty']).default('900421'),
  /** Byte order mark before the answers of Partner Center; `sometimes` is every second one. */
  bom: z.enum(['sometimes', 'always', 'never']).default('sometimes'),
  /** Error codes as numbers. */
  numericCodes: z.enum(['sometimes', 'always', 'never']).default('sometimes'),
  /** Keys in PascalCase: where samples show it, or in every answer of Partner Center. */
  pascalCase: z.enum(['documented', 'everywhere']).default('documented'),
  /** The customer looked up last accepts so long after the invitation link was fetched; null: only by hand. */
  acceptAfterMs: z.int().min(0).nullable().default(null),
  /** Between acceptance and the customer showing up. */
  relationshipDelayMs: z.int().min(0).default(0),
  /** From the source's consent to InProgress, and from there to the end. */
  transferStartMs: z.int().min(0).default(0),
  transferEndMs: z.int().min(0).default(0),
  gdapDelayMs: z.int().min(0).default(0),
  /** Calls that are refused count too. */
  throttle: z
    .strictObject({
      perPartner: limit.optional(),
      perCustomer: limit.optional(),
      retryAfter: z.int().min(0).default(57),
    })
    .nullable()
    .default(null),
  /** How likely a webhook event is delivered twice. */
  webhookTwice: z.number().min(0).max(1).default(0.25),
  /** Pauses before each attempt to deliver one. */
  webhookPausesMs: z.array(z.int().min(0)).default([0, 1_000, 5_000, 30_000]),
})
export type UpstreamSettings = z.output<typeof upstreamSettingsSchema>
export type UpstreamSettingsInput = z.input<typeof upstreamSettingsSchema>

/** What a registered partner is told. */
export interface SimulatedEvent {
  name: string
  resourceUri: string | null
  resourceName: string
  auditUri: string | null
}

/** What every part of the simulation works with. `origin` is its own address. */
export interface SimulationContext {
  store: Store
  settings: UpstreamSettings
  origin: string
  publish: (partner: string, event: SimulatedEvent) => void
}
