import { ClientSecretCredential, type TokenCredential } from '@azure/identity'
import { afterEach, describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { createDatabaseToken } from '../../bot/database.ts'
import { trustCertificate } from '../../sandbox/partner.ts'
import { startEntra } from '../../sandbox/upstream/entra.ts'
import { isUnavailable, openDatabase } from '../../state/engine/database.ts'
import type { Database } from '../../state/engine/transaction.ts'
import { createEmptyDatabase, runOn } from '../support/postgres.ts'

afterEach(() => vi.useRealTimers())

const tenant = '11111111-1111-4111-8111-111111111111'
const role = 'bot_of_entra'
const scope = 'https://ossrdbms-aad.database.windows.net/.default'

/** A server that admits the role with one token at a time: the one that Entra has given when `admit` is called. */
async function startServer() {
  const entra = await startEntra()
  trustCertificate(entra.caPem)
  const { url, drop } = await createEmptyDatabase(inject('postgres'))
  const admin = new URL(url)
  await runOn(url, `drop role if exists ${role}`)
  await runOn(url, `create role ${role} login`)
  await runOn(url, `grant all on schema public to ${role}`)
  onTestFinished(async () => {
    await drop()
    await runOn(inject('postgres'), `drop role if exists ${role}`)
    await entra.stop()
  })
  const options = { authorityHost: entra.url, disableInstanceDiscovery: true, retryOptions: { maxRetries: 0 } }
  const entraCredential = new ClientSecretCredential(tenant, entra.appId, entra.secret, options)
  const issued: string[] = []
  const credential: TokenCredential = {
    getToken: async (wanted, more) => {
      const token = await entraCredential.getToken(wanted, more)
      issued.push(token.token)
      return token
    },
  }
  const admit = async () => {
    const { token } = await entraCredential.getToken(scope)
    await runOn(admin.href, `alter role ${role} password '${token}'`)
  }
  await admit()
  const target = new URL(url)
  target.username = role
  target.password = ''
  return { url: target.href, admin: admin.href, entra, credential, issued, admit }
}

const backend = (db: Database) =>
  db.transaction(async (tx) => {
    const { rows } = await tx.execute<{ pid: number }>({ name: 'pid', sql: 'select pg_backend_pid() as pid' }, [])
    return rows[0]?.pid
  })

describe('a database with Entra authentication', () => {
  it('is opened with one token for all connections, requested with the database’s scope', async () => {
    const { url, credential, entra, issued } = await startServer()
    const db = await openDatabase(
      url,
      createDatabaseToken(async () => credential),
    )
    onTestFinished(db.close)
    const pids = await Promise.all(Array.from({ length: 5 }, () => backend(db)))
    expect(new Set(pids).size).toBeGreaterThan(1)
    expect(issued).toHaveLength(1)
    const [form] = entra.faults.requests
    expect(form).toMatchObject({ grant_type: 'client_credentials' })
    expect(form?.scope?.split(' ')).toContain(scope)
  })

  it('gets a new token before the old one expires: new connections use it, open ones stay', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { url, admin, credential, issued, admit } = await startServer()
    const db = await openDatabase(
      url,
      createDatabaseToken(async () => credential),
    )
    onTestFinished(db.close)
    const first = await backend(db)
    vi.setSystemTime(Date.now() + 56 * 60_000)
    expect(await backend(db)).toBe(first)
    expect(issued).toHaveLength(1)
    await admit()
    await runOn(admin, `select pg_terminate_backend(${first})`)
    const next = await backend(db).catch(() => backend(db))
    expect(next).not.toBe(first)
    expect(new Set(issued).size).toBe(2)
  })

  it('is unavailable while Entra is, and recovers by itself', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { url, admin, credential, entra, admit } = await startServer()
    const db = await openDatabase(
      url,
      createDatabaseToken(async () => credential),
    )
    onTestFinished(db.close)
    const first = await backend(db)
    vi.setSystemTime(Date.now() + 61 * 60_000)
    entra.faults.fault = 'reset'
    expect(await backend(db)).toBe(first)
    await runOn(admin, `select pg_terminate_backend(${first})`)
    const refused = [await backend(db).catch(isUnavailable), await backend(db).catch(isUnavailable)]
    expect(refused).toEqual([true, true])
    entra.faults.fault = undefined
    await admit()
    expect(await backend(db)).toEqual(expect.any(Number))
  })
})
