import { randomUUID } from 'node:crypto'
import { isWrite } from '../../dialogs/calls.ts'
import type { Case, Effect } from '../../dialogs/case.ts'
import { type Stepped, watchesOf } from '../../dialogs/step.ts'
import { moveAction, prepareAction, unknownAction } from '../../state/actions.ts'
import { type StoredCase, saveCase } from '../../state/case-store.ts'
import type { Tx } from '../../state/engine/transaction.ts'
import { addEffects, dropEffect, type NewEffect, redrive } from '../../state/outbox-store.ts'
import { addCopy, copiesOf } from '../../state/posted-cards.ts'
import { addWatch, removeWatch } from '../../state/watches.ts'
import { correlationOf } from '../effects/correlation.ts'
import { actionKey, type Clicked, callPayload, cardUpdate, effectRow, pollEffect } from '../effects/effects.ts'
import type { Ids } from '../microsoft/calls.ts'
import { roomOf } from '../teams/activity.ts'

/** Nobody clicked: only the application's own rights count then, and no message is waiting. */
function byCase({ case: one, room }: StoredCase): Clicked {
  const { tenant, conversation, createdBy } = one
  const place = {
    tenant,
    conversation,
    room,
    kind: 'personal',
    reference: { serviceUrl: '', bot: { id: '' } },
  } as const
  return { visit: { place, sender: { id: createdBy.id, account: '' } }, message: undefined }
}

type CallEffect = Extract<Effect, { kind: 'call' }>

/**
 * Saves what a step came to, in one transaction: the case with its history, what has to be done outside, what the case
 * watches there. `clicked` is who asked for what is to be done at Microsoft; what follows from a timer or from what was
 * seen there is asked for in the name of whoever opened the case.
 */
export async function applyStep(
  tx: Tx,
  stored: StoredCase,
  stepped: Stepped,
  clicked: Clicked | undefined,
): Promise<void> {
  const { case: one, effects } = stepped
  await saveCase(tx, stored, one, stepped.entry)
  await settleParked(tx, stored.case, stepped)
  const rows: NewEffect[] = []
  for (const [index, effect] of effects.entries()) {
    if (effect.kind !== 'call') rows.push(effectRow(one, effect, index))
    else rows.push(await callRow(tx, stored.case, one, effect, clicked ?? byCase(stored)))
  }
  await addEffects(tx, [...rows, ...(await watch(tx, stored.case, one)), ...(await copies(tx, one, clicked))])
}

/** Tracks that move by themselves: their cards would fall behind. */
const moving: readonly string[] = ['relationship', 'transfer', 'invitation', 'delegated-admin']
const movesByItself = ({ tracks }: Case) => tracks.some(({ kind }) => moving.includes(kind))

/** Every message that shows the case is drawn anew, but for the one whose button was just answered. */
async function copies(tx: Tx, one: Case, clicked: Clicked | undefined): Promise<NewEffect[]> {
  if (!movesByItself(one)) return []
  if (clicked?.message !== undefined && clicked.visit.place.room === roomOf(one.conversation)) {
    const { tenant, conversation } = clicked.visit.place
    await addCopy(tx, { caseId: one.id, tenant, conversation, message: clicked.message, view: 'case' })
  }
  const others = (await copiesOf(tx, one.id)).filter(({ message }) => message !== clicked?.message)
  return others.map((copy) => cardUpdate(copy, one, copy.message, one.updatedAt, copy.view))
}

/** What a track waits for that a person has to look after. */
function parkedCall(one: Case, track: string): string | undefined {
  const found = one.tracks.find(({ kind }) => kind === track)
  const pending = found && 'pending' in found.context ? found.context.pending : null
  return pending?.parked ? pending.call : undefined
}

/** A call becomes a row of the outbox. What changes something gets a row of the ledger as well. */
async function callRow(tx: Tx, before: Case, one: Case, effect: CallEffect, clicked: Clicked): Promise<NewEffect> {
  const { tenant, id: caseId, updatedAt: at } = one
  const { track, call } = effect
  const correlationId = clicked.delivery === undefined ? randomUUID() : correlationOf(clicked.delivery)
  const ids: Ids = { requestId: randomUUID(), correlationId }
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
    const askedBy = clicked.visit.sender.id
    await prepareAction(tx, { id, tenant, caseId, track, name: call.name, askedBy, correlation, createdAt: at })
  }
  const payload = callPayload(effect, ids, clicked)
  return { ...base, kind: 'action', payload, key: actionKey(ids.requestId), replace: true }
}

/**
 * What a case no longer waits for, though it was parked. Somebody saw it happen: the ledger says so, and nobody looks for
 * it any more. Or the case has come to its end by what Microsoft showed: then a look tells what became of it.
 */
async function settleParked(tx: Tx, before: Case, { case: one, effects, entry }: Stepped): Promise<void> {
  const { event, by, at } = entry
  if (event !== 'step.ticked' && event !== 'resource.seen') return
  for (const { kind: track } of one.tracks) {
    const isRepeated = effects.some((effect) => effect.kind === 'call' && effect.track === track)
    if (!parkedCall(before, track) || parkedCall(one, track) || isRepeated) continue
    const action = await unknownAction(tx, one.id, track)
    if (!action) continue
    if (event === 'resource.seen') await redrive(tx, { key: actionKey(action.id) })
    else {
      await moveAction(tx, action, { state: 'confirmed', note: `told by ${by}` }, at)
      await dropEffect(tx, actionKey(action.id))
    }
  }
}

/** What a case begins to wait for is looked at soon, and from then on now and again. */
async function watch(tx: Tx, before: Case, one: Case): Promise<NewEffect[]> {
  const { id: caseId, tenant } = one
  const nameOf = ({ track, resource }: { track: string; resource: string }) => `${track} ${resource}`
  const was = watchesOf(before)
  const is = watchesOf(one)
  const polls: NewEffect[] = []
  for (const gone of was.filter((old) => !is.some((now) => nameOf(now) === nameOf(old)))) {
    await removeWatch(tx, { ...gone, caseId })
  }
  for (const begun of is.filter((now) => !was.some((old) => nameOf(now) === nameOf(old)))) {
    await addWatch(tx, { ...begun, caseId, tenant })
    polls.push(pollEffect(begun.resource, one.updatedAt))
  }
  return polls
}
