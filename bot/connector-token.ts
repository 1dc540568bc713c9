import {
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
  type TokenCredential,
} from '@azure/identity'
import type { ProductionConfig } from './config.ts'
import { createHeldToken, type HeldToken } from './held-token.ts'

const SCOPE = 'https://api.botframework.com/.default'
// Given to every credential: the library would otherwise take the authority from the environment.
const AUTHORITY = 'https://login.microsoftonline.com'

/** The credential that the configuration names, never a chain that depends on the machine. */
export function createCredential({ credential, authorityTenant, appId }: ProductionConfig): TokenCredential {
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

/** The bot's own token for the Connector. */
export function createConnectorToken({ credential, now }: { credential: TokenCredential; now: () => number }) {
  return createHeldToken({ credential, scope: SCOPE, now })
}

export type ConnectorToken = HeldToken
