import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createTokenProvider, type PartnerCredential, type TokenResult } from '../../../clients/entra-tokens.ts'
import {
  CHALLENGE,
  type Entra,
  type EntraFault,
  PARTNER_APP,
  PARTNER_SECRET,
  startEntra,
} from '../../../sandbox/upstream/entra.ts'
import { TENANT } from '../../support/identity.ts'

const PERSON = '0d6b1f7a-3f0b-4f4e-8a1e-6a5c1c1b7e01'
const resources = { 'partner-center': 'https://api.partnercenter.microsoft.com', graph: 'https://graph.microsoft.com' }
const trusted = tls.getCACertificates('default')
let entra: Entra
let folder = ''
const clock = { now: Date.now() }

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'multicanal-'))
  entra = await startEntra()
  tls.setDefaultCACertificates([...trusted, entra.caPem])
})
afterAll(async () => {
  tls.setDefaultCACertificates(trusted)
  await entra.stop()
  rmSync(folder, { recursive: true })
})
afterEach(() => {
  entra.faults.fault = undefined
  entra.faults.requests.length = 0
  clock.now = Date.now()
})

const secret: PartnerCredential = { kind: 'secret', secret: () => PARTNER_SECRET }

function tokens({ credential = secret, authority = entra.url, timeoutMs = 1_000 } = {}) {
  const partner = { tenantId: TENANT, clientId: PARTNER_APP, credential }
  return createTokenProvider({
    partner,
    authority,
    resources,
    now: () => clock.now,
    disableInstanceDiscovery: true,
    timeoutMs,
  })
}
const assertion = (more: object = {}) => entra.mintAssertion({ tenant: TENANT, oid: PERSON, ...more })

function textOf(result: TokenResult): string {
  if (result.kind !== 'token') throw new Error(`no token but ${inspect(result)}`)
  return result.token
}

describe("the application's own token", () => {
  it.each(['partner-center', 'graph'] as const)('is for %s and for nobody in particular', async (resource) => {
    const claims = await entra.read(textOf(await tokens().app(resource)))
    expect(claims).toMatchObject({ aud: resources[resource], tid: TENANT, appid: PARTNER_APP })
    expect(claims).not.toHaveProperty('oid')
    expect(entra.faults.requests).toMatchObject([
      { grant_type: 'client_credentials', client_id: PARTNER_APP, client_secret: PARTNER_SECRET },
    ])
    expect(entra.faults.requests[0]?.scope?.split(' ')).toContain(`${resources[resource]}/.default`)
  })

  it('is asked for once and then kept', async () => {
    const { app } = tokens()
    const first = await app('graph')
    expect(await app('graph')).toEqual(first)
    expect(entra.faults.requests).toHaveLength(1)
  })

  it.each<EntraFault>(['invalid-grant', 'invalid-client', 'down', 'busy', 'garbage', 'reset', 'hang'])(
    'that cannot be had for %s is unavailable',
    async (fault) => {
      entra.faults.fault = fault
      expect(await tokens({ timeoutMs: 200 }).app('partner-center')).toMatchObject({ kind: 'unavailable' })
      expect(entra.faults.requests).toHaveLength(1)
    },
  )
})

