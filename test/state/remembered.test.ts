import fc from 'fast-check'
import { expect, it } from 'vitest'
import { findDelivery, purgeDeliveries, saveDelivery } from '../../state/deliveries.ts'
import {
  type Conversation,
  findConversation,
  findPerson,
  markUninstalled,
  type PersonRecord,
  saveConversation,
  savePerson,
} from '../../state/directory.ts'
import { ConflictError } from '../../state/engine/transaction.ts'
import { claimDue } from '../../state/outbox-claims.ts'
import { addEffects } from '../../state/outbox-store.ts'
import { onBoth } from './databases.ts'
import { after, noon, unique } from './sample-case.ts'

onBoth('a delivery', (at) => {
  it('is answered once: a second answer at the same time is a revision conflict', async () => {
    const { db } = at()
    const key = unique('key')
    const outcomes = await Promise.allSettled(
      ['one', 'two', 'three'].map((answer) => db.transaction((tx) => saveDelivery(tx, key, answer, noon))),
    )
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(lost).toHaveLength(2)
    for (const { reason } of lost) expect(reason).toBeInstanceOf(ConflictError)
    const fulfilledIndex = outcomes.findIndex(({ status }) => status === 'fulfilled')
    expect(await db.transaction((tx) => findDelivery(tx, key))).toBe(['one', 'two', 'three'][fulfilledIndex])
  })

  it('is deleted after its time, a thousand per transaction', async () => {
    const { db } = at()
    await db.transaction(async (tx) => {
      for (let index = 0; index < 1001; index += 1) await saveDelivery(tx, `old ${index}`, '', after(-60))
      await saveDelivery(tx, 'young', 'answer', after(1))
    })
    const purge = () => db.transaction((tx) => purgeDeliveries(tx, after(-1)))
    expect([await purge(), await purge(), await purge()]).toEqual([1000, 1, 0])
    expect(await db.transaction((tx) => findDelivery(tx, 'young'))).toBe('answer')
  })
})

onBoth('a person', (at) => {
  const find = (tenant: string, id = 'reseller') => at().db.transaction((tx) => findPerson(tx, tenant, id))
  const save = (person: PersonRecord, minute: number, known?: PersonRecord) =>
    at().db.transaction((tx) => savePerson(tx, person, after(minute), known))
  const updatedAt = async (tenant: string) => {
    const sql = `select updated_at from people where tenant = '${tenant}'`
    const { rows } = await at().db.transaction((tx) => tx.execute<{ updated_at: string }>({ name: '', sql }, []))
    return rows[0]?.updated_at
  }

  it('is stored with role and language, per tenant', async () => {
    const tenant = unique('tenant')
    const person: PersonRecord = { tenant, id: 'reseller', name: 'A reseller', role: 'direct', locale: 'fr' }
    expect(await find(tenant)).toBeUndefined()
    await save(person, 0)
    expect(await find(tenant)).toEqual(person)
    expect(await find('foreign')).toBeUndefined()
    await save({ tenant, id: 'reseller', name: 'A reseller' }, 1, person)
    expect(await find(tenant)).toEqual({ tenant, id: 'reseller', name: 'A reseller' })
  })

  it('is written only if something changed', async () => {
    const tenant = unique('tenant')
    const person: PersonRecord = { tenant, id: 'reseller', name: 'A reseller', role: 'direct' }
    await save(person, 0)
    await save(person, 1, await find(tenant))
    expect(await updatedAt(tenant)).toBe(after(0))
    await save({ ...person, locale: 'de' }, 2, await find(tenant))
    expect(await updatedAt(tenant)).toBe(after(2))
  })
})

