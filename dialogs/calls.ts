import { z } from 'zod'

/** What the core asks of Partner Center and Graph, and what comes back. It says what, never how: no URL, no token. */

/** Somebody's directory, as it was looked up: the name people know it by and its first domain. */
export const tenantSchema = z.strictObject({ id: z.guid(), name: z.string(), domain: z.string() })
export type TenantInfo = z.infer<typeof tenantSchema>

/** Why the remote side said no, as far as it changes what a partner does next; its sentence is `fault.<kind>`. */
export const faultKinds = [
  'not-found',
  'own-tenant',
  /** Somebody of another company asks to act in this partner's name. */
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
  /** Something of that name is there already. */
  'duplicate',
  /** Whoever approved it may not approve any more. */
  'approval-lapsed',
  'refused',
] as const

export const faultSchema = z.strictObject({
  kind: z.enum(faultKinds),
  /** The service's own code and words, to quote to its support. */
  code: z.string().max(40).optional(),
  detail: z.string().max(200).optional(),
  /** Where to sign in, for `sign-in` and `second-factor`; what Entra demands of the sign-in. */
  link: z.url().optional(),
  claims: z.string().optional(),
})
export type CallFault = z.infer<typeof faultSchema>

/** How a transfer stands; words nobody knows yet are `other` and end nothing. */
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

/** What a request for a product is about, in the words of transfers. */
export const productTypes: Readonly<Record<'azure' | 'licences', readonly string[]>> = {
  azure: ['AzureSubscription', 'AzureReservation', 'AzureSavingsPlan'],
  licences: ['OnlineServicesNCE'],
}

/** A yes, a no, or what nobody could find out. */
export const checkSchema = z.enum(['yes', 'no', 'unknown'])
export type Check = z.infer<typeof checkSchema>
/** What has to be true for a transfer, told before it is asked for. */
export const eligibilitySchema = z.strictObject({
  relationship: checkSchema,
  sameCountry: checkSchema,
  azurePlan: checkSchema,
})
export type Eligibility = z.infer<typeof eligibilitySchema>

/** A group of people in the partner's own directory. */
export const groupSchema = z.strictObject({ id: z.guid(), name: z.string() })
export type Group = z.infer<typeof groupSchema>

/** A delegated-admin relationship; `status` is the service's own word. */
export const adminRelationshipSchema = z.strictObject({ id: z.string(), status: z.string().max(40) })
export type AdminRelationship = z.infer<typeof adminRelationshipSchema>

/** What a track asks for. `customer`, `reseller` are tenant ids, `relationship`, `group` and `roles` ids of theirs. */
export type Call =
  /** Who is it? `text` is a domain or a tenant id, as typed. `who` decides what is wrong with the answer: nobody is their own customer. */
  | { name: 'find-tenant'; who: 'customer' | 'source-partner'; text: string }
  /** The invitation link of this partner; asked for as the person who clicked. */
  | { name: 'fetch-invitation' }
  /** May this customer's subscriptions be transferred to us? */
  | { name: 'check-transfer'; customer: string }
  /** As the present partner: transfers of this customer that wait for us, and our subscriptions there. */
  | { name: 'find-transfer'; customer: string }
  | { name: 'create-transfer'; customer: TenantInfo; source: TenantInfo; email: string; product: 'azure' | 'licences' }
  | { name: 'accept-transfer'; customer: string; transfer: string; items: { subscription: string; product: string }[] }
  | { name: 'decline-transfer'; customer: string; transfer: string }
  | { name: 'cancel-transfer'; customer: TenantInfo; transfer: string; source: string }
  /** Has this reseller signed Microsoft's partner agreement? Asked for as the person who clicked. */
  | { name: 'check-agreement'; reseller: string }
  | { name: 'find-group'; text: string }
  /** `displayName` is unique for all times. `approvedBy` are object ids: whoever approved has to be an approver still. */
  | {
      name: 'create-admin'
      displayName: string
      customer: TenantInfo
      roles: string[]
      days: number
      autoExtend: boolean
      approvedBy: string[]
    }
  /** From then on it cannot be changed, and the customer may approve it. */
  | { name: 'lock-admin'; relationship: string }
  | { name: 'assign-access'; relationship: string; group: string; roles: string[] }
  /** Possible only before it is locked. */
  | { name: 'remove-admin'; relationship: string }
export type CallName = Call['name']

/** Calls that change something at Microsoft: done once at the most, through the ledger. The others are repeated at will. */
export const transferWrites = ['create-transfer', 'accept-transfer', 'decline-transfer', 'cancel-transfer'] as const
export const adminWrites = ['create-admin', 'lock-admin', 'assign-access', 'remove-admin'] as const
export const writes = [...transferWrites, ...adminWrites] as const
export type Write = Extract<Call, { name: (typeof writes)[number] }>

export const isWriteName = (name: string | undefined): boolean =>
  (writes as readonly (string | undefined)[]).includes(name)
export const isWrite = (call: Call): call is Write => isWriteName(call.name)

/** What a call came to. */
export type CallAnswer =
  | { call: 'find-tenant'; tenant: TenantInfo; isCustomer: boolean }
  | { call: 'fetch-invitation'; url: string }
  | { call: 'check-transfer'; eligibility: Eligibility }
  | { call: 'find-transfer'; transfers: Transfer[]; subscriptions: TransferItem[] }
  | { call: (typeof transferWrites)[number]; transfer: Transfer }
  | { call: 'check-agreement'; signed: boolean }
  | { call: 'find-group'; group: Group }
  /** `link` is where the customer approves it. */
  | { call: (typeof adminWrites)[number]; relationship: AdminRelationship; link?: string }
  | { call: CallName; fault: CallFault }

/** A call of a track that has not been answered yet, as the card shows it. */
export const pendingSchema = z.strictObject({
  call: z.string(),
  since: z.string(),
  /** Told once it takes longer: when it is tried again and why it did not work so far; `stopped` is by the operator. */
  again: z.strictObject({ at: z.string(), why: z.enum(['busy', 'unreachable', 'stopped']) }).optional(),
  /** A write of which nobody knows whether it took effect: a person has to look. */
  parked: z.boolean().optional(),
})
export type Pending = z.infer<typeof pendingSchema>

/** Something at Microsoft that a case waits for; every resource is polled once, however many cases watch it. */
export type WatchedResource = `relationship/${string}` | `transfers/${string}` | `admin/${string}`

/** What a look at a resource showed. */
export type Sighting =
  | { resource: `relationship/${string}`; accepted: boolean }
  | { resource: `transfers/${string}`; transfers: Transfer[] }
  /** The service's own word. */
  | { resource: `admin/${string}`; status: string }