describe('a token on behalf of a person', () => {
  it('is what the person may do in Partner Center', async () => {
    const userAssertion = await assertion()
    const claims = await entra.read(textOf(await tokens().onBehalfOf('partner-center', userAssertion)))
    expect(claims).toMatchObject({ aud: resources['partner-center'], tid: TENANT, oid: PERSON, amr: ['pwd', 'mfa'] })
    expect(entra.faults.requests).toMatchObject([
      {
        requested_token_use: 'on_behalf_of',
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: userAssertion,
        client_secret: PARTNER_SECRET,
      },
    ])
    expect(entra.faults.requests[0]?.scope?.split(' ')).toContain(
      'https://api.partnercenter.microsoft.com/user_impersonation',
    )
  })

  it('is exchanged once, however many ask for it at the same time or later', async () => {
    const { onBehalfOf } = tokens()
    const userAssertion = await assertion()
    const many = await Promise.all(Array.from({ length: 20 }, () => onBehalfOf('partner-center', userAssertion)))
    expect(new Set([...many, await onBehalfOf('partner-center', userAssertion)].map(textOf)).size).toBe(1)
    expect(entra.faults.requests).toHaveLength(1)
  })

  it('is renewed five minutes before it ends', async () => {
    const { onBehalfOf } = tokens()
    const userAssertion = await assertion()
    const first = await onBehalfOf('partner-center', userAssertion)
    clock.now += 54 * 60_000
    expect(await onBehalfOf('partner-center', userAssertion)).toEqual(first)
    clock.now += 2 * 60_000
    expect(await onBehalfOf('partner-center', userAssertion)).not.toEqual(first)
  })

  it('is of that person and that resource only', async () => {
    const { onBehalfOf } = tokens()
    const other = '0d6b1f7a-3f0b-4f4e-8a1e-6a5c1c1b7e02'
    const mine = await assertion()
    const read = async (result: Promise<TokenResult>) => entra.read(textOf(await result))
    expect(await read(onBehalfOf('partner-center', mine))).toMatchObject({ oid: PERSON })
    expect(await read(onBehalfOf('graph', mine))).toMatchObject({ oid: PERSON, aud: resources.graph })
    expect(await read(onBehalfOf('partner-center', await assertion({ oid: other })))).toMatchObject({ oid: other })
  })

  it('without a second factor is not used for Partner Center, though Graph may take it', async () => {
    const { onBehalfOf } = tokens()
    const weak = await assertion({ amr: ['pwd'] })
    expect(await onBehalfOf('partner-center', weak)).toEqual({ kind: 'second-factor', claims: undefined })
    expect(await onBehalfOf('graph', weak)).toMatchObject({ kind: 'token' })
    entra.faults.fault = 'no-mfa'
    const stripped = await onBehalfOf('partner-center', await assertion())
    expect(stripped).toEqual({ kind: 'second-factor', claims: undefined })
  })

  it.each([
    ['interaction-required', CHALLENGE],
    ['basic-action', CHALLENGE],
    ['enrolment', undefined],
  ] as const)('that needs a second factor comes with the challenge of Entra, if any: %s', async (fault, claims) => {
    entra.faults.fault = fault
    const { onBehalfOf } = tokens()
    expect(await onBehalfOf('partner-center', await assertion())).toEqual({ kind: 'second-factor', claims })
    expect(await onBehalfOf('graph', await assertion())).toEqual({ kind: 'second-factor', claims })
  })

  it('is not to be had for an assertion that has run out, is for another application, or that Entra refuses', async () => {
    const { onBehalfOf } = tokens()
    expect(await onBehalfOf('graph', await assertion({ lifetime: -60 }))).toEqual({ kind: 'sign-in' })
    expect(await onBehalfOf('graph', await assertion({ aud: 'api://another' }))).toEqual({ kind: 'sign-in' })
    expect(await onBehalfOf('graph', 'no assertion at all')).toEqual({ kind: 'sign-in' })
    entra.faults.fault = 'invalid-grant'
    expect(await onBehalfOf('graph', await assertion())).toEqual({ kind: 'sign-in' })
  })

  it.each<EntraFault>(['invalid-client', 'down', 'busy', 'garbage', 'redirect', 'reset', 'hang'])(
    'is unavailable while Entra is %s, asked once, and there again afterwards',
    async (fault) => {
      const { onBehalfOf } = tokens({ timeoutMs: 200 })
      const userAssertion = await assertion()
      entra.faults.fault = fault
      expect(await onBehalfOf('partner-center', userAssertion)).toMatchObject({ kind: 'unavailable' })
      expect(entra.faults.requests).toHaveLength(1)
      entra.faults.fault = undefined
      expect(await onBehalfOf('partner-center', userAssertion)).toMatchObject({ kind: 'token' })
    },
  )

  it('is unavailable where nobody listens', async () => {
    const gone = await startEntra()
    await gone.stop()
    const { onBehalfOf } = tokens({ authority: gone.url })
    expect(await onBehalfOf('graph', await assertion())).toMatchObject({ kind: 'unavailable' })
  })

  it('shows neither secret nor assertion when it fails', async () => {
    const userAssertion = await assertion()
    for (const fault of ['invalid-client', 'down', 'garbage', 'reset', 'hang'] as const) {
      entra.faults.fault = fault
      const result = await tokens({ timeoutMs: 200 }).onBehalfOf('graph', userAssertion)
      const shown = inspect(result, { depth: 20, showHidden: true })
      expect(shown).toContain('no token: ')
      expect(shown).not.toContain(PARTNER_SECRET)
      expect(shown).not.toContain(userAssertion)
    }
  })
})

