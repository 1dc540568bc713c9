import { randomUUID } from 'node:crypto'
import { isWrite } from '../../dialogs/calls.ts'
import type { Case } from '../../dialogs/case.ts'
import type { Effect } from '../../dialogs/events.ts'
import { type Stepped, watchesOf } from '../../dialogs/step.ts'
import { definitionOf } from '../../dialogs/tracks/registry.ts'
import { moveAction, prepareAction, unknownAction } from '../../state/actions.ts'
import { type StoredCase, saveCase } from '../../state/case-store.ts'
import type { Tx } from '../../state/engine/transaction.ts'
import { addEffects, dropEffect, type NewEffect, redrive } from '../../state/outbox-store.ts'
import { addPostedCard, postedCardsOf } from '../../state/posted-cards.ts'
import { addWatch, removeWatch } from '../../state/watches.ts'
import { correlationOf } from '../effects/correlation.ts'
import {
  actionKey,
  type CallIds,
  type CardClick,
  callPayload,
  cardUpdate,
  effectRow,
  pendingOf,
  pollEffect,
} from '../effects/effects.ts'
import { roomOf } from '../teams/activity.ts'

/** Nobody clicked: only the application's own rights count then, and no message is waiting. */
function byCase({ case: caseRecord, room }: StoredCase): CardClick {
  const { tenant, conversation, createdBy } = caseRecord
  const place = {
    tenant,
    conversation,
    room,
    kind: 'personal',
    reference: { serviceUrl: '', bot: { id: '' } },
  } as const
  return { origin: { place, sender: { id: createdBy.id, account: '' } }, message: undefined }
}

type CallEffect = Extract<Effect, { kind: 'call' }>

/**
 * Saves what a step came to, in one transaction: the case with its history, what has to be done outside, what the case
 * watches there. `clicked` is who asked for what is to be done at Microsoft; what follows from a timer or from what was
 * seen there is asked for in the name of whoever opened the case.
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
    ...(await copies(tx, caseRecord, clicked)),
  ])
}

/** True if the case moves without a click: cards posted earlier would fall behind. */
const movesByItself = ({ tracks }: Case) => tracks.some((track) => definitionOf(track).movesByItself)

/** Every message that shows the case is drawn anew, but for the one whose button was just answered. */
async function copies(tx: Tx, caseRecord: Case, clicked: CardClick | undefined): Promise<NewEffect[]> {
  if (!movesByItself(caseRecord)) return []
  if (clicked?.message !== undefined && clicked.origin.place.room === roomOf(caseRecord.conversation)) {
    const { tenant, conversation } = clicked.origin.place
    await addPostedCard(tx, { caseId: caseRecord.id, tenant, conversation, message: clicked.message, view: 'case' })
  }
  const others = (await postedCardsOf(tx, caseRecord.id)).filter(({ message }) => message !== clicked?.message)
  return others.map((copy) => cardUpdate(copy, caseRecord, copy.message, caseRecord.updatedAt, copy.view))
}

/** What a track waits for that a person has to look after. */
function parkedCall(caseRecord: Case, track: string): string | undefined {
  const pending = pendingOf(caseRecord, track)
  return pending?.parked ? pending.call : undefined
}

/** A call becomes a row of the outbox. What changes something gets a row of the ledger as well. */
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
  // A person looked and said that it did not happen: the same action goes out again, under the same id.
  const known = parkedCall(before, track) === call.name ? await unknownAction(tx, caseId, track) : undefined
  if (known) {
    await moveAction(tx, known, { state: 'prepared', looks: 0, note: 'tried again by a person' }, at)
    ids.requestId = known.id
    ids.correlationId = known.correlation
  } else {
    const { requestId: id, correlationId: correlation } = ids
    const askedBy = clicked.origin.sender.id
    await prepareAction(tx, { id, tenant, caseId, track, name: call.name, askedBy, correlation, createdAt: at })
  }
  const payload = callPayload(effect, ids, clicked)
  return { ...base, kind: 'action', payload, key: actionKey(ids.requestId), replace: true }
}

/**
 * What a case no longer waits for, though it was parked. Somebody saw it happen: the ledger says so, and nobody looks for
 * it any more. Or the case has come to its end by what Microsoft showed: then a look tells what became of it.
 */
async function settleParked(tx: Tx, before: Case, { case: caseRecord, effects, entry }: Stepped): Promise<void> {
  const { event, by, at } = entry
  if (event !== 'step.ticked' && event !== 'resource.seen') return
  for (const { kind: track } of caseRecord.tracks) {
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

/** What a case begins to wait for is looked at soon, and from then on now and again. */
async function watch(tx: Tx, before: Case, caseRecord: Case): Promise<NewEffect[]> {
  const { id: caseId, tenant } = caseRecord
  const nameOf = ({ track, resource }: { track: string; resource: string }) => `${track} ${resource}`
  const was = watchesOf(before)
  const is = watchesOf(caseRecord)
  const polls: NewEffect[] = []
  for (const gone of was.filter((old) => !is.some((now) => nameOf(now) === nameOf(old)))) {
    await removeWatch(tx, { ...gone, caseId })
  }
  for (const begun of is.filter((now) => !was.some((old) => nameOf(now) === nameOf(old)))) {
    await addWatch(tx, { ...begun, caseId, tenant })
    polls.push(pollEffect(begun.resource, caseRecord.updatedAt))
  }
  return polls
}
