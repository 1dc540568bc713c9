import { regionCheck } from '../../../dialogs/region.ts'
import type { WorldSubscription } from '../companies.ts'
import { SimulatedError } from '../http/answer.ts'
import type { SimulationContext } from '../settings.ts'
import type { Relationships } from './relationships.ts'
import type { TransferLine, TransferOrder, TransferRecord } from './transfer-record.ts'

const EXPIRY_MS = 30 * 24 * 3_600_000
const MAX_LINES = 25

/** Returns the product type in transfers, or undefined for subscriptions that stay. */
const productTypeOf = ({ product }: WorldSubscription): string | undefined =>
  product === 'azure' ? 'AzureSubscription' : product === 'licence' ? 'OnlineServicesNCE' : undefined

const isAzure = (products: readonly string[] | null) => products?.some((product) => product.startsWith('Azure')) ?? true

/** Transfers between partners: their refusals and their life cycle. */
export function createTransfers({ store, settings, origin, publish }: SimulationContext, relationships: Relationships) {
  const { state } = store
  const isOpen = (transfer: TransferRecord) => transfer.status === 'Active' || transfer.status === 'InProgress'

  function touch(transfer: TransferRecord, status: TransferRecord['status']): void {
    transfer.status = status
    transfer.modifiedAt = store.now()
    if (!isOpen(transfer)) transfer.completedAt = store.now()
    store.changed()
  }

  /** Publishes a transfer event. Microsoft does not document these names. Part 3 of the audit id is the transfer. */
  function notify(transfer: TransferRecord, event: 'create' | 'update' | 'complete' | 'expire' | 'fail'): void {
    for (const partner of [transfer.target, transfer.source]) {
      const operation = event === 'create' ? 'create_transfer' : 'update_transfer'
      const { customer, id, status } = transfer
      const audit = store.audit({ partner, customer, operation, resourceType: 'transfer', value: { id, status } }, id)
      publish(partner, {
        name: `${event}-transfer`,
        resourceUri: `${origin}/v1/customers/${customer}/transfers/${id}`,
        resourceName: 'Transfer',
        auditUri: `${origin}/auditactivity/v1/auditrecords/${audit}`,
      })
    }
  }

  const movable = (transfer: Pick<TransferRecord, 'customer' | 'source' | 'products'>): WorldSubscription[] =>
    state.subscriptions.filter((sold) => {
      const type = productTypeOf(sold)
      const wanted = type !== undefined && (transfer.products?.includes(type) ?? true)
      return wanted && sold.customer === transfer.customer && sold.partner === transfer.source
    })

  function refuseRunning(order: Pick<TransferRecord, 'customer' | 'source' | 'target' | 'products'>): void {
    const running = state.transfers.find(
      (transfer) =>
        isOpen(transfer) &&
        transfer.customer === order.customer &&
        transfer.source === order.source &&
        transfer.target === order.target &&
        (transfer.products === null ||
          order.products === null ||
          transfer.products.some((it) => order.products?.includes(it))),
    )
    if (running !== undefined)
      throw new SimulatedError(409, '900101', `Another transfer is in progress: ${running.id}.`)
  }

  function refuseByPartners(source: string, target: string): void {
    const from = store.partner(source)
    const to = store.partner(target)
    if (source === target)
      throw new SimulatedError(400, '900148', 'The source and the requesting partner are the same.')
    if (from === undefined || from.kind === 'reseller')
      throw new SimulatedError(400, '900147', 'Name the current partner.')
    if (to?.kind === 'reseller') throw new SimulatedError(403, '900137', 'The partner is not enabled for transfers.')
    if (from.nationalCloud || to?.nationalCloud)
      throw new SimulatedError(403, '900138', 'This national cloud is not supported.')
    if (!to?.signedAgreement)
      throw new SimulatedError(403, '900124', 'The Microsoft Partner Agreement is not accepted.')
  }

  function refuseByCustomer(customerId: string, source: string, target: string, products: string[] | null): void {
    const customer = relationships.customerOf(customerId, target)
    if (customer.underReview) throw new SimulatedError(403, '800073', 'The customer account is under review.')
    if (regionCheck(store.partner(target)?.country, customer.country) === 'no') {
      throw new SimulatedError(403, '2030', `The partner is not onboarded to sell in ${customer.country}.`)
    }
    if (!isAzure(products)) return
    const owned = state.subscriptions.filter((subscription) => subscription.customer === customer.id)
    if (owned.some((subscription) => subscription.partner === source && subscription.product === 'azure-legacy')) {
      throw new SimulatedError(400, '900131', 'The customer has legacy Azure subscriptions.')
    }
    if (!owned.some((subscription) => subscription.partner === target && subscription.product === 'azure-plan')) {
      throw new SimulatedError(400, '900133', 'The customer has not purchased an Azure plan.')
    }
  }

  function create(customer: string, caller: string, order: TransferOrder, requestId: string | null): TransferRecord {
    const source = order.sourcePartnerTenantId.toLowerCase()
    const target = (order.targetPartnerTenantId ?? caller).toLowerCase()
    const products = order.targetProductTypes ?? null
    if (target !== caller) throw new SimulatedError(403, '2032', 'Access denied: only the target partner may ask.')
    refuseByPartners(source, target)
    refuseByCustomer(customer, source, target, products)
    if (settings.refusesRunning) refuseRunning({ customer, source, target, products })
    const at = store.now()
    const transfer: TransferRecord = {
      id: store.newId(),
      customer,
      source,
      target,
      products,
      type: order.transferType,
      customerEmail: order.customerEmailId,
      targetEmail: order.targetPartnerEmailId ?? null,
      partnerOnRecord: order.partnerOnRecord ?? null,
      status: 'Active',
      createdAt: at,
      modifiedAt: at,
      expiresAt: at + EXPIRY_MS,
      completedAt: null,
      accepted: false,
      lines: [],
    }
    state.transfers.push(transfer)
    store.effect('transfer.create', `${customer} ${source}`, requestId)
    store.schedule({ at: transfer.expiresAt, kind: 'transfer-expires', transfer: transfer.id })
    notify(transfer, 'create')
    return transfer
  }

  /** Throws unless the transfer is still unanswered. */
  function pending(transfer: TransferRecord): void {
    if (transfer.status === 'InProgress' || (transfer.status === 'Active' && transfer.accepted)) {
      throw new SimulatedError(409, '900104', 'The transfer is being processed by another request.')
    }
    if (transfer.status !== 'Active')
      throw new SimulatedError(400, '900102', `The transfer cannot be processed: ${transfer.status}.`)
  }

  function accept(
    transfer: TransferRecord,
    items: readonly { subscriptionId: string; productType: string }[],
    requestId: string | null,
  ): void {
    pending(transfer)
    if (items.length > MAX_LINES) throw new SimulatedError(400, '800002', `At most ${MAX_LINES} line items.`)
    const lines = items.map(({ subscriptionId, productType }, index): TransferLine => {
      const sold = movable(transfer).find(({ id }) => id === subscriptionId)
      if (sold === undefined || productTypeOf(sold) !== productType) {
        throw new SimulatedError(
          400,
          '800078',
          `The subscription ${subscriptionId} cannot be transferred as ${productType}.`,
        )
      }
      const { id: subscription, name, quantity } = sold
      return { id: String(index), subscription, name, productType, quantity, status: 'Active' }
    })
    transfer.lines = lines
    transfer.accepted = true
    touch(transfer, 'Active')
    store.effect('transfer.accept', transfer.id, requestId)
    store.schedule({ at: store.now() + settings.transferStartMs, kind: 'transfer-starts', transfer: transfer.id })
  }

  /** Marks lines of an accepted transfer that will fail. */
  function fail(transfer: TransferRecord, which: 'none' | 'some' | 'all'): void {
    const doomed = { none: 0, some: Math.ceil(transfer.lines.length / 2), all: transfer.lines.length }[which]
    for (const line of transfer.lines.slice(0, doomed)) line.error = '900103: The transfer order failed.'
    store.changed()
  }

  function close(transfer: TransferRecord, status: 'Reject' | 'Cancel', requestId: string | null): void {
    pending(transfer)
    touch(transfer, status)
    store.effect(status === 'Reject' ? 'transfer.decline' : 'transfer.cancel', transfer.id, requestId)
    notify(transfer, 'update')
  }

  /** Gives a subscription to its new partner; Azure goes into that partner's plan. */
  function move(sold: WorldSubscription, target: string): void {
    sold.partner = target
    if (sold.plan === undefined) return
    const plan = state.subscriptions.find(
      ({ customer, partner, product }) => customer === sold.customer && partner === target && product === 'azure-plan',
    )
    if (plan) sold.plan = plan.id
  }

  /** Completes or fails each line on its own. */
  function end(transfer: TransferRecord): void {
    for (const line of transfer.lines) {
      const sold = state.subscriptions.find(({ id }) => id === line.subscription)
      const error = line.error ?? (sold?.stays === undefined ? undefined : `900146: ${sold.stays}`)
      line.status = error === undefined ? 'Complete' : 'Failed'
      if (error !== undefined) line.error = error
      else if (sold !== undefined) move(sold, transfer.target)
    }
    const moved = transfer.lines.filter(({ status }) => status === 'Complete').length
    const status = moved === transfer.lines.length ? 'Complete' : moved === 0 ? 'Failed' : 'PartiallyComplete'
    touch(transfer, status)
    notify(transfer, status === 'Failed' ? 'fail' : 'complete')
  }

  return {
    create,
    accept,
    fail,
    movable,
    productTypeOf,
    decline: (transfer: TransferRecord, requestId: string | null) => close(transfer, 'Reject', requestId),
    cancel: (transfer: TransferRecord, requestId: string | null) => close(transfer, 'Cancel', requestId),
    find: (id: string) => state.transfers.find((transfer) => transfer.id === id.toLowerCase()),
    of: (customer: string, partner: string): TransferRecord[] =>
      state.transfers.filter(
        (transfer) => transfer.customer === customer && (transfer.source === partner || transfer.target === partner),
      ),
    starts: (id: string): void => {
      const transfer = state.transfers.find((it) => it.id === id)
      if (transfer?.status !== 'Active') return
      touch(transfer, 'InProgress')
      notify(transfer, 'update')
      store.schedule({ at: store.now() + settings.transferEndMs, kind: 'transfer-ends', transfer: id })
    },
    ends: (id: string): void => {
      const transfer = state.transfers.find((it) => it.id === id)
      if (transfer?.status === 'InProgress') end(transfer)
    },
    /** Expires an unanswered transfer. An accepted one goes on. */
    expires: (id: string): void => {
      const transfer = state.transfers.find((it) => it.id === id)
      if (transfer === undefined || transfer.status !== 'Active' || transfer.accepted) return
      touch(transfer, 'Expired')
      notify(transfer, 'expire')
    },
  }
}
export type Transfers = ReturnType<typeof createTransfers>
