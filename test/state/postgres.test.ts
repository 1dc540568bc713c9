import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findDelivery, saveDelivery } from '../../state/deliveries.ts'
import { isUnavailable, openDatabase } from '../../state/engine/database.ts'
import { LIMITS, openPostgres } from '../../state/engine/postgres/driver.ts'
import { ConflictError, type Database, type Tx } from '../../state/engine/transaction.ts'
import { type Opened, openServer } from './databases.ts'
import { noon, unique } from './sample-case.ts'

let opened: Opened
beforeAll(async () => {
  opened = await openServer()
})
afterAll(() => opened.drop())

const run = <Row>(tx: Tx, sql: string) => tx.execute<Row>({ name: '', sql }, [])

/** Connects again with shorter time limits than in production, runs `work` and closes. */
async function withLimits(limits: Partial<typeof LIMITS>, work: (db: Database) => Promise<void>): Promise<void> {
  const db = await openPostgres(opened.url, undefined, { ...LIMITS, ...limits })
  await work(db)
  await db.close()
}

/** Begins a transaction that stays open until `release`. Resolves once it is open. */
async function hold(db: Database, key?: string, work: (tx: Tx) => Promise<unknown> = async () => {}) {
  const [began, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const ended = db.transaction(async (tx) => {
    await work(tx)
    began.resolve()
    await released.promise
  }, key)
  await Promise.race([began.promise, ended])
  return {
    release: () => {
      released.resolve()
      return ended
    },
  }
}

const cutConnections = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and state = 'idle in transaction'`

describe('a transaction on PostgreSQL', () => {
  it('that loses its connection fails alone, and the process and the next transaction go on', async () => {
    const { db, tamper } = opened
    const key = unique('key')
    const cut = db.transaction(async (tx) => {
      await saveDelivery(tx, key, '', noon)
      await tamper(cutConnections)
      await saveDelivery(tx, unique('key'), '', noon)
    })
    expect(isUnavailable(await cut.catch((error: unknown) => error))).toBe(true)
    expect(await db.transaction((tx) => findDelivery(tx, key))).toBeUndefined()
  })

  it('that deadlocks with another one fails as a revision conflict', async () => {
    const { db } = opened
    const [left, right] = [unique('left'), unique('right')]
    await db.transaction(async (tx) => {
      await saveDelivery(tx, left, '', noon)
      await saveDelivery(tx, right, '', noon)
    })
    const both = Promise.withResolvers<void>()
    let begun = 0
    const crossing = (first: string, second: string) =>
      db.transaction(async (tx) => {
        await run(tx, `update deliveries set answer = 'x' where key = '${first}'`)
        begun += 1
        if (begun === 2) both.resolve()
        await both.promise
        await run(tx, `update deliveries set answer = 'x' where key = '${second}'`)
      })
    const outcomes = await Promise.allSettled([crossing(left, right), crossing(right, left)])
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(lost).toHaveLength(1)
    expect(lost[0]?.reason).toBeInstanceOf(ConflictError)
  })

  it('does not wait for transactions of a busy key, even if there are more of them than connections', async () => {
    const { db } = opened
    const key = unique('key')
    const held = await hold(db, key)
    const behind = Array.from({ length: 15 }, () => db.transaction(async () => {}, key))
    await db.transaction(async () => {})
    await Promise.all([held.release(), ...behind])
  })

  it('shares its commit with others of other keys that arrive at the same time', async () => {
    const { db } = opened
    const xidOf = async (tx: Tx) =>
      (await run<{ xid: string }>(tx, 'select pg_current_xact_id()::text as xid')).rows[0]?.xid
    const xids = await Promise.all(Array.from({ length: 30 }, () => db.transaction(xidOf, unique('key'))))
    expect(new Set(xids).size).toBeLessThanOrEqual(3)
  })

  it('waits alone for a key that another process holds, and not with those it arrived with', async () => {
    const { db, url } = opened
    const [other, key] = [await openDatabase(url), unique('key')]
    const held = await hold(other, key)
    let isBehindDone = false
    const behind = db
      .transaction(async () => {}, key)
      .then(() => {
        isBehindDone = true
      })
    await Promise.all(Array.from({ length: 10 }, () => db.transaction(async () => {}, unique('key'))))
    expect(isBehindDone).toBe(false)
    await Promise.all([held.release(), behind])
    await other.close()
  })

  it('waits alone for a row that another transaction has locked, and not with those it arrived with', async () => {
    const { db } = opened
    const key = unique('key')
    await db.transaction((tx) => saveDelivery(tx, key, '', noon))
    const change = (tx: Tx) => run(tx, `update deliveries set answer = 'x' where key = '${key}'`)
    const held = await hold(db, undefined, change)
    let isBehindDone = false
    const behind = db.transaction(change, unique('key')).then(() => {
      isBehindDone = true
    })
    await Promise.all(Array.from({ length: 10 }, () => db.transaction(async () => {}, unique('key'))))
    expect(isBehindDone).toBe(false)
    await Promise.all([held.release(), behind])
  })

  it('that is shared and loses its connection fails for all, and does not run again', async () => {
    const { db, tamper } = opened
    let begun = 0
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, (_, index) =>
        db.transaction(async (tx) => {
          begun += 1
          await run(tx, 'select 1')
          if (index > 0) return
          await tamper(cutConnections)
          await run(tx, 'select 1')
        }, unique('key')),
      ),
    )
    const isAway = outcomes.map((outcome) => outcome.status === 'rejected' && isUnavailable(outcome.reason))
    expect(isAway).toEqual(Array(5).fill(true))
    expect(begun).toBe(5)
  })

  it('that ignores the error of a query is not committed', async () => {
    const { db } = opened
    const key = unique('key')
    const careless = db.transaction(async (tx) => {
      await saveDelivery(tx, key, '', noon)
      await run(tx, 'select 1 / 0').catch(() => 'ignored')
    })
    await expect(careless).rejects.toThrow('rolled back')
    expect(await db.transaction((tx) => findDelivery(tx, key))).toBeUndefined()
  })
})

describe('the time limits of PostgreSQL', () => {
  it('are ten seconds on the server for a statement and for an idle transaction', async () => {
    const shown = await opened.db.transaction(async (tx) => [
      await run(tx, 'show statement_timeout'),
      await run(tx, 'show idle_in_transaction_session_timeout'),
    ])
    expect(shown.map(({ rows }) => rows)).toEqual([
      [{ statement_timeout: '10s' }],
      [{ idle_in_transaction_session_timeout: '10s' }],
    ])
    expect(LIMITS).toMatchObject({ connectionMs: 5_000, queueMs: 5_000 })
    expect(LIMITS.queryMs).toBeGreaterThan(LIMITS.statementMs)
  })

  it('fail a transaction as unavailable if other keys of its process take too long', async () => {
    await withLimits({ queueMs: 200 }, async (db) => {
      const held = [await hold(db, unique('key')), await hold(db, unique('key'))]
      const late = await db.transaction(async () => {}, unique('key')).catch((error: unknown) => error)
      expect(isUnavailable(late)).toBe(true)
      await Promise.all(held.map(({ release }) => release()))
      await db.transaction(async () => {}, unique('key'))
    })
  })

  it('fail a transaction as unavailable if earlier ones of its key take too long', async () => {
    await withLimits({ queueMs: 200 }, async (db) => {
      const key = unique('key')
      const held = await hold(db, key)
      const late = db.transaction(async () => {}, key).catch((error: unknown) => error)
      await new Promise((resolve) => setTimeout(resolve, 250))
      await held.release()
      expect(isUnavailable(await late)).toBe(true)
      await db.transaction(async () => {}, key)
    })
  })

  it('fail a transaction as unavailable while all connections are in use, and not afterwards', async () => {
    await withLimits({ connectionMs: 200 }, async (db) => {
      const held = []
      for (let index = 0; index < 10; index += 1) held.push(await hold(db))
      const late = await db.transaction(async () => {}).catch((error: unknown) => error)
      expect(isUnavailable(late)).toBe(true)
      await Promise.all(held.map(({ release }) => release()))
      await db.transaction(async () => {})
    })
  })

  it('end the transaction of a frozen process, so that its key is free again', async () => {
    const key = unique('key')
    await withLimits({ idleInTransactionMs: 1_000 }, async (freezing) => {
      await withLimits({ statementMs: 200 }, async (other) => {
        const frozen = await hold(freezing, key, (tx) => saveDelivery(tx, key, '', noon))
        const read = () => other.transaction((tx) => findDelivery(tx, key), key)
        // Waits for the key until its own statement times out, and succeeds after enough retries.
        expect(isUnavailable(await read().catch((error: unknown) => error))).toBe(true)
        await expect.poll(() => read().catch(() => 'unavailable'), { timeout: 10_000 }).toBeUndefined()
        expect(isUnavailable(await frozen.release().catch((error: unknown) => error))).toBe(true)
      })
    })
  })
})
