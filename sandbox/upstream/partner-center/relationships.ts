import type { WorldCustomer, WorldPartner } from '../companies.ts'
import { SimulatedError } from '../http/answer.ts'
import type { SimulationContext } from '../settings.ts'
import type { Invitation } from '../store.ts'

/** Relationships of customers and partners: invitation, acceptance and visibility. */
export function createRelationships({ store, settings, origin, publish }: SimulationContext) {
  const { state } = store
  const between = (customer: string, partner: string) =>
    state.relationships.find((relationship) => relationship.customer === customer && relationship.partner === partner)
  const isCustomerOf = (customer: string, partner: string): boolean => {
    const found = between(customer, partner)
    return found !== undefined && found.visibleAt <= store.now()
  }

  /** Schedules an acceptance by each partner of an invitation, if customers accept by themselves. */
  function expectAcceptance({ customer, partners }: Invitation): void {
    if (settings.acceptAfterMs === null || customer === null) return
    const at = store.now() + settings.acceptAfterMs
    for (const partner of partners) {
      if (between(customer, partner) !== undefined) continue
      dropExpected(customer, partner)
      store.schedule({ at, kind: 'customer-accepts', customer, partner })
    }
  }

  function dropExpected(customer: string, partner: string): void {
    state.due = state.due.filter(
      (change) => change.kind !== 'customer-accepts' || change.customer !== customer || change.partner !== partner,
    )
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
    },
    /** Records an invitation of these partners, for the prospect that `caller` looked up last. */
    invited: (caller: string, partners: string[]): void => {
      const isProspect = (id: string) => partners.some((partner) => !between(id, partner))
      const lookups = [...Object.values(state.lookups).flat(), ...(state.lookups[caller] ?? [])]
      const customer = lookups.findLast(isProspect) ?? null
      const same = (other: Invitation) => other.customer === customer && other.partners.join() === partners.join()
      const invitation = { customer, partners, at: store.now() }
      state.invitations = [...state.invitations.filter((other) => !same(other)), invitation]
      store.changed()
      expectAcceptance(invitation)
    },
    /** Lists the invitations that no customer has answered, the newest first. */
    openInvitations: (): Invitation[] =>
      state.invitations
        .filter(({ customer, partners }) => customer === null || partners.some((it) => !between(customer, it)))
        .toReversed(),
    /** Drops the invitations of a customer that ignores them, which Microsoft tells nobody. */
    ignore: (customer: string): void => {
      for (const { id } of state.partners) dropExpected(customer, id)
      state.invitations = state.invitations.filter((invitation) => invitation.customer !== customer)
      store.changed()
    },
    /** Accepts; lists show it after the delay. Repeating it changes nothing. Throws SimulatedError without invitation. */
    accept: (customer: string, partner: string): void => {
      if (between(customer, partner) !== undefined) return
      if (!state.invitations.some(({ partners }) => partners.includes(partner))) {
        throw new SimulatedError(400, 'NotInvited', `${store.partner(partner)?.name} has not invited anybody yet.`)
      }
      dropExpected(customer, partner)
      // A link invites whoever opens it, also where it was meant for somebody else.
      if (!state.invitations.some((it) => it.customer === customer && it.partners.includes(partner))) {
        const { partners } = state.invitations.find((it) => it.partners.includes(partner)) ?? { partners: [partner] }
        state.invitations.push({ customer, partners, at: store.now() })
      }
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
