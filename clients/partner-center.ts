import { z } from 'zod'
import { directoryIdSchema } from '../dialogs/directory-id.ts'
import type { Http, HttpResult, RequestIdentity } from './http.ts'
import { licenceCount, readableOnly, optionalText as text } from './schemas.ts'
import { type PartnerTransfer, transferReader } from './transfers.ts'

export type Customer = {
  id: string
  name: string
  domain: string
  /** `reseller` once the customer has accepted us; other values are the service's, in lower case. */
  relationship: string
  /** Two-letter country code of the tenant, or of its bills; some responses omit both. */
  country: string | undefined
}

/** Azure subscription inside a plan. */
type Entitlement = { id: string; name: string; status: string }

type Subscription = {
  id: string
  name: string
  /** Product type: `OnlineServicesNCE` for new-commerce licences, empty for older products. */
  product: string
  status: string
  isAzurePlan: boolean
  /** Number of licences; absent for what is billed by usage. */
  quantity?: number
}

/** Indirect reseller that we are the provider of. */
type LinkedReseller = { id: string; partnerId: string | undefined; isActive: boolean }

/** Data of a transfer request. */
type NewTransfer = {
  customer: { id: string; name: string }
  source: { id: string; name: string }
  /** Address of the customer's contact, whom the service notifies. */
  email: string
  /** Product types in the terms of transfers. */
  productTypes: readonly string[]
  /** Partner id of the indirect reseller that the moved subscriptions are recorded for. */
  partnerOnRecord?: string | undefined
}

/** A list whose unreadable elements are left out: one odd element must not hide the others. */
const collectionOf = <T>(item: z.ZodType<T>) => z.object({ items: readableOnly(item) })

const addressSchema = z.object({ country: text }).nullish().catch(undefined)
const customerSchema = z
  .object({
    id: directoryIdSchema,
    companyProfile: z.object({ companyName: text, domain: text, address: addressSchema }).nullish(),
    billingProfile: z.object({ defaultAddress: addressSchema }).nullish(),
    relationshipToPartner: text,
  })
  .transform(
    ({ id, companyProfile: company, billingProfile, relationshipToPartner }): Customer => ({
      id,
      name: company?.companyName || company?.domain || id,
      domain: company?.domain ?? '',
      relationship: relationshipToPartner?.toLowerCase() ?? 'unknown',
      country: company?.address?.country || billingProfile?.defaultAddress?.country || undefined,
    }),
  )

/** Product id of all Azure plan offers; their names depend on the account's language. */
const AZURE_PLAN = 'DZH318Z0BPS6:'

const subscriptionSchema = z
  .object({
    id: z.string(),
    offerId: text,
    offerName: text,
    friendlyName: text,
    productType: z.object({ id: text }).nullish(),
    status: text,
    quantity: licenceCount,
    billingType: text,
  })
  .transform(
    ({ id, offerId, offerName, friendlyName, productType, status, quantity, billingType }): Subscription => ({
      id,
      name: friendlyName || offerName || id,
      product: productType?.id ?? '',
      status: status?.toLowerCase() ?? '',
      isAzurePlan: offerId?.toUpperCase().startsWith(AZURE_PLAN) ?? false,
      ...(quantity !== undefined && billingType?.toLowerCase() === 'license' ? { quantity } : {}),
    }),
  )

const entitlementSchema = z.object({ id: z.string(), friendlyName: text, status: text }).transform(
  ({ id, friendlyName, status }): Entitlement => ({
    id,
    name: friendlyName || id,
    // The service documents no list of statuses; a missing one excludes nothing.
    status: status?.toLowerCase() || 'active',
  }),
)

const resellerSchema = z.object({ id: directoryIdSchema, mpnId: text, state: text }).transform(
  ({ id, mpnId, state }): LinkedReseller => ({
    id,
    partnerId: mpnId || undefined,
    isActive: !state || state.toLowerCase() === 'active',
  }),
)

/**
 * Client of Partner Center; each function is one attempt. `transferType` holds the numbers of new-commerce transfers,
 * on which the documentation disagrees: the one to send and those to accept.
 */
