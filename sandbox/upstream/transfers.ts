import { Fault } from './fault.ts'
import type { Relationships } from './relationships.ts'
import type { Here } from './settings.ts'
import type { TransferLine, TransferOrder, TransferRecord } from './transfer-record.ts'
import type { Subscription } from './world.ts'

const days30 = 30 * 24 * 3_600_000
const linesAtMost = 25

/** What a subscription is called in transfers; undefined: it does not move. */
const productTypeOf = ({ product }: Subscription): string | undefined =>
  product === 'azure' ? 'AzureSubscription' : product === 'licence' ? 'OnlineServicesNCE' : undefined

const isAzure = (products: readonly string[] | null) => products?.some((one) => one.startsWith('Azure')) ?? true

/** Transfers between partners: what is refused, and how one goes on from there. */
export function createTransfers({ store, settings, origin, publish }: Here, relationships: Relationships) {
  const { state } = store
  const isOpen = (one: TransferRecord) => one.status === 'Active' || one.status === 'InProgress'

  function touch(one: TransferRecord, status: TransferRecord['status']): void {
    one.status = status
    one.modifiedAt = store.now()
    if (!isOpen(one)) one.completedAt = store.now()
    store.changed()
  }

  /** Names of transfer events are not published; these are the simulation's own. Part 3 of the audit id is the transfer. */
  function tell(one: TransferRecord, event: 'create' | 'update' | 'complete' | 'expire' | 'fail'): void {
    for (const partner of [one.target, one.source]) {
      const operation = event === 'create' ? 'create_transfer' : 'update_transfer'
      const { customer, id, status } = one
      const audit = store.audit({ partner, customer, operation, resourceType: 'transfer', value: { id, status } }, id)
      publish(partner, {
        name: `${event}-transfer`,
        resourceUri: `${origin}/v1/customers/${customer}/transfers/${id}`,
        resourceName: 'Transfer',
        auditUri: `${origin}/auditactivity/v1/auditrecords/${audit}`,
      })
    }
  }

  const movable = (one: Pick<TransferRecord, 'customer' | 'source' | 'products'>): Subscription[] =>
    state.subscriptions.filter((sold) => {
      const type = productTypeOf(sold)
      const wanted = type !== undefined && (one.products?.includes(type) ?? true)
      return wanted && sold.customer === one.customer && sold.partner === one.source
    })

  function refuseRunning(order: Pick<TransferRecord, 'customer' | 'source' | 'target' | 'products'>): void {
    const running = state.transfers.find(
      (one) =>
        isOpen(one) &&
        one.customer === order.customer &&
        one.source === order.source &&
        one.target === order.target &&
        (one.products === null || order.products === null || one.products.some((it) => order.products?.includes(it))),
    )
    if (running !== undefined) throw new Fault(409, '900101', `Another transfer is in progress: ${running.id}.`)
  }

  function refuseByPartners(source: string, target: string): void {
    const from = store.partner(source)
    const to = store.partner(target)
    if (source === target) throw new Fault(400, '900148', 'The source and the requesting partner are the same.')
    if (from === undefined || from.kind === 'reseller') throw new Fault(400, '900147', 'Name the current partner.')
    if (to?.kind === 'reseller') throw new Fault(403, '900137', 'The partner is not enabled for transfers.')
    if (from.nationalCloud || to?.nationalCloud) throw new Fault(403, '900138', 'This national cloud is not supported.')
    if (!to?.signedAgreement) throw new Fault(403, '900124', 'The Microsoft Partner Agreement is not accepted.')
  }

  function refuseByCustomer(customerId: string, source: string, target: string, products: string[] | null): void {
    const customer = relationships.customerOf(customerId, target)
    if (customer.underReview) throw new Fault(403, '800073', 'The customer account is under review.')
    if (customer.country !== store.partner(target)?.country) {
      throw new Fault(403, '2030', `The partner is not onboarded to sell in ${customer.country}.`)
    }
    if (!isAzure(products)) return
    const held = state.subscriptions.filter((one) => one.customer === customer.id)
    if (held.some((one) => one.partner === source && one.product === 'azure-legacy')) {
      throw new Fault(400, '900131', 'The customer has legacy Azure subscriptions.')
    }
    if (!held.some((one) => one.partner === target && one.product === 'azure-plan')) {
      throw new Fault(400, '900133', 'The customer has not purchased an Azure plan.')
    }
  }

  function create(customer: string, caller: string, order: TransferOrder, requestId: string | null): TransferRecord {
    const source = order.sourcePartnerTenantId.toLowerCase()
    const target = (order.targetPartnerTenantId ?? caller).toLowerCase()
    const products = order.targetProductTypes ?? null
    if (target !== caller) throw new Fault(403, '2032', 'Access denied: only the target partner may ask.')
    refuseByPartners(source, target)
    refuseByCustomer(customer, source, target, products)
    if (settings.refusesRunning) refuseRunning({ customer, source, target, products })
    const at = store.now()
    const one: TransferRecord = {
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
      expiresAt: at + days30,
      completedAt: null,
      accepted: false,
      lines: [],
    }
    state.transfers.push(one)
    store.effect('transfer.create', `${customer} ${source}`, requestId)
    store.schedule({ at: one.expiresAt, kind: 'transfer-expires', transfer: one.id })
    tell(one, 'create')
    return one
  }

  /** Only a request nobody has answered yet can be answered. */
  function pending(one: TransferRecord): void {
    if (one.status === 'InProgress' || (one.status === 'Active' && one.accepted)) {
      throw new Fault(409, '900104', 'The transfer is being processed by another request.')
    }
    if (one.status !== 'Active') throw new Fault(400, '900102', `The transfer cannot be processed: ${one.status}.`)
  }

  function accept(
    one: TransferRecord,
    items: readonly { subscriptionId: string; productType: string }[],
    requestId: string | null,
  ): void {
    pending(one)
    if (items.length > linesAtMost) throw new Fault(400, '800002', `At most ${linesAtMost} line items.`)
    const lines = items.map(({ subscriptionId, productType }, index): TransferLine => {
      const sold = movable(one).find(({ id }) => id === subscriptionId)
      if (sold === undefined || productTypeOf(sold) !== productType) {
        throw new Fault(400, '800078', `The subscription ${subscriptionId} cannot be transferred as ${productType}.`)
      }
      const { id: subscription, name, quantity } = sold
      return { id: String(index), subscription, name, productType, quantity, status: 'Active' }
    })
    one.lines = lines
    one.accepted = true
    touch(one, 'Active')
    store.effect('transfer.accept', one.id, requestId)
    store.schedule({ at: store.now() + settings.transferStartMs, kind: 'transfer-starts', transfer: one.id })
  }

  /** Which lines of an accepted transfer will not make it. */
  function fail(one: TransferRecord, which: 'none' | 'some' | 'all'): void {
    const doomed = { none: 0, some: Math.ceil(one.lines.length / 2), all: one.lines.length }[which]
    for (const line of one.lines.slice(0, doomed)) line.error = '900103: The transfer order failed.'
    store.changed()
  }

  function close(one: TransferRecord, status: 'Reject' | 'Cancel', requestId: string | null): void {
    pending(one)
    touch(one, status)
    store.effect(status === 'Reject' ? 'transfer.decline' : 'transfer.cancel', one.id, requestId)
    tell(one, 'update')
  }

  /** Every line on its own: some move, some do not. */
  function end(one: TransferRecord): void {
    for (const line of one.lines) {
      const sold = state.subscriptions.find(({ id }) => id === line.subscription)
      const error = line.error ?? (sold?.stays === undefined ? undefined : `900146: ${sold.stays}`)
      line.status = error === undefined ? 'Complete' : 'Failed'
      if (error !== undefined) line.error = error
      else if (sold !== undefined) sold.partner = one.target
    }
    const moved = one.lines.filter(({ status }) => status === 'Complete').length
    const status = moved === one.lines.length ? 'Complete' : moved === 0 ? 'Failed' : 'PartiallyComplete'
    touch(one, status)
    tell(one, status === 'Failed' ? 'fail' : 'complete')
  }

  return {
    create,
    accept,
    fail,
    movable,
    productTypeOf,
    decline: (one: TransferRecord, requestId: string | null) => close(one, 'Reject', requestId),
    cancel: (one: TransferRecord, requestId: string | null) => close(one, 'Cancel', requestId),
    find: (id: string) => state.transfers.find((one) => one.id === id.toLowerCase()),
    of: (customer: string, partner: string): TransferRecord[] =>
      state.transfers.filter((one) => one.customer === customer && (one.source === partner || one.target === partner)),
    starts: (id: string): void => {
      const one = state.transfers.find((it) => it.id === id)
      if (one?.status !== 'Active') return
      touch(one, 'InProgress')
      tell(one, 'update')
      store.schedule({ at: store.now() + settings.transferEndMs, kind: 'transfer-ends', transfer: id })
    },
    ends: (id: string): void => {
      const one = state.transfers.find((it) => it.id === id)
      if (one?.status === 'InProgress') end(one)
    },
    /** After 30 days, or when somebody says so; what was agreed to goes on. */
    expires: (id: string): void => {
      const one = state.transfers.find((it) => it.id === id)
      if (one === undefined || one.status !== 'Active' || one.accepted) return
      touch(one, 'Expired')
      tell(one, 'expire')
    },
  }
}
export type Transfers = ReturnType<typeof createTransfers>
