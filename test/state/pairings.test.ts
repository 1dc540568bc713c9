import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Result } from '../../dialogs/result.ts'
import { auditEntries } from '../../state/audit/entries.ts'
import { verify } from '../../state/audit/verify.ts'
import { ConflictError, type Tx } from '../../state/engine/transaction.ts'
import { createCode, redeemCode } from '../../state/pairing-codes.ts'
import { type Pairing, pair, pairingOf, pairingsAt, unpair } from '../../state/pairings.ts'
import { onBoth } from './databases.ts'
import { after, noon, unique } from './sample-case.ts'

const draw = () => randomInt(2 ** 40)
const justBefore = (at: string) => new Date(Date.parse(at) - 1).toISOString()
const newDesk = () => ({ tenant: unique('partner'), room: 'desk', conversation: 'a:desk' })
const valueOrReason = <T, Reason>(result: Result<T, Reason>) => (result.ok ? result.value : result.reason)
const somebody = () => ({ tenant: unique('reseller'), id: 'agent' })
const elsewhere = { tenant: 'reseller', room: 'chat' }

onBoth('a pairing code', (at) => {
  const create = (desk = newDesk(), when = noon, random = draw()) =>
    at().db.transaction((tx) => createCode(tx, { ...desk, by: 'admin', at: when, random }))
  const redeem = (typed: string, when = after(1), by = somebody(), room = elsewhere) =>
    at()
      .db.transaction((tx) => redeemCode(tx, typed, { by, in: room, at: when }))
      .then(valueOrReason)

  it('has eight unambiguous characters, and leads to its desk', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 40 - 1 }), async (random) => {
        const desk = newDesk()
        const code = await create(desk, noon, random).catch((error: unknown) => {
          if (error instanceof ConflictError) return undefined
          throw error
        })
        if (code === undefined) return
        expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{8}$/)
        expect(await redeem(code)).toEqual(desk)
      }),
      { numRuns: 40 },
    )
  })

  it('is accepted in any spelling', async () => {
    const desk = newDesk()
    const code = await create(desk, noon, 0b00001_00000_00001_00000_01010 + randomInt(2 ** 15) * 2 ** 25)
    const typed = ` ${code.slice(0, 4).replaceAll('0', 'o')}-${code.slice(4).replaceAll('1', 'l')} `.toLowerCase()
    expect(typed).toContain('o')
    expect(await redeem(typed)).toEqual(desk)
  })

  it('is valid once, even if twenty people redeem it at the same time', async () => {
    // The first rounds are for the connections, which are opened when they are needed.
    for (let round = 0; round < 5; round += 1) {
      const desk = newDesk()
      const code = await create(desk)
      const found = await Promise.all(Array.from({ length: 20 }, () => redeem(code)))
      expect(found.filter((answer) => answer !== 'used')).toEqual([desk])
      expect(await redeem(code)).toBe('used')
    }
  })

  it('is not used up in the room that it leads to', async () => {
    const desk = newDesk()
    const code = await create(desk)
    for (let count = 0; count < 10; count += 1) expect(await redeem(code, after(1), somebody(), desk)).toBe('self')
    expect(await redeem(code)).toEqual(desk)
  })

  it('expires after ten minutes', async () => {
    const desk = newDesk()
    const [early, late] = [await create(desk), await create(desk)]
    expect(await redeem(late, after(10))).toBe('expired')
    expect(await redeem(early, justBefore(after(10)))).toEqual(desk)
  })

  it('is stored as a hash only, and for a day', async () => {
    const code = await create()
    const rows = () =>
      at()
        .db.transaction((tx) => tx.execute<object>({ name: '', sql: `select * from codes` }, []))
        .then(({ rows }) => rows)
    expect(JSON.stringify(await rows())).not.toContain(code)
    expect(await redeem(code, after(23 * 60))).toBe('expired')
    await create(newDesk(), after(2 * 24 * 60))
    expect(await rows()).toHaveLength(1)
    expect(await redeem(code, after(2 * 24 * 60))).toBe('unknown')
  })

  it('is not created twice from the same random bits', async () => {
    const random = draw()
    await create(newDesk(), noon, random)
    await expect(create(newDesk(), noon, random)).rejects.toThrow(ConflictError)
  })
})

