import { hash, type KeyObject } from 'node:crypto'
import { decodeProtectedHeader, errors, jwtVerify } from 'jose'
import { createLru } from '../../dialogs/lru.ts'
import { ok, type Result, refused } from '../../dialogs/result.ts'
import type { SigningKeys } from './signing-keys.ts'

/** What a verified Connector token vouches for: not the activity's content, only where its answers may go. */
export type VerifiedToken = { readonly serviceUrl: unknown; readonly notBefore: number; readonly expires: number }

export type TokenFault =
  | 'malformed-token'
  | 'algorithm'
  | 'critical-extension'
  | 'keys-unavailable'
  | 'unknown-key'
  | 'not-endorsed'
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'lifetime'
  | 'expired'
  | 'not-yet-valid'

export type TokenVerdict = Result<VerifiedToken, TokenFault>

const ISSUER = 'https://api.botframework.com'
const CHANNEL = 'msteams'
const SKEW_SECONDS = 300
const LONGEST_LIFE_SECONDS = 24 * 3600
const COMPACT = /^[\w-]{1,2000}\.[\w-]{1,8000}\.[\w-]{1,2000}$/

export type TokenVerifierDeps = {
  readonly keys: SigningKeys
  readonly appId: string
  readonly now: () => number
  /** How many verified tokens are remembered. */
  readonly capacity?: number
}

/**
 * Verifies Connector tokens. Teams sends the same token with many activities, so a verified one is remembered by its
 * SHA-256 until it expires or the signing keys change, and the RSA work is done once. The token itself is never kept.
 */
export function createTokenVerifier({ keys, appId, now, capacity = 1000 }: TokenVerifierDeps) {
  const remembered = createLru<string, VerifiedToken>(capacity)
  let generation: number | undefined

  async function verify(token: string): Promise<TokenVerdict> {
    if (!COMPACT.test(token) || !isExactlyEncoded(token)) return refused('malformed-token')
    const header = protectedHeader(token)
    if (header === undefined) return refused('malformed-token')
    if (header.alg !== 'RS256') return refused('algorithm')
    if ('crit' in header) return refused('critical-extension')
    const signer = typeof header.kid === 'string' ? await keys.find(header.kid) : undefined
    if (signer === undefined) return refused('unknown-key')
    const verdict = await checkClaims(token, signer.key, appId, new Date(now()))
    return verdict.ok && !signer.endorsements.has(CHANNEL) ? refused('not-endorsed') : verdict
  }

  /** The verdict on a token of an Authorization header, without its scheme. */
  return async function check(token: string): Promise<TokenVerdict> {
    const present = await keys.generation()
    if (present === undefined) return refused('keys-unavailable')
    if (present !== generation) remembered.clear()
    generation = present
    const id = hash('sha256', token, 'base64url')
    const known = remembered.get(id)
    if (known !== undefined) return duringItsLife(known, now())
    const verdict = await verify(token)
    // Keys that changed while this token was being verified have emptied the memory: it must stay out of it.
    if (verdict.ok && present === (await keys.generation())) remembered.set(id, verdict.value)
    return verdict
  }
}

export type TokenVerifier = ReturnType<typeof createTokenVerifier>

/** The last letter of a signature holds bits that mean nothing: as they are, one signature could be written in several ways. */
function isExactlyEncoded(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1)
  return Buffer.from(signature, 'base64url').toString('base64url') === signature
}

function protectedHeader(token: string) {
  try {
    return decodeProtectedHeader(token)
  } catch {
    return undefined
  }
}

function duringItsLife(vouched: VerifiedToken, now: number): TokenVerdict {
  const seconds = Math.floor(now / 1000)
  if (vouched.expires <= seconds - SKEW_SECONDS) return refused('expired')
  if (vouched.notBefore > seconds + SKEW_SECONDS) return refused('not-yet-valid')
  return ok(vouched)
}

async function checkClaims(token: string, key: KeyObject, audience: string, currentDate: Date): Promise<TokenVerdict> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['RS256'],
      issuer: ISSUER,
      audience,
      currentDate,
      clockTolerance: SKEW_SECONDS,
    })
    const { aud, exp, nbf, serviceurl } = payload
    // jose also accepts a list that contains the audience; the Connector never sends one.
    if (typeof aud !== 'string') return refused('audience')
    if (exp === undefined || nbf === undefined || exp - nbf > LONGEST_LIFE_SECONDS) return refused('lifetime')
    return ok({ serviceUrl: serviceurl, notBefore: nbf, expires: exp })
  } catch (error) {
    return refused(faultOf(error))
  }
}

function faultOf(error: unknown): TokenFault {
  if (error instanceof errors.JWTExpired) return 'expired'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature'
  if (!(error instanceof errors.JWTClaimValidationFailed)) return 'malformed-token'
  switch (error.claim) {
    case 'iss':
      return 'issuer'
    case 'aud':
      return 'audience'
    case 'nbf':
      return error.reason === 'check_failed' ? 'not-yet-valid' : 'lifetime'
    case 'exp':
      return 'lifetime'
    default:
      return 'malformed-token'
  }
}
