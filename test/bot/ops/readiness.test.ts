import { expect, it } from 'vitest'
import { createReadiness } from '../../../bot/ops/readiness.ts'
import { UnavailableError } from '../../../state/engine/transaction.ts'
import { onBoth } from '../../state/databases.ts'

onBoth('readiness', (at) => {
  const keys = { loaded: () => true, generation: async () => 1 }

  it('waits for keys, and looks for them', async () => {
    let requests = 0
    const generation = async () => {
      requests += 1
      return undefined
    }
    const away = { loaded: () => false, generation }
    const { db: database } = at()
    expect(await createReadiness({ database, keys: away, needsKeys: true })()).toBe('keys')
    expect(requests).toBe(1)
    expect(await createReadiness({ database, keys: away, needsKeys: false })()).toBeUndefined()
    expect(await createReadiness({ database, keys, needsKeys: true })()).toBeUndefined()
  })

  it('sees a database that takes nothing, and one from before this release', async () => {
    const { db: database, tamper } = at()
    const readOnly = { ...database, transaction: () => Promise.reject(new UnavailableError('read-only')) }
    expect(await createReadiness({ database: readOnly, keys, needsKeys: true })()).toBe('database')
    await tamper("delete from kysely_migration where name = '0006-operations'")
    expect(await createReadiness({ database, keys, needsKeys: true })()).toBe('migrations')
  })
})
