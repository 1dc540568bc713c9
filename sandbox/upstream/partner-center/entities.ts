import type { WorldCustomer, WorldPartner, WorldSubscription } from '../companies.ts'
import type { AuditRecord } from '../store.ts'
import type { TransferRecord } from './transfer-record.ts'

const YEAR_MS = 365 * 24 * 3_600_000
const iso = (at: number) => new Date(at).toISOString()

/** Wraps items as most lists do. `next` is the token of the next page. */
export const collection = (items: readonly unknown[], next?: string) => ({
  totalCount: items.length,
  items,
  ...(next === undefined ? {} : { continuationToken: next }),
  links: { self: { uri: '', method: 'GET', headers: [] } },
  attributes: { objectType: 'Collection' },
})

/** Formats a customer for lists. */
export const customerInList = ({ id, domain, name }: WorldCustomer) => ({
  id,
  companyProfile: { tenantId: id, domain, companyName: name, attributes: { objectType: 'CustomerCompanyProfile' } },
  relationshipToPartner: 'reseller',
  links: { self: { uri: `/customers/${id}`, method: 'GET', headers: [] } },
  attributes: { objectType: 'Customer' },
})

/** Formats a single customer: more than in lists, but no company address without GDAP. */
export const customerById = (customer: WorldCustomer) => ({
  ...customerInList(customer),
  commerceId: customer.id,
  billingProfile: {
    id: customer.id,
    culture: 'en-US',
    language: 'en',
    companyName: customer.name,
    defaultAddress: { country: customer.country, city: '', addressLine1: '' },
    attributes: { objectType: 'CustomerBillingProfile' },
  },
  allowDelegatedAccess: null,
})

export const partnerRelationship = (partner: WorldPartner, relationshipType: string) => ({
  id: partner.id,
  name: partner.name,
  relationshipType,
  state: 'Active',
  mpnId: partner.mpnId,
  location: partner.country,
  attributes: { objectType: 'PartnerRelationship' },
})

const offers = {
  'azure-plan': { offerId: 'DZH318Z0BPS6:0001:DZH318Z0BMXM', offerName: 'Azure plan' },
  azure: { offerId: 'DZH318Z09TSD:0001', offerName: 'Azure subscription' },
  'azure-legacy': { offerId: 'MS-AZR-0145P', offerName: 'Microsoft Azure' },
  licence: { offerId: 'CFQ7TTC0LCHC:0002:CFQ7TTC0K971', offerName: undefined },
} as const

/** Formats a subscription. Azure has no term, new-commerce licences have one, and legacy has no product type. */
export function subscriptionEntity(sold: WorldSubscription) {
  const { id, product, name, quantity, createdAt, plan } = sold
  const licence = product === 'licence'
  const modern = licence
    ? { id: 'OnlineServicesNCE', displayName: 'OnlineServicesNCE' }
    : { id: 'Azure', displayName: 'Azure' }
  const end = iso(createdAt + YEAR_MS)
  return {
    id,
    offerId: offers[product].offerId,
    offerName: offers[product].offerName ?? name,
    friendlyName: name,
    ...(product === 'azure-legacy' ? {} : { productType: modern }),
    quantity: licence ? quantity : 1,
    unitType: licence ? 'Licenses' : 'Usage',
    ...(plan === undefined ? {} : { parentSubscriptionId: plan }),
    hasPurchasableAddons: false,
    creationDate: iso(createdAt),
    effectiveStartDate: iso(createdAt),
    // Subscriptions without renewal end far in the future.
    commitmentEndDate: licence ? end : iso(createdAt + 80 * YEAR_MS),
    cancellationAllowedUntilDate: null,
    status: 'active',
    autoRenewEnabled: licence,
    isTrial: false,
    billingType: licence ? 'license' : 'usage',
    billingCycle: licence ? 'monthly' : 'unknown',
    termDuration: licence ? 'P1Y' : '',
    isMicrosoftProduct: true,
    contractType: 'subscription',
    orderId: id.slice(-12),
    links: { self: { uri: `/subscriptions/${id}`, method: 'GET', headers: [] } },
    attributes: { etag: `"${id.slice(-4)}"`, objectType: 'Subscription' },
  }
}

/** Formats an Azure subscription inside a plan. */
export const azureEntitlement = ({ id, name, plan }: WorldSubscription) => ({
  id,
  friendlyName: name,
  status: 'active',
  subscriptionId: plan,
})

/** Formats a transfer with the names of all parties, from the viewpoint of `viewer`. */
export function transferEntity(transfer: TransferRecord, who: { viewer: string; nameOf: (tenant: string) => string }) {
  const { id, customer, source, target } = transfer
  return {
    id,
    alternateId: id.slice(0, 8),
    status: transfer.status,
    transferType: transfer.type,
    // The documentation does not say which number is which direction.
    transferDirection: who.viewer === target ? 1 : 2,
    customerEmailId: transfer.customerEmail,
    customerName: who.nameOf(customer),
    customerTenantId: customer,
    partnertenantid: target,
    sourcePartnerTenantId: source,
    sourcePartnerName: who.nameOf(source),
    targetPartnerTenantId: target,
    targetPartnerName: who.nameOf(target),
    ...(transfer.targetEmail === null ? {} : { targetPartnerEmailId: transfer.targetEmail }),
    targetProductTypes: transfer.products,
    ...(transfer.partnerOnRecord === null ? {} : { partnerOnRecord: transfer.partnerOnRecord }),
    ignoreEligibilityCheck: false,
    createdTime: iso(transfer.createdAt),
    lastModifiedTime: iso(transfer.modifiedAt),
    lastModifiedUser: 'simulated',
    completedTime: transfer.completedAt === null ? null : iso(transfer.completedAt),
    expirationTime: iso(transfer.expiresAt),
    lineItems: transfer.lines.map((line) => ({
      id: line.id,
      subscriptionId: line.subscription,
      productType: line.productType,
      quantity: line.quantity,
      friendlyName: line.name,
      status: line.status,
      ...(line.error === undefined ? {} : { transferError: line.error }),
    })),
    links: { self: { uri: `/customers/${customer}/transfers/${id}`, method: 'GET', headers: [] } },
    attributes: { objectType: 'Transfer' },
  }
}

export const auditEntity = (record: AuditRecord, customerName: string) => ({
  id: record.id,
  partnerId: record.partner,
  customerId: record.customer,
  customerName,
  resourceType: record.resourceType,
  resourceNewValue: JSON.stringify(record.value),
  operationType: record.operation,
  operationDate: iso(record.at),
  operationStatus: 'succeeded',
  customizedData: [],
})
