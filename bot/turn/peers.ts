import { caseId } from '../../dialogs/case.ts'
import { type AskedNews, companyLength } from '../../dialogs/peer.ts'
import { openDeskCase } from '../../dialogs/step.ts'
import { insertCase, type StoredCase } from '../../state/case-store.ts'
import { deskAt } from '../../state/desks.ts'
import type { Tx } from '../../state/engine/transaction.ts'
import { addEffects } from '../../state/outbox-store.ts'
import { pairingOf } from '../../state/pairings.ts'
import { type EffectPayload, effectRow } from '../effects/effects.ts'
import type { RandomBits } from './commands.ts'
import type { Deployment } from './turn.ts'

/**
 * Opens a case at the direct partner's desk for what a reseller asks. It holds what was sent, and nothing else of the
 * reseller's case. Undefined when the two are not paired any more, or the desk is none.
 */
export async function openAtDesk(
  tx: Tx,
  {
    setting,
    random,
    at,
    company,
  }: { setting: Deployment; random: RandomBits; at: string; company: string | undefined },
  { news, from, room }: EffectPayload<'tell'>,
): Promise<StoredCase | undefined> {
  const pairing = await pairingOf(tx, from.tenant, room)
  if (!pairing || news.kind !== 'asked') return undefined
  const { tenant, room: deskRoom, conversation } = pairing.desk
  const desk = await deskAt(tx, tenant, deskRoom, 'direct-partner')
  if (!desk) return undefined
  const { policy, edition, cloud } = setting
  const opening = { id: caseId(random()), tenant, conversation, edition, cloud, at, by: { tenant, id: desk.by } }
  const { case: opened, entry, effects } = openDeskCase(policy, opening, named(news, company))
  const stored = await insertCase(tx, opened, deskRoom, entry)
  const rows = effects.flatMap((effect, index) => (effect.kind === 'call' ? [] : effectRow(opened, effect, index)))
  await addEffects(tx, rows)
  return stored
}

function named(news: AskedNews, company: string | undefined): AskedNews {
  return company === undefined ? news : { ...news, from: { ...news.from, company: company.slice(0, companyLength) } }
}
