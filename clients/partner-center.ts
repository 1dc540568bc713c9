import { z } from 'zod'
import type { Http, HttpResult, RequestIdentity } from './http.ts'
import { guid, optionalText as text } from './schemas.ts'
import { type PartnerTransfer, transferReader } from './transfers.ts'

export type Customer = {
  id: string
  name: string
  domain: string
  /** `reseller` once the customer has accepted us; other words are the service's own, in lower case. */
  relationship: string
  /** Two letters. Only the answer for one customer has it, and not always. */
  country: string | undefined
}

type Subscription = {
  id: string
  name: string
  /** `OnlineServicesNCE` is a licence of the new commerce; empty for what is older. */
  product: string
  status: string
  isAzurePlan: boolean
}

/** What is known of a transfer when it is asked for. */
type NewTransfer = {
  customer: { id: string; name: string }
  source: { id: string; name: string }
  /** Of the customer's contact, who is told by the service. */
  email: string
  /** Kinds of products, as transfers call them. */
  productTypes: readonly string[]
}

const collectionOf = <T>(item: z.ZodType<T>) => z.object({ items: z.array(item) })

const addressSchema = z.object({ country: text }).nullish().catch(undefined)
const customerSchema = z
  .object({
    id: guid,
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
      country: billingProfile?.defaultAddress?.country || company?.address?.country || undefined,
    }),
  )

/** The product that every Azure plan is an offer of, whatever its name is in the language of the account. */
const AZURE_PLAN = 'DZH318Z0BPS6:'

const subscriptionSchema = z
  .object({
    id: z.string(),
    offerId: text,
    offerName: text,
    friendlyName: text,
    productType: z.object({ id: text }).nullish(),
    status: z.string(),
  })
  .transform(
    ({ id, offerId, offerName, friendlyName, productType, status }): Subscription => ({
      id,
      name: friendlyName || offerName || id,
      product: productType?.id ?? '',
      status: status.toLowerCase(),
      isAzurePlan: offerId?.toUpperCase().startsWith(AZURE_PLAN) ?? false,
    }),
  )

/**
 * Partner Center as far as multichannel work needs it; each function is one attempt of one call. `transferType` are the
 * service's numbers of transfers of the new commerce, which its pages disagree on: the one to send and those to read.
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
    return http.request({ method: 'PATCH', path, body, schema: read.one(body), caller })
  }

  return {
    /** The link that any customer may accept us with, for the caller to judge. Only to a person's token; nothing is created. */
    invitation: (caller: RequestIdentity): Promise<HttpResult<{ url: string }>> =>
      get(caller, '/v1/customers/relationshiprequests', z.object({ url: z.url({ protocol: /^https?$/ }) })),

    /** A customer of ours; refused as `no-relationship` or `no-such-customer` where it is none (yet). Throttled early. */
    customer: (caller: RequestIdentity, id: string): Promise<HttpResult<Customer>> =>
      get(caller, ofCustomer(id), customerSchema),

    /** Whether a reseller, by tenant or by partner id, has signed the partner agreement. Only to a person's token. */
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

    /** What this customer bought from us; what others sold is never in it. */
    subscriptions: (caller: RequestIdentity, customer: string): Promise<HttpResult<Subscription[]>> =>
      get(caller, `${ofCustomer(customer)}/subscriptions`, collectionOf(subscriptionSchema).transform(itemsOf)),

    /** This customer's transfers of the new commerce, those we asked for and those we are asked for. */
    transfers: (caller: RequestIdentity, customer: string): Promise<HttpResult<PartnerTransfer[]>> =>
      get(caller, transfersOf(customer), read.all),

    /** As the new partner: asks the present one to hand this customer over. A write: look before repeating it. */
    createTransfer: (
      caller: RequestIdentity,
      { customer, source, email, productTypes }: NewTransfer,
    ): Promise<HttpResult<PartnerTransfer>> => {
      const body = {
        sourcePartnerTenantId: source.id,
        sourcePartnerName: source.name,
        customerEmailId: email,
        customerName: customer.name,
        targetProductTypes: productTypes,
        transferType: transferType.send,
      }
      return http.request({ method: 'POST', path: transfersOf(customer.id), body, schema: read.one(body), caller })
    },

    /** As the present partner: hands these over. Each can still end differently. */
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

    /** As the present partner. The word is documented for older transfers, and not contradicted for these. */
    declineTransfer: (
      caller: RequestIdentity,
      { customer, transfer }: { customer: string; transfer: string },
    ): Promise<HttpResult<PartnerTransfer>> => update(caller, customer, { id: transfer, status: 'reject' }),

    /** As the new partner, while the transfer is pending. `target` is our own tenant. */
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
