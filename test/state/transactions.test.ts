import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { findDelivery, saveDelivery } from '../../state/deliveries.ts'
import { isUnavailable, openDatabase } from '../../state/engine/database.ts'
import { ConflictError, type Tx } from '../../state/engine/transaction.ts'
import { databasesHere, onBoth } from './databases.ts'
import { noon, unique } from './sample-case.ts'

onBoth('a transaction', (at) => {
  const write = (key: string) => at().db.transaction((tx) => saveDelivery(tx, key, 'answer', noon))
  const read = (key: string) => at().db.transaction((tx) => findDelivery(tx, key))

  it('commits what it wrote and returns the value of its work', async () => {
    const key = unique('key')
    const value = await at().db.transaction(async (tx) => {
      await saveDelivery(tx, key, 'answer', noon)
      return 'returned'
    })
    expect(value).toBe('returned')
    expect(await read(key)).toBe('answer')
  })

  it('that throws is rolled back and rethrows the error', async () => {
    const key = unique('key')
    const error = new Error('no')
    const failing = at().db.transaction(async (tx) => {
      await saveDelivery(tx, key, 'answer', noon)
      throw error
    })
    await expect(failing).rejects.toBe(error)
    expect(await read(key)).toBeUndefined()
  })

  it('that throws does not affect others that run at the same time', async () => {
    const keys = Array.from({ length: 40 }, () => unique('key'))
    const outcomes = await Promise.allSettled(
      keys.map((key, index) =>
        at().db.transaction(async (tx) => {
          await saveDelivery(tx, key, 'answer', noon)
          if (index % 2 === 1) throw new Error('odd')
        }),
      ),
    )
    expect(outcomes.map(({ status }) => status)).toEqual(keys.map((_, i) => (i % 2 ? 'rejected' : 'fulfilled')))
    const answers = await Promise.all(keys.map(read))
    expect(answers).toEqual(keys.map((_, index) => (index % 2 ? undefined : 'answer')))
  })

  it('that throws does not affect others with keys that run at the same time', async () => {
    const keys = Array.from({ length: 40 }, () => unique('key'))
    const errors = keys.map((key) => new Error(key))
    const outcomes = await Promise.allSettled(
      keys.map((key, index) =>
        at().db.transaction(async (tx) => {
          await saveDelivery(tx, key, `answer ${index}`, noon)
          if (index % 7 === 1) throw errors[index]
          return key
        }, unique('key')),
      ),
    )
    const isOdd = (index: number) => index % 7 === 1
    expect(outcomes).toEqual(
      keys.map((value, index) =>
        isOdd(index) ? { status: 'rejected', reason: errors[index] } : { status: 'fulfilled', value },
      ),
    )
    const answers = await Promise.all(keys.map(read))
    expect(answers).toEqual(keys.map((_, index) => (isOdd(index) ? undefined : `answer ${index}`)))
  })

  it('that conditions its write on its read loses no update', async () => {
    const [deliveryKey, keys] = [unique('delivery'), Array.from({ length: 30 }, () => unique('key'))]
    await at().db.transaction((tx) => saveDelivery(tx, deliveryKey, '0', noon))
    const add = async (tx: Tx) => {
      const before = (await findDelivery(tx, deliveryKey)) ?? ''
      const set = `update deliveries set answer = '${Number(before) + 1}' where key = '${deliveryKey}' and answer = '${before}'`
      const { changes } = await tx.execute({ name: '', sql: set }, [])
      if (changes === 0) throw new ConflictError('another was faster')
    }
    const again = async (key: string): Promise<void> => {
      await at()
        .db.transaction(add, key)
        .catch((error: unknown) => {
          if (error instanceof ConflictError) return again(key)
          throw error
        })
    }
    await Promise.all(keys.map(again))
    expect(await read(deliveryKey)).toBe('30')
  })

  it('cannot begin inside another one', async () => {
    const inner = at().db.transaction(() => write(unique('key')))
    await expect(inner).rejects.toThrow('inside another transaction')
  })

  it('can be begun by asynchronous work of another one, after that has ended', async () => {
    const key = unique('key')
    let later = Promise.resolve()
    await at().db.transaction(async () => {
      later = sleep(20).then(() => write(key))
    })
    await later
    expect(await read(key)).toBe('answer')
  })

  it('rejects queries after its end', async () => {
    const leaked: Tx[] = []
    await at().db.transaction(async (tx) => {
      leaked.push(tx)
    })
    const [tx] = leaked as [Tx]
    await expect(findDelivery(tx, 'key')).rejects.toThrow('over')
  })

  it('begins when the previous one with its key has ended, also in another process', async () => {
    const [key, other] = [unique('key'), await openDatabase(at().url)]
    const seen: string[] = []
    const pass = (name: string) => async () => {
      seen.push(`${name} in`)
      await sleep(30)
      seen.push(`${name} out`)
      if (name === 'first') throw new Error('no')
    }
    const first = at().db.transaction(pass('first'), key)
    await Promise.allSettled([first, at().db.transaction(pass('second'), key), other.transaction(pass('third'), key)])
    await other.close()
    expect(seen.map((step) => step.split(' ')[1])).toEqual(['in', 'out', 'in', 'out', 'in', 'out'])
    expect(seen.indexOf('first in')).toBeLessThan(seen.indexOf('second in'))
  })

  it('has the time at which its turn came among those with its key', async () => {
    const key = unique('key')
    const order = await Promise.all([1, 2, 3].map(() => at().db.transaction(async (tx) => tx.at.getTime(), key)))
    expect(order).toEqual(order.toSorted((time, other) => time - other))
  })

  it('has the time of the database', async () => {
    const { db } = at()
    const now = await db.transaction(async (tx) => tx.at)
    expect(Math.abs(now.getTime() - Date.now())).toBeLessThan(5000)
  })
})

