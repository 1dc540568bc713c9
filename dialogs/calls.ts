import { z } from 'zod'

/** Calls to Partner Center and Graph with their answers, in the words of the core: no URL, no token. */

/** A tenant as it was found: its display name and its first domain. */
export const tenantSchema = z.strictObject({ id: z.guid(), name: z.string(), domain: z.string() })
export type TenantInfo = z.infer<typeof tenantSchema>

/**
 * Reasons for which the remote side refuses, as far as they change the partner's next step; the sentences are
 * `fault.<kind>`.
 */
export const faultKinds = [
  'not-found',
  'own-tenant',
  /** The person belongs to another company than the partner. */
  'other-tenant',
  'no-such-customer',
  'no-relationship',
  'sign-in',
  'second-factor',
  'user-needed',
  'access-denied',
  'region',
  'under-review',
  'running-transfer',
  'not-eligible',
  'azure-plan-missing',
  'agreement-missing',
  'national-cloud',
  'stale',
  'bad-request',
  /** The name is taken. */
  'duplicate',
  /** An approver has lost the role since. */
  'approval-lapsed',
  'refused',
] as const

export const faultSchema = z.strictObject({
  kind: z.enum(faultKinds),
  /** Code and words of the service, to quote to its support. */
  code: z.string().max(40).optional(),
  detail: z.string().max(200).optional(),
  /** Address of the sign-in, for `sign-in` and `second-factor`; `claims` are Entra's demands on it. */
  link: z.url().optional(),
  claims: z.string().optional(),
})
export type CallFault = z.infer<typeof faultSchema>

/** Statuses of a transfer; an unknown word of the service becomes `other` and ends nothing. */
export const transferStatuses = [
  'pending',
  'in-progress',
  'completed',
  'partially-completed',
  'rejected',
  'expired',
  'cancelled',
  'failed',
  'other',
] as const

export const transferItemSchema = z.strictObject({
  subscription: z.string(),
  name: z.string(),
  /** Kind of product, as the service names it. */
  product: z.string(),
  status: z.enum(['open', 'completed', 'failed']),
  error: z.string().max(200).optional(),
  /** Number of licences, as far as it is known. */
  quantity: z.int().optional(),
})
export type TransferItem = z.infer<typeof transferItemSchema>

export const transferSchema = z.strictObject({
  id: z.string(),
  status: z.enum(transferStatuses),
  /** The service's own word for the status. */
  said: z.string().max(40),
  source: z.strictObject({ tenant: z.guid(), name: z.string() }),
  target: z.strictObject({ tenant: z.guid().optional(), name: z.string() }),
  createdAt: z.string().optional(),
  expiresAt: z.string().optional(),
  items: z.array(transferItemSchema),
})
export type Transfer = z.infer<typeof transferSchema>

/** Product types of a request, in the service's words. */
export const productTypes: Readonly<Record<'azure' | 'licences', readonly string[]>> = {
  azure: ['AzureSubscription', 'AzureReservation', 'AzureSavingsPlan'],
  licences: ['OnlineServicesNCE'],
}

/** Result of a check; `unknown` if it cannot be made. */
export const checkSchema = z.enum(['yes', 'no', 'unknown'])
export type Check = z.infer<typeof checkSchema>
/** Conditions of a transfer, shown before the request. */
export const eligibilitySchema = z.preprocess(
  withRegion,
  z.strictObject({
    relationship: checkSchema,
    region: checkSchema,
    azurePlan: checkSchema,
    /** Link of the reseller with us; only where the transfer is requested for one. */
    reseller: checkSchema.optional(),
  }),
)
export type Eligibility = z.infer<typeof eligibilitySchema>

/** Reads conditions stored while countries were compared: another country may be in the same region. */
function withRegion(stored: unknown): unknown {
  if (typeof stored !== 'object' || stored === null || !('sameCountry' in stored)) return stored
  const { sameCountry, ...others } = stored
  return { region: sameCountry === 'no' ? 'unknown' : sameCountry, ...others }
}

/** A group of people in the partner's own directory. */
export const groupSchema = z.strictObject({ id: z.guid(), name: z.string() })
export type Group = z.infer<typeof groupSchema>

/** A delegated-admin relationship; `status` is the service's own word. */
export const adminRelationshipSchema = z.strictObject({ id: z.string(), status: z.string().max(40) })
export type AdminRelationship = z.infer<typeof adminRelationshipSchema>

