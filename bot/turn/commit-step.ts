import { randomUUID } from 'node:crypto'
import { isWrite } from '../../dialogs/calls.ts'
import type { Case } from '../../dialogs/case.ts'
import { directoryId } from '../../dialogs/directory-id.ts'
import type { Effect } from '../../dialogs/events.ts'
import { type Stepped, watchesOf } from '../../dialogs/step.ts'
import { nameOf } from '../../dialogs/tracks/registry.ts'
import { moveAction, prepareAction, unknownAction } from '../../state/actions.ts'
import { type StoredCase, saveCase } from '../../state/case-store.ts'
import type { Tx } from '../../state/engine/transaction.ts'
import { addEffects, dropEffect, type NewEffect, redrive } from '../../state/outbox-store.ts'
import { postedCardsOf } from '../../state/posted-cards.ts'
import { addWatch, removeWatch } from '../../state/watches.ts'
import { correlationOf } from '../effects/correlation.ts'
import {
  actionKey,
  type CallIds,
  type CardClick,
  cardUpdate,
  type EffectPayload,
  pendingOf,
  pollEffect,
} from '../effects/effects.ts'
import { roomOf } from '../teams/activity.ts'

/** Stands in for a click if none caused the step: only the application's own rights count, and no card waits. */
function byCase({ case: caseRecord, room }: StoredCase): CardClick {
  const { tenant, conversation, createdBy } = caseRecord
  const place = {
    tenant: directoryId(tenant),
    conversation,
    room,
    kind: 'personal',
    reference: { serviceUrl: '', bot: { id: '' } },
  } as const
  return { origin: { place, sender: { id: directoryId(createdBy.id), account: '' } }, message: undefined }
}

type CallEffect = Extract<Effect, { kind: 'call' }>

/**
 * Writes the result of a step: the case with its history entry, its effects and its watches. Calls to Microsoft are made
 * for the person of `clicked`; without a click, for the person who opened the case.
 */
export async function commitStep(
  tx: Tx,
  stored: StoredCase,
  stepped: Stepped,
  clicked: CardClick | undefined,
): Promise<void> {
  const { case: caseRecord, effects } = stepped
  await saveCase(tx, stored, caseRecord, stepped.entry)
  await settleParked(tx, stored.case, stepped)
  const rows: NewEffect[] = []
  for (const [index, effect] of effects.entries()) {
    if (effect.kind !== 'call') rows.push(effectRow(caseRecord, effect, index))
    else rows.push(await callRow(tx, stored.case, caseRecord, effect, clicked ?? byCase(stored)))
  }
  await addEffects(tx, [
    ...rows,
    ...(await watch(tx, stored.case, caseRecord)),
    ...(await livingCards(tx, caseRecord, clicked)),
  ])
}

/** Updates the living cards of the case, except the one whose click is being answered. */
async function livingCards(tx: Tx, { id, updatedAt }: Case, clicked: CardClick | undefined): Promise<NewEffect[]> {
  const others = (await postedCardsOf(tx, id)).filter(({ message }) => message !== clicked?.message)
  return others.map((card) => cardUpdate(card, id, card.message, updatedAt, card.view))
}

/** Returns the call of a track that awaits manual action. */
function parkedCall(caseRecord: Case, track: string): string | undefined {
  const pending = pendingOf(caseRecord, track)
  return pending?.parked ? pending.call : undefined
}

/** Maps a call to a row of the outbox. A write also gets a ledger entry. */
async function callRow(
  tx: Tx,
  before: Case,
  caseRecord: Case,
  effect: CallEffect,
  clicked: CardClick,
): Promise<NewEffect> {
  const { tenant, id: caseId, updatedAt: at } = caseRecord
  const { track, call } = effect
  const correlationId = clicked.delivery === undefined ? randomUUID() : correlationOf(clicked.delivery)
  const ids: CallIds = { requestId: randomUUID(), correlationId }
  const base = { tenant, caseId }
  if (!isWrite(call)) {
    const payload = callPayload(effect, ids, clicked)
    return { ...base, kind: 'call', payload, key: `call:${ids.requestId}` }
  }
  // A person has confirmed that it did not happen: the same action is sent again, under the same id.
  const known = parkedCall(before, track) === call.name ? await unknownAction(tx, caseId, track) : undefined
  if (known) {
    await moveAction(tx, known, { state: 'prepared', looks: 0, note: 'tried again by a person' }, at)
    ids.requestId = known.id
    ids.correlationId = known.correlation
  } else {
    const { requestId: id, correlationId: correlation } = ids
    const requestedBy = clicked.origin.sender.id
    await prepareAction(tx, {
      id,
      tenant,
      caseId,
      track,
      name: call.name,
      askedBy: requestedBy,
      correlation,
      createdAt: at,
    })
  }
  const payload = callPayload(effect, ids, clicked)
  return { ...base, kind: 'action', payload, key: actionKey(ids.requestId), replace: true }
}

