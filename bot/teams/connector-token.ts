import type { TokenCredential } from '@azure/identity'
import { type CachedToken, createCachedToken } from './cached-token.ts'

/** Identity of the bot's registration, and the tenant of Entra that issues its tokens. */
interface BotIdentity {
  readonly appId: string
  readonly botAuthority: string
  readonly authorityTenant: string
  readonly credential:
    | { readonly kind: 'managed-identity' }
    | { readonly kind: 'secret'; readonly secret: () => string }
    | { readonly kind: 'certificate'; readonly pem: () => string }
}

/** Creates the configured credential, never a chain that depends on the machine. Loads the slow library only when needed. */
export async function createCredential(identity: BotIdentity): Promise<TokenCredential> {
  const { credential, botAuthority, authorityTenant, appId } = identity
  const { ClientCertificateCredential, ClientSecretCredential, ManagedIdentityCredential } = await import(
    '@azure/identity'
  )
  // Set explicitly: the library would otherwise read the authority from the environment.
  const options = { authorityHost: botAuthority, retryOptions: { maxRetries: 1 } }
  switch (credential.kind) {
    case 'managed-identity':
      return new ManagedIdentityCredential({ clientId: appId })
    case 'secret':
      return new ClientSecretCredential(authorityTenant, appId, credential.secret(), options)
    case 'certificate':
      return new ClientCertificateCredential(authorityTenant, appId, { certificate: credential.pem() }, options)
    default:
      return credential satisfies never
  }
}

/** Creates the cached token for the Connector. */
export function createConnectorToken({
  credential,
  scope,
  now,
}: {
  credential: () => Promise<TokenCredential>
  scope: string
  now: () => number
}) {
  return createCachedToken({ credential, scope, now })
}

export type ConnectorToken = CachedToken
