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
  const told: unknown[] = []
  for await (const { room, at, by, event, detail } of roomEntries(db, {}, tenant)) {
    told.push([room, at, by, event, detail])
  }
  return told
}

onBoth('the approvals desk', (at) => {
  const set = (given: Desk) => at().db.transaction((tx) => setDesk(tx, given))
  const find = (tenant: string, kind: Desk['kind'] = 'approvals') =>
    at().db.transaction((tx) => findDesk(tx, tenant, kind))

  it('is one of a tenant: a new one takes its place, and both rooms tell of it', async () => {
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

  it('set again where it is takes nobody’s place', async () => {
    const first = desk()
    await set(first)
    const again = { ...first, conversation: '19:new', by: 'other', at: after(1) }
    await set(again)
    expect(await find(first.tenant)).toEqual(again)
    const events = (await historyOfRooms(at(), first.tenant)) as unknown[][]
    expect(events.map((entry) => entry[3])).toEqual(['desk.set', 'desk.set'])
  })

  it('set in ten rooms at once is in one of them', async () => {
    const tenant = unique('tenant')
    const rooms = Array.from({ length: 10 }, (_, index) => `room ${index}`)
    const outcomes = await Promise.allSettled(rooms.map((room) => set(desk({ tenant, room }))))
    expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true)
    const there = rooms.map((room) => at().db.transaction((tx) => deskAt(tx, tenant, room, 'approvals')))
    expect((await Promise.all(there)).filter((one) => one !== undefined)).toEqual([await find(tenant)])
  })
})

onBoth('a desk', (at) => {
  const set = (given: Desk) => at().db.transaction((tx) => setDesk(tx, given))
  const there = ({ tenant, room, kind }: Desk) => at().db.transaction((tx) => deskAt(tx, tenant, room, kind))
  const remove = (given: Desk) => at().db.transaction((tx) => removeDesk(tx, given))

  it('of a direct partner may be one of several, and in the room of the approvals desk', async () => {
    const one = desk({ kind: 'direct-partner', room: 'one' })
    const two = { ...one, room: 'two', at: after(1) }
    const approvals = { ...one, kind: 'approvals' } as const
    for (const each of [one, two, approvals]) await set(each)
    for (const each of [one, two, approvals]) expect(await there(each)).toEqual(each)
    expect(await at().db.transaction((tx) => findDesk(tx, one.tenant, 'direct-partner'))).toEqual(two)
  })

  it('is not there for another tenant: neither to find nor to remove', async () => {
    const mine = desk()
    await set(mine)
    const foreign = { ...mine, tenant: unique('foreign') }
    expect(await there(foreign)).toBeUndefined()
    expect(await at().db.transaction((tx) => findDesk(tx, foreign.tenant, 'approvals'))).toBeUndefined()
    expect(await remove(foreign)).toBe(false)
    expect(await there(mine)).toEqual(mine)
    expect(await historyOfRooms(at(), foreign.tenant)).toEqual([])
  })

  it('is removed once, and alone', async () => {
    const one = desk({ kind: 'direct-partner', room: 'one' })
    const two = { ...one, room: 'two' }
    await set(one)
    await set(two)
    const gone = { ...one, by: 'other', at: after(1) }
    expect([await remove(gone), await remove(gone)]).toEqual([true, false])
    expect([await there(one), await there(two)]).toEqual([undefined, two])
    const told = await historyOfRooms(at(), one.tenant)
    expect(told).toContainEqual(['one', after(1), 'other', 'desk.removed', { desk: 'direct-partner' }])
    expect(told).toHaveLength(3)
  })
})