onBoth('guessing a pairing code', (at) => {
  const create = (desk = newDesk()) =>
    at().db.transaction((tx) => createCode(tx, { ...desk, by: 'admin', at: noon, random: draw() }))
  const redeem = (typed: string, when: string, by: { tenant: string; id: string }) =>
    at()
      .db.transaction((tx) => redeemCode(tx, typed, { by, in: elsewhere, at: when }))
      .then(valueOrReason)

  it('is refused after five wrong codes in ten minutes, even with a valid code', async () => {
    const desk = newDesk()
    const code = await create(desk)
    const by = somebody()
    for (const minute of [0, 1, 2, 3, 4]) expect(await redeem('00000000', after(minute), by)).toBe('unknown')
    expect(await redeem(code, after(5), by)).toBe('slow-down')
    expect(await redeem(code, justBefore(after(10)), by)).toBe('slow-down')
    expect(await redeem('00000000', after(10), by)).toBe('unknown')
    expect(await redeem('00000000', after(10), by)).toBe('slow-down')
    expect(await redeem('00000000', after(11), by)).toBe('unknown')
    expect(await redeem(code, after(9), { ...by, id: 'colleague' })).toEqual(desk)
    expect(await redeem('00000000', after(9), { ...by, tenant: unique('other') })).toBe('unknown')
  })

  it('counts expired and used codes, but neither valid nor malformed ones', async () => {
    const by = somebody()
    const used = await create()
    expect(await redeem(used, after(1), by)).toMatchObject({ room: 'desk' })
    for (let count = 0; count < 10; count += 1) expect(await redeem('what code?', after(1), by)).toBe('unknown')
    for (let count = 0; count < 4; count += 1) expect(await redeem(used, after(2), by)).toBe('used')
    expect(await redeem(await create(), after(10), by)).toBe('expired')
    expect(await redeem(used, after(10), by)).toBe('slow-down')
  })

  it('is refused after five of twenty wrong codes at the same time', async () => {
    const by = somebody()
    const found = await Promise.all(Array.from({ length: 20 }, () => redeem('00000000', noon, by)))
    expect(found.filter((answer) => answer === 'unknown')).toHaveLength(5)
    expect(found.filter((answer) => answer === 'slow-down')).toHaveLength(15)
  })

  it('is refused after five of twenty wrong codes at the same time in different chats', async () => {
    const by = somebody()
    const guess = async (tx: Tx) => valueOrReason(await redeemCode(tx, '00000000', { by, in: elsewhere, at: noon }))
    const chats = Array.from({ length: 20 }, () => unique('chat'))
    const found = await Promise.all(chats.map((chat) => at().db.transaction(guess, chat)))
    expect(found.filter((answer) => answer === 'unknown')).toHaveLength(5)
    expect(found.filter((answer) => answer === 'slow-down')).toHaveLength(15)
  })
})

const newPairing = (given: Partial<Pairing> = {}): Pairing => {
  const tenant = unique('reseller')
  return {
    reseller: { tenant, room: 'sales', conversation: 'a:sales' },
    desk: newDesk(),
    by: { tenant, id: 'agent' },
    at: noon,
    ...given,
  }
}

onBoth('a pairing', (at) => {
  const make = (pairing: Pairing) => at().db.transaction((tx) => pair(tx, pairing))
  const of = ({ reseller }: Pairing) => at().db.transaction((tx) => pairingOf(tx, reseller.tenant, reseller.room))
  const atDesk = ({ desk }: Pairing) => at().db.transaction((tx) => pairingsAt(tx, desk.tenant, desk.room))
  const told = async (tenant: string) => {
    const entries: unknown[] = []
    for await (const { room, at: when, by, event, detail } of auditEntries(at().db, { tenant })) {
      entries.push([room, when, by, event, detail])
    }
    return entries
  }

  it('is found from both sides, and recorded on both without the room of the other', async () => {
    const pairing = newPairing()
    const { reseller, desk } = pairing
    await make(pairing)
    expect(await of(pairing)).toEqual(pairing)
    expect(await atDesk(pairing)).toEqual([pairing])
    const [mine, theirs] = [await told(reseller.tenant), await told(desk.tenant)]
    const byTenant = reseller.tenant
    expect(mine).toEqual([['sales', noon, 'agent', 'pairing.made', { desk: desk.tenant, byTenant }]])
    expect(theirs).toEqual([['desk', noon, 'agent', 'pairing.made', { reseller: reseller.tenant, byTenant }]])
    expect((await verify(at().db)).faults).toEqual([])
  })

  it('is unique in a reseller’s room: a new one replaces it, recorded at the previous desk', async () => {
    const first = newPairing()
    const second = { ...first, desk: newDesk(), at: after(1) }
    await make(first)
    await make(second)
    expect(await of(first)).toEqual(second)
    expect([await atDesk(first), await atDesk(second)]).toEqual([[], [second]])
    const ended = await told(first.desk.tenant)
    expect(ended.map((entry) => (entry as unknown[])[3])).toEqual(['pairing.made', 'pairing.ended'])
    await make({ ...second, at: after(2) })
    const [, again] = await told(second.desk.tenant)
    expect((again as unknown[])[3]).toBe('pairing.made')
  })

  it('may be one of many at a desk', async () => {
    const first = newPairing()
    const second = newPairing({ desk: first.desk, at: after(1) })
    const third = { ...first, reseller: { ...first.reseller, room: 'other' }, at: after(2) }
    for (const each of [third, second, first]) await make(each)
    expect(await atDesk(first)).toEqual([first, second, third])
    const elsewhere = { ...first, desk: { ...first.desk, tenant: unique('foreign') } }
    expect(await atDesk(elsewhere)).toEqual([])
    expect(await of({ ...first, reseller: { ...first.reseller, tenant: unique('foreign') } })).toBeUndefined()
  })

  it('ends once, from either side, and only if it is still with that desk', async () => {
    const pairing = newPairing()
    const end = { by: { tenant: pairing.desk.tenant, id: 'admin' }, at: after(3) }
    const over = (given: Pairing) => at().db.transaction((tx) => unpair(tx, given, end))
    await make(pairing)
    expect(await over({ ...pairing, desk: newDesk() })).toBe(false)
    expect(await over({ ...pairing, desk: { ...pairing.desk, room: 'other desk' } })).toBe(false)
    expect(await of(pairing)).toEqual(pairing)
    expect([await over(pairing), await over(pairing)]).toEqual([true, false])
    expect([await of(pairing), await atDesk(pairing)]).toEqual([undefined, []])
    const detail = { desk: pairing.desk.tenant, byTenant: pairing.desk.tenant }
    expect(await told(pairing.reseller.tenant)).toContainEqual(['sales', after(3), 'admin', 'pairing.ended', detail])
  })
})
