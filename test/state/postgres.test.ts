import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findDelivery, saveDelivery } from '../../state/deliveries.ts'
import { isUnavailable, openDatabase } from '../../state/engine/database.ts'
import { ConflictError, type Tx } from '../../state/engine/transaction.ts'
import { type Opened, openServer } from './databases.ts'
import { noon, unique } from './sample-case.ts'

let opened: Opened
beforeAll(async () => {
  opened = await openServer()
})
afterAll(() => opened.drop())

const run = (tx: Tx, sql: string) => tx.execute({ name: '', sql }, [])

/** Notes in which order transactions end. */
function ends() {
  const ended: string[] = []
  const note = async (name: string, transaction: Promise<unknown>) => {
    await transaction
    ended.push(name)
  }
  return { ended, note }
}

describe('a transaction on a server', () => {
  it('that loses its connection fails alone, and the process and the next transaction go on', async () => {
    const { db, tamper } = opened
    const key = unique('key')
    const cut = db.transaction(async (tx) => {
      await saveDelivery(tx, key, '', noon)
      await tamper(`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and state = 'idle in transaction'`)
      await saveDelivery(tx, unique('key'), '', noon)
    })
    expect(isUnavailable(await cut.catch((error: unknown) => error))).toBe(true)
    expect(await db.transaction((tx) => findDelivery(tx, key))).toBeUndefined()
  })

  it('that meets another one head-on loses as if somebody had been faster', async () => {
    const { db } = opened
    const [left, right] = [unique('left'), unique('right')]
    await db.transaction(async (tx) => {
      await saveDelivery(tx, left, '', noon)
      await saveDelivery(tx, right, '', noon)
    })
    let bothBegan: () => void = () => {}
    const both = new Promise<void>((resolve) => {
      bothBegan = resolve
    })
    let begun = 0
    const crossing = (first: string, second: string) =>
      db.transaction(async (tx) => {
        await run(tx, `update deliveries set answer = 'x' where key = '${first}'`)
        begun += 1
        if (begun === 2) bothBegan()
        await both
        await run(tx, `update deliveries set answer = 'x' where key = '${second}'`)
      })
    const outcomes = await Promise.allSettled([crossing(left, right), crossing(right, left)])
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(lost).toHaveLength(1)
    expect(lost[0]?.reason).toBeInstanceOf(ConflictError)
  })

  it('finds others in its line, and they hold up nobody else, not even while there are more of them than connections', async () => {
    const { db } = opened
    const line = unique('line')
    const busy = Array.from({ length: 15 }, () => db.transaction(() => sleep(30), line))
    const began = performance.now()
    await db.transaction(async () => {})
    expect(performance.now() - began).toBeLessThan(15 * 30)
    await Promise.all(busy)
  })

  it('shares its commit with others that come at the same time, each of a line of its own', async () => {
    const { db } = opened
    const number = (tx: Tx) =>
      tx.execute<{ xid: string }>({ name: '', sql: 'select pg_current_xact_id()::text as xid' }, [])
    const xids = await Promise.all(
      Array.from({ length: 30 }, () => db.transaction(async (tx) => (await number(tx)).rows[0]?.xid, unique('line'))),
    )
    expect(new Set(xids).size).toBeLessThanOrEqual(3)
  })

  it('waits for its line in another process alone, not with those it came with', async () => {
    const { db, url } = opened
    const [other, line] = [await openDatabase(url), unique('line')]
    const { ended, note } = ends()
    const holding = note(
      'held',
      other.transaction(() => sleep(400), line),
    )
    await sleep(100)
    const beside = Array.from({ length: 10 }, () =>
      note(
        'beside',
        db.transaction(async () => {}, unique('line')),
      ),
    )
    await Promise.all([
      holding,
      note(
        'behind',
        db.transaction(async () => {}, line),
      ),
      ...beside,
    ])
    expect(ended.slice(0, 10)).toEqual(beside.map(() => 'beside'))
    expect(ended.slice(10).toSorted()).toEqual(['behind', 'held'])
    await other.close()
  })

  it('that was shared and lost its connection fails for all, and is not begun again', async () => {
    const { db, tamper } = opened
    let begun = 0
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, (_, index) =>
        db.transaction(async (tx) => {
          begun += 1
          await run(tx, 'select 1')
          if (index > 0) return
          await tamper(`select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and state = 'idle in transaction'`)
          await run(tx, 'select 1')
        }, unique('line')),
      ),
    )
    expect(outcomes.map((one) => one.status === 'rejected' && isUnavailable(one.reason))).toEqual(Array(5).fill(true))
    expect(begun).toBe(5)
  })

  it('waits for a row that another one holds alone, not with those it came with', async () => {
    const { db } = opened
    const key = unique('key')
    await db.transaction((tx) => saveDelivery(tx, key, '', noon))
    const change = (tx: Tx) => run(tx, `update deliveries set answer = 'x' where key = '${key}'`)
    const { ended, note } = ends()
    const holding = note(
      'held',
      db.transaction(async (tx) => {
        await change(tx)
        await sleep(1_000)
        ended.push('work')
      }),
    )
    await sleep(100)
    const beside = Array.from({ length: 10 }, () =>
      note(
        'beside',
        db.transaction(async () => {}, unique('line')),
      ),
    )
    await Promise.all([holding, note('behind', db.transaction(change, unique('line'))), ...beside])
    expect(ended.slice(0, 10)).toEqual(beside.map(() => 'beside'))
    // The server lets go of a row before it says so, and whoever waits for it may be heard first: but not before the work.
    expect(ended[10]).toBe('work')
    expect(ended.slice(11).toSorted()).toEqual(['behind', 'held'])
  })

  it('that finds others of its process taking long is told so after five seconds', { timeout: 20_000 }, async () => {
    const { db } = opened
    const slow = []
    for (let index = 0; index < 2; index += 1) {
      slow.push(db.transaction(() => sleep(6_000), unique('line')))
      await sleep(50)
    }
    const began = performance.now()
    const late = await db.transaction(async () => {}, unique('line')).catch((error: unknown) => error)
    expect(isUnavailable(late)).toBe(true)
    expect(performance.now() - began).toBeLessThan(5_900)
    await Promise.all(slow)
    await db.transaction(async () => {}, unique('line'))
  })

  it('finds the database away when all connections are taken for long, and there again afterwards', async () => {
    const { db } = opened
    const holders = Array.from({ length: 10 }, () => db.transaction(() => sleep(5_500)))
    const late = db.transaction(async () => {})
    expect(isUnavailable(await late.catch((error: unknown) => error))).toBe(true)
    await Promise.all(holders)
    await db.transaction(async () => {})
  })

  it('of a process that froze is ended by the server, so that its line goes on', { timeout: 40_000 }, async () => {
    const { db, url } = opened
    const [line, key, other] = [unique('line'), unique('key'), await openDatabase(url)]
    const frozen = db.transaction(async (tx) => {
      await saveDelivery(tx, key, '', noon)
      await sleep(13_000)
      await saveDelivery(tx, unique('key'), '', noon)
    }, line)
    const failed = frozen.catch((error: unknown) => error)
    await sleep(200)
    // Who stands behind it is told after ten seconds that it takes too long, and passes when they come again.
    const behind = () => other.transaction((tx) => findDelivery(tx, key), line)
    await behind().catch((error: unknown) => expect(isUnavailable(error)).toBe(true))
    expect(await behind()).toBeUndefined()
    expect(isUnavailable(await failed)).toBe(true)
    await other.close()
  })

  it('that overlooks the error of a query is not taken for committed', async () => {
    const { db } = opened
    const key = unique('key')
    const careless = db.transaction(async (tx) => {
      await saveDelivery(tx, key, '', noon)
      await run(tx, 'select 1 / 0').catch(() => 'overlooked')
    })
    await expect(careless).rejects.toThrow('rolled back')
    expect(await db.transaction((tx) => findDelivery(tx, key))).toBeUndefined()
  })
})