/** A call of a track. `customer` and `reseller` are tenant ids; `relationship`, `group` and `roles` ids of theirs. */
export type Call =
  /**
   * Looks a tenant up by a domain or tenant id. `who` decides what is wrong with the answer: a partner is not its own
   * customer.
   */
  | { name: 'find-tenant'; who: 'customer' | 'source-partner'; text: string }
  /**
   * Fetches this partner's invitation link, as the person who clicked; with `provider` it invites on behalf of that
   * indirect provider as well.
   */
  | { name: 'fetch-invitation'; provider?: string }
  /** Checks whether the customer's subscriptions can be transferred to us, as the provider of `reseller` if it is given. */
  | { name: 'check-transfer'; customer: string; reseller?: string }
  /** Finds, as the current partner, transfers of the customer that wait for us and our subscriptions there. */
  | { name: 'find-transfer'; customer: string }
  | {
      name: 'create-transfer'
      customer: TenantInfo
      source: TenantInfo
      email: string
      product: 'azure' | 'licences'
      partnerOnRecord?: string
    }
  | { name: 'accept-transfer'; customer: string; transfer: string; items: { subscription: string; product: string }[] }
  | { name: 'decline-transfer'; customer: string; transfer: string }
  | { name: 'cancel-transfer'; customer: TenantInfo; transfer: string; source: string }
  /**
   * Checks, as the person who clicked, whether the reseller has signed Microsoft's partner agreement, and whether the
   * customer is one of ours already.
   */
  | { name: 'check-agreement'; reseller: string; customer?: string }
  | { name: 'find-group'; text: string }
  /** `displayName` is unique for all times. `approvedBy` are object ids; they have to be approvers still. */
  | {
      name: 'create-admin'
      displayName: string
      customer: TenantInfo
      roles: string[]
      days: number
      autoExtend: boolean
      approvedBy: string[]
    }
  /** Locks the relationship: it can no longer be changed, and the customer may approve it. */
  | { name: 'lock-admin'; relationship: string }
  | { name: 'assign-access'; relationship: string; group: string; roles: string[] }
  /** Works only before the relationship is locked. */
  | { name: 'remove-admin'; relationship: string }
export type CallName = Call['name']

/** Calls that change something at Microsoft: made at most once, through the ledger. All others can be repeated. */
export const transferWrites = ['create-transfer', 'accept-transfer', 'decline-transfer', 'cancel-transfer'] as const
export const adminWrites = ['create-admin', 'lock-admin', 'assign-access', 'remove-admin'] as const
export const writes = [...transferWrites, ...adminWrites] as const
export type Write = Extract<Call, { name: (typeof writes)[number] }>

export const isWriteName = (name: string | undefined): boolean =>
  (writes as readonly (string | undefined)[]).includes(name)
export const isWrite = (call: Call): call is Write => isWriteName(call.name)

/** Answer to a call. */
export type CallAnswer =
  /**
   * `region` says whether the tenant is in our CSP region, where its country is known. `isClosed`: Partner Center lets us
   * read no customers, so nothing is known of a relationship.
   */
  | { call: 'find-tenant'; tenant: TenantInfo; isCustomer: boolean; region?: Check; isClosed?: true }
  | { call: 'fetch-invitation'; url: string }
  /** `partnerId` is that of the reseller, if it is linked with us. */
  | { call: 'check-transfer'; eligibility: Eligibility; partnerId?: string }
  | { call: 'find-transfer'; transfers: Transfer[]; subscriptions: TransferItem[] }
  | { call: (typeof transferWrites)[number]; transfer: Transfer }
  /** `isCustomer` is missing if it cannot be read. */
  | { call: 'check-agreement'; signed: boolean; isCustomer?: boolean }
  | { call: 'find-group'; group: Group }
  /** `link` is where the customer approves it. */
  | { call: (typeof adminWrites)[number]; relationship: AdminRelationship; link?: string }
  | { call: CallName; fault: CallFault }

/** A call without an answer yet, as the card shows it. */
export const pendingSchema = z.strictObject({
  call: z.string(),
  since: z.string(),
  /** Time and reason of the next attempt once a call takes longer; `stopped` is by the operator. */
  again: z.strictObject({ at: z.string(), why: z.enum(['busy', 'unreachable', 'stopped']) }).optional(),
  /** A write with an unknown outcome: a person has to check. */
  parked: z.boolean().optional(),
})
export type Pending = z.infer<typeof pendingSchema>

/** A resource at Microsoft that cases wait for; each is polled once, however many cases watch it. */
export type WatchedResource = `relationship/${string}` | `transfers/${string}` | `admin/${string}`

export const isRelationshipResource = (resource: WatchedResource): resource is `relationship/${string}` =>
  resource.startsWith('relationship/')

/** A resource as polling or a webhook showed it. */
export type Sighting =
  /** `tenant` is the customer that accepted. It may be another than the one that was invited: the link names none. */
  | { resource: `relationship/${string}`; accepted: boolean; tenant?: TenantInfo }
  | { resource: `transfers/${string}`; transfers: Transfer[] }
  /** The service's own word. */
  | { resource: `admin/${string}`; status: string }
