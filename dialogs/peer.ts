import { z } from 'zod'
import { tenantSchema } from './calls.ts'
import {
  azureTenants,
  commerces,
  goals,
  licenceSources,
  offers,
  sameProviders,
  services,
  topics,
  usageSources,
} from './questions.ts'
import { requestKinds, requestNews } from './requests.ts'

/**
 * News between the two sides of an invitation. Each side has its own case in its own tenant, and nothing but these news
 * passes between them.
 */

/** Longest texts that pass between the sides, in characters. */
export const MAX_PEER_NOTE_LENGTH = 500
export const MAX_COMPANY_LENGTH = 100

/** States of a delegated-admin request that the direct partner reports to the reseller. */
export const adminNews = [
  'awaiting-approval',
  'approved',
  'denied',
  'awaiting-customer',
  'active',
  'failed',
  'expired',
  'withdrawn',
] as const
export type AdminNews = (typeof adminNews)[number]

/** State of a delegated-admin request, with what the customer has granted to whom. */
export const adminRightsSchema = z.strictObject({
  state: z.enum(adminNews),
  customer: z.string(),
  /** Number of roles, and the day (`YYYY-MM-DD`) on which they end, once they are granted. */
  roles: z.int().optional(),
  until: z.string().optional(),
  /** Name of the partner that has the rights, if it is known. */
  company: z.string().max(MAX_COMPANY_LENGTH).optional(),
})
export type AdminRights = z.infer<typeof adminRightsSchema>

/** Address of the other side's case. */
export const peerSchema = z.strictObject({ tenant: z.string(), case: z.string() })
export type Peer = z.infer<typeof peerSchema>

/** Longest partner id, in digits; Microsoft gives out seven today. */
export const MAX_PARTNER_ID_LENGTH = 10

/** Longest list of products or subscriptions in a request, in characters. */
export const MAX_PRODUCTS_LENGTH = 500

const requestSchema = z.strictObject({
  kind: z.literal('asked'),
  customer: tenantSchema,
  note: z.string().max(MAX_PEER_NOTE_LENGTH),
  /** Work that only a provider can do. Without it, the reseller asks for an invitation. */
  request: z.enum(requestKinds).optional(),
  products: z.string().max(MAX_PRODUCTS_LENGTH).optional(),
  /** Partner id of the reseller, as it typed it. */
  partnerId: z.string().max(MAX_PARTNER_ID_LENGTH).optional(),
  from: peerSchema.extend({ company: z.string().max(MAX_COMPANY_LENGTH).optional() }),
  answers: z.strictObject({
    service: z.enum(services),
    'licence-source': z.enum(licenceSources).optional(),
    'usage-source': z.enum(usageSources).optional(),
    topic: z.enum(topics).optional(),
    goal: z.enum(goals).optional(),
    tenant: z.enum(azureTenants).optional(),
    'same-provider': z.enum(sameProviders).optional(),
    commerce: z.enum(commerces).optional(),
    offer: z.enum(offers).optional(),
  }),
})
/** A reseller's request, for an invitation or for work of the provider: it opens the direct partner's case. */
export type AskedNews = z.infer<typeof requestSchema>

export const peerNewsSchema = z.discriminatedUnion('kind', [
  requestSchema,
  z.strictObject({ kind: z.literal('invitation'), link: z.url() }),
  z.strictObject({ kind: z.literal('declined'), reason: z.string().max(MAX_PEER_NOTE_LENGTH) }),
  z.strictObject({ kind: z.literal('with-customer') }),
  /** `already`: the customer had been one before. */
  z.strictObject({ kind: z.literal('accepted'), already: z.literal(true).optional() }),
  z.strictObject({ kind: z.literal('withdrawn') }),
  z.strictObject({ kind: z.literal('lapsed') }),
  adminRightsSchema.extend({ kind: z.literal('admin') }),
  z.strictObject({ kind: z.literal('request'), state: z.enum(requestNews) }),
])
export type PeerNews = z.infer<typeof peerNewsSchema>

/** Every kind of news, in the order in which they may come. */
export const newsKinds = [
  'asked',
  'invitation',
  'declined',
  'with-customer',
  'accepted',
  'withdrawn',
  'lapsed',
  'admin',
  'request',
] as const satisfies readonly PeerNews['kind'][]
