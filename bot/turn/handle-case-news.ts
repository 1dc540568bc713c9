import { isRelationshipResource, type Sighting, type WatchedResource } from '../../dialogs/calls.ts'
import { step } from '../../dialogs/step.ts'
import { readTrackName } from '../../dialogs/track-names.ts'
import { casesStoredUnder } from '../../state/case-lists.ts'
import { findCase, type StoredCase } from '../../state/case-store.ts'
import { findDelivery, saveDelivery } from '../../state/deliveries.ts'
import type { Tx } from '../../state/engine/transaction.ts'
import { type ClaimedEffect, finish, retry } from '../../state/outbox-claims.ts'
import { addEffects } from '../../state/outbox-store.ts'
import { relationshipWatches, type Watch, watchersOf } from '../../state/watches.ts'
import type { Deployment } from '../deployment.ts'
import {
  type CardClick,
  cardUpdate,
  effectPayloads,
  pollEffect,
  sayEffect,
  unexpectedEffect,
} from '../effects/effects.ts'
import {
  actorKindOf,
  type CaseNews,
  type Settlement,
  tookEffect,
  type Withdrawal,
  type WithdrawnCases,
} from '../effects/settlement.ts'
import { commitStep } from './commit-step.ts'
import { transact } from './transact.ts'
import type { TurnDeps } from './turn.ts'

const WITHDRAWN_AT_ONCE = 50

/** Handles events that no person sends: timers, results of effects, sightings of resources and webhooks. */
export function createCaseNewsHandler({ database, deployment, now, wake }: TurnDeps) {
  async function complete(tx: Tx, effect: ClaimedEffect, { end, event, clicked, also }: Settlement): Promise<void> {
    const isOurs = 'again' in end ? await retry(tx, effect, end.again) : await finish(tx, effect, end)
    // Another worker has claimed the effect meanwhile and will complete it.
    if (!isOurs) return
    const at = now(tx).toISOString()
    await also?.(tx, at)
    if (event) {
      const stored = await findCase(tx, effect.tenant, effect.caseId ?? '')
      await applyNews(tx, { deployment, at }, stored, event, clicked)
    }
  }

  const isAnyInvited = async (tx: Tx) => (await relationshipWatches(tx, deployment.partner.tenant)).length > 0

  return {
    /** Handles a timer of a case that is due. */
    handleTimer: async (effect: ClaimedEffect): Promise<void> => {
      const { track, timer } = effectPayloads.wake.parse(effect.payload)
      const ofCase = timer === 'term-end' ? 'question.due' : 'case.idle'
      const event: CaseNews = track === undefined ? { type: ofCase } : { type: 'timer.fired', track, timer }
      await transact(database, (tx) => complete(tx, effect, { end: { state: 'done' }, event }))
    },

    /** Ends an effect or makes it due again, in one transaction with the step of its case. */
    completeEffect: async (effect: ClaimedEffect, settlement: Settlement): Promise<void> => {
      await transact(database, (tx) => complete(tx, effect, settlement))
      wake()
    },

    /** Hands the state of a polled resource to one of the cases that wait for it. */
    handleResourceSeen: async ({ tenant, caseId, track }: Watch, sighting: Sighting): Promise<void> => {
      const name = readTrackName(track)
      if (name === undefined) return
      const event: CaseNews = { type: 'resource.seen', track: name, sighting }
      await transact(database, async (tx) => {
        const stored = await findCase(tx, tenant, caseId)
        return applyNews(tx, { deployment, at: now(tx).toISOString() }, stored, event)
      })
      wake()
    },

    /**
     * Polls a resource at once if cases wait for it. The same webhook event counts once. An invitation names no customer,
     * so another tenant than the invited one may have accepted.
     */
    handleWebhook: async (id: string, resource: WatchedResource): Promise<void> => {
      const key = `webhook ${id}`
      await transact(database, async (tx) => {
        const at = now(tx).toISOString()
        if ((await findDelivery(tx, key)) !== undefined) return
        await saveDelivery(tx, key, '', at)
        if ((await watchersOf(tx, resource)).length > 0) await addEffects(tx, [pollEffect(resource, at)])
        else if (isRelationshipResource(resource) && (await isAnyInvited(tx))) {
          await addEffects(tx, [unexpectedEffect(resource, at)])
        }
      })
      wake()
    },

    /**
     * Moves the next cases of a withdrawn edition to the one that replaces it, and returns how many, or undefined if none
     * is left. Processes take turns; a case that an earlier release changes meanwhile is read again.
     */
    handleWithdrawal: ({ from, edition, after }: Withdrawal) =>
      transact(
        database,
        async (tx): Promise<WithdrawnCases | undefined> => {
          const found = await casesStoredUnder(tx, { edition: from, after, size: WITHDRAWN_AT_ONCE })
          const last = found.at(-1)
          if (!last) return undefined
          const unreadable: string[] = []
          for (const each of found) {
            if ('unreadable' in each) {
              unreadable.push(each.id)
              continue
            }
            const event = {
              type: 'edition.withdrawn',
              from,
              edition,
              at: now(tx).toISOString(),
              by: { kind: 'timer' },
            } as const
            const result = step(deployment.policy, each.case, event, deployment)
            if (result.ok) await commitStep(tx, each, result.value, undefined)
          }
          return { last: 'case' in last ? last.case.id : last.id, moved: found.length - unreadable.length, unreadable }
        },
        'withdrawn editions',
      ),
  }
}

/**
 * Steps a case by news that no person sent. If the case no longer waits for a call that took effect at Microsoft, its
 * conversation is told so.
 */
export async function applyNews(
  tx: Tx,
  { deployment, at }: { deployment: Deployment; at: string },
  stored: StoredCase | undefined,
  news: CaseNews,
  clicked?: CardClick,
): Promise<void> {
  if (!stored) return
  const by = { kind: actorKindOf(news) } as const
  const result = step(deployment.policy, stored.case, { ...news, at, by }, deployment)
  if (!result.ok) {
    if (tookEffect(news)) {
      const banner = { key: 'happened-anyway', case: stored.case.id } as const
      await addEffects(tx, [sayEffect(stored.case, banner, `${stored.case.id}:${at}`)])
    }
    return
  }
  const stepped = result.value
  await commitStep(tx, stored, stepped, clicked)
  if (clicked?.message === undefined) return
  const { place } = clicked.origin
  const view = place.room === stored.room ? 'case' : 'approval'
  await addEffects(tx, [cardUpdate(place, stepped.case.id, clicked.message, at, view)])
}
