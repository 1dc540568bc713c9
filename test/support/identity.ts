import { constants, createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'

/** Faults of the key service. `keys` faults leave the metadata document in order. */
export type IdentityFault =
  | 'down'
  | 'hang'
  /** Begins to answer and goes on for ever, a letter at a time. */
  | 'drip'
  | 'garbage'
  /** Begins to answer and goes on for 50 MB, as fast as they are taken. */
  | 'huge'
  | 'redirect'
  | 'empty-keys'
  | 'keys-down'

export type Pair = {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly endorsements: readonly string[] | undefined
}

/** Claims and headers that differ from the defaults. Undefined removes one. */
export type TokenSpec = {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  /** Signs with this key instead of the first published one. */
  readonly pair?: Pair
}

export const APP_ID = '5f0c6a56-6f3f-4d3c-9a5e-0f3f5c0c7a11'
export const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47'
export const SERVICE_URL = 'https://smba.trafficmanager.net/emea/'

/** A key pair as the Connector publishes them; `endorsements` undefined publishes none at all. */
export function createSigningPair(
  kid: string,
  endorsements: readonly string[] | undefined = ['msteams'],
  bits = 2048,
): Pair {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  return { kid, privateKey, publicKey, endorsements }
}

/**
 * Plays the Connector's identity service on loopback: an OpenID metadata document, a key document with endorsements,
 * and tokens signed by its keys, right or wrong in any way. Keys can be exchanged and faults switched on while it runs.
 */
export async function startIdentity(options: { now?: () => number; appId?: string; serviceUrl?: string } = {}) {
  const now = options.now ?? Date.now
  const state = {
    pairs: [createSigningPair('key-1')] as Pair[],
    fault: undefined as IdentityFault | undefined,
    hits: { metadata: 0, keys: 0 },
    /** Bytes of huge answers that have left so far. */
    taken: 0,
  }

  const server = createServer((request, response) => {
    const isMetadata = request.url?.endsWith('/openidconfiguration') === true
    state.hits[isMetadata ? 'metadata' : 'keys'] += 1
    if (state.fault !== undefined && misbehave(state, state.fault, isMetadata, request.url, response)) return
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(isMetadata ? metadata() : { keys: state.pairs.map(published) }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const metadata = () => ({
    issuer: 'https://api.botframework.com',
    jwks_uri: `${origin}/v1/.well-known/keys`,
    id_token_signing_alg_values_supported: ['RS256'],
  })

  function mint({ claims, header, pair = state.pairs[0] }: TokenSpec = {}): string {
    const seconds = Math.floor(now() / 1000)
    const payload = {
      iss: 'https://api.botframework.com',
      aud: options.appId ?? APP_ID,
      serviceurl: options.serviceUrl ?? SERVICE_URL,
      nbf: seconds - 60,
      exp: seconds + 3600,
      ...claims,
    }
    if (pair === undefined) throw new Error('no key to sign with')
    return sign({ alg: 'RS256', typ: 'JWT', kid: pair.kid, ...header }, payload, pair)
  }

  return {
    metadataUrl: `${origin}/v1/.well-known/openidconfiguration`,
    /** Published keys, current fault, and what was fetched; change them at will. */
    state,
    /** A token that our gate accepts, unless told otherwise. */
    mint,
    close: (): Promise<void> => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

export type Identity = Awaited<ReturnType<typeof startIdentity>>

/** Answers wrongly and says so; false when the document is still to be sent: with a bad status, or after a redirect. */
function misbehave(
  state: { taken: number },
  fault: IdentityFault,
  isMetadata: boolean,
  url = '',
  response: ServerResponse,
): boolean {
  switch (fault) {
    case 'down':
      response.statusCode = 503
      return false
    case 'hang':
      return true
    case 'drip': {
      response.write('{')
      const drip = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(drip))
      return true
    }
    case 'garbage':
      response.end('<html>not json</html>')
      return true
    case 'huge':
      Readable.from(endless(state)).pipe(response)
      return true
    case 'redirect':
      if (url.startsWith('/moved')) return false
      // Restify, where it is loaded, makes `writeHead` return nothing: no chaining here.
      response.writeHead(302, { Location: `/moved${url}` })
      response.end()
      return true
    case 'keys-down':
      if (isMetadata) return false
      response.writeHead(500)
      response.end()
      return true
    case 'empty-keys':
      if (!isMetadata) response.end('{"keys":[]}')
      return !isMetadata
    default:
      return fault satisfies never
  }
}

function* endless(state: { taken: number }) {
  yield '{"keys":["'
  for (let chunk = 0; chunk < 800; chunk += 1) {
    state.taken += 65_536
    yield 'x'.repeat(65_536)
  }
  yield '"]}'
}

function published({ kid, publicKey, endorsements }: Pair) {
  return { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', ...(endorsements && { endorsements }) }
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Signs as the header's algorithm says (RS256 if it says none), with node's own cryptography: independent of the library that verifies. */
function sign(header: Record<string, unknown>, payload: Record<string, unknown>, pair: Pair): string {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${signature(String(header.alg), input, pair)}`
}

function signature(algorithm: string, input: string, { privateKey, publicKey }: Pair): string {
  const [, family, bits] = /^(RS|PS|HS)(256|384|512)$/.exec(algorithm) ?? ['', 'RS', '256']
  const digest = `sha${bits}`
  if (family === 'HS') {
    // The old attack: the public key, which everybody knows, used as the secret of an HMAC.
    return createHmac(digest, publicKey.export({ type: 'spki', format: 'pem' }))
      .update(input)
      .digest('base64url')
  }
  const padding = family === 'PS' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING
  return createSign(digest).update(input).sign({ key: privateKey, padding }).toString('base64url')
}
