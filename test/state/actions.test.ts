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

onBoth('the ledger of actions', (at) => {
  it('keeps an action from prepared to its end, with how often it was sent', async () => {
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

  it('lets only one move an action on from where both have read it', async () => {
    const { db } = at()
    const action = newAction()
    await db.transaction((tx) => prepareAction(tx, action))
    const read = await db.transaction((tx) => findAction(tx, action.id))
    if (!read) throw new Error('not kept')
    expect(await db.transaction((tx) => moveAction(tx, read, { state: 'sending', sends: 1 }, later))).toBe(true)
    expect(await db.transaction((tx) => moveAction(tx, read, { state: 'failed' }, later))).toBe(false)
    expect(await db.transaction((tx) => findAction(tx, action.id))).toMatchObject({ state: 'sending' })
  })

  it('keeps moves that come at once in one chain', async () => {
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

  it('finds the newest action of a track of which nobody knows, and no other', async () => {
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
  it('tell every case that waits for a resource, each once, until it waits no more', async () => {
    const { db } = at()
    const resource = `relationship/${crypto.randomUUID()}`
    const [one, two] = ['1', '2'].map((caseId) => ({ resource, tenant: 'tenant', caseId, track: 'relationship' }))
    if (!one || !two) throw new Error('two')
    await db.transaction(async (tx) => {
      for (const watch of [two, one, one]) await addWatch(tx, watch)
      await addWatch(tx, { ...one, resource: 'relationship/other' })
    })
    expect(await db.transaction((tx) => watchersOf(tx, resource))).toEqual([one, two])
    await db.transaction((tx) => removeWatch(tx, one))
    expect(await db.transaction((tx) => watchersOf(tx, resource))).toEqual([two])
  })
})

onBoth('invitation links', (at) => {
  it('are kept by tenant, the newest in the place of the one before', async () => {
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

onBoth('what was put aside', (at) => {
  const claim = () =>
    at().db.transaction((tx) => claimDue(tx, { now: new Date(later), worker: 'w', leaseMs: 1_000, limit: 100 }))

  async function setAside(key: string) {
    const { db } = at()
    await db.transaction((tx) => addEffects(tx, [{ kind: 'action', tenant: key, payload: {}, key }]))
    const held = (await claim()).find((effect) => effect.key === key)
    if (!held) throw new Error('not claimed')
    await db.transaction((tx) => finish(tx, held, { state: 'unknown', note: 'not found' }))
  }

  it('is due again when an operator says so', async () => {
    const { db } = at()
    const key = unique('action')
    await setAside(key)
    expect(await claim()).toEqual([])
    expect(await db.transaction((tx) => redrive(tx))).toBe(1)
    expect((await claim()).map((effect) => [effect.key, effect.attempts])).toEqual([[key, 1]])
  })

  it('is gone when a person has settled it', async () => {
    const { db } = at()
    const key = unique('action')
    await setAside(key)
    await db.transaction((tx) => dropEffect(tx, key))
    const left = await db.transaction((tx) => countDeadLetters(tx))
    expect(left.filter(({ tenant }) => tenant === key)).toEqual([])
  })
})
