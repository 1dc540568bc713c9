import { createServer, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ConfigError, readConfig } from '../../bot/config/config.ts'
import { createDatabaseCredential } from '../../bot/database.ts'
import { openDatabase } from '../../state/engine/database.ts'
import { editions, fullEnv } from '../support/env.ts'

const tenant = '11111111-1111-4111-8111-111111111111'

/** Names of the settings that are refused. */
function faultsIn(env: Record<string, string>): string[] {
  try {
    readConfig(env, editions)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ name }) => name)
    throw error
  }
  return []
}

describe('a database with Entra authentication', () => {
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
    expect(faultsIn({ ...remote, DATABASE_AUTH: kind, ...more })).toEqual(names)
  })

  it.each([
    'sqlite:data/multicanal.db',
    'postgres://db.example/multicanal',
    'postgres://bot:secret@db.example/multicanal',
    'postgres://bot@db.example/multicanal?sslmode=disable',
    'postgres://bot@db.example/multicanal?sslmode=no-verify',
    'postgres://bot@db.example/multicanal?sslmode=require&uselibpqcompat=true',
  ])('refuse %s together with a token', (url) => {
    expect(faultsIn({ ...remote, DATABASE_URL: url, DATABASE_AUTH: 'managed-identity' })).toEqual(['DATABASE_URL'])
  })
})

describe('a database on another machine', () => {
  const faulty = (url: string, more = {}) => faultsIn({ ...fullEnv, DATABASE_URL: url, ...more })

  it.each([
    '',
    '?sslmode=prefer',
    '?sslmode=disable',
    '?sslmode=no-verify',
    '?sslmode=require',
    '?sslmode=verify-full&sslmode=disable',
  ])('is refused with “%s”', (parameters) => {
    for (const protocol of ['postgres', 'postgresql']) {
      expect(faulty(`${protocol}://bot:secret@db.example/cases${parameters}`)).toEqual(['DATABASE_URL'])
    }
  })

  it('is taken if its certificate is checked, or with a reason for less', () => {
    expect(faulty('postgres://bot:secret@db.example/cases?sslmode=verify-full')).toEqual([])
    const reason = { DATABASE_TLS_REASON: 'Its certificate has another name, on a cable of our own.' }
    expect(faulty('postgres://bot:secret@db.example/cases?sslmode=require', reason)).toEqual([])
    expect(faulty('postgres://bot:secret@db.example/cases', reason)).toEqual(['DATABASE_URL'])
  })

  it('is recognised by the parameter that the driver prefers', () => {
    expect(faulty('postgres://bot:secret@localhost/cases?host=db.example')).toEqual(['DATABASE_URL'])
    expect(faulty('postgres://bot:secret@localhost/cases?host=/var/run/postgresql')).toEqual([])
  })

  it.each(['localhost', '127.0.0.1', '[::1]'])('is not one on %s', (host) => {
    expect(faulty(`postgres://bot:secret@${host}:5432/cases`)).toEqual([])
  })
})
