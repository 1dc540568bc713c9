import type { TokenCredential } from '@azure/identity'
import { type CachedToken, createCachedToken } from './cached-token.ts'

const SCOPE = 'https://api.botframework.com/.default'
// Set explicitly: the library would otherwise read the authority from the environment.
const AUTHORITY = 'https://login.microsoftonline.com'

/** Identity of the bot's registration, and the tenant that issues its tokens. */
interface BotIdentity {
  readonly appId: string
  readonly authorityTenant: string
  readonly credential:
    | { readonly kind: 'managed-identity' }
    | { readonly kind: 'secret'; readonly secret: () => string }
    | { readonly kind: 'certificate'; readonly pem: () => string }
}

/** Creates the configured credential, never a chain that depends on the machine. Loads the slow library only when needed. */
export async function createCredential({ credential, authorityTenant, appId }: BotIdentity): Promise<TokenCredential> {
  const { ClientCertificateCredential, ClientSecretCredential, ManagedIdentityCredential } = await import(
    '@azure/identity'
  )
  const options = { authorityHost: AUTHORITY, retryOptions: { maxRetries: 1 } }
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
  now,
}: {
  credential: () => Promise<TokenCredential>
  now: () => number
}) {
  return createCachedToken({ credential, scope: SCOPE, now })
}

export type ConnectorToken = CachedToken
