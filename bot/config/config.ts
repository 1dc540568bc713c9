import { type Cloud, clouds } from '../../dialogs/policy/policy.ts'
import { type ApprovalsConfig, readApprovals } from './approvals.ts'
import { type DatabaseConfig, readDatabase } from './database.ts'
import { guid, guids, hostName, oneOf, pem, port, wholeNumber } from './kinds.ts'
import { type PartnerConfig, readPartner, readSandboxPartner, type SandboxPartner } from './partner.ts'
import { ConfigError, createSettings, type Env, type Settings } from './settings.ts'

export type { PartnerConfig } from './partner.ts'
export { ConfigError } from './settings.ts'

/** A value that must not be printed: a function neither JSON nor a log line ever shows. Call it where the value is needed. */
export type Secret = () => string

export type BotCredential =
  | { readonly kind: 'managed-identity' }
  | { readonly kind: 'secret'; readonly secret: Secret }
  | { readonly kind: 'certificate'; readonly pem: Secret }

type Shared = DatabaseConfig & {
  readonly port: number
  readonly host: string
  readonly operatorPort: number
  readonly appId: string
  /** Where the Connector's signing keys are announced. */
  readonly metadataUrl: string
  readonly admins: ReadonlySet<string>
  /** Who may read what happened in all cases, and do nothing. */
  readonly auditors: ReadonlySet<string>
  readonly approvals: ApprovalsConfig
  readonly policyEdition: string
  readonly defaultLocale: 'en' | 'fr' | 'de'
  readonly cloud: Cloud
  /** False: nothing that changes something at Microsoft leaves this process. */
  readonly mayAct: boolean
  /** Days after which an ended case loses what people typed in it; undefined keeps everything. */
  readonly retentionDays: number | undefined
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
}

export type ProductionConfig = Shared & {
  readonly mode: 'production'
  /** The tenant that issues the bot's own tokens. */
  readonly authorityTenant: string
  readonly credential: BotCredential
  readonly serviceHosts: readonly string[]
  readonly allowedTenants: ReadonlySet<string>
  readonly partner: PartnerConfig
}

export type SandboxConfig = Shared & {
  readonly mode: 'sandbox'
  readonly allowedTenants: ReadonlySet<string> | 'any'
  readonly partner: PartnerConfig
}

export type Config = ProductionConfig | SandboxConfig

/** The policy editions of this build and the clouds each one covers. */
export type Editions = Readonly<Record<string, { readonly clouds: readonly string[] }>>

/** Teams reaches bots from these hosts only. A wildcard on their parent domains would admit names anybody can register. */
const SERVICE_HOSTS = [
  'smba.trafficmanager.net',
  'smba.infra.gcc.teams.microsoft.com',
  'smba.infra.gov.teams.microsoft.us',
]

const SANDBOX_APP_ID = '00000000-0000-4000-8000-000000000b07'
const METADATA_URL = 'https://login.botframework.com/v1/.well-known/openidconfiguration'

/** Settings by which the Bot Framework SDK can be pointed at other token issuers: a takeover lever outside tests. */
const TEST_OVERRIDES = [
  'ToBotFromChannelOpenIdMetadataUrl',
  'BotOpenIdMetadata',
  'ToBotFromChannelTokenIssuer',
  'ToBotFromEmulatorOpenIdMetadataUrl',
  'ToChannelFromBotLoginUrl',
  'ToChannelFromBotOAuthScope',
  'OAuthUrl',
  'OAuthApiEndpoint',
  'CallerId',
  'ValidateAuthority',
  'ChannelService',
]

const LOOPBACK_HOSTS = ['127.0.0.1', '::1', 'localhost']

const isOnLoopback = (url: string) =>
  URL.canParse(url) && LOOPBACK_HOSTS.includes(new URL(url).hostname.replace(/^\[|\]$/g, ''))

/** What production and sandbox read alike. */
function readShared(settings: Settings, editions: Editions, lowestPort: number) {
  const shared = {
    ...readDatabase(settings),
    port: settings.optional('PORT', port(lowestPort)) ?? 3978,
    operatorPort: settings.optional('OPERATOR_PORT', port(lowestPort)) ?? 3979,
    admins: settings.optional('ADMINS', guids) ?? new Set<string>(),
    auditors: settings.optional('AUDITORS', guids) ?? new Set<string>(),
    policyEdition: settings.raw('POLICY_EDITION') ?? '2017-03',
    defaultLocale: settings.optional('DEFAULT_LOCALE', oneOf(['en', 'fr', 'de'])) ?? 'en',
    cloud: settings.optional('CLOUD', oneOf(clouds)) ?? 'global',
    retentionDays: settings.optional('RETENTION_DAYS', wholeNumber(1, 36_500)),
    mayAct: settings.optional('PRIVILEGED_ACTIONS', oneOf(['on', 'off'])) !== 'off',
    logLevel:
      settings.optional('LOG_LEVEL', oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])) ?? 'info',
  } as const
  if (shared.port === shared.operatorPort && shared.port !== 0) settings.fault('OPERATOR_PORT', 'must differ from PORT')
  checkEdition(settings, shared.policyEdition, shared.cloud, editions)
  return shared
}

