import { beforeEach, expect, it } from 'vitest'
import { type ClaimedEffect, claimDue, finish, nextDue, release, retry } from '../../state/outbox-claims.ts'
import { addEffects, countDeadLetters, type NewEffect } from '../../state/outbox-store.ts'
import { onBoth } from './databases.ts'
import { after } from './sample-case.ts'

const notify = (key: string, given: Partial<NewEffect> = {}): NewEffect => ({
  kind: 'notify',
  tenant: 'tenant',
  caseId: 'MC-000001',
  conversation: 'a:conversation',
  payload: { key },
  key,
  ...given,
})

const wake = (given: Partial<NewEffect> = {}): NewEffect => ({
  kind: 'wake',
  tenant: 'tenant',
  caseId: 'MC-000001',
  payload: { timer: 'idle' },
  key: 'MC-000001:timer:migration:idle',
  replace: true,
  ...given,
})

onBoth('the outbox', (at) => {
  beforeEach(() => at().tamper('delete from outbox'))

  const add = (...effects: NewEffect[]) => at().db.transaction((tx) => addEffects(tx, effects))
  /** Claims as a worker some minutes after noon, with a lease of five minutes. */
  const claim = (minutes: number, worker = 'one', limit = 10) =>
    at().db.transaction((tx) => claimDue(tx, { now: new Date(after(minutes)), worker, leaseMs: 300_000, limit }))
  const only = async (claimed: Promise<ClaimedEffect[]>): Promise<ClaimedEffect> => {
    const [effect, ...others] = await claimed
    if (!effect || others.length > 0) throw new Error(`claimed ${others.length + (effect ? 1 : 0)}, not 1`)
    return effect
  }
  const keys = async (claimed: Promise<ClaimedEffect[]>) => (await claimed).map(({ key }) => key)
  const done = (effect: ClaimedEffect) => at().db.transaction((tx) => finish(tx, effect, { state: 'done' }))
  const next = (minutes: number) => at().db.transaction((tx) => nextDue(tx, new Date(after(minutes))))
  const count = async () => {
    const { rows } = await at().db.transaction((tx) =>
      tx.execute<{ n: number }>({ name: '', sql: 'select count(*) as n from outbox' }, []),
    )
    return rows[0]?.n
  }

  it('hands out an effect unchanged, once it is due', async () => {
    await add(notify('a', { due: '2026-11-22T12:10:00Z' }))
    expect(await claim(9)).toEqual([])
    expect(await claim(10)).toEqual([
      {
        id: expect.any(Number),
        kind: 'notify',
        tenant: 'tenant',
        caseId: 'MC-000001',
        conversation: 'a:conversation',
        payload: { key: 'a' },
        key: 'a',
        due: after(10),
        attempts: 1,
        fence: 1,
        faults: 1,
      },
    ])
  })

  it('rejects an invalid time', async () => {
    await expect(add(notify('a', { due: 'soon' }))).rejects.toThrow(RangeError)
  })

  it('deletes a finished effect', async () => {
    await add(notify('a'))
    expect(await done(await only(claim(0)))).toBe(true)
    expect(await count()).toBe(0)
    expect(await next(0)).toBeUndefined()
  })

  it('stores one effect per key', async () => {
    await add(notify('a', { payload: { text: 'first' } }))
    await add(notify('a', { payload: { text: 'second' } }))
    expect((await only(claim(0))).payload).toEqual({ text: 'first' })
    expect(await count()).toBe(1)
  })

  it('never hands out one effect to two workers', async () => {
    await add(...Array.from({ length: 40 }, (_, index) => wake({ key: `wake ${index}` })))
    const claims = await Promise.all(Array.from({ length: 8 }, (_, index) => claim(0, `worker ${index}`, 10)))
    const claimed = claims.flat().map(({ key }) => key)
    expect(claimed.length).toBeGreaterThan(0)
    expect(new Set(claimed).size).toBe(claimed.length)
    const rest = await claim(0, 'last', 100)
    expect(claimed.length + rest.length).toBe(40)
  })

  it('hands out an effect again after its lease, and its former holder cannot finish it', async () => {
    await add(notify('a'))
    const first = await only(claim(0, 'one'))
    expect(await claim(4, 'two')).toEqual([])
    const second = await only(claim(6, 'two'))
    expect(second).toMatchObject({ id: first.id, attempts: 2 })
    const { db } = at()
    expect(await done(first)).toBe(false)
    expect(await db.transaction((tx) => retry(tx, first, after(60)))).toBe(false)
    expect(await db.transaction((tx) => release(tx, first))).toBe(false)
    expect(await db.transaction((tx) => finish(tx, first, { state: 'parked' }))).toBe(false)
    expect(await claim(6, 'three')).toEqual([])
    expect(await done(second)).toBe(true)
  })

  it('distinguishes a new claim of the same worker from its former one', async () => {
    await add(wake())
    const before = await only(claim(0))
    await add(wake())
    await done(before)
    const again = await only(claim(0))
    expect(again).toMatchObject({ id: before.id, attempts: before.attempts })
    expect(await done(before)).toBe(false)
    expect(await done(again)).toBe(true)
  })

  it('hands out the effects of a conversation one at a time and in order', async () => {
    await add(notify('a'), notify('b'), notify('other', { conversation: 'a:other' }))
    await add(notify('foreign', { tenant: 'foreign' }))
    const claimed = await claim(0)
    expect(claimed.map(({ key }) => key)).toEqual(['a', 'other', 'foreign'])
    expect(await claim(1)).toEqual([])
    const [first] = claimed as [ClaimedEffect]
    await at().db.transaction((tx) => retry(tx, first, after(4)))
    expect(await claim(3)).toEqual([])
    const again = await only(claim(4))
    expect(again.key).toBe('a')
    await done(again)
    expect(await keys(claim(4))).toEqual(['b'])
  })

  it('does not block a conversation behind a dead letter', async () => {
    await add(notify('a'), notify('b'), notify('c'))
    const { db } = at()
    const first = await only(claim(0))
    expect(await db.transaction((tx) => finish(tx, first, { state: 'parked', note: 'blocked' }))).toBe(true)
    const second = await only(claim(0))
    expect(second.key).toBe('b')
    expect(await db.transaction((tx) => finish(tx, second, { state: 'unknown' }))).toBe(true)
    expect(await keys(claim(0))).toEqual(['c'])
    expect(await db.transaction((tx) => countDeadLetters(tx))).toEqual([
      { tenant: 'tenant', caseId: 'MC-000001', state: 'parked', count: 1 },
      { tenant: 'tenant', caseId: 'MC-000001', state: 'unknown', count: 1 },
    ])
  })

  it('does not order timers, which belong to no conversation', async () => {
    await add(wake({ key: 'late', due: after(60) }), wake({ key: 'early', due: after(1) }))
    expect(await keys(claim(2))).toEqual(['early'])
  })

  it('replaces an earlier timer with a later one', async () => {
    await add(wake({ due: after(10) }))
    await add(wake({ due: after(20), payload: { timer: 'later' } }))
    expect(await claim(15)).toEqual([])
    expect(await only(claim(20))).toMatchObject({ payload: { timer: 'later' }, due: after(20), attempts: 1 })
  })

  it('lets a claimed timer be replaced, and its holder cannot finish the new one', async () => {
    await add(wake({ due: after(0) }))
    const firing = await only(claim(0))
    await add(wake({ due: after(60), payload: { timer: 'next' } }))
    expect(await done(firing)).toBe(false)
    expect(await claim(59)).toEqual([])
    expect(await only(claim(60))).toMatchObject({ payload: { timer: 'next' }, attempts: 1 })
  })

  it('hands out a replaced card only after the old one is finished or its lease ended', async () => {
    const card = (version: number) => notify('update:a:conversation:1', { replace: true, payload: { version } })
    await add(card(1))
    const sending = await only(claim(0))
    await add(card(2))
    expect(await claim(1, 'two')).toEqual([])
    expect(await next(1)).toBe(4 * 60_000)
    expect(await done(sending)).toBe(false)
    expect(await next(1)).toBe(0)
    const second = await only(claim(1, 'two'))
    expect(second.payload).toEqual({ version: 2 })
    await add(card(3))
    expect((await only(claim(7, 'three'))).payload).toEqual({ version: 3 })
  })

  it('makes a dead letter due when it is replaced', async () => {
    await add(wake())
    const effect = await only(claim(0))
    await at().db.transaction((tx) => finish(tx, effect, { state: 'parked', note: 'poison' }))
    await add(wake({ due: after(5) }))
    expect(await at().db.transaction((tx) => countDeadLetters(tx))).toEqual([])
    expect(await only(claim(5))).toMatchObject({ attempts: 1 })
  })

  it('counts an attempt that is retried, but not one that is released', async () => {
    await add(notify('a'))
    const { db } = at()
    const first = await only(claim(0))
    expect(await db.transaction((tx) => retry(tx, first, after(1)))).toBe(true)
    const second = await only(claim(1))
    expect(second.attempts).toBe(2)
    expect(await db.transaction((tx) => release(tx, second))).toBe(true)
    expect(await only(claim(1))).toMatchObject({ attempts: 2 })
  })

  it('keeps the back-off of a retried effect if its holder returns twice', async () => {
    await add(notify('a'))
    const effect = await only(claim(0))
    await at().db.transaction((tx) => retry(tx, effect, after(10)))
    expect(await done(effect)).toBe(false)
    expect(await claim(9)).toEqual([])
  })

  it('reports when the next effect is due, ignoring those behind another one', async () => {
    expect(await next(0)).toBeUndefined()
    await add(wake({ due: after(30) }))
    expect(await next(10)).toBe(20 * 60_000)
    await add(notify('a'), notify('b'))
    expect(await next(10)).toBe(0)
    const first = await only(claim(10))
    await at().db.transaction((tx) => retry(tx, first, after(12)))
    expect(await next(10)).toBe(2 * 60_000)
  })

  it('does not reuse the id of a deleted effect', async () => {
    await add(notify('a'))
    const first = await only(claim(0))
    await done(first)
    await add(notify('b'))
    const second = await only(claim(0))
    expect(second.id).toBeGreaterThan(first.id)
    expect(await done(first)).toBe(false)
    expect(await count()).toBe(1)
  })
})
