import { expect } from 'vitest'
import { commitStep } from '../../bot/turn/commit-step.ts'
import { directoryId } from '../../dialogs/directory-id.ts'
import { step } from '../../dialogs/step.ts'
import { directPartnerTenant } from '../../sandbox/upstream/companies.ts'
import { actionsOfCase, moveAction } from '../../state/actions.ts'
import { findCase } from '../../state/case-store.ts'
import { type ClaimedEffect, claimDue } from '../../state/outbox-claims.ts'
import { type LedgerWorld, type LedgerWorldOptions, type Ready, startLedgerWorld, until } from './ledger-world.ts'
import { policy } from './policy.ts'
import { transferTrackIn } from './ready-cases.ts'

export const onCreate = 'POST /v1/customers/*/transfers'
export const onUpdate = 'PATCH /v1/customers/*/transfers/*'

/** A world with one case in front of its person, the transfer not yet asked for unless told otherwise. */
export async function beginLedgerScene(options: LedgerWorldOptions & { deed?: Ready['deed'] } = {}) {
  const world = await startLedgerWorld(options)
  const ready = await world.prepare(options.deed ?? 'request')
  return { ...world, ready, chat: world.chat(ready.speaker) }
}
export type Scene = Awaited<ReturnType<typeof beginLedgerScene>>

export async function action(world: Pick<LedgerWorld, 'actions'>) {
  const rows = await world.actions()
  expect(rows).toHaveLength(1)
  return rows[0]
}

export const inState = (world: Pick<LedgerWorld, 'actions'>, state: string) =>
  until(`the action is ${state}`, async () => (await world.actions())[0]?.state === state)

export async function trackOf({ database, ready }: Scene) {
  const stored = await database.transaction((tx) => findCase(tx, directPartnerTenant, ready.caseId))
  if (!stored) throw new Error('the case is gone')
  return transferTrackIn(stored.case)
}

/** Number of changes requested at Microsoft. */
export const changesSent = ({ upstream }: Pick<LedgerWorld, 'upstream'>) => {
  const { createTransfer = 0, updateTransfer = 0 } = upstream.calls()
  return createTransfer + updateTransfer
}

/** Plays until the card asks a person for the outcome. */
export async function park(scene: Scene, on = onCreate) {
  scene.upstream.faults.set([{ on, kind: '500-before-effect', times: 1 }])
  await scene.press(scene.ready)
  await scene.chat.see(/Please check in Partner Center/)
}

/** Clock set before anything is due, so that the bot does nothing by itself. */
export const asleep = async () => new Date(-3_600_000)

/** Claims the pressed action like a worker that was stopped at this point. */
export async function claimed(
  database: LedgerWorld['database'],
  ready: Ready,
  now: Date,
  state: 'prepared' | 'sending' = 'prepared',
): Promise<ClaimedEffect> {
  const at = now.toISOString()
  const person = { tenant: directPartnerTenant, id: ready.speaker.id ?? '' }
  const [effect] = await database.transaction(async (tx) => {
    const stored = await findCase(tx, directPartnerTenant, ready.caseId)
    if (!stored) throw new Error('the case is gone')
    const by = { kind: 'person', person } as const
    const stepped = step(policy, stored.case, { type: 'step.ticked', step: 'request', at, by })
    if (!stepped.ok) throw new Error('it cannot be requested')
    const place = { tenant: directPartnerTenant, conversation: stored.case.conversation, room: stored.room } as never
    await commitStep(tx, stored, stepped.value, {
      origin: { place, sender: { id: directoryId(person.id), account: '' } },
      message: undefined,
    })
    const [action] = await actionsOfCase(tx, ready.caseId)
    if (action) await moveAction(tx, action, { state, sends: state === 'sending' ? 1 : 0 }, at)
    return claimDue(tx, { now, worker: 'somebody', leaseMs: 200, limit: 1 })
  })
  if (effect?.kind !== 'action') throw new Error('there is no action')
  return effect
}
