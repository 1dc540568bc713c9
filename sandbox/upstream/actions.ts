import { z } from 'zod'
import type { Gdap } from './graph/gdap.ts'
import { SimulatedError } from './http/answer.ts'
import type { Relationships } from './partner-center/relationships.ts'
import type { TransferRecord } from './partner-center/transfer-record.ts'
import type { Transfers } from './partner-center/transfers.ts'
import type { UpstreamSettings } from './settings.ts'
import { createStartOver } from './start-over.ts'
import type { Store } from './store.ts'

const id = z.string().toLowerCase()
/** Time to read an invitation before its customer accepts it. */
export const AUTOMATIC_MS = 60_000
const which = z.enum(['none', 'some', 'all'])

/** Actions of the other side, by a button on the page or by a test. */
const schemas = {
  'customer-accepts': z.object({ customer: id, partner: id }),
  'customer-ignores': z.object({ customer: id }),
  'customer-leaves': z.object({ customer: id, partner: id }),
  'customer-starts-over': z.object({ customer: id }),
  'source-accepts': z.object({ transfer: id, failing: which.default('none') }),
  'source-declines': z.object({ transfer: id }),
  'target-cancels': z.object({ transfer: id }),
  'transfer-expires': z.object({ transfer: id }),
  'partner-asks': z.object({ customer: id, source: id, target: id }),
  'customer-approves-gdap': z.object({ relationship: id, customer: id }),
  'customer-ignores-gdap': z.object({ relationship: id }),
  'customer-ends-gdap': z.object({ relationship: id }),
  /** Lets invited customers accept by themselves, or by hand only. */
  'customers-accept': z.object({ by: z.enum(['themselves', 'hand']) }),
  'remove-azure-plan': z.object({ customer: id, partner: id }),
  'buy-azure-plan': z.object({ customer: id, partner: id }),
} as const
export type ActionName = keyof typeof schemas
export type ActionInput<N extends ActionName> = z.input<(typeof schemas)[N]>

export const isAction = (name: string): name is ActionName => Object.hasOwn(schemas, name)

/** Creates the actions of everybody but the bot: the customer, the other partner, or time. */
export function createActions(deps: {
  store: Store
  settings: UpstreamSettings
  relationships: Relationships
  transfers: Transfers
  gdap: Gdap
}) {
  const { store, settings, relationships, transfers, gdap } = deps
  const startOver = createStartOver(deps)
  const transferOf = (transfer: string): TransferRecord => {
    const found = transfers.find(transfer)
    if (found === undefined) throw new SimulatedError(404, '900100', 'The transfer request was not found.')
    return found
  }
  const customerOf = (customer: string) => {
    const found = store.customer(customer)
    if (found === undefined) throw new SimulatedError(404, '60003', 'There is no such customer.')
    return found
  }
  const partnerOf = (partner: string) => {
    const found = store.partner(partner)
    if (found === undefined) throw new SimulatedError(404, '60003', 'There is no such partner.')
    return found
  }

  const accessOf = (relationship: string) => {
    const found = gdap.find(relationship)
    if (found === undefined) throw new SimulatedError(404, 'NotFound', 'The relationship was not found.')
    return found
  }

  const actions: { [N in ActionName]: (input: z.output<(typeof schemas)[N]>) => void } = {
    'customer-accepts': ({ customer, partner }) => relationships.accept(customerOf(customer).id, partnerOf(partner).id),
    'customer-ignores': ({ customer }) => relationships.ignore(customerOf(customer).id),
    'customer-starts-over': ({ customer }) => startOver(customerOf(customer)),
    'customer-leaves': ({ customer, partner }) => relationships.end(customer, partner, null),
    'source-accepts': ({ transfer, failing }) => {
      const record = transferOf(transfer)
      const items = transfers
        .movable(record)
        .map((sold) => ({ subscriptionId: sold.id, productType: transfers.productTypeOf(sold) ?? '' }))
      if (items.length === 0)
        throw new SimulatedError(400, '800078', 'The source sold nothing there that could be transferred.')
      transfers.accept(record, items.slice(0, 25), null)
      transfers.fail(record, failing)
    },
    'source-declines': ({ transfer }) => transfers.decline(transferOf(transfer), null),
    'target-cancels': ({ transfer }) => transfers.cancel(transferOf(transfer), null),
    'transfer-expires': ({ transfer }) => transfers.expires(transferOf(transfer).id),
    'partner-asks': ({ customer, source, target }) => {
      const from = partnerOf(source)
      const order = {
        sourcePartnerTenantId: from.id,
        customerEmailId: `billing@${customerOf(customer).domain}`,
        transferType: 5,
        targetProductTypes: null,
      }
      transfers.create(customer, partnerOf(target).id, order, null)
    },
    'customer-approves-gdap': ({ relationship, customer }) => {
      const found = accessOf(relationship)
      gdap.approve(found, customerOf(found.customer?.tenantId ?? customer))
    },
    'customer-ignores-gdap': ({ relationship }) => gdap.lapse(accessOf(relationship)),
    'customer-ends-gdap': ({ relationship }) => gdap.end(accessOf(relationship)),
    'customers-accept': ({ by }) => {
      settings.acceptAfterMs = by === 'themselves' ? AUTOMATIC_MS : null
    },
    'buy-azure-plan': ({ customer, partner }) => {
      const plan = { id: store.newId(), product: 'azure-plan' as const, name: 'Azure plan', quantity: 1 }
      store.state.subscriptions.push({ ...plan, customer, partner, createdAt: store.now() })
      store.changed()
    },
    'remove-azure-plan': ({ customer, partner }) => {
      store.state.subscriptions = store.state.subscriptions.filter(
        (subscription) =>
          subscription.product !== 'azure-plan' ||
          subscription.customer !== customer ||
          subscription.partner !== partner,
      )
      store.changed()
    },
  }

  /** Does an action. Throws SimulatedError or ZodError with the reason. */
  return <N extends ActionName>(name: N, input: unknown): void => {
    const act = actions[name] as (input: unknown) => void
    act(schemas[name].parse(input))
  }
}
export type Act = ReturnType<typeof createActions>
