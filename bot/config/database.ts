import { catalogue, type ValueOf } from './catalogue.ts'
import { databaseUrl, pem } from './kinds.ts'
import type { Settings } from './settings.ts'

/** Identity that signs in to the database with an Entra token, in the terms of `@azure/identity`. */
export type DatabaseIdentity =
  /** The machine's identity, if it has no client id. */
  | { readonly kind: 'managed-identity'; readonly clientId: string | undefined }
  | (Registration & { readonly kind: 'workload-identity'; readonly tokenFile: string })
  | (Registration & { readonly kind: 'secret'; readonly secret: () => string })
  | (Registration & { readonly kind: 'certificate'; readonly file: string })

type Registration = { readonly tenantId: string; readonly clientId: string }

export type DatabaseConfig = {
  /** A function, since it may hold a password. */
  readonly databaseUrl: () => string
  /** Undefined if the URL holds the password, or needs none. */
  readonly databaseIdentity: DatabaseIdentity | undefined
}

/** Reads the database and how to sign in to it; its URL is undefined after a fault. */
export function readDatabase(settings: Settings): { [K in keyof DatabaseConfig]: DatabaseConfig[K] | undefined } {
  const given = settings.secret('DATABASE_URL') ?? { name: 'DATABASE_URL', value: catalogue.DATABASE_URL.fallback }
  const url = settings.parse(given.name, given.value, databaseUrl)
  const kind = settings.read('DATABASE_AUTH')
  if (kind === 'password') {
    if (url !== undefined) checkEncryption(settings, given.name, url())
    return { databaseUrl: url, databaseIdentity: undefined }
  }
  if (url !== undefined) checkUrl(settings, given.name, url())
  return { databaseUrl: url, databaseIdentity: readIdentity(settings, kind) }
}

/** Names of this machine, and the empty one of a socket in its file system. */
const thisMachine = ['', 'localhost', '127.0.0.1', '[::1]']

/**
 * Refuses a server on another machine whose certificate is not checked: whoever stands between could read the password
 * and every case, or answer in its place.
 */
function checkEncryption(settings: Settings, name: string, text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  // The driver prefers the host of a parameter, which may also be the folder of a socket.
  const hosts = url ? [url.hostname, ...url.searchParams.getAll('host')] : []
  const isHere = hosts.every((host) => thisMachine.includes(host) || host.startsWith('/'))
  if (!url || url.protocol === 'sqlite:' || isHere) return
  const modes = url.searchParams.getAll('sslmode')
  const isReasoned = settings.read('DATABASE_TLS_REASON') !== undefined
  if (modes.length === 1 && (modes[0] === 'verify-full' || (modes[0] === 'require' && isReasoned))) return
  const what = 'needs ?sslmode=verify-full for a server on another machine'
  settings.fault(name, `${what}; sslmode=require is taken only with a DATABASE_TLS_REASON`)
}

/** Refuses a URL that weakens the check of the server's certificate: the server receives a token. */
function checkUrl(settings: Settings, name: string, text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isSafe = [...(url?.searchParams ?? [])].every(
    ([key, value]) => key === 'sslmode' && ['require', 'verify-full'].includes(value),
  )
  if (!url || url.protocol === 'sqlite:' || url.username === '' || url.password !== '' || !isSafe) {
    const shape = 'postgres://ROLE@HOST/DATABASE, with no password and no parameter but sslmode=verify-full'
    settings.fault(name, `must be ${shape}, where DATABASE_AUTH is not password`)
  }
}

function readIdentity(
  settings: Settings,
  kind: Exclude<ValueOf<'DATABASE_AUTH'>, 'password'>,
): DatabaseIdentity | undefined {
  if (kind === 'managed-identity') {
    const own = settings.raw('MicrosoftAppType') === 'UserAssignedMSI' ? settings.raw('MicrosoftAppId') : undefined
    return { kind, clientId: settings.read('AZURE_CLIENT_ID') ?? own }
  }
  const tenantId = settings.required('AZURE_TENANT_ID')
  const clientId = settings.required('AZURE_CLIENT_ID')
  const proof = readProof(settings, kind)
  return tenantId && clientId && proof ? { tenantId, clientId, ...proof } : undefined
}

function readProof(settings: Settings, kind: 'workload-identity' | 'secret' | 'certificate') {
  switch (kind) {
    case 'workload-identity': {
      const tokenFile = settings.required('AZURE_FEDERATED_TOKEN_FILE')
      return tokenFile === undefined ? undefined : { kind, tokenFile }
    }
    case 'secret': {
      const secret = settings.secret('AZURE_CLIENT_SECRET')
      if (!secret && settings.raw('AZURE_CLIENT_SECRET_FILE') === undefined) settings.missing('AZURE_CLIENT_SECRET')
      return secret && { kind, secret: () => secret.value }
    }
    case 'certificate': {
      const name = 'AZURE_CLIENT_CERTIFICATE_PATH'
      if (settings.raw(name) === undefined) settings.missing(name)
      // Only checked here: the library reads the file itself, at each use.
      const content = settings.secretFile(name)
      const file = settings.raw(name)
      if (content === undefined || file === undefined || !settings.parse(name, content, pem)) return undefined
      return { kind, file }
    }
    default:
      return kind satisfies never
  }
}
