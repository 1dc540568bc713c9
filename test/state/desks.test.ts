import { expect, it } from 'vitest'
import { roomEntries } from '../../state/audit/entries.ts'
import { verify } from '../../state/audit/verify.ts'
import { type Desk, deskAt, findDesk, removeDesk, setDesk } from '../../state/desks.ts'
import { type Opened, onBoth } from './databases.ts'
import { after, noon, unique } from './sample-case.ts'

const desk = (given: Partial<Desk> = {}): Desk => ({
  tenant: unique('tenant'),
  kind: 'approvals',
  room: '19:team@thread.tacv2',
  conversation: '19:team@thread.tacv2',
  by: 'admin',
  at: noon,
  ...given,
})

const historyOfRooms = async ({ db }: Opened, tenant: string) => {
  const refusals: unknown[] = []
  for await (const { room, at, by, event, detail } of roomEntries(db, {}, tenant)) {
    refusals.push([room, at, by, event, detail])
  }
  return refusals
}

onBoth('the approvals desk', (at) => {
  const set = (given: Desk) => at().db.transaction((tx) => setDesk(tx, given))
  const find = (tenant: string, kind: Desk['kind'] = 'approvals') =>
    at().db.transaction((tx) => findDesk(tx, tenant, kind))

  it('is unique in its tenant: a new one replaces it, recorded in both rooms', async () => {
    const first = desk({ room: 'one' })
    const second = { ...first, room: 'two', conversation: '19:two', by: 'other admin', at: after(1) }
    expect(await find(first.tenant)).toBeUndefined()
    await set(first)
    expect(await find(first.tenant)).toEqual(first)
    await set(second)
    expect(await find(first.tenant)).toEqual(second)
    expect(await at().db.transaction((tx) => deskAt(tx, first.tenant, 'one', 'approvals'))).toBeUndefined()
    expect(await at().db.transaction((tx) => deskAt(tx, first.tenant, 'two', 'approvals'))).toEqual(second)
    expect(await historyOfRooms(at(), first.tenant)).toEqual([
      ['one', noon, 'admin', 'desk.set', { desk: 'approvals' }],
      ['one', after(1), 'other admin', 'desk.removed', { desk: 'approvals' }],
      ['two', after(1), 'other admin', 'desk.set', { desk: 'approvals' }],
    ])
    expect((await verify(at().db)).faults).toEqual([])
  })

  it('can be set again in the same room', async () => {
    const first = desk()
    await set(first)
    const again = { ...first, conversation: '19:new', by: 'other', at: after(1) }
    await set(again)
    expect(await find(first.tenant)).toEqual(again)
    const events = (await historyOfRooms(at(), first.tenant)) as unknown[][]
    expect(events.map((entry) => entry[3])).toEqual(['desk.set', 'desk.set'])
  })

  it('is in one room after being set in ten rooms at the same time', async () => {
    const tenant = unique('tenant')
    const rooms = Array.from({ length: 10 }, (_, index) => `room ${index}`)
    const outcomes = await Promise.allSettled(rooms.map((room) => set(desk({ tenant, room }))))
    expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true)
    const there = rooms.map((room) => at().db.transaction((tx) => deskAt(tx, tenant, room, 'approvals')))
    expect((await Promise.all(there)).filter((found) => found !== undefined)).toEqual([await find(tenant)])
  })
})

onBoth('a desk', (at) => {
  const set = (given: Desk) => at().db.transaction((tx) => setDesk(tx, given))
  const there = ({ tenant, room, kind }: Desk) => at().db.transaction((tx) => deskAt(tx, tenant, room, kind))
  const remove = (given: Desk) => at().db.transaction((tx) => removeDesk(tx, given))

  it('of a direct partner may be one of several, and share a room with the approvals desk', async () => {
    const first = desk({ kind: 'direct-partner', room: 'one' })
    const second = { ...first, room: 'two', at: after(1) }
    const approvals = { ...first, kind: 'approvals' } as const
    for (const each of [first, second, approvals]) await set(each)
    for (const each of [first, second, approvals]) expect(await there(each)).toEqual(each)
    expect(await at().db.transaction((tx) => findDesk(tx, first.tenant, 'direct-partner'))).toEqual(second)
  })

  it('is invisible to another tenant, which can neither find nor remove it', async () => {
    const mine = desk()
    await set(mine)
    const foreign = { ...mine, tenant: unique('foreign') }
    expect(await there(foreign)).toBeUndefined()
    expect(await at().db.transaction((tx) => findDesk(tx, foreign.tenant, 'approvals'))).toBeUndefined()
    expect(await remove(foreign)).toBe(false)
    expect(await there(mine)).toEqual(mine)
    expect(await historyOfRooms(at(), foreign.tenant)).toEqual([])
  })

  it('is removed once, without removing others', async () => {
    const first = desk({ kind: 'direct-partner', room: 'one' })
    const second = { ...first, room: 'two' }
    await set(first)
    await set(second)
    const gone = { ...first, by: 'other', at: after(1) }
    expect([await remove(gone), await remove(gone)]).toEqual([true, false])
    expect([await there(first), await there(second)]).toEqual([undefined, second])
    const entries = await historyOfRooms(at(), first.tenant)
    expect(entries).toContainEqual(['one', after(1), 'other', 'desk.removed', { desk: 'direct-partner' }])
    expect(entries).toHaveLength(3)
  })
})
