import { hash, type KeyObject } from 'node:crypto'
import { decodeProtectedHeader, errors, jwtVerify } from 'jose'
import { createLru } from '../../dialogs/lru.ts'
import { ok, type Result, refused } from '../../dialogs/result.ts'
import type { SigningKeys } from './signing-keys.ts'

/** The claims of a verified Connector token. It vouches for the service URL, not for the activity's content. */
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

const CHANNEL = 'msteams'
const SKEW_SECONDS = 300
const LONGEST_LIFE_SECONDS = 24 * 3600
const COMPACT = /^[\w-]{1,2000}\.[\w-]{1,8000}\.[\w-]{1,2000}$/

export type TokenVerifierDeps = {
  readonly keys: SigningKeys
  /** Issuer of the cloud; a token of another cloud is refused. */
  readonly issuer: string
  readonly appId: string
  readonly now: () => number
  /** Number of verified tokens in the cache. */
  readonly capacity?: number
}

/**
 * Verifies Connector tokens. Teams sends one token with many activities, so verified tokens are cached by their SHA-256
 * until they expire or the signing keys change. The token itself is never stored.
 */
export function createTokenVerifier({ keys, issuer, appId, now, capacity = 1000 }: TokenVerifierDeps) {
  const verified = createLru<string, VerifiedToken>(capacity)
  let generation: number | undefined

  async function verify(token: string): Promise<TokenVerdict> {
    if (!COMPACT.test(token) || !isExactlyEncoded(token)) return refused('malformed-token')
    const header = protectedHeader(token)
    if (header === undefined) return refused('malformed-token')
    if (header.alg !== 'RS256') return refused('algorithm')
    if ('crit' in header) return refused('critical-extension')
    const signer = typeof header.kid === 'string' ? await keys.find(header.kid) : undefined
    if (signer === undefined) return refused('unknown-key')
    const verdict = await checkClaims(token, signer.key, { issuer, audience: appId, currentDate: new Date(now()) })
    return verdict.ok && !signer.endorsements.has(CHANNEL) ? refused('not-endorsed') : verdict
  }

  /** Verifies a token of an Authorization header, without its scheme. */
  return async function check(token: string): Promise<TokenVerdict> {
    const present = await keys.generation()
    if (present === undefined) return refused('keys-unavailable')
    if (present !== generation) verified.clear()
    generation = present
    const id = hash('sha256', token, 'base64url')
    const known = verified.get(id)
    if (known !== undefined) return duringItsLife(known, now())
    const verdict = await verify(token)
    // If the keys changed during the verification, the cache was cleared and this token must stay out of it.
    if (verdict.ok && present === (await keys.generation())) verified.set(id, verdict.value)
    return verdict
  }
}

export type TokenVerifier = ReturnType<typeof createTokenVerifier>

/** True if the signature is in canonical base64url: unused bits of its last letter would allow several spellings. */
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

type Expected = { readonly issuer: string; readonly audience: string; readonly currentDate: Date }

async function checkClaims(token: string, key: KeyObject, expected: Expected): Promise<TokenVerdict> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['RS256'],
      ...expected,
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
