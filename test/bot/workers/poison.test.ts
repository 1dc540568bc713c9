import { expect, it } from 'vitest'
import { isolateSuspects, MAX_FAILURES, MAX_FAILURES_BESIDE_SUSPECT } from '../../../bot/workers/poison.ts'
import { claimDue, finish, nextDue, retry } from '../../../state/outbox-claims.ts'
import { addEffects } from '../../../state/outbox-store.ts'
import { onBoth } from '../../state/databases.ts'
import { stored, unique } from '../../state/sample-case.ts'
import { type OutboxRowSeen, rowsOf } from '../../support/ledger-world.ts'

const leaseMs = 1_000

onBoth('what comes to no verdict', (at) => {
  const look = (time: number, faults?: number) =>
    at().db.transaction(async (tx) => {
      const now = new Date(time)
      const claimed = await claimDue(tx, { now, worker: 'one', leaseMs, limit: 32, faults })
      return isolateSuspects(tx, claimed, now)
    })

  it('is begun five times, alone from the third on, and then set aside and told', async () => {
    const { db } = at()
    const storedCase = await stored(db, { conversation: unique('a:chat') })
    const { id: caseId, tenant, conversation } = storedCase.case
    const keys = ['guilty', 'innocent'].map(unique)
    const effects = keys.map((key) => ({ kind: 'call', tenant, caseId, payload: {}, key }))
    await db.transaction((tx) => addEffects(tx, effects))
    const [guilty, innocent] = keys
    const begun: (string | undefined)[][] = []
    let time = Date.now()
    // An effect that runs beside the poison message dies with it; one that runs alone completes.
    for (let round = 0; round < 12; round += 1, time += 2 * leaseMs) {
      const { begun: now } = await look(time)
      begun.push(now.filter(({ kind }) => kind === 'call').map(({ key }) => key))
      const alone = now.find(({ key }) => key === innocent && !now.some((other) => other.key === guilty))
      if (alone) await db.transaction((tx) => retry(tx, alone, '2099-01-01T00:00:00.000Z'))
    }
    expect(begun.filter((names) => names.includes(guilty))).toHaveLength(MAX_FAILURES)
    expect(begun.slice(0, 2)).toEqual([keys, keys])
    for (const names of begun.slice(2)) expect(names.length).toBeLessThan(2)
    const rows = await rowsOf<OutboxRowSeen & { note: string; faults: number; payload: string }>(db, 'outbox')
    const of = (key = '') => rows.find((row) => row.key === key)
    expect(of(guilty)).toMatchObject({ state: 'parked', note: 'failed', ready: null })
    expect(of(innocent)).toMatchObject({ state: 'due', faults: 0 })
    const notices = rows.filter(({ kind, payload }) => kind === 'say' && payload.includes(caseId))
    expect(notices).toMatchObject([{ conversation, payload: expect.stringContaining('effect-failed') }])
  })

  it('waits while another suspect has its turn, and then the oldest goes first that somebody waits for', async () => {
    const { db, tamper } = at()
    await tamper('delete from outbox')
    const [poll, older, younger, innocent] = [unique('poll'), unique('older'), unique('younger'), unique('innocent')]
    const add = (key: string) =>
      db.transaction((tx) => addEffects(tx, [{ kind: key === poll ? 'poll' : 'call', tenant: 't', payload: {}, key }]))
    for (const key of [poll, older, younger, innocent]) await add(key)
    for (const key of [poll, older, younger]) await tamper(`update outbox set faults = 2 where key = '${key}'`)
    const begunAt = async (time: number, faults?: number) => (await look(time, faults)).begun
    const keys = (effects: readonly { key: string }[]) => effects.map(({ key }) => key)
    const time = Date.now() + 60_000
    const first = await begunAt(time)
    expect(keys(first)).toEqual([older, innocent])
    const newer = unique('newer')
    await add(newer)
    expect(keys(await begunAt(time + 1, MAX_FAILURES_BESIDE_SUSPECT))).toEqual([newer])
    const rows = await rowsOf<OutboxRowSeen & { faults: number }>(db, 'outbox')
    expect(rows.find(({ key }) => key === younger)).toMatchObject({ state: 'due', faults: 2 })
    expect(await db.transaction((tx) => nextDue(tx, new Date(time + 1), MAX_FAILURES_BESIDE_SUSPECT))).toBeGreaterThan(
      0,
    )
    expect(await db.transaction((tx) => nextDue(tx, new Date(time + 1)))).toBe(0)
    for (const effect of first) await db.transaction((tx) => finish(tx, effect, { state: 'done' }))
    const [second, ...none] = await begunAt(time + 2)
    expect([second?.key, none]).toEqual([younger, []])
    if (second) await db.transaction((tx) => finish(tx, second, { state: 'done' }))
    expect(keys(await begunAt(time + 9_999))).not.toContain(poll)
    expect(keys(await begunAt(time + 10_000))).toContain(poll)
  })
})
