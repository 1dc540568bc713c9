import { webcrypto } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { issueLoopbackCertificate } from './certificates/loopback.ts'

/** Faults of the token endpoint, active until reset to undefined. The metadata stays in order. */
export type EntraFault =
  /** Issues tokens without `mfa` in `amr`, however the person signed in. */
  | 'no-mfa'
  /** Requires a second factor by a claims challenge; on-behalf-of only. */
  | 'interaction-required'
  /** The same with the error invalid_grant, as the real Entra mostly answers. */
  | 'basic-action'
  /** The person has not enrolled in a second factor, which only the error number tells. */
  | 'enrolment'
  | 'invalid-grant'
  | 'invalid-client'
  | 'down'
  | 'busy'
  | 'garbage'
  | 'redirect'
  | 'reset'
  | 'hang'

/** Faults of the token endpoint and its requests, shared with the caller. */
export interface EntraState {
  fault: EntraFault | undefined
  /** Forms posted to the token endpoint, in order. */
  requests: Record<string, string>[]
}

export interface EntraOptions {
  /** Any free port if 0, the default. */
  port?: number
  /** Application that people sign in to and that exchanges their assertions. */
  appId?: string
  clientSecret?: string
  state?: EntraState
  now?: () => number
}

export interface Assertion {
  tenant: string
  oid: string
  aud?: string
  amr?: string[]
  name?: string
  /** Lifetime in seconds; negative for an expired assertion. */
  lifetime?: number
}

/** Claims of a token of this Entra. */
export interface EntraClaims {
  aud: string
  tid: string
  appid: string
  /** Absent in a token of the application itself. */
  oid?: string
  scp?: string
  amr?: string[]
}

export const PARTNER_APP = '7b6d3c0e-1f4f-4a6a-9c39-2f0f5f3a9d51'
export const PARTNER_SECRET = 'canary-client-secret'
/** The claims challenge of `interaction-required`. */
export const CHALLENGE = '{"access_token":{"capolids":{"essential":true,"values":["c7b1"]}}}'

const createSecrets = async () => {
  const keys = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'entra', use: 'sig' }
  return { keys, jwk, ...(await issueLoopbackCertificate()) }
}
/** Shared by all simulations of a process: making keys takes longer than starting one. */
let secrets: ReturnType<typeof createSecrets> | undefined

/**
 * Plays Entra on loopback over https: metadata, signing keys and the token endpoint for client_credentials and
 * on-behalf-of. Trust `caPem` (`tls.setDefaultCACertificates`) to reach it, and disable instance discovery.
 */
