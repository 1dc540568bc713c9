import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import nock from 'nock'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from '../../../bot/config/config.ts'
import { createConnector } from '../../../bot/teams/connector.ts'
import { createConnectorToken, createCredential } from '../../../bot/teams/connector-token.ts'
import { exactServiceUrls, loopbackServiceUrls } from '../../../bot/teams/service-urls.ts'
import { editions, fullEnv } from '../../support/env.ts'
import { APP_ID, SERVICE_URL, TENANT } from '../../support/identity.ts'
import { useNock } from '../../support/nock.ts'

useNock()

const scope = 'https://api.botframework.com/.default'
const THREAD = '19:abc@thread.tacv2;messageid=1700000000000'

/** Restify replaces `writeHead` for the whole process by a function that returns nothing: no chaining here. */
function end(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, headers)
  response.end()
}

beforeEach(() => {
  nock.disableNetConnect()
  nock.enableNetConnect(/^(127\.0\.0\.1|localhost)/)
})
afterEach(() => {
  nock.cleanAll()
  nock.restore()
  nock.activate()
})

/** A Connector on loopback that answers as told and remembers what it was asked. */
async function startConnector(
  respond: (request: IncomingMessage, response: ServerResponse) => void,
  timeoutMs = 4_000,
) {
  const asked: { method: string | undefined; url: string | undefined; body: unknown; authorization: unknown }[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      const { method, url, headers } = request
      asked.push({ method, url, body: text && JSON.parse(text), authorization: headers.authorization })
      respond(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const serviceUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/connector/`
  const connector = createConnector({ serviceUrls: loopbackServiceUrls, now: Date.now, timeoutMs })
  const post = () => connector.post(serviceUrl, THREAD, { type: 'message', text: 'hello' })
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { asked, serviceUrl, connector, post, close }
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
    response.write(JSON.stringify(body))
    response.end()
  }

describe('a call to the Connector', () => {
  it('posts and updates on the paths of the service, with escaped ids', async () => {
    const { asked, serviceUrl, connector, close } = await startConnector(json(201, { id: 'm/1' }))
    const path = '/connector/v3/conversations'
    const thread = '19%3Aabc%40thread.tacv2%3Bmessageid%3D1700000000000'
    const confirmed = { kind: 'confirmed', id: 'm/1' }
    expect(await connector.post(serviceUrl, THREAD, { type: 'message' })).toEqual(confirmed)
    expect(await connector.update(serviceUrl.slice(0, -1), THREAD, 'm/1', { type: 'message' })).toEqual(confirmed)
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST ${path}/${thread}/activities`,
      `PUT ${path}/${thread}/activities/m%2F1`,
    ])
    expect(asked.every(({ authorization }) => authorization === undefined)).toBe(true)
    close()
  })

  const coded = (status: number, code: string) => json(status, { error: { code, message: 'x' } })
  it.each<[string, Parameters<typeof startConnector>[0], object]>([
    ['200 with an id', json(200, { id: '1' }), { kind: 'confirmed', id: '1' }],
    ['201 without an id', json(201, {}), { kind: 'confirmed', id: undefined }],
    ['202 without a body', (_, response) => end(response, 202), { kind: 'confirmed', id: undefined }],
    ['200 with a body that is no JSON', (_, response) => response.end('<p>'), { kind: 'confirmed', id: undefined }],
    ['200 with an endless body', (_, response) => response.end('x'.repeat(1e6)), { kind: 'confirmed', id: undefined }],
    ['400', coded(400, 'BadSyntax'), { kind: 'refused', status: 400, code: 'BadSyntax' }],
    ['401', json(401, {}), { kind: 'refused', status: 401, code: undefined }],
    [
      '403 with its code',
      coded(403, 'BotNotInConversationRoster'),
      { kind: 'refused', status: 403, code: 'BotNotInConversationRoster' },
    ],
    [
      '404 with its code',
      coded(404, 'ConversationNotFound'),
      { kind: 'refused', status: 404, code: 'ConversationNotFound' },
    ],
    ['413', json(413, {}), { kind: 'refused', status: 413, code: undefined }],
    ['412', coded(412, 'PreconditionFailed'), { kind: 'conflict' }],
    ['429 with seconds', json(429, {}, { 'Retry-After': '7' }), { kind: 'throttled', retryAfterMs: 7000 }],
    ['429 without a time', json(429, {}), { kind: 'throttled', retryAfterMs: undefined }],
    [
      '429 with a time in the past',
      json(429, {}, { 'Retry-After': new Date(0).toUTCString() }),
      { kind: 'throttled', retryAfterMs: 0 },
    ],
    [
      '429 with an absurd number',
      json(429, {}, { 'Retry-After': '9'.repeat(20) }),
      { kind: 'throttled', retryAfterMs: 900_000 },
    ],
    [
      '429 with an endless number',
      json(429, {}, { 'Retry-After': '9'.repeat(400) }),
      { kind: 'throttled', retryAfterMs: 900_000 },
    ],
    [
      '429 with a date far ahead',
      json(429, {}, { 'Retry-After': new Date(8e15).toUTCString() }),
      { kind: 'throttled', retryAfterMs: 900_000 },
    ],
    ['429 with nonsense', json(429, {}, { 'Retry-After': 'soon' }), { kind: 'throttled', retryAfterMs: undefined }],
    ['500', json(500, {}), { kind: 'unknown' }],
    ['502', json(502, {}), { kind: 'unknown' }],
    ['503', json(503, {}, { 'Retry-After': '1' }), { kind: 'unknown' }],
    ['504', json(504, {}), { kind: 'unknown' }],
    ['a reset', (request) => request.socket.destroy(), { kind: 'unknown' }],
    ['nothing at all', () => {}, { kind: 'unknown' }],
  ])('answered with %s is made once and told as it is', async (name, respond, outcome) => {
    const { asked, post, close } = await startConnector(respond, name === 'nothing at all' ? 300 : undefined)
    const began = Date.now()
    expect(await post()).toMatchObject(outcome)
    expect(Date.now() - began).toBeLessThan(5000)
    expect(asked).toHaveLength(1)
    close()
  })

  it('does not follow a redirect', async () => {
    const trap = await startConnector(json(200, { id: 'trapped' }))
    const { post, close } = await startConnector((_request, response) => {
      end(response, 307, { Location: trap.serviceUrl })
    })
    expect(await post()).toEqual({ kind: 'refused', status: 307, code: undefined })
    expect(trap.asked).toEqual([])
    close()
    trap.close()
  })

  it.each(['127.0.0.1', 'localhost'])('to a closed port of %s counts as not sent', async (host) => {
    const { serviceUrl, connector, close } = await startConnector(json(200, {}))
    close()
    const url = serviceUrl.replace('127.0.0.1', host)
    expect(await connector.post(url, THREAD, {})).toMatchObject({ kind: 'not-sent' })
  })

  it('keeps its connection for the next one', async () => {
    const ports = new Set<number | undefined>()
    const { post, close } = await startConnector((request, response) => {
      ports.add(request.socket.remotePort)
      json(200, { id: '1' })(request, response)
    })
    for (let count = 0; count < 20; count += 1) await post()
    expect(ports.size).toBeLessThan(4)
    close()
  })
})