function checkEdition(settings: Settings, name: string, cloud: string, editions: Editions) {
  const edition = Object.hasOwn(editions, name) ? editions[name] : undefined
  if (edition === undefined) {
    settings.fault('POLICY_EDITION', `must be one of ${Object.keys(editions).join(', ')}`)
    return
  }
  if (!edition.clouds.includes(cloud)) {
    settings.fault('CLOUD', `is not covered by this POLICY_EDITION, which covers ${edition.clouds.join(', ')}`)
  }
}

const APP_TYPES = ['SingleTenant', 'UserAssignedMSI', 'MultiTenant'] as const

/** How the bot proves to the Connector who it is; `authorityTenant` issues its tokens. */
function readIdentity(settings: Settings) {
  const type = settings.required('MicrosoftAppType', oneOf(APP_TYPES), `one of ${APP_TYPES.join(', ')}`)
  const tenant =
    type === 'MultiTenant'
      ? settings.optional('MicrosoftAppTenantId', guid)
      : settings.required('MicrosoftAppTenantId', guid, 'the tenant of the bot registration, a GUID')
  return {
    authorityTenant: type === 'MultiTenant' ? 'botframework.com' : tenant,
    credential: type === 'UserAssignedMSI' ? ({ kind: 'managed-identity' } as const) : readCredential(settings),
  }
}

function readCredential(settings: Settings): BotCredential | undefined {
  const password = settings.secret('MicrosoftAppPassword')
  const hasCertificate = settings.raw('MicrosoftAppCertificateFile') !== undefined
  if (password !== undefined && hasCertificate) {
    settings.fault('MicrosoftAppCertificateFile', 'and MicrosoftAppPassword are both given: give one')
  }
  if (hasCertificate) {
    const content = settings.secretFile('MicrosoftAppCertificateFile')
    const certificate = content === undefined ? undefined : settings.parse('MicrosoftAppCertificateFile', content, pem)
    return certificate === undefined ? undefined : { kind: 'certificate', pem: () => certificate }
  }
  if (password !== undefined) return { kind: 'secret', secret: () => password.value }
  if (settings.raw('MicrosoftAppPassword_FILE') === undefined) {
    settings.fault('MicrosoftAppPassword', 'is missing: the client secret, or MicrosoftAppCertificateFile instead')
  }
  return undefined
}

/**
 * The configuration of production, from the environment and the secret files it names.
 * Throws one ConfigError that lists every fault. There is no way to switch authentication off here.
 */
export function readConfig(env: Env, editions: Editions): ProductionConfig {
  const settings = createSettings(env)
  for (const name of TEST_OVERRIDES) {
    if (env[name] !== undefined) settings.fault(name, 'is a test override and has no place in production: remove it')
  }
  const appId = settings.required('MicrosoftAppId', guid, 'the application id of the bot registration, a GUID')
  const { authorityTenant, credential } = readIdentity(settings)
  const allowedTenants = settings.required('ALLOWED_TENANTS', guids, 'the tenants let in, GUIDs separated by commas')
  const host = settings.optional('HOST', hostName) ?? '0.0.0.0'
  const { databaseUrl: url, ...shared } = readShared(settings, editions, 1)
  const approvals = readApprovals(settings)
  const partner = readPartner(settings, shared.cloud, credential?.kind === 'managed-identity' ? appId : undefined)
  if (
    settings.problems.length > 0 ||
    !appId ||
    !authorityTenant ||
    !credential ||
    !allowedTenants ||
    !url ||
    !partner
  ) {
    throw new ConfigError(settings.problems)
  }
  return Object.freeze({
    ...shared,
    mode: 'production',
    host,
    databaseUrl: url,
    appId,
    authorityTenant,
    credential,
    allowedTenants,
    approvals,
    partner,
    metadataUrl: METADATA_URL,
    serviceHosts: SERVICE_HOSTS,
  })
}

type SandboxOverrides = { readonly metadataUrl: string; readonly partner: SandboxPartner } & Partial<
  Pick<SandboxConfig, 'port' | 'operatorPort' | 'appId' | 'databaseUrl' | 'logLevel'>
>

/** The configuration of the sandbox: no credentials, loopback only, every tenant unless ALLOWED_TENANTS is set. */
export function sandboxConfig(
  env: Env,
  { partner: given, ...overrides }: SandboxOverrides,
  editions: Editions,
): SandboxConfig {
  const settings = createSettings(env)
  const host = settings.optional('HOST', oneOf(LOOPBACK_HOSTS)) ?? '127.0.0.1'
  const allowedTenants = settings.optional('ALLOWED_TENANTS', guids) ?? 'any'
  const { databaseUrl: url, ...shared } = readShared(settings, editions, 0)
  const approvals = readApprovals(settings, given.approversGroup)
  const partner = readSandboxPartner(settings, shared.cloud, given)
  if (!isOnLoopback(overrides.metadataUrl)) settings.fault('metadataUrl', 'must be on loopback')
  if (settings.problems.length > 0 || !url) throw new ConfigError(settings.problems)
  return Object.freeze({
    ...shared,
    databaseUrl: url,
    appId: SANDBOX_APP_ID,
    ...overrides,
    mode: 'sandbox',
    host,
    allowedTenants,
    approvals,
    partner,
  })
}

/** The database alone, for commands that need nothing else. Throws ConfigError. */
export function readDatabaseConfig(env: Env): DatabaseConfig {
  const settings = createSettings(env)
  const { databaseUrl, databaseIdentity } = readDatabase(settings)
  if (settings.problems.length > 0 || !databaseUrl) throw new ConfigError(settings.problems)
  return { databaseUrl, databaseIdentity }
}