onBoth('a conversation', (at) => {
  const find = (tenant: string) => at().db.transaction((tx) => findConversation(tx, tenant, '19:team@thread.tacv2'))
  const channel = (tenant: string): Conversation => ({
    tenant,
    conversation: '19:team@thread.tacv2',
    kind: 'channel',
    reference: { serviceUrl: 'https://smba.trafficmanager.net/emea/', conversation: { id: '19:team@thread.tacv2' } },
    locale: 'en',
    installed: true,
  })
  const save = (conversation: Conversation, minute: number, known?: Conversation) =>
    at().db.transaction((tx) => saveConversation(tx, conversation, after(minute), known))
  const updatedAt = async (tenant: string) => {
    const sql = `select updated_at from conversations where tenant = '${tenant}'`
    const { rows } = await at().db.transaction((tx) => tx.execute<{ updated_at: string }>({ name: '', sql }, []))
    return rows[0]?.updated_at
  }

  it('is stored with its reference, per tenant', async () => {
    const tenant = unique('tenant')
    await save(channel(tenant), 0)
    expect(await find(tenant)).toEqual(channel(tenant))
    expect(await find('foreign')).toBeUndefined()
  })

  it('is written only if something changed', async () => {
    const tenant = unique('tenant')
    await save(channel(tenant), 0)
    await save(channel(tenant), 1, await find(tenant))
    expect(await updatedAt(tenant)).toBe(after(0))
    const moved = { ...channel(tenant), reference: { serviceUrl: 'https://smba.trafficmanager.net/amer/' } }
    await save(moved, 2, await find(tenant))
    expect(await updatedAt(tenant)).toBe(after(2))
    expect(await find(tenant)).toEqual(moved)
  })

  it('is marked as uninstalled until the bot is back', async () => {
    const tenant = unique('tenant')
    await save(channel(tenant), 0)
    await at().db.transaction((tx) => markUninstalled(tx, tenant, '19:team@thread.tacv2', after(1)))
    expect(await find(tenant)).toEqual({ ...channel(tenant), installed: false })
    await save(channel(tenant), 2, await find(tenant))
    expect(await find(tenant)).toEqual(channel(tenant))
  })
})

/** Texts that break stores: quotes, commands, escapes, other scripts, direction marks, and empty. */
const naughty = [
  '',
  ' ',
  "Robert'); DROP TABLE cases;--",
  '"; select 1 --',
  '$1 ? :name @p %s',
  '\\u0000 \\x00 \\',
  'null',
  '{"__proto__":{"polluted":true}}',
  '\t\n\r\v\f\u0085\u2028\u2029',
  '\ufeff\u200b\u200d\u2060',
  '\u202eright to left\u202c',
  'Ω≈ç√∫˜µ≤≥÷ 田中さん 사회 الكل',
  '👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 \u{10ffff} ￿',
  'z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢',
  '\u0001\u0007\u001b[31m\u007f',
  'x'.repeat(100_000),
]

onBoth('a text', (at) => {
  const roundTrip = async (text: string) => {
    const { db } = at()
    const tenant = unique('tenant')
    return db.transaction(async (tx) => {
      await savePerson(tx, { tenant, id: text, name: text }, noon, undefined)
      const person = await findPerson(tx, tenant, text)
      const effect = { kind: 'notify', tenant, payload: { text, [text]: 1 }, key: unique('key') }
      await addEffects(tx, [effect])
      const claimed = await claimDue(tx, { now: new Date(noon), worker: 'one', leaseMs: 1000, limit: 1 })
      return { name: person?.name, payload: claimed[0]?.payload, written: effect.payload }
    })
  }

  it.each(naughty)('is read back unchanged: %j', async (text) => {
    const { name, payload, written } = await roundTrip(text)
    expect(name).toBe(text)
    expect(payload).toEqual(written)
  })

  it('is read back unchanged, for any text', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((each) => !each.includes('\0'))
    await fc.assert(
      fc.asyncProperty(text, async (each) => {
        const { name, payload, written } = await roundTrip(each)
        expect(name).toBe(each)
        expect(payload).toEqual(written)
      }),
      { numRuns: 50 },
    )
  })

  it('has U+FFFD in place of NUL and lone surrogates, except in JSON', async () => {
    const stored = { 'a\0b': 'a\ufffdb', '\0': '\ufffd', 'half \ud800': 'half \ufffd', '\udc00 half': '\ufffd half' }
    for (const [text, readable] of Object.entries(stored)) {
      const { name, payload, written } = await roundTrip(text)
      expect(name).toBe(readable)
      expect(payload).toEqual(written)
    }
  })
})
