import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { AccessToken, ClientAssertionCredentialOptions, TokenCredential } from '@azure/identity'
import { z } from 'zod'
import { createLru } from '../dialogs/lru.ts'
import { payloadOf } from './jwt.ts'

/** Credential of the partner's application. The federated kinds have no secret. */
export type PartnerCredential =
  | { readonly kind: 'secret'; readonly secret: () => string }
  /** PEM file with certificate and private key; read at every use, so that it can be renewed in place. */
  | { readonly kind: 'certificate'; readonly file: string }
  /** Managed identity that the application trusts; without a client id, the machine's. */
  | { readonly kind: 'managed-identity'; readonly clientId: string | undefined; readonly audience: string }
  /** File with a token that the application trusts, renewed by Kubernetes. */
  | { readonly kind: 'workload-identity'; readonly tokenFile: string }

/** Application registered in the partner's tenant. */
export interface PartnerIdentity {
  readonly tenantId: string
  readonly clientId: string
  readonly credential: PartnerCredential
}

export type TokenAudience = 'partner-center' | 'graph'

export type TokenResult =
  | { kind: 'token'; token: string }
  /** The person's assertion is no longer valid: they have to sign in. */
  | { kind: 'sign-in' }
  /** The person signed in without a second factor. `claims` are Entra's demands for the next sign-in, if any. */
  | { kind: 'second-factor'; claims: string | undefined }
  /** Entra is unreachable or refuses the application, which no user can mend. `cause` holds no secret. */
  | { kind: 'unavailable'; cause: unknown }

interface TokenProviderDeps {
  partner: PartnerIdentity
  /** Authority host of the cloud, https. */
  authority: string
  /** Audience of each resource, an https origin. */
  resources: Readonly<Record<TokenAudience, string>>
  now: () => number
  /** True for an authority that is not a public cloud. */
  disableInstanceDiscovery?: boolean
  timeoutMs?: number
}

const RENEW_BEFORE_MS = 5 * 60_000
const MAX_EXCHANGED = 1_000

/**
 * Obtains access tokens for Partner Center and Graph: the application's own, or on behalf of a person.
 * They are cached in memory only, until five minutes before they expire.
 */
export function createTokenProvider(deps: TokenProviderDeps) {
  const options = optionsOf(deps)
  let loaded: Promise<Credentials> | undefined
  const credentials = () => {
    loaded ??= credentialsOf(deps.partner, options)
    return loaded
  }
  const exchanged = createLru<string, AccessToken>(MAX_EXCHANGED)
  const pending = new Map<string, Promise<TokenResult>>()

  async function exchange(key: string, resource: TokenAudience, userAssertion: string): Promise<TokenResult> {
    try {
      const token = await (await credentials())
        .behalf(userAssertion)
        .getToken(delegatedScope(resource, deps.resources[resource]))
      if (token === null) return unavailable(undefined)
      if (resource === 'partner-center' && lacksSecondFactor(token.token))
        return { kind: 'second-factor', claims: undefined }
      exchanged.set(key, token)
      return { kind: 'token', token: token.token }
    } catch (error) {
      return demandOf(error)
    }
  }

  return {
    /** Obtains a token of the application; the library caches and renews it. */
    app: async (resource: TokenAudience): Promise<TokenResult> => {
      try {
        const token = await (await credentials()).application.getToken(`${deps.resources[resource]}/.default`)
        return token ? { kind: 'token', token: token.token } : unavailable(undefined)
      } catch (error) {
        return unavailable(error)
      }
    },
    /** Exchanges the assertion of a sign-in for a token with the person's rights; one exchange at a time. */
    onBehalfOf: (resource: TokenAudience, userAssertion: string): Promise<TokenResult> => {
      const key = `${resource} ${createHash('sha256').update(userAssertion).digest('base64url')}`
      const cached = exchanged.get(key)
      if (cached !== undefined && deps.now() < cached.expiresOnTimestamp - RENEW_BEFORE_MS)
        return Promise.resolve({ kind: 'token', token: cached.token })
      const waiting = pending.get(key) ?? exchange(key, resource, userAssertion).finally(() => pending.delete(key))
      pending.set(key, waiting)
      return waiting
    },
  }
}

export type TokenProvider = ReturnType<typeof createTokenProvider>

/** Returns the scope: Partner Center's only delegated permission by name, and all consented ones of Graph. */
const delegatedScope = (resource: TokenAudience, audience: string): string =>
  resource === 'partner-center' ? `${audience}/user_impersonation` : `${audience}/.default`

