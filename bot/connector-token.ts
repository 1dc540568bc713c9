import type { AccessToken, TokenCredential } from '@azure/identity'
import type { ProductionConfig } from './config.ts'

const SCOPE = 'https://api.botframework.com/.default'
// Given to every credential: the library would otherwise take the authority from the environment.
const AUTHORITY = 'https://login.microsoftonline.com'
const RENEW_BEFORE_MS = 5 * 60_000
const TIMEOUT_MS = 15_000

/**
 * The credential that the configuration names, never a chain that depends on the machine. The library is loaded when it
 * is first needed: it would take a good part of the time in which a process starts.
 */
export async function createCredential({
  credential,
  authorityTenant,
  appId,
}: ProductionConfig): Promise<TokenCredential> {
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

/** The bot's own token for the Connector, renewed five minutes before it ends; one request for it at a time. */
export function createConnectorToken({
  credential: create,
  now,
}: {
  credential: () => Promise<TokenCredential>
  now: () => number
}) {
  let credential: Promise<TokenCredential> | undefined
  let held: AccessToken | undefined
  let pending: Promise<AccessToken> | undefined

  async function fetchToken(): Promise<AccessToken> {
    credential ??= create()
    const token = await (await credential).getToken(SCOPE, { abortSignal: AbortSignal.timeout(TIMEOUT_MS) })
    if (token === null) throw new Error('no token was issued')
    held = token
    return token
  }

  return {
    /** The token's text; rejects when none can be had. */
    get: async (): Promise<string> => {
      if (held !== undefined && now() < held.expiresOnTimestamp - RENEW_BEFORE_MS) return held.token
      pending ??= fetchToken().finally(() => {
        pending = undefined
      })
      return (await pending).token
    },
    /** Forgets the token after the Connector has refused it, so that the next call asks for a new one. */
    forget: (): void => {
      held = undefined
    },
  }
}

export type ConnectorToken = ReturnType<typeof createConnectorToken>