describe('the token of the bot', () => {
  const accessToken = { token: 'canary-token', expiresOnTimestamp: Date.now() + 3_600_000 }

  function connectorWithToken(token: () => Promise<{ token: string; expiresOnTimestamp: number }>, urls = SERVICE_URL) {
    let tokenRequests = 0
    const credential = {
      getToken: () => {
        tokenRequests += 1
        return token()
      },
    }
    const serviceUrls = exactServiceUrls(['smba.trafficmanager.net'])
    const held = createConnectorToken({ credential: async () => credential, scope, now: Date.now })
    const connector = createConnector({ serviceUrls, token: held, now: Date.now })
    return { post: () => connector.post(urls, 'a:1', { type: 'message' }), asked: () => tokenRequests, held }
  }

  it('goes to an allowed host and to no other', async () => {
    nock('https://smba.trafficmanager.net', { reqheaders: { authorization: 'Bearer canary-token' } })
      .post('/emea/v3/conversations/a%3A1/activities')
      .reply(201, { id: '1' })
    expect(await connectorWithToken(async () => accessToken).post()).toEqual({ kind: 'confirmed', id: '1' })
    const elsewhere = connectorWithToken(async () => accessToken, 'https://evil.trafficmanager.net/')
    expect(await elsewhere.post()).toEqual({ kind: 'refused', status: 0, code: 'ServiceUrlNotAllowed' })
    expect(elsewhere.asked()).toBe(0)
  })

  it('never travels over plain http, even where the rule allows the address', async () => {
    const { asked, serviceUrl, close } = await startConnector(json(200, { id: '1' }))
    const { held } = connectorWithToken(async () => accessToken)
    const connector = createConnector({ serviceUrls: () => true, token: held, now: Date.now })
    expect(await connector.post(serviceUrl, 'a:1', {})).toEqual({ kind: 'confirmed', id: '1' })
    expect(asked[0]?.authorization).toBeUndefined()
    close()
  })

  it('that cannot be had means nothing was sent', async () => {
    const { post } = connectorWithToken(async () => {
      throw new Error('identity away')
    })
    expect(await post()).toMatchObject({ kind: 'not-sent', cause: { message: 'identity away' } })
  })

  it('is asked for anew after the Connector has refused it', async () => {
    nock('https://smba.trafficmanager.net').post(/./).times(2).reply(401).post(/./).reply(200, { id: '1' })
    const { post, asked } = connectorWithToken(async () => accessToken)
    await post()
    await post()
    expect(await post()).toMatchObject({ kind: 'confirmed' })
    expect(asked()).toBe(3)
  })

  it('is asked for once by many, kept until five minutes before its end, and not remembered when it failed', async () => {
    let now = 0
    let requests = 0
    let fails = true
    const credential = {
      getToken: async () => {
        requests += 1
        await new Promise((resolve) => setTimeout(resolve, 5))
        if (fails) throw new Error('identity away')
        return { token: `token-${requests}`, expiresOnTimestamp: now + 3_600_000 }
      },
    }
    const token = createConnectorToken({ credential: async () => credential, scope, now: () => now })
    const failed = await Promise.allSettled([token.get(), token.get()])
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    fails = false
    expect(new Set(await Promise.all(Array.from({ length: 50 }, token.get)))).toEqual(new Set(['token-2']))
    now = 3_300_000 - 1
    expect(await token.get()).toBe('token-2')
    now += 1
    expect(await token.get()).toBe('token-3')
    fails = true
    now += 3_600_000 - 1
    expect(await token.get()).toBe('token-3')
    now += 1
    await expect(token.get()).rejects.toThrow('identity away')
  })
})

