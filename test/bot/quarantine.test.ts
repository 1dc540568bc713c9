import { expect, it } from 'vitest'
import { mostFaults, sift } from '../../bot/quarantine.ts'
import { claimDue, retry } from '../../state/outbox-claims.ts'
import { addEffects } from '../../state/outbox-store.ts'
import { onBoth } from '../state/databases.ts'
import { stored, unique } from '../state/sample-case.ts'
import { type OutboxRowSeen, rowsOf } from '../support/ledger-world.ts'

const leaseMs = 1_000

onBoth('what comes to no verdict', (at) => {
  const look = (time: number, isBusy = false) =>
    at().db.transaction(async (tx) => {
      const now = new Date(time)
      const claimed = await claimDue(tx, { now, worker: 'one', leaseMs, limit: 32 })
      return sift(tx, claimed, { now, isBusy })
    })

  it('is begun five times, alone from the third on, and then set aside and told', async () => {
    const { db } = at()
    const one = await stored(db, { conversation: unique('a:chat') })
    const { id: caseId, tenant, conversation } = one.case
    const keys = ['guilty', 'innocent'].map(unique)
    const effects = keys.map((key) => ({ kind: 'call', tenant, caseId, payload: {}, key }))
    await db.transaction((tx) => addEffects(tx, effects))
    const [guilty, innocent] = keys
    const begun: (string | undefined)[][] = []
    let time = Date.now()
    // Whoever is begun beside the guilty one dies with it; whoever is begun alone comes to an end.
    for (let round = 0; round < 12; round += 1, time += 2 * leaseMs) {
      const { begun: now } = await look(time)
      begun.push(now.filter(({ kind }) => kind === 'call').map(({ key }) => key))
      const alone = now.find(({ key }) => key === innocent && !now.some((other) => other.key === guilty))
      if (alone) await db.transaction((tx) => retry(tx, alone, '2099-01-01T00:00:00.000Z'))
    }
    expect(begun.filter((names) => names.includes(guilty))).toHaveLength(mostFaults)
    expect(begun.slice(0, 2)).toEqual([keys, keys])
    for (const names of begun.slice(2)) expect(names.length).toBeLessThan(2)
    const rows = await rowsOf<OutboxRowSeen & { note: string; faults: number; payload: string }>(db, 'outbox')
    const of = (key = '') => rows.find((row) => row.key === key)
    expect(of(guilty)).toMatchObject({ state: 'parked', note: 'failed', ready: null })
    expect(of(innocent)).toMatchObject({ state: 'due', faults: 0 })
    const told = rows.filter(({ kind, payload }) => kind === 'say' && payload.includes(caseId))
    expect(told).toMatchObject([{ conversation, payload: expect.stringContaining('effect-failed') }])
  })

  it('waits while another suspect has its turn', async () => {
    const { db, tamper } = at()
    const key = unique('suspect')
    await db.transaction((tx) => addEffects(tx, [{ kind: 'call', tenant: 't', payload: {}, key }]))
    await tamper(`update outbox set faults = 3 where key = '${key}'`)
    const time = Date.now() + 60_000
    const { begun } = await look(time, true)
    expect(begun.map((one) => one.key)).not.toContain(key)
    const [row] = (await rowsOf<OutboxRowSeen & { faults: number }>(db, 'outbox')).filter((one) => one.key === key)
    expect(row).toMatchObject({ state: 'due', faults: 3 })
    expect((await look(time + 1_000)).begun.map((one) => one.key)).toContain(key)
  })

  it('goes before a younger one that was claimed while it was handed back', async () => {
    const { db, tamper } = at()
    await tamper('delete from outbox')
    const [older, younger] = [unique('older'), unique('younger')]
    const add = (key: string, due: number) => {
      const effect = { kind: 'call', tenant: 't', payload: {}, key, due: new Date(due).toISOString() }
      return db.transaction((tx) => addEffects(tx, [effect]))
    }
    const begunAt = async (when: number, isBusy = false) =>
      (await look(when, isBusy)).begun.map((one) => one.key).filter((key) => key === older || key === younger)
    const time = Date.now() + 120_000
    await add(older, time)
    await add(younger, time + 50)
    for (const key of [older, younger]) await tamper(`update outbox set faults = 3 where key = '${key}'`)
    expect(await begunAt(time, true)).toEqual([])
    expect(await begunAt(time + 100)).toEqual([])
    expect(await begunAt(time + 260)).toEqual([older])
    expect(await begunAt(time + 400)).toEqual([younger])
  })
})