export async function startEntra(options: EntraOptions = {}) {
  const appId = options.appId ?? PARTNER_APP
  const secret = options.clientSecret ?? PARTNER_SECRET
  const state: EntraState = options.state ?? { fault: undefined, requests: [] }
  const now = options.now ?? Date.now
  secrets ??= createSecrets()
  const { keys, jwk, caPem, key, cert } = await secrets
  let url = ''

  const server = createServer({ key, cert }, (request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', url).pathname
    const [, tenant = ''] = path.split('/')
    if (path.endsWith('/.well-known/openid-configuration')) return send(response, 200, metadata(url, tenant))
    if (path.endsWith('/discovery/v2.0/keys')) return send(response, 200, { keys: [jwk] })
    if (!path.endsWith('/oauth2/v2.0/token')) return send(response, 404, { error: 'not_found' })
    const form = Object.fromEntries(new URLSearchParams(await textOf(request)))
    state.requests.push(form)
    if (state.fault !== undefined && misbehave(state.fault, form, request, response)) return
    if (form.client_id !== appId || (form.client_secret !== secret && !form.client_assertion))
      return send(response, 401, refusal('invalid_client', 'AADSTS7000215: Invalid client secret provided.'))
    return form.grant_type === 'client_credentials' ? application(tenant, form, response) : behalf(form, response)
  }

  async function application(tenant: string, form: Record<string, string>, response: ServerResponse) {
    send(response, 200, await issue({ aud: audienceOf(form), tid: tenant, appid: appId }))
  }

  async function behalf(form: Record<string, string>, response: ServerResponse): Promise<void> {
    const person = await read(form.assertion ?? '')
    if (person === undefined || !person.aud.endsWith(appId) || person.oid === undefined)
      return send(
        response,
        400,
        refusal('invalid_grant', 'AADSTS500133: Assertion is not within its valid time range.'),
      )
    const amr = state.fault === 'no-mfa' ? (person.amr ?? []).filter((way) => way !== 'mfa') : person.amr
    const { tid, oid } = person
    const scp = 'user_impersonation'
    send(response, 200, await issue({ aud: audienceOf(form), tid, oid, appid: appId, scp, ...(amr && { amr }) }))
  }

  async function issue(claims: EntraClaims) {
    return { token_type: 'Bearer', expires_in: 3_600, access_token: await sign({ ...claims }, 3_600) }
  }

  const sign = (claims: Record<string, unknown>, lifetime: number): Promise<string> => {
    const seconds = Math.floor(now() / 1_000)
    return new SignJWT({ iss: `${url}/${claims.tid}/v2.0`, iat: seconds, nbf: seconds - 60, ...claims })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'entra' })
      .setExpirationTime(seconds + lifetime)
      .setJti(webcrypto.randomUUID())
      .sign(keys.privateKey)
  }

  /** Mints the token of a person's Teams client, signed in to our app, with a second factor unless `amr` differs. */
  function mintAssertion(assertion: Assertion): Promise<string> {
    const { tenant: tid, oid, aud, amr, lifetime, name } = { aud: `api://${appId}`, amr: ['pwd', 'mfa'], ...assertion }
    return sign({ aud, tid, oid, amr, name, scp: 'access_as_user' }, lifetime ?? 3_600)
  }

  /** Verifies a token and returns its claims, or undefined if it is foreign or expired. */
  async function read(token: string): Promise<EntraClaims | undefined> {
    try {
      const { payload } = await jwtVerify(token, keys.publicKey, { currentDate: new Date(now()) })
      return payload as unknown as EntraClaims
    } catch {
      return undefined
    }
  }

  return {
    /** `https://127.0.0.1:PORT`: the authority host. */
    url,
    /** The private authority that issued the server's certificate. */
    caPem,
    appId,
    secret,
    /** Faults to set and reset, and the requests of the token endpoint. */
    faults: state,
    mintAssertion,
    /** Verifies a token of this Entra, signature included. */
    read,
    stop: (): Promise<void> => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

export type Entra = Awaited<ReturnType<typeof startEntra>>

const metadata = (url: string, tenant: string) => ({
  issuer: `${url}/${tenant}/v2.0`,
  authorization_endpoint: `${url}/${tenant}/oauth2/v2.0/authorize`,
  token_endpoint: `${url}/${tenant}/oauth2/v2.0/token`,
  end_session_endpoint: `${url}/${tenant}/oauth2/v2.0/logout`,
  jwks_uri: `${url}/${tenant}/discovery/v2.0/keys`,
})

/** Returns the audience of a scope like `https://graph.microsoft.com/.default`. MSAL adds scopes of its own. */
const audienceOf = ({ scope = '' }: Record<string, string>): string =>
  scope
    .split(' ')
    .find((part) => part.startsWith('https://'))
    ?.replace(/\/[^/]*$/, '') ?? ''

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

const refusal = (error: string, description: string, more: object = {}) => ({
  error,
  error_description: `${description} Trace ID: 0 Correlation ID: 0`,
  error_codes: [Number(/AADSTS(\d+)/.exec(description)?.[1] ?? 0)],
  timestamp: '2026-01-15 10:00:00Z',
  ...more,
})

/** Answers with the fault. False if the fault only changes issued tokens or concerns another grant. */
function misbehave(
  fault: EntraFault,
  form: Record<string, string>,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  switch (fault) {
    case 'no-mfa':
      return false
    case 'interaction-required':
    case 'basic-action': {
      if (form.grant_type === 'client_credentials') return false
      const error = fault === 'basic-action' ? 'invalid_grant' : 'interaction_required'
      const more = { suberror: 'basic_action', claims: CHALLENGE }
      send(response, 400, refusal(error, 'AADSTS50076: You must use a second factor.', more))
      return true
    }
    case 'enrolment':
      send(response, 400, refusal('invalid_grant', 'AADSTS50079: You must enrol in a second factor.'))
      return true
    case 'invalid-grant':
      send(response, 400, refusal('invalid_grant', 'AADSTS50013: Assertion failed signature validation.'))
      return true
    case 'invalid-client':
      send(response, 401, refusal('invalid_client', 'AADSTS7000222: The provided client secret keys are expired.'))
      return true
    case 'down':
      send(response, 500, { error: 'server_error', error_description: 'AADSTS90033: A transient error has occurred.' })
      return true
    case 'busy':
      response.setHeader('retry-after', '30')
      send(response, 429, { error: 'temporarily_unavailable', error_description: 'AADSTS90055: Too many requests.' })
      return true
    case 'garbage':
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end('<html>not json</html>')
      return true
    case 'redirect':
      if (request.url?.includes('/moved/')) return false
      response.writeHead(307, { location: `/moved${request.url}` })
      response.end()
      return true
    case 'reset':
      request.socket.destroy()
      return true
    case 'hang':
      return true
    default:
      return fault satisfies never
  }
}