describe.each(databasesHere)('a database on $name', ({ open }) => {
  const drops: (() => Promise<void>)[] = []
  afterAll(() => Promise.all(drops.map((drop) => drop())))
  const opened = async () => {
    const database = await open()
    drops.push(database.drop)
    return database
  }

  it('closes after running transactions, and rejects new ones', async () => {
    const { db, url } = await opened()
    const begun = db.transaction((tx) => saveDelivery(tx, 'key', 'answer', noon))
    await db.close()
    await begun
    const late = await db.transaction((tx) => findDelivery(tx, 'key')).catch((error: unknown) => error)
    expect(isUnavailable(late)).toBe(true)
    const again = await openDatabase(url)
    expect(await again.transaction((tx) => findDelivery(tx, 'key'))).toBe('answer')
    await again.close()
  })

  it('can be migrated by several processes at the same time', async () => {
    const { db, url, tamper } = await opened()
    const first = ['cases', 'history', 'heads', 'outbox', 'deliveries', 'conversations', 'people']
    const desks = ['desks', 'codes', 'code_attempts', 'pairings', 'copies']
    for (const table of [...first, 'actions', 'watches', 'links', ...desks, 'switches']) {
      await tamper(`drop table ${table}`)
    }
    if (db.dialect === 'postgres') await tamper('drop function refuse_history_change')
    await tamper('drop table kysely_migration')
    const databases = await Promise.all([1, 2, 3, 4].map(() => openDatabase(url)))
    await Promise.all(databases.map((each, i) => each.transaction((tx) => saveDelivery(tx, `${i}`, 'answer', noon))))
    for (const each of databases) await each.close()
  })

  it('of a newer release is refused', async () => {
    const { url, tamper } = await opened()
    await tamper(`insert into kysely_migration values ('9999-later', '2099-01-01T00:00:00.000Z')`)
    await expect(openDatabase(url)).rejects.toThrow('could not be reached or brought up to date')
  })
})