describe('the credential', () => {
  /** Plays the token endpoint of a tenant once; returns the form that will have been posted to it. */
  function authority(tenant: string, origin = 'https://login.microsoftonline.com') {
    const form: Record<string, unknown> = {}
    nock(origin)
      .post(`/${tenant}/oauth2/v2.0/token`, (body) => Object.assign(form, body) === form)
      .query(true)
      .reply(200, { token_type: 'Bearer', expires_in: 3600, access_token: `token-of-${tenant}` })
    return form
  }

  it.each([
    ['SingleTenant', TENANT],
    ['MultiTenant', 'botframework.com'],
  ])('of a %s bot asks %s with the client secret', async (type, tenant) => {
    const form = authority(tenant)
    const config = readConfig({ ...fullEnv, MicrosoftAppType: type }, editions)
    const token = createConnectorToken({ credential: () => createCredential(config), scope, now: Date.now })
    expect(await token.get()).toBe(`token-of-${tenant}`)
    expect(form).toMatchObject({
      client_id: APP_ID,
      client_secret: 'canary-password',
      grant_type: 'client_credentials',
      scope: 'https://api.botframework.com/.default',
    })
  })

  it.each([
    ['us-government', 'https://login.microsoftonline.us', 'https://api.botframework.us/.default'],
    ['china', 'https://login.partner.microsoftonline.cn', 'https://api.botframework.azure.cn/.default'],
  ])('in %s asks the authority of that cloud', async (cloud, origin, ofCloud) => {
    const form = authority(TENANT, origin)
    const config = readConfig({ ...fullEnv, CLOUD: cloud }, editions)
    const credential = () => createCredential(config)
    const token = createConnectorToken({ credential, scope: config.botScope, now: Date.now })
    expect(await token.get()).toBe(`token-of-${TENANT}`)
    expect(form).toMatchObject({ scope: ofCloud })
  })

  it('asks the public authority whatever the environment says', async () => {
    process.env.AZURE_AUTHORITY_HOST = 'https://evil.example'
    try {
      authority(TENANT)
      const credential = () => createCredential(readConfig(fullEnv, editions))
      expect(await createConnectorToken({ credential, scope, now: Date.now }).get()).toBe(`token-of-${TENANT}`)
    } finally {
      delete process.env.AZURE_AUTHORITY_HOST
    }
  })

  it('with a certificate signs an assertion instead of sending a secret', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'multicanal-'))
    const file = join(folder, 'bot.pem')
    writeCertificate(file)
    const form = authority(TENANT)
    const { MicrosoftAppPassword: _, ...env } = fullEnv
    const config = readConfig({ ...env, MicrosoftAppCertificateFile: file }, editions)
    expect(await createConnectorToken({ credential: () => createCredential(config), scope, now: Date.now }).get()).toBe(
      `token-of-${TENANT}`,
    )
    expect(form.client_secret).toBeUndefined()
    expect(form.client_assertion).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    rmSync(folder, { recursive: true })
  })

  it('of a managed identity is the managed identity, no secret read', async () => {
    const { MicrosoftAppPassword: _, ...env } = fullEnv
    const config = readConfig({ ...env, MicrosoftAppType: 'UserAssignedMSI' }, editions)
    expect((await createCredential(config)).constructor.name).toBe('ManagedIdentityCredential')
  })
})

/** A private key with what the library takes for its certificate: it looks at the PEM armour and hashes the rest. */
function writeCertificate(file: string) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const certificate = `-----BEGIN CERTIFICATE-----\n${randomBytes(48).toString('base64')}\n-----END CERTIFICATE-----\n`
  const text = `${privateKey.export({ type: 'pkcs8', format: 'pem' })}${certificate}`
  writeFileSync(file, text, { mode: 0o600 })
}
