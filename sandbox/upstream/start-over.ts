import { createWorld, type WorldCustomer } from './companies.ts'
import type { Gdap } from './graph/gdap.ts'
import type { Transfers } from './partner-center/transfers.ts'
import type { Store } from './store.ts'

/**
 * Creates the action that gives a customer its first situation again, so that its walk-through can be played once more.
 * Open requests end as they may at Microsoft, so that the cases that wait for them come to an end.
 */
export function createStartOver({ store, transfers, gdap }: { store: Store; transfers: Transfers; gdap: Gdap }) {
  const { state } = store
  return ({ id }: WorldCustomer): void => {
    const first = createWorld(store.now())
    const isOther = ({ customer }: { customer: string | null }) => customer !== id
    const ofCustomer = ({ customer }: { customer: string | null }) => customer === id
    for (const transfer of state.transfers.filter(ofCustomer)) {
      if (transfer.status === 'Active' && !transfer.accepted) transfers.cancel(transfer, null)
    }
    for (const relationship of state.gdap.filter(({ customer }) => customer?.tenantId === id)) {
      if (relationship.status === 'approvalPending') gdap.lapse(relationship)
      if (relationship.status === 'active') gdap.end(relationship)
    }
    state.due = state.due.filter((change) => !('customer' in change) || isOther(change))
    // The link stays good for anybody, and a partner need not fetch it again.
    state.invitations = state.invitations.map((it) => (it.customer === id ? { ...it, customer: null } : it))
    state.relationships = [...state.relationships.filter(isOther), ...first.relationships.filter(ofCustomer)]
    state.subscriptions = [...state.subscriptions.filter(isOther), ...first.subscriptions.filter(ofCustomer)]
    store.effect('customer.start-over', id)
  }
}
