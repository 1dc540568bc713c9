import type { WorldCustomer, WorldPartner } from '../companies.ts'
import { SimulatedError } from '../http/answer.ts'
import type { SimulationContext } from '../settings.ts'

/** Relationships of customers and partners: invitation, acceptance and visibility. */
export function createRelationships({ store, settings, origin, publish }: SimulationContext) {
  const { state } = store
  const between = (customer: string, partner: string) =>
    state.relationships.find((relationship) => relationship.customer === customer && relationship.partner === partner)
  const isCustomerOf = (customer: string, partner: string): boolean => {
    const found = between(customer, partner)
    return found !== undefined && found.visibleAt <= store.now()
  }

  /** Schedules an acceptance by the tenant that was looked up last, since the link names no customer. */
  function expectAcceptance(partner: string): void {
    if (settings.acceptAfterMs === null || !state.inviting.includes(partner)) return
    const customer = state.lookups[partner]?.at(-1)
    if (customer === undefined || between(customer, partner) !== undefined) return
    const waits = state.due.some(
      (change) => change.kind === 'customer-accepts' && change.customer === customer && change.partner === partner,
    )
    if (waits) return
    store.schedule({ at: store.now() + settings.acceptAfterMs, kind: 'customer-accepts', customer, partner })
  }

  function tellAccepted(customer: string, partner: WorldPartner): void {
    const event =
      partner.kind === 'reseller'
        ? 'indirect-reseller-relationship-accepted-by-customer'
        : 'reseller-relationship-accepted-by-customer'
    const audit = store.audit(
      {
        partner: partner.id,
        customer,
        operation: 'extend_relationship',
        resourceType: 'customer',
        value: { customer },
      },
      event.replaceAll('-', ''),
    )
    publish(partner.id, {
      name: event,
      resourceUri: `${origin}/v1/customers/${customer}`,
      resourceName: 'Customer',
      auditUri: `${origin}/auditactivity/v1/auditrecords/${audit}`,
    })
  }

  return {
    isCustomerOf,
    between,
    /** Returns the customer of the partner. Throws SimulatedError. */
    customerOf: (id: string, partner: string): WorldCustomer => {
      const customer = store.customer(id)
      if (customer === undefined) throw new SimulatedError(404, '60003', `Tenant ${id} was not found.`)
      if (isCustomerOf(customer.id, partner)) return customer
      throw new SimulatedError(403, '20002', 'The partner has no commerce relationship with the customer.')
    },
    customersOf: (partner: string): WorldCustomer[] => state.customers.filter(({ id }) => isCustomerOf(id, partner)),
    /** Records a look-up, since the invitation link names no customer. */
    lookedUp: (customer: string, partner: string): void => {
      const known = state.lookups[partner] ?? []
      state.lookups[partner] = [...known.filter((other) => other !== customer), customer].slice(-20)
      store.changed()
      expectAcceptance(partner)
    },
    invited: (partner: string): void => {
      if (!state.inviting.includes(partner)) state.inviting.push(partner)
      store.changed()
      expectAcceptance(partner)
    },
    /** Accepts; lists show it after the delay. Repeating it changes nothing. */
    accept: (customer: string, partner: string): void => {
      if (between(customer, partner) !== undefined) return
      const visibleAt = store.now() + settings.relationshipDelayMs
      state.relationships.push({ customer, partner, visibleAt })
      store.effect('relationship.accept', `${customer} ${partner}`)
      store.schedule({ at: visibleAt, kind: 'relationship-visible', customer, partner })
    },
    /** Notifies the partner of a relationship that has become visible. */
    becameVisible: (customer: string, partner: string): void => {
      const found = store.partner(partner)
      if (found !== undefined && isCustomerOf(customer, partner)) tellAccepted(customer, found)
    },
    end: (customer: string, partner: string, requestId: string | null): void => {
      state.relationships = state.relationships.filter(
        (relationship) => relationship.customer !== customer || relationship.partner !== partner,
      )
      store.effect('relationship.end', `${customer} ${partner}`, requestId)
    },
  }
}
export type Relationships = ReturnType<typeof createRelationships>
