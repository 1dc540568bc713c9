import { expect, it } from 'vitest'
import { actionsOfCase, findAction, moveAction, prepareAction, unknownAction } from '../../state/actions.ts'
import { verify } from '../../state/audit/verify.ts'
import { findLink, saveLink } from '../../state/links.ts'
import { claimDue, finish } from '../../state/outbox-claims.ts'
import { addEffects, countDeadLetters, dropEffect, redrive } from '../../state/outbox-store.ts'
import { addWatch, removeWatch, watchersOf } from '../../state/watches.ts'
import { onBoth } from './databases.ts'
import { noon, unique } from './sample-case.ts'

const later = '2026-11-22T13:00:00.000Z'
const newAction = () => ({
  id: crypto.randomUUID(),
  tenant: 'tenant',
  caseId: unique('MC'),
  track: 'transfer',
  name: 'create-transfer',
  askedBy: 'somebody',
  correlation: crypto.randomUUID(),
  createdAt: noon,
})

onBoth('the ledger of privileged actions', (at) => {
  it('stores the state of an action and how often it was sent', async () => {
    const { db } = at()
    const action = newAction()
    await db.transaction((tx) => prepareAction(tx, action))
    const prepared = await db.transaction((tx) => findAction(tx, action.id))
    expect(prepared).toEqual({ ...action, state: 'prepared', sends: 0, looks: 0 })
    if (!prepared) return
    await db.transaction((tx) => moveAction(tx, prepared, { state: 'sending', sends: 1 }, later))
    const sending = await db.transaction((tx) => findAction(tx, action.id))
    expect(sending).toMatchObject({ state: 'sending', sends: 1 })
    expect(await db.transaction((tx) => actionsOfCase(tx, action.caseId))).toEqual([
      { ...sending, updatedAt: later, note: null },
    ])
  })

  it('lets only one of two transactions move an action from the same state', async () => {
    const { db } = at()
    const action = newAction()
    await db.transaction((tx) => prepareAction(tx, action))
    const read = await db.transaction((tx) => findAction(tx, action.id))
    if (!read) throw new Error('the action was not stored')
    expect(await db.transaction((tx) => moveAction(tx, read, { state: 'sending', sends: 1 }, later))).toBe(true)
    expect(await db.transaction((tx) => moveAction(tx, read, { state: 'failed' }, later))).toBe(false)
    expect(await db.transaction((tx) => findAction(tx, action.id))).toMatchObject({ state: 'sending' })
  })

  it('chains moves that arrive at the same time', async () => {
    const { db } = at()
    const action = { ...newAction(), sends: 0, looks: 0 }
    await db.transaction((tx) => prepareAction(tx, action))
    const moves = [
      ['prepared', 'sending'],
      ['sending', 'unknown'],
    ] as const
    await Promise.all(
      moves.map(([from, to]) =>
        db.transaction((tx) => moveAction(tx, { ...action, state: from }, { state: to }, later), unique('chat')),
      ),
    )
    expect((await db.transaction((tx) => findAction(tx, action.id)))?.state).not.toBe('prepared')
    expect((await verify(db)).faults).toEqual([])
  })

  it('finds the latest action of a track with an unknown outcome', async () => {
    const { db } = at()
    const older = newAction()
    const newer = { ...newAction(), caseId: older.caseId, createdAt: later }
    const elsewhere = { ...newAction(), caseId: older.caseId, track: 'relationship', createdAt: later }
    await db.transaction(async (tx) => {
      for (const action of [older, newer, elsewhere]) {
        await prepareAction(tx, action)
        await moveAction(tx, { ...action, state: 'prepared', sends: 0, looks: 0 }, { state: 'unknown' }, later)
      }
    })
    const found = await db.transaction((tx) => unknownAction(tx, older.caseId, 'transfer'))
    expect(found?.id).toBe(newer.id)
    expect(await db.transaction((tx) => unknownAction(tx, unique('MC'), 'transfer'))).toBeUndefined()
  })
})

onBoth('watches', (at) => {
  it('list each case that waits for a resource once, until its watch is removed', async () => {
    const { db } = at()
    const resource = `relationship/${crypto.randomUUID()}`
    const [first, second] = ['1', '2'].map((caseId) => ({ resource, tenant: 'tenant', caseId, track: 'relationship' }))
    if (!first || !second) throw new Error('a watch is missing')
    await db.transaction(async (tx) => {
      for (const watch of [second, first, first]) await addWatch(tx, watch)
      await addWatch(tx, { ...first, resource: 'relationship/other' })
    })
    expect(await db.transaction((tx) => watchersOf(tx, resource))).toEqual([first, second])
    await db.transaction((tx) => removeWatch(tx, first))
    expect(await db.transaction((tx) => watchersOf(tx, resource))).toEqual([second])
  })
})

onBoth('invitation links', (at) => {
  it('are stored per tenant, and a new one replaces the previous one', async () => {
    const { db } = at()
    const [tenant, other] = [unique('tenant'), unique('tenant')]
    const link = { tenant, by: 'somebody', at: noon }
    await db.transaction((tx) => saveLink(tx, { ...link, url: 'https://admin.microsoft.com/1' }))
    await db.transaction((tx) => saveLink(tx, { ...link, url: 'https://admin.microsoft.com/2', at: later }))
    const found = await db.transaction((tx) => findLink(tx, tenant))
    expect(found).toEqual({ url: 'https://admin.microsoft.com/2' })
    expect(await db.transaction((tx) => findLink(tx, other))).toBeUndefined()
  })
})

onBoth('a dead letter', (at) => {
  const claim = () =>
    at().db.transaction((tx) => claimDue(tx, { now: new Date(later), worker: 'w', leaseMs: 1_000, limit: 100 }))

  async function deadLetter(key: string) {
    const { db } = at()
    await db.transaction((tx) => addEffects(tx, [{ kind: 'action', tenant: key, payload: {}, key }]))
    const claimed = (await claim()).find((effect) => effect.key === key)
    if (!claimed) throw new Error('not claimed')
    await db.transaction((tx) => finish(tx, claimed, { state: 'unknown', note: 'not found' }))
  }

  it('is due again after a redrive', async () => {
    const { db } = at()
    const key = unique('action')
    await deadLetter(key)
    expect(await claim()).toEqual([])
    expect(await db.transaction((tx) => redrive(tx))).toBe(1)
    expect((await claim()).map((effect) => [effect.key, effect.attempts])).toEqual([[key, 1]])
  })

  it('is deleted when a person resolves it', async () => {
    const { db } = at()
    const key = unique('action')
    await deadLetter(key)
    await db.transaction((tx) => dropEffect(tx, key))
    const left = await db.transaction((tx) => countDeadLetters(tx))
    expect(left.filter(({ tenant }) => tenant === key)).toEqual([])
  })
})