export function createPartnerCenter(
  http: Http,
  { transferType }: { transferType: { send: number; accepted: number[] } },
) {
  const read = transferReader(transferType.accepted)
  const get = <T>(caller: RequestIdentity, path: string, schema: z.ZodType<T>, query: Record<string, string> = {}) =>
    http.request({ method: 'GET', path, query, schema, caller })
  const ofCustomer = (customer: string) => `/v1/customers/${encodeURIComponent(customer)}`
  const transfersOf = (customer: string) => `${ofCustomer(customer)}/transfers`
  const transferOf = (customer: string, id: string) => `${transfersOf(customer)}/${encodeURIComponent(id)}`

  const update = (caller: RequestIdentity, customer: string, body: { id: string } & Record<string, unknown>) => {
    const path = transferOf(customer, body.id)
    return http.request({ method: 'PATCH', path, body, schema: read.single(body), caller })
  }

  return {
    /**
     * Reads the invitation link for customers, which the caller must check. Requires a person's token; creates nothing.
     * `provider` is the tenant of the indirect provider that an indirect reseller invites the customer with.
     */
    invitation: (
      caller: RequestIdentity,
      { provider, isInTransition }: { provider?: string | undefined; isInTransition?: boolean } = {},
    ): Promise<HttpResult<{ url: string }>> =>
      get(caller, '/v1/customers/relationshiprequests', z.object({ url: z.url({ protocol: /^https?$/ }) }), {
        ...(provider === undefined ? {} : { indirectCloudSolutionProviderId: provider }),
        ...(isInTransition ? { dualRoleIndirectRelationship: 'true' } : {}),
      }),

    /** Reads a customer of ours. Others are refused as `no-relationship` or `no-such-customer`. Throttled early. */
    customer: (caller: RequestIdentity, id: string): Promise<HttpResult<Customer>> =>
      get(caller, ofCustomer(id), customerSchema),

    /** Reads whether a reseller has signed the partner agreement. Requires a person's token. */
    agreementStatus: (
      caller: RequestIdentity,
      reseller: { tenantId: string } | { mpnId: string },
    ): Promise<HttpResult<{ signed: boolean }>> =>
      get(
        caller,
        '/v1/compliance/csp/agreementstatus',
        z
          .object({ isAgreementSigned: z.boolean() })
          .transform(({ isAgreementSigned }) => ({ signed: isAgreementSigned })),
        reseller,
      ),

    /** Lists our indirect resellers. Requires a person's token. The list is incomplete if the service has more of it. */
    indirectResellers: (
      caller: RequestIdentity,
    ): Promise<HttpResult<{ resellers: LinkedReseller[]; isComplete: boolean }>> =>
      get(
        caller,
        '/v1/relationships',
        collectionOf(resellerSchema)
          .extend({ continuationToken: text })
          .transform(({ items, continuationToken }) => ({ resellers: items, isComplete: !continuationToken })),
        { relationship_type: 'IsIndirectCloudSolutionProviderOf' },
      ),

    /** Lists the subscriptions that this customer bought from us. */
    subscriptions: (caller: RequestIdentity, customer: string): Promise<HttpResult<Subscription[]>> =>
      get(caller, `${ofCustomer(customer)}/subscriptions`, collectionOf(subscriptionSchema).transform(itemsOf)),

    /** Lists the Azure subscriptions inside a plan that this customer bought from us. */
    azureEntitlements: (caller: RequestIdentity, customer: string, plan: string): Promise<HttpResult<Entitlement[]>> =>
      get(
        caller,
        `${ofCustomer(customer)}/subscriptions/${encodeURIComponent(plan)}/azureEntitlements`,
        collectionOf(entitlementSchema).transform(itemsOf),
      ),

    /** Lists the customer's new-commerce transfers, to us and from us. */
    transfers: (caller: RequestIdentity, customer: string): Promise<HttpResult<PartnerTransfer[]>> =>
      get(caller, transfersOf(customer), read.all),

    /** Requests a transfer from the current partner, as the new one. Check before repeating it. */
    createTransfer: (
      caller: RequestIdentity,
      { customer, source, email, productTypes, partnerOnRecord }: NewTransfer,
    ): Promise<HttpResult<PartnerTransfer>> => {
      const body = {
        sourcePartnerTenantId: source.id,
        sourcePartnerName: source.name,
        customerEmailId: email,
        customerName: customer.name,
        targetProductTypes: productTypes,
        transferType: transferType.send,
        ...(partnerOnRecord === undefined ? {} : { partnerOnRecord }),
      }
      return http.request({ method: 'POST', path: transfersOf(customer.id), body, schema: read.single(body), caller })
    },

    /** Accepts the transfer of these items, as the current partner. Each item can still end differently. */
    acceptTransfer: (
      caller: RequestIdentity,
      {
        customer,
        transfer,
        items,
      }: { customer: string; transfer: string; items: { subscription: string; product: string }[] },
    ): Promise<HttpResult<PartnerTransfer>> =>
      update(caller, customer, {
        id: transfer,
        lineItems: items.map(({ subscription, product }) => ({ subscriptionId: subscription, productType: product })),
      }),

    /** Declines a transfer, as the current partner. The status value is documented for older transfers only. */
    declineTransfer: (
      caller: RequestIdentity,
      { customer, transfer }: { customer: string; transfer: string },
    ): Promise<HttpResult<PartnerTransfer>> => update(caller, customer, { id: transfer, status: 'reject' }),

    /** Cancels a pending transfer, as the new partner. `target` is our own tenant. */
    cancelTransfer: (
      caller: RequestIdentity,
      {
        customer,
        transfer,
        source,
        target,
      }: { customer: { id: string; name: string }; transfer: string; source: string; target: string },
    ): Promise<HttpResult<PartnerTransfer>> =>
      update(caller, customer.id, {
        id: transfer,
        status: 'Cancel',
        targetPartnerTenantId: target,
        sourcePartnerTenantId: source,
        customerName: customer.name,
      }),
  }
}

export type PartnerCenter = ReturnType<typeof createPartnerCenter>

const itemsOf = <T>({ items }: { items: T[] }) => items
