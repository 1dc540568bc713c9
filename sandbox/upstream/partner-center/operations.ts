import type { WorldPartner } from '../companies.ts'
import { type SimulatedAnswer, SimulatedError } from '../http/answer.ts'
import type { OperationHandler, OperationRequest } from '../http/operation.ts'
import type { SimulationContext } from '../settings.ts'
import {
  auditEntity,
  azureEntitlement,
  collection,
  customerById,
  customerInList,
  partnerRelationship,
  subscriptionEntity,
  transferEntity,
} from './entities.ts'
import { filterOf, startsWithIgnoringCase } from './filter.ts'
import type { Relationships } from './relationships.ts'
import type { TransferOrder, TransferRecord } from './transfer-record.ts'
import type { Transfers } from './transfers.ts'
import type { Webhooks } from './webhooks.ts'

const ok = (body: unknown): SimulatedAnswer => ({ status: 200, body })
const DEFAULT_PAGE_SIZE = 100
const DAY_MS = 24 * 3_600_000

/** Creates the operations of contracts/partner-center.openapi.json. */
export function createSimulatedPartnerCenter(
  here: SimulationContext,
  { relationships, transfers, webhooks }: { relationships: Relationships; transfers: Transfers; webhooks: Webhooks },
): Record<string, OperationHandler> {
  const { store, origin } = here
  const { state } = store
  const nameOf = (tenant: string) => (store.partner(tenant) ?? store.customer(tenant))?.name ?? ''
  const customerOf = ({ params, caller }: OperationRequest) =>
    relationships.customerOf(params.customerId ?? '', caller.tenant)
  const soldBy = (ask: OperationRequest) => {
    const customer = customerOf(ask)
    return state.subscriptions.filter(
      (subscription) => subscription.customer === customer.id && subscription.partner === ask.caller.tenant,
    )
  }

  function invitation({ caller, query }: OperationRequest): SimulatedAnswer {
    const provider = query.get('indirectCloudSolutionProviderId')?.toLowerCase()
    const resellerId =
      query.get('indirectResellerId')?.toLowerCase() ?? (provider === undefined ? undefined : caller.tenant)
    const link = (search: string, ...partners: string[]) => {
      relationships.invited(caller.tenant, partners)
      return ok({
        url: `${origin}/Adminportal/Home?${search}&DAP=false#/BillingAccounts/partner-invitation`,
        attributes: { objectType: 'RelationshipRequest' },
      })
    }
    if (resellerId === undefined) {
      return link(`invType=ResellerRelationship&partnerId=${caller.tenant}&msppId=0`, caller.tenant)
    }
    const csp = provider ?? caller.tenant
    const partner = indirectReseller(resellerId, csp)
    return link(
      `invType=IndirectResellerRelationship&partnerId=${partner.id}&msppId=${partner.mpnId}&indirectCSPId=${csp}`,
      partner.id,
      csp,
    )
  }

  function indirectReseller(id: string, provider: string): WorldPartner {
    const found = store.partner(id)
    if (found === undefined || found.kind !== 'reseller' || !found.providers.includes(provider)) {
      throw new SimulatedError(400, '900154', 'The partner id is not linked to an active indirect reseller tenant.')
    }
    if (!found.signedAgreement)
      throw new SimulatedError(403, '900123', 'The indirect reseller has not accepted the agreement.')
    return found
  }

  function customers({ caller, query, headers }: OperationRequest): SimulatedAnswer {
    const filter = filterOf(
      query,
      ['CompanyName', 'Domain', 'IndirectReseller', 'IndirectCloudSolutionProvider'],
      ['starts_with'],
    )
    const all = relationships.customersOf(caller.tenant).filter(({ name, domain }) => {
      if (filter === undefined) return true
      return startsWithIgnoringCase(filter.Field === 'Domain' ? domain : name, filter.Value)
    })
    const size = Number(query.get('size') ?? 0) || DEFAULT_PAGE_SIZE
    const token = query.get('seekOperation') === 'Next' ? headers['ms-continuationtoken'] : undefined
    const from = token === undefined ? 0 : Number(Buffer.from(token, 'base64').toString())
    const next = from + size < all.length ? Buffer.from(String(from + size)).toString('base64') : undefined
    return ok(collection(all.slice(from, from + size).map(customerInList), next))
  }

  function endRelationship(ask: OperationRequest): SimulatedAnswer {
    const customer = customerOf(ask)
    relationships.end(customer.id, ask.caller.tenant, ask.requestId)
    return ok({ ...customerInList(customer), relationshipToPartner: 'none' })
  }

  function partnersOf(ask: OperationRequest): SimulatedAnswer {
    const customer = customerOf(ask)
    const found = state.partners.filter(({ id }) => relationships.isCustomerOf(customer.id, id))
    return ok(collection(found.map((partner) => partnerRelationship(partner, 'none'))))
  }

  function partnerRelationships({ caller, query }: OperationRequest): SimulatedAnswer {
    const filter = filterOf(query, ['Name'], ['starts_with', 'substring'])
    const fits = ({ name }: WorldPartner) => {
      if (filter === undefined) return true
      return filter.Operator === 'substring'
        ? name.toLowerCase().includes(filter.Value.toLowerCase())
        : startsWithIgnoringCase(name, filter.Value)
    }
    const asProvider = query.get('relationship_type') === 'IsIndirectCloudSolutionProviderOf'
    const own = store.partner(caller.tenant)?.providers ?? []
    const found = state.partners.filter(({ id, providers }) =>
      asProvider ? providers.includes(caller.tenant) : own.includes(id),
    )
    const type = asProvider ? 'is_indirect_cloud_solution_provider_of' : 'is_indirect_reseller_of'
    return ok(collection(found.filter(fits).map((partner) => partnerRelationship(partner, type))))
  }

  function agreement({ query }: OperationRequest): SimulatedAnswer {
    const mpnId = query.get('mpnId')
    const tenant = query.get('tenantId')?.toLowerCase()
    if ((mpnId === null) === (tenant === undefined))
      throw new SimulatedError(400, '800002', 'Exactly one of mpnId and tenantId.')
    if (mpnId !== null && !/^\d+$/.test(mpnId)) throw new SimulatedError(400, '2000', 'The MPN id is not numeric.')
    const found = state.partners.find((partner) => partner.mpnId === mpnId || partner.id === tenant)
    if (found === undefined) throw new SimulatedError(404, '800015', 'The MPN id was not found.')
    if (found.kind !== 'reseller') throw new SimulatedError(400, '800016', 'Not a valid indirect reseller.')
    return ok({ isAgreementSigned: found.signedAgreement })
  }

  const entity = (transfer: TransferRecord, { caller }: OperationRequest) =>
    transferEntity(transfer, { viewer: caller.tenant, nameOf })
  /** Finds a transfer of one of its two partners. Throws SimulatedError. */
  function transferOf({ params, caller }: OperationRequest): TransferRecord {
    const found = transfers.find(params.transferId ?? '')
    const concerns = found?.source === caller.tenant || found?.target === caller.tenant
    if (found === undefined || !concerns || found.customer !== params.customerId?.toLowerCase()) {
      throw new SimulatedError(404, '900100', 'The transfer request was not found.')
    }
    return found
  }

  function listTransfers(ask: OperationRequest): SimulatedAnswer {
    const id = ask.params.customerId?.toLowerCase() ?? ''
    const found = transfers.of(id, ask.caller.tenant)
    // A partner without any part in it gets the usual refusal.
    if (found.length === 0) customerOf(ask)
    return ok(found.map((transfer) => entity(transfer, ask)))
  }

  function updateTransfer(ask: OperationRequest): SimulatedAnswer {
    const transfer = transferOf(ask)
    const body = ask.body as {
      id: string
      status?: string
      lineItems?: { subscriptionId: string; productType: string }[]
    }
    if (body.id.toLowerCase() !== transfer.id) throw new SimulatedError(400, '800002', 'The ids differ.')
    const only = (partner: string) => {
      if (ask.caller.tenant !== partner)
        throw new SimulatedError(403, '2032', 'Access denied: not for this partner to do.')
    }
    if (body.lineItems !== undefined) {
      only(transfer.source)
      transfers.accept(transfer, body.lineItems, ask.requestId)
    } else if (body.status === 'Cancel') {
      only(transfer.target)
      transfers.cancel(transfer, ask.requestId)
    } else {
      only(transfer.source)
      transfers.decline(transfer, ask.requestId)
    }
    return ok(entity(transfer, ask))
  }

  function eligibility(ask: OperationRequest): SimulatedAnswer {
    return ok(
      soldBy(ask).map((sold) => {
        const running = transfers
          .of(sold.customer, sold.partner)
          .find(
            (transfer) =>
              transfer.status === 'InProgress' && transfer.lines.some(({ subscription }) => subscription === sold.id),
          )
        if (running !== undefined)
          return { id: sold.id, isEligible: false, reason: `Transfer ${running.id} is running.` }
        return { id: sold.id, isEligible: transfers.productTypeOf(sold) !== undefined, reason: '' }
      }),
    )
  }

  function auditRecords({ caller, query }: OperationRequest): SimulatedAnswer {
    const filter = filterOf(query, ['CustomerId', 'CompanyName', 'ResourceType'], ['equals', 'substring'])
    const from = query.has('startDate') ? Date.parse(query.get('startDate') ?? '') : store.now() - 30 * DAY_MS
    if (from < store.now() - 91 * DAY_MS) throw new SimulatedError(400, '800002', 'Audit records are kept for 90 days.')
    const to = query.has('endDate') ? Date.parse(query.get('endDate') ?? '') + DAY_MS : Number.POSITIVE_INFINITY
    const fits = (it: (typeof state.audit)[number]) => {
      if (filter === undefined) return true
      const own = { CustomerId: it.customer, CompanyName: nameOf(it.customer), ResourceType: it.resourceType }
      const text = (own[filter.Field as keyof typeof own] ?? '').toLowerCase()
      const value = filter.Value.toLowerCase()
      return filter.Operator === 'equals' ? text === value : text.includes(value)
    }
    const found = state.audit.filter((it) => it.partner === caller.tenant && it.at >= from && it.at < to && fits(it))
    const size = Number(query.get('size') ?? 0) || DEFAULT_PAGE_SIZE
    return ok(collection(found.slice(-size).map((record) => auditEntity(record, nameOf(record.customer)))))
  }

  return {
    getRelationshipRequestUrl: invitation,
    listCustomers: customers,
    getCustomer: (ask) => ok(customerById(customerOf(ask))),
    removeResellerRelationship: endRelationship,
    listPartnersOfCustomer: partnersOf,
    listPartnerRelationships: partnerRelationships,
    getIndirectResellerMpaStatus: agreement,
    // The service lists only the Azure plan; the subscriptions are inside it.
    listSubscriptions: (ask) =>
      ok(
        collection(
          soldBy(ask)
            .filter(({ plan }) => plan === undefined)
            .map(subscriptionEntity),
        ),
      ),
    listAzureEntitlements: (ask) => {
      const id = ask.params.subscriptionId?.toLowerCase()
      const sold = soldBy(ask)
      if (!sold.some((subscription) => subscription.id === id && subscription.product === 'azure-plan'))
        throw new SimulatedError(404, '20003', 'The subscription was not found.')
      return ok(collection(sold.filter(({ plan }) => plan === id).map(azureEntitlement)))
    },
    getSubscription: (ask) => {
      const found = soldBy(ask).find(({ id }) => id === ask.params.subscriptionId?.toLowerCase())
      if (found === undefined) throw new SimulatedError(404, '20003', 'The subscription was not found.')
      return ok(subscriptionEntity(found))
    },
    listTransfers,
    createTransfer: (ask) => {
      const customer = customerOf(ask).id
      const transfer = transfers.create(customer, ask.caller.tenant, ask.body as TransferOrder, ask.requestId)
      return { status: 201, body: entity(transfer, ask) }
    },
    getTransfer: (ask) => ok(entity(transferOf(ask), ask)),
    updateTransfer,
    listTransferEligibilityLegacy: eligibility,
    listAuditRecords: auditRecords,
    getAuditRecord: ({ caller, params }) => {
      const found = state.audit.find(({ id, partner }) => id === params.recordId && partner === caller.tenant)
      if (found === undefined) throw new SimulatedError(404, '1000', 'The audit record was not found.')
      return ok(auditEntity(found, nameOf(found.customer)))
    },
    getWebhookRegistration: ({ caller }) => ok(webhooks.registration(caller.tenant)),
    createWebhookRegistration: ({ caller, body, requestId }) => ok(webhooks.register(caller.tenant, body, requestId)),
    updateWebhookRegistration: ({ caller, body, requestId }) => ok(webhooks.update(caller.tenant, body, requestId)),
    listWebhookEvents: () => ok(webhooks.names),
    postTestEvent: ({ caller }) => ok(webhooks.test(caller.tenant)),
    getTestEvent: ({ caller, params }) => ok(webhooks.tested(caller.tenant, params.correlationId ?? '')),
  }
}