/**
 * Settles actions with an unknown outcome that the case no longer waits for. If a person has seen the effect, the ledger
 * records it. If a sighting at Microsoft has moved the case on, the ledger checks once more what became of the action.
 */
async function settleParked(tx: Tx, before: Case, { case: caseRecord, effects, entry }: Stepped): Promise<void> {
  const { event, by, at } = entry
  if (event !== 'step.ticked' && event !== 'resource.seen') return
  for (const track of caseRecord.tracks.map(nameOf)) {
    const isRepeated = effects.some((effect) => effect.kind === 'call' && effect.track === track)
    if (!parkedCall(before, track) || parkedCall(caseRecord, track) || isRepeated) continue
    const action = await unknownAction(tx, caseRecord.id, track)
    if (!action) continue
    if (event === 'resource.seen') await redrive(tx, { key: actionKey(action.id) })
    else {
      await moveAction(tx, action, { state: 'confirmed', note: `told by ${by}` }, at)
      await dropEffect(tx, actionKey(action.id))
    }
  }
}

/** Starts and ends watches, and polls each newly watched resource soon. */
async function watch(tx: Tx, before: Case, caseRecord: Case): Promise<NewEffect[]> {
  const { id: caseId, tenant } = caseRecord
  const watchName = ({ track, resource }: { track: string; resource: string }) => `${track} ${resource}`
  const was = watchesOf(before)
  const is = watchesOf(caseRecord)
  const polls: NewEffect[] = []
  for (const gone of was.filter((old) => !is.some((now) => watchName(now) === watchName(old)))) {
    await removeWatch(tx, { ...gone, caseId })
  }
  for (const begun of is.filter((now) => !was.some((old) => watchName(now) === watchName(old)))) {
    await addWatch(tx, { ...begun, caseId, tenant })
    polls.push(pollEffect(begun.resource, caseRecord.updatedAt))
  }
  return polls
}

/** Maps an effect of the core to a row of the outbox. A timer replaces its earlier row. */
export function effectRow(caseRecord: Case, effect: Exclude<Effect, { kind: 'call' }>, index: number): NewEffect {
  const { id: caseId, tenant, conversation, revision } = caseRecord
  const base = { tenant, caseId, key: `${caseId}:${revision}:${index}` }
  switch (effect.kind) {
    case 'wake': {
      const { track, timer, due } = effect
      const key = `${caseId}:timer:${track ?? 'case'}:${timer}`
      return { ...base, kind: 'wake', payload: { track, timer }, key, due, replace: true }
    }
    case 'notify':
      return { ...base, kind: 'notify', conversation, payload: { track: effect.track, notice: effect.notice } }
    case 'ask-approval':
      return { ...base, kind: 'approval', payload: { reminder: effect.reminder } satisfies EffectPayload<'approval'> }
    case 'tell': {
      const track = caseRecord.tracks.find((each) => nameOf(each) === effect.track)
      const to = track?.kind === 'invitation' ? track.context.peer : null
      const payload: EffectPayload<'tell'> = {
        track: effect.track,
        news: effect.news,
        from: { tenant, case: caseId },
        to,
        room: roomOf(conversation),
      }
      // One pseudo-conversation per case keeps its messages in order.
      return { ...base, kind: 'tell', conversation: `peer of ${caseId}`, payload }
    }
    default:
      return effect satisfies never
  }
}

/** Returns the payload of a call. The stored name of its origin is `visit`. */
function callPayload(
  { track, since, call }: Extract<Effect, { kind: 'call' }>,
  ids: CallIds,
  { origin, message }: CardClick,
): EffectPayload<'call'> {
  return { track, since, call, ...ids, visit: origin, ...(message === undefined ? {} : { message }) }
}
