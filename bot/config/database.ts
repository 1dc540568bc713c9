import { z } from 'zod'
import { guid, oneOf, pem, readableFile } from './kinds.ts'
import type { Settings } from './settings.ts'

/** As whom the bot signs in to the database with a token of Entra, in the terms of `@azure/identity`. */
export type DatabaseIdentity =
  /** Without a client id, the identity of the machine. */
  | { readonly kind: 'managed-identity'; readonly clientId: string | undefined }
  | (Registration & { readonly kind: 'workload-identity'; readonly tokenFile: string })
  | (Registration & { readonly kind: 'secret'; readonly secret: () => string })
  | (Registration & { readonly kind: 'certificate'; readonly file: string })

type Registration = { readonly tenantId: string; readonly clientId: string }

export type DatabaseConfig = {
  /** A function, since it may hold a password. */
  readonly databaseUrl: () => string
  /** Undefined where the URL itself holds whatever password there is. */
  readonly databaseIdentity: DatabaseIdentity | undefined
}

export const DEFAULT_DATABASE_URL = 'sqlite:data/multicanal.db'
const KINDS = ['password', 'managed-identity', 'workload-identity', 'secret', 'certificate'] as const

const databaseUrl = z
  .string()
  .regex(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/s, 'must be sqlite:FILE or postgres://…')
  .transform((url) => () => url)

/** The database and how to sign in to it; its URL is undefined when a fault was noted. */
export function readDatabase(settings: Settings): { [K in keyof DatabaseConfig]: DatabaseConfig[K] | undefined } {
  const given = settings.secret('DATABASE_URL') ?? { name: 'DATABASE_URL', value: DEFAULT_DATABASE_URL }
  const url = settings.parse(given.name, given.value, databaseUrl)
  const kind = settings.optional('DATABASE_AUTH', oneOf(KINDS)) ?? 'password'
  if (kind === 'password') return { databaseUrl: url, databaseIdentity: undefined }
  if (url !== undefined) checkUrl(settings, given.name, url())
  return { databaseUrl: url, databaseIdentity: readIdentity(settings, kind) }
}

/** A token is for whoever is at the other end: nothing in the URL may keep the bot from knowing who that is. */
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
  kind: Exclude<(typeof KINDS)[number], 'password'>,
): DatabaseIdentity | undefined {
  if (kind === 'managed-identity') {
    const own = settings.raw('MicrosoftAppType') === 'UserAssignedMSI' ? settings.raw('MicrosoftAppId') : undefined
    return { kind, clientId: settings.optional('AZURE_CLIENT_ID', guid) ?? own }
  }
  const tenantId = settings.required(
    'AZURE_TENANT_ID',
    guid,
    'the tenant of the identity that signs in to the database',
  )
  const clientId = settings.required('AZURE_CLIENT_ID', guid, 'the application that signs in to the database, a GUID')
  const proof = readProof(settings, kind)
  return tenantId && clientId && proof ? { tenantId, clientId, ...proof } : undefined
}

function readProof(settings: Settings, kind: 'workload-identity' | 'secret' | 'certificate') {
  switch (kind) {
    case 'workload-identity': {
      const name = 'AZURE_FEDERATED_TOKEN_FILE'
      const tokenFile = settings.required(name, readableFile, 'the file with the federated token')
      return tokenFile === undefined ? undefined : { kind, tokenFile }
    }
    case 'secret': {
      const secret = settings.secret('AZURE_CLIENT_SECRET')
      if (!secret && settings.raw('AZURE_CLIENT_SECRET_FILE') === undefined) {
        settings.fault('AZURE_CLIENT_SECRET', 'is missing: the client secret of AZURE_CLIENT_ID')
      }
      return secret && { kind, secret: () => secret.value }
    }
    case 'certificate': {
      const name = 'AZURE_CLIENT_CERTIFICATE_PATH'
      if (settings.raw(name) === undefined) settings.fault(name, 'is missing: a PEM file with certificate and key')
      // The library reads the file by itself, and again at each use: only looked at here.
      const content = settings.secretFile(name)
      const file = settings.raw(name)
      if (content === undefined || file === undefined || !settings.parse(name, content, pem)) return undefined
      return { kind, file }
    }
    default:
      return kind satisfies never
  }
}
