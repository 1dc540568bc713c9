import { createServer, type Socket } from 'node:net'
import { ClientSecretCredential, type TokenCredential } from '@azure/identity'
import { afterEach, describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { ConfigError, readConfig } from '../../bot/config/config.ts'
import { createDatabaseCredential, createDatabaseToken } from '../../bot/database.ts'
import { trust } from '../../sandbox/partner.ts'
import { startEntra } from '../../sandbox/upstream/entra.ts'
import { isUnavailable, openDatabase } from '../../state/engine/database.ts'
import type { Database } from '../../state/engine/transaction.ts'
import { editions, fullEnv } from '../support/env.ts'
import { createEmptyDatabase, runOn } from '../support/postgres.ts'

afterEach(() => vi.useRealTimers())

const tenant = '11111111-1111-4111-8111-111111111111'
const role = 'bot_of_entra'
const scope = 'https://ossrdbms-aad.database.windows.net/.default'

/** A server that admits the role with one token at a time: the one that Entra has given when `admit` is called. */
async function startServer() {
  const entra = await startEntra()
  trust(entra.caPem)
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
  const asked = new ClientSecretCredential(tenant, entra.appId, entra.secret, options)
  const issued: string[] = []
  const credential: TokenCredential = {
    getToken: async (wanted, more) => {
      const token = await asked.getToken(wanted, more)
      issued.push(token.token)
      return token
    },
  }
  const admit = async () => {
    const { token } = await asked.getToken(scope)
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

describe('a database that knows the bot by a token of Entra', () => {
  it('is opened with one token for all connections, asked for under the scope of the database', async () => {
    const { url, credential, entra, issued } = await startServer()
    const db = await openDatabase(
      url,
      createDatabaseToken(async () => credential),
    )
    onTestFinished(db.close)
    const pids = await Promise.all(Array.from({ length: 5 }, () => backend(db)))
    expect(new Set(pids).size).toBeGreaterThan(1)
    expect(issued).toHaveLength(1)
    const [form] = entra.faults.asked
    expect(form).toMatchObject({ grant_type: 'client_credentials' })
    expect(form?.scope?.split(' ')).toContain(scope)
  })

  it('gets the next token when one is about to end: new connections use it, those that are open live on', async () => {
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

  it('is away while Entra is, and there again by itself', async () => {
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

  it.each(['', '?sslmode=disable', '?ssl=false', '?sslmode=no-verify'])(
    'does not learn the token without TLS, elsewhere than on loopback, with %o',
    async (parameters) => {
      const heard: Buffer[] = []
      // Not among the names of loopback, so that it counts as another machine. `N`: this server has no TLS.
      const server = createServer((socket: Socket) => {
        socket.on('data', (bytes) => heard.push(bytes) && socket.write('N'))
        socket.on('error', () => {})
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.2', resolve))
      onTestFinished(() => void server.close())
      const { port } = server.address() as { port: number }
      const token = vi.fn(async () => 'canary-token')
      await expect(openDatabase(`postgres://bot@127.0.0.2:${port}/db${parameters}`, token)).rejects.toThrow()
      const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])
      expect(Buffer.concat(heard)).toEqual(sslRequest)
      expect(token).not.toHaveBeenCalled()
    },
  )
})

describe('the settings of the database', () => {
  const remote = { ...fullEnv, DATABASE_URL: 'postgres://bot@db.example/multicanal?sslmode=verify-full' }
  const registered = { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: '22222222-2222-4222-8222-222222222222' }
  const faulty = (env: Record<string, string>) => {
    try {
      readConfig(env, editions)
    } catch (error) {
      if (error instanceof ConfigError) return error.problems.map(({ name }) => name)
      throw error
    }
    return []
  }

  it.each([
    ['managed-identity', {}, 'ManagedIdentityCredential'],
    [
      'workload-identity',
      { ...registered, AZURE_FEDERATED_TOKEN_FILE: import.meta.filename },
      'WorkloadIdentityCredential',
    ],
    ['secret', { ...registered, AZURE_CLIENT_SECRET: 'canary' }, 'ClientSecretCredential'],
  ])('name a %s', async (kind, more, credential) => {
    const { databaseIdentity } = readConfig({ ...remote, DATABASE_AUTH: kind, ...more }, editions)
    expect(databaseIdentity?.kind).toBe(kind)
    expect((databaseIdentity && (await createDatabaseCredential(databaseIdentity)))?.constructor.name).toBe(credential)
  })

  it.each([
    ['workload-identity', {}, ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_FEDERATED_TOKEN_FILE']],
    ['secret', registered, ['AZURE_CLIENT_SECRET']],
    ['certificate', registered, ['AZURE_CLIENT_CERTIFICATE_PATH']],
    ['kerberos', {}, ['DATABASE_AUTH']],
  ])('say all that %s lacks', (kind, more, names) => {
    expect(faulty({ ...remote, DATABASE_AUTH: kind, ...more })).toEqual(names)
  })

  it.each([
    'sqlite:data/multicanal.db',
    'postgres://db.example/multicanal',
    'postgres://bot:secret@db.example/multicanal',
    'postgres://bot@db.example/multicanal?sslmode=disable',
    'postgres://bot@db.example/multicanal?sslmode=no-verify',
    'postgres://bot@db.example/multicanal?sslmode=require&uselibpqcompat=true',
  ])('refuse %s together with a token', (url) => {
    expect(faulty({ ...remote, DATABASE_URL: url, DATABASE_AUTH: 'managed-identity' })).toEqual(['DATABASE_URL'])
  })
})