describe('the application proves who it is', () => {
  async function bothForms(credential: PartnerCredential) {
    const { app, onBehalfOf } = tokens({ credential })
    textOf(await app('graph'))
    textOf(await onBehalfOf('graph', await assertion()))
    const [own, behalf] = entra.faults.requests
    expect(own).not.toHaveProperty('client_secret')
    expect(behalf).not.toHaveProperty('client_secret')
    return { own, behalf }
  }

  it('by its certificate, without sending a secret', async () => {
    const { own, behalf } = await bothForms({ kind: 'certificate', file: writeCertificate() })
    for (const form of [own, behalf]) {
      expect(form?.client_assertion_type).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
      expect(form?.client_assertion).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    }
  })

  it('by a federated token from a file, which is read again each time', async () => {
    const tokenFile = join(folder, 'federated')
    writeFileSync(tokenFile, 'first\n')
    const { own, behalf } = await bothForms({ kind: 'workload-identity', tokenFile })
    expect([own?.client_assertion, behalf?.client_assertion]).toEqual(['first', 'first'])
    const { onBehalfOf } = tokens({ credential: { kind: 'workload-identity', tokenFile } })
    await onBehalfOf('graph', await assertion())
    writeFileSync(tokenFile, 'second\n')
    await onBehalfOf('graph', await assertion())
    expect(entra.faults.requests.at(-1)?.client_assertion).toBe('second')
    rmSync(tokenFile)
    expect(await onBehalfOf('graph', await assertion())).toMatchObject({ kind: 'unavailable' })
  })

  it('by a managed identity of the machine', async () => {
    const asked: URLSearchParams[] = []
    const machine = createServer((request, response) => {
      asked.push(new URL(request.url ?? '', 'http://machine').searchParams)
      const expires = Math.floor(Date.now() / 1_000) + 3_600
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ access_token: 'machine-token', expires_on: expires, token_type: 'Bearer' }))
    })
    await new Promise<void>((resolve) => machine.listen(0, '127.0.0.1', resolve))
    process.env.IDENTITY_ENDPOINT = `http://127.0.0.1:${(machine.address() as AddressInfo).port}/token`
    process.env.IDENTITY_HEADER = 'header'
    try {
      const audience = 'api://AzureADTokenExchange'
      const { own, behalf } = await bothForms({ kind: 'managed-identity', clientId: PERSON, audience })
      expect([own?.client_assertion, behalf?.client_assertion]).toEqual(['machine-token', 'machine-token'])
      expect([asked[0]?.get('resource'), asked[0]?.get('client_id')]).toEqual([audience, PERSON])
    } finally {
      delete process.env.IDENTITY_ENDPOINT
      delete process.env.IDENTITY_HEADER
      machine.close()
    }
  })

  it('to the authority it was given, whatever the environment says', async () => {
    process.env.AZURE_AUTHORITY_HOST = 'https://evil.example'
    try {
      expect(await tokens().app('graph')).toMatchObject({ kind: 'token' })
    } finally {
      delete process.env.AZURE_AUTHORITY_HOST
    }
  })
})

/** A private key with what the library takes for its certificate: it looks at the PEM armour and hashes the rest. */
function writeCertificate(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const certificate = `-----BEGIN CERTIFICATE-----\n${randomBytes(48).toString('base64')}\n-----END CERTIFICATE-----\n`
  const file = join(folder, 'partner.pem')
  writeFileSync(file, `${privateKey.export({ type: 'pkcs8', format: 'pem' })}${certificate}`, { mode: 0o600 })
  return file
}
