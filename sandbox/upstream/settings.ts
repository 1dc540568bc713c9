import { z } from 'zod'
import type { Store } from './store.ts'

const limit = z.strictObject({ calls: z.int().positive(), perMs: z.int().positive() })

/** Behaviour of the simulation, which may change while it runs. Times in milliseconds. */
export const upstreamSettingsSchema = z.strictObject({
  /** Answers a repeated MS-RequestId from memory, without doing the write again. */
  remembersRequestIds: z.boolean().default(true),
  /** Refuses a second transfer of the same products (900101). */
  refusesRunning: z.boolean().default(true),
  /** Response to a user's token without a second factor: code 900421 or an empty body. */
  mfaAnswer: z.enum(['900421', 'empty']).default('900421'),
  /** Byte order mark before responses of Partner Center; `sometimes` is every second one. */
  bom: z.enum(['sometimes', 'always', 'never']).default('sometimes'),
  /** Error codes as numbers. */
  numericCodes: z.enum(['sometimes', 'always', 'never']).default('sometimes'),
  /** Keys in PascalCase: where the documentation shows them, or in every response of Partner Center. */
  pascalCase: z.enum(['documented', 'everywhere']).default('documented'),
  /** Delay between the fetched invitation link and the acceptance by its customer. Null accepts by hand only. */
  acceptAfterMs: z.int().min(0).nullable().default(null),
  /** Delay between acceptance and visibility. */
  relationshipDelayMs: z.int().min(0).default(0),
  /** Delays from acceptance by the source to InProgress, and from there to the end. */
  transferStartMs: z.int().min(0).default(0),
  transferEndMs: z.int().min(0).default(0),
  gdapDelayMs: z.int().min(0).default(0),
  /** Delay between the creation of a delegated-admin relationship and the moment all of Graph knows it. */
  gdapReplicationMs: z.int().min(0).default(0),
  /** Refused calls count too. */
  throttle: z
    .strictObject({
      perPartner: limit.optional(),
      perCustomer: limit.optional(),
      retryAfter: z.int().min(0).default(57),
    })
    .nullable()
    .default(null),
  /** Probability that an event is delivered twice. */
  webhookTwice: z.number().min(0).max(1).default(0.25),
  /** Pauses before each delivery attempt. */
  webhookPausesMs: z.array(z.int().min(0)).default([0, 1_000, 5_000, 30_000]),
})
export type UpstreamSettings = z.output<typeof upstreamSettingsSchema>
export type UpstreamSettingsInput = z.input<typeof upstreamSettingsSchema>

/** Webhook event for a registered partner. */
export interface SimulatedEvent {
  name: string
  resourceUri: string | null
  resourceName: string
  auditUri: string | null
}

/** Dependencies of every part of the simulation. `origin` is its own address. */
export interface SimulationContext {
  store: Store
  settings: UpstreamSettings
  origin: string
  publish: (partner: string, event: SimulatedEvent) => void
}
