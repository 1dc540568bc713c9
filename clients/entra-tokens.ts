import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { AccessToken, ClientAssertionCredentialOptions, TokenCredential } from '@azure/identity'
import { z } from 'zod'
import { createLru } from '../dialogs/lru.ts'
import { payloadOf } from './jwt.ts'

/** How the partner's application proves to Entra that it is the one. The federated kinds hold no secret at all. */
export type PartnerCredential =
  | { readonly kind: 'secret'; readonly secret: () => string }
  /** A PEM file with the certificate and its private key; read at every use, so that it can be renewed in place. */
  | { readonly kind: 'certificate'; readonly file: string }
  /** A managed identity that the application trusts; without a client id, the one of the machine. */
  | { readonly kind: 'managed-identity'; readonly clientId: string | undefined; readonly audience: string }
  /** A file whose token the application trusts, renewed from outside (Kubernetes). */
  | { readonly kind: 'workload-identity'; readonly tokenFile: string }

/** The application that is registered in the partner's tenant. */
export interface PartnerIdentity {
  readonly tenantId: string
  readonly clientId: string
  readonly credential: PartnerCredential
}

export type TokenAudience = 'partner-center' | 'graph'

export type TokenResult =
  | { kind: 'token'; token: string }
  /** The person's assertion is no longer good: they have to sign in. */
  | { kind: 'sign-in' }
  /** Signed in without a second factor; `claims` is what Entra demands of the next sign-in, where it says so. */
  | { kind: 'second-factor'; claims: string | undefined }
  /** Entra cannot be reached or refuses the application itself: nothing a person in the chat can do. `cause` holds no secret. */
  | { kind: 'unavailable'; cause: unknown }

interface TokenProviderDeps {
  partner: PartnerIdentity
  /** Authority host of the cloud, https. */
  authority: string
  /** The audience of each resource, an https origin. */
  resources: Readonly<Record<TokenAudience, string>>
  now: () => number
  /** For an authority that the public clouds do not know. */
  disableInstanceDiscovery?: boolean
  timeoutMs?: number
}

const RENEW_BEFORE_MS = 5 * 60_000
const MAX_EXCHANGED = 1_000

/**
 * Access tokens for Partner Center and Graph: the application's own, or on behalf of the person whose assertion it is.
 * They live in memory only, until five minutes before their end.
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
    /** A token of the application itself; the library keeps and renews it. */
    app: async (resource: TokenAudience): Promise<TokenResult> => {
      try {
        const token = await (await credentials()).application.getToken(`${deps.resources[resource]}/.default`)
        return token ? { kind: 'token', token: token.token } : unavailable(undefined)
      } catch (error) {
        return unavailable(error)
      }
    },
    /** A token for what the person may do, in exchange for the assertion of their sign-in; one exchange at a time. */
    onBehalfOf: (resource: TokenAudience, userAssertion: string): Promise<TokenResult> => {
      const key = `${resource} ${createHash('sha256').update(userAssertion).digest('base64url')}`
      const held = exchanged.get(key)
      if (held !== undefined && deps.now() < held.expiresOnTimestamp - RENEW_BEFORE_MS)
        return Promise.resolve({ kind: 'token', token: held.token })
      const waiting = pending.get(key) ?? exchange(key, resource, userAssertion).finally(() => pending.delete(key))
      pending.set(key, waiting)
      return waiting
    },
  }
}

export type TokenProvider = ReturnType<typeof createTokenProvider>

/** Partner Center has one delegated permission and wants it by name; of Graph, all that were consented to. */
const delegatedScope = (resource: TokenAudience, audience: string): string =>
  resource === 'partner-center' ? `${audience}/user_impersonation` : `${audience}/.default`

/** Bounds for the library: no retries, which belong to the caller, no redirects with a secret in the body, and an end. */
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
  /** One credential per assertion, as the library wants it: nothing of one person is ever looked up for another. */
  behalf: (userAssertion: string) => TokenCredential
}

/** Loads the library only now: it would take a good part of the time in which a process starts. */
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
  /** The application vouches for itself with the token of another identity. */
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

/** Whether Partner Center will refuse the token. One that cannot be read is left to Partner Center. */
function lacksSecondFactor(token: string): boolean {
  const payload = payloadOf(token, amrSchema)
  return payload !== undefined && !payload.amr?.includes('mfa')
}

/** What the library's errors carry; it puts Entra's own answer one level down. */
const refusalSchema = z.looseObject({
  errorCode: z.string().default('unknown_error'),
  errorNo: z.coerce.string().optional(),
  claims: z.string().optional(),
})
type Refusal = z.infer<typeof refusalSchema>

const refusalOf = (error: unknown): Refusal =>
  refusalSchema.safeParse(error instanceof Error ? (error.cause ?? error) : {}).data ?? { errorCode: 'unknown_error' }

/** AADSTS numbers that say: a second factor, or signing up for one. Some come as a plain invalid_grant. */
const secondFactor = new Set(['50072', '50074', '50076', '50079', '50158'])
const signIn = new Set(['invalid_grant', 'login_required', 'consent_required'])

function demandOf(error: unknown): TokenResult {
  const { errorCode, errorNo, claims } = refusalOf(error)
  if (claims || errorCode === 'interaction_required' || secondFactor.has(errorNo ?? ''))
    return { kind: 'second-factor', claims: claims || undefined }
  return signIn.has(errorCode) ? { kind: 'sign-in' } : unavailable(error)
}

/** The library's errors may hold the request, secret and all: only Entra's code and number go on. */
function unavailable(error: unknown): TokenResult {
  const { errorCode, errorNo } = refusalOf(error)
  return { kind: 'unavailable', cause: new Error(`no token: ${errorCode}${errorNo ? ` AADSTS${errorNo}` : ''}`) }
}
