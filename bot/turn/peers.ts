import { randomInt } from 'node:crypto'
import { caseId } from '../../dialogs/case.ts'
import { type AskedNews, MAX_COMPANY_LENGTH } from '../../dialogs/peer.ts'
import { openDeskCase } from '../../dialogs/step.ts'
import { isOpen, nameOf } from '../../dialogs/tracks/registry.ts'
import { findCase, insertCase, type StoredCase } from '../../state/case-store.ts'
import { deskAt } from '../../state/desks.ts'
import { ConflictError, type Tx } from '../../state/engine/transaction.ts'
import { type ClaimedEffect, finish } from '../../state/outbox-claims.ts'
import { addEffects } from '../../state/outbox-store.ts'
import { pairingOf } from '../../state/pairings.ts'
import { type EffectPayload, effectPayloads } from '../effects/effects.ts'
import { effectRow } from './commit-step.ts'
import { applyNews } from './handle-case-news.ts'
import { transact } from './transact.ts'
import type { TurnDeps } from './turn.ts'

export interface PeerRelayDeps extends TurnDeps {
  /** Reads the company name of a tenant; undefined if it cannot be read. */
  companyOf: (tenant: string) => Promise<string | undefined>
}

/** Relays a message of one side of an invitation to the other. The first message opens a case at the partner's desk. */
export function createPeerRelay({
  database,
  deployment,
  now,
  wake,
  random = () => randomInt(2 ** 30),
  companyOf,
}: PeerRelayDeps) {
  async function deliver(tx: Tx, effect: ClaimedEffect, company: string | undefined): Promise<void> {
    const message = effectPayloads.tell.parse(effect.payload)
    const { track, news, from, to } = message
    const at = now(tx).toISOString()
    if (to) {
      if (!(await finish(tx, effect, { state: 'done' }))) return
      const stored = await findCase(tx, to.tenant, to.case)
      const told = news.kind === 'admin' ? { ...news, ...named(company) } : news
      return applyNews(tx, { deployment, at }, stored, { type: 'peer.told', track, from, news: told })
    }
    // A request that was withdrawn before it arrived opens no case, and its withdrawal is news to nobody.
    const asking = await findCase(tx, from.tenant, from.case)
    const sender = asking?.case.tracks.find((each) => nameOf(each) === track)
    if (news.kind !== 'asked' || (sender && !isOpen(sender))) {
      await finish(tx, effect, { state: 'done' })
      return
    }
    const opened = await openAtDesk(tx, at, message, company)
    if (!opened) {
      await finish(tx, effect, { state: 'parked', note: 'not paired any more' })
      return
    }
    if (!(await finish(tx, effect, { state: 'done' })))
      throw new ConflictError('the effect was claimed by another worker')
    const peer = { tenant: opened.case.tenant, case: opened.case.id }
    const requester = await findCase(tx, from.tenant, from.case)
    await applyNews(tx, { deployment, at }, requester, { type: 'peer.linked', track, peer })
  }

  /**
   * Opens a case at the direct partner's desk from a reseller's request, with nothing else of the reseller's case.
   * Undefined if the two are no longer paired or the desk was removed.
   */
  async function openAtDesk(
    tx: Tx,
    at: string,
    { news, from, room }: EffectPayload<'tell'>,
    company: string | undefined,
  ): Promise<StoredCase | undefined> {
    const pairing = await pairingOf(tx, from.tenant, room)
    if (!pairing || news.kind !== 'asked') return undefined
    const { tenant, room: deskRoom, conversation } = pairing.desk
    const desk = await deskAt(tx, tenant, deskRoom, 'direct-partner')
    if (!desk) return undefined
    const { policy, edition, cloud } = deployment
    const opening = { id: caseId(random()), tenant, conversation, edition, cloud, at, by: { tenant, id: desk.by } }
    const { case: opened, entry, effects } = openDeskCase(policy, opening, withCompany(news, company))
    const stored = await insertCase(tx, opened, deskRoom, entry)
    const rows = effects.flatMap((effect, index) => (effect.kind === 'call' ? [] : effectRow(opened, effect, index)))
    await addEffects(tx, rows)
    return stored
  }

  return async (effect: ClaimedEffect): Promise<void> => {
    const { from, to, news } = effectPayloads.tell.parse(effect.payload)
    // Read before the transaction, which must not wait for a remote answer. Only a new desk case and news of rights show it.
    const company = to && news.kind !== 'admin' ? undefined : await companyOf(from.tenant)
    await transact(database, (tx) => deliver(tx, effect, company))
    wake()
  }
}

const named = (company: string | undefined) =>
  company === undefined ? {} : { company: company.slice(0, MAX_COMPANY_LENGTH) }

const withCompany = (news: AskedNews, company: string | undefined): AskedNews => ({
  ...news,
  from: { ...news.from, ...named(company) },
})