/** Bounds the library: no retries (the caller's task), no redirects of a secret in the body, and a timeout. */
function optionsOf({ authority, disableInstanceDiscovery = false, timeoutMs = 10_000 }: TokenProviderDeps) {
  return {
    authorityHost: authority,
    disableInstanceDiscovery,
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
    additionalPolicies: [
      {
        position: 'perCall' as const,
        policy: {
          name: 'timeout',
          sendRequest: (request, next) => {
            request.timeout = timeoutMs
            return next(request)
          },
        },
      },
    ],
  } satisfies ClientAssertionCredentialOptions
}
type Options = ReturnType<typeof optionsOf>

interface Credentials {
  application: TokenCredential
  /** Creates a credential per assertion, so that no token of one person is found for another. */
  behalf: (userAssertion: string) => TokenCredential
}

/** Creates the credentials. Loads the library only now, because it would slow down the start. */
async function credentialsOf(
  { tenantId, clientId, credential }: PartnerIdentity,
  options: Options,
): Promise<Credentials> {
  const {
    ClientAssertionCredential,
    ClientCertificateCredential,
    ClientSecretCredential,
    ManagedIdentityCredential,
    OnBehalfOfCredential,
  } = await import('@azure/identity')
  const registration = { tenantId, clientId, ...options }
  /** Authenticates the application with the token of another identity. */
  const federated = (getAssertion: () => Promise<string>): Credentials => ({
    application: new ClientAssertionCredential(tenantId, clientId, getAssertion, options),
    behalf: (userAssertionToken) => new OnBehalfOfCredential({ ...registration, getAssertion, userAssertionToken }),
  })
  switch (credential.kind) {
    case 'secret': {
      const clientSecret = credential.secret()
      return {
        application: new ClientSecretCredential(tenantId, clientId, clientSecret, options),
        behalf: (userAssertionToken) => new OnBehalfOfCredential({ ...registration, clientSecret, userAssertionToken }),
      }
    }
    case 'certificate': {
      const certificatePath = credential.file
      return {
        application: new ClientCertificateCredential(tenantId, clientId, { certificatePath }, options),
        behalf: (userAssertionToken) =>
          new OnBehalfOfCredential({ ...registration, certificatePath, userAssertionToken }),
      }
    }
    case 'managed-identity': {
      const identity = new ManagedIdentityCredential({
        ...options,
        ...(credential.clientId !== undefined && { clientId: credential.clientId }),
      })
      return federated(async () => (await identity.getToken(`${credential.audience}/.default`)).token)
    }
    case 'workload-identity':
      return federated(async () => (await readFile(credential.tokenFile, 'utf8')).trim())
    default:
      return credential satisfies never
  }
}

const amrSchema = z.looseObject({ amr: z.array(z.string()).optional() })

/** True if Partner Center will refuse the token. An unreadable one is left to Partner Center. */
function lacksSecondFactor(token: string): boolean {
  const payload = payloadOf(token, amrSchema)
  return payload !== undefined && !payload.amr?.includes('mfa')
}

/** Fields of the library's errors, which nest Entra's own response. */
const refusalSchema = z.looseObject({
  errorCode: z.string().default('unknown_error'),
  errorNo: z.coerce.string().optional(),
  claims: z.string().optional(),
})
type Refusal = z.infer<typeof refusalSchema>

const refusalOf = (error: unknown): Refusal =>
  refusalSchema.safeParse(error instanceof Error ? (error.cause ?? error) : {}).data ?? { errorCode: 'unknown_error' }

/** AADSTS numbers that demand a second factor or its registration. Some come with a plain invalid_grant. */
const SECOND_FACTOR_ERRORS = new Set(['50072', '50074', '50076', '50079', '50158'])
const SIGN_IN_ERRORS = new Set(['invalid_grant', 'login_required', 'consent_required'])

function demandOf(error: unknown): TokenResult {
  const { errorCode, errorNo, claims } = refusalOf(error)
  if (claims || errorCode === 'interaction_required' || SECOND_FACTOR_ERRORS.has(errorNo ?? ''))
    return { kind: 'second-factor', claims: claims || undefined }
  return SIGN_IN_ERRORS.has(errorCode) ? { kind: 'sign-in' } : unavailable(error)
}

/** Keeps Entra's code and number only: the library's errors may hold the request with its secret. */
function unavailable(error: unknown): TokenResult {
  const { errorCode, errorNo } = refusalOf(error)
  return { kind: 'unavailable', cause: new Error(`no token: ${errorCode}${errorNo ? ` AADSTS${errorNo}` : ''}`) }
}
