import type { TokenCredential } from '@azure/identity'
import { openDatabase } from '../state/engine/database.ts'
import type { Database } from '../state/engine/transaction.ts'
import type { DatabaseConfig, DatabaseIdentity } from './config/database.ts'
import { createCachedToken } from './teams/cached-token.ts'

const SCOPE = 'https://ossrdbms-aad.database.windows.net/.default'
// Set explicitly: the library would otherwise read the authority from the environment.
const AUTHORITY = 'https://login.microsoftonline.com'

/** Creates the configured credential. */
export async function createDatabaseCredential(identity: DatabaseIdentity): Promise<TokenCredential> {
  const { ClientCertificateCredential, ClientSecretCredential, ManagedIdentityCredential, WorkloadIdentityCredential } =
    await import('@azure/identity')
  const options = { authorityHost: AUTHORITY, retryOptions: { maxRetries: 1 } }
  switch (identity.kind) {
    case 'managed-identity':
      return new ManagedIdentityCredential(identity.clientId === undefined ? {} : { clientId: identity.clientId })
    case 'workload-identity': {
      const { tenantId, clientId, tokenFile: tokenFilePath } = identity
      return new WorkloadIdentityCredential({ ...options, tenantId, clientId, tokenFilePath })
    }
    case 'secret':
      return new ClientSecretCredential(identity.tenantId, identity.clientId, identity.secret(), options)
    case 'certificate': {
      const certificate = { certificatePath: identity.file }
      return new ClientCertificateCredential(identity.tenantId, identity.clientId, certificate, options)
    }
    default:
      return identity satisfies never
  }
}

/** Creates the cached token that serves as the password of new connections. Open connections do not need it. */
export function createDatabaseToken(credential: () => Promise<TokenCredential>, now: () => number = Date.now) {
  return createCachedToken({ credential, scope: SCOPE, now }).get
}

/** Opens the configured database and migrates its tables. */
export function openConfigured({ databaseUrl, databaseIdentity }: DatabaseConfig): Promise<Database> {
  const token = databaseIdentity && createDatabaseToken(() => createDatabaseCredential(databaseIdentity))
  return openDatabase(databaseUrl(), token)
}
