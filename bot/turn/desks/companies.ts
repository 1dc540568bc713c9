import type { Tx } from '../../../state/engine/transaction.ts'
import { pairingOf, pairingsAt } from '../../../state/pairings.ts'
import type { IncomingActivity } from '../../teams/activity.ts'

/** True for the commands and the button that connect two companies, or disconnect them. */
export function concernsPairing({ request }: Pick<IncomingActivity, 'request'>): boolean {
  if (request.kind === 'press') return request.verb === 'connect'
  return request.kind === 'command' && (request.command === 'link' || request.command === 'unlink')
}

/** Lists the tenants that a conversation is connected with, from either side. */
export async function tenantsConnected(tx: Tx, { tenant, room }: { tenant: string; room: string }): Promise<string[]> {
  const mine = await pairingOf(tx, tenant, room)
  const atDesk = await pairingsAt(tx, tenant, room)
  return [...(mine ? [mine.desk.tenant] : []), ...atDesk.map(({ reseller }) => reseller.tenant)]
}
