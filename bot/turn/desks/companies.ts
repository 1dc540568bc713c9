import type { Database, Tx } from '../../../state/engine/transaction.ts'
import { pairingOf, pairingsAt } from '../../../state/pairings.ts'
import type { Deployment } from '../../deployment.ts'
import type { IncomingActivity } from '../../teams/activity.ts'
import type { Turn } from '../turn.ts'

interface CompanyDeps {
  database: Database
  deployment: Deployment
  companyOf: (tenant: string) => Promise<string | undefined>
}

/** Reads the names of the companies that a command or a button connects or disconnects; empty for anything else. */
export async function companiesAt(
  incoming: IncomingActivity,
  { database, deployment, companyOf }: CompanyDeps,
): Promise<Turn['companies']> {
  if (!concernsPairing(incoming)) return {}
  const { place } = incoming
  const connected = await database.transaction((tx) => tenantsConnected(tx, place))
  const named = [...new Set([place.tenant, deployment.partner.tenant, ...connected])].map(async (tenant) => {
    // A company without a name is connected all the same.
    const name = await companyOf(tenant).catch(() => undefined)
    return name === undefined ? [] : [[tenant, name] as const]
  })
  return Object.fromEntries((await Promise.all(named)).flat())
}

/** True for `link` with a code, its button and `unlink`. */
function concernsPairing({ request }: IncomingActivity): boolean {
  if (request.kind === 'press') return request.verb === 'connect'
  if (request.kind !== 'command') return false
  return request.command === 'unlink' || (request.command === 'link' && request.rest !== '')
}

/** Lists the tenants that a conversation is connected with, from either side. */
async function tenantsConnected(tx: Tx, { tenant, room }: IncomingActivity['place']): Promise<string[]> {
  const mine = await pairingOf(tx, tenant, room)
  const atDesk = await pairingsAt(tx, tenant, room)
  return [...(mine ? [mine.desk.tenant] : []), ...atDesk.map(({ reseller }) => reseller.tenant)]
}
