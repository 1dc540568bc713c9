import type { DirectoryId } from '../../dialogs/directory-id.ts'
import type { Cloud } from '../../dialogs/policy/policy.ts'
import { successorOf } from '../../dialogs/policy/withdrawn.ts'
import { type ApprovalsConfig, readApprovals } from './approvals.ts'
import { FORBIDDEN_IN_PRODUCTION, type ValueOf } from './catalogue.ts'
import { cloudAddresses } from './clouds.ts'
import { type DatabaseConfig, readDatabase } from './database.ts'
import { officialUrl, oneOf, pem, port } from './kinds.ts'
import { type PartnerConfig, readPartner, readSandboxPartner, type SandboxPartner } from './partner.ts'
import { ConfigError, createSettings, type Env, type Settings } from './settings.ts'

export type { PartnerConfig } from './partner.ts'
export { ConfigError } from './settings.ts'

/** A value that must not be printed. It is a function because neither JSON nor a log line shows one. */
type Secret = () => string

type BotCredential =
  | { readonly kind: 'managed-identity' }
  | { readonly kind: 'secret'; readonly secret: Secret }
  | { readonly kind: 'certificate'; readonly pem: Secret }

type Shared = DatabaseConfig & {
  readonly port: number
  readonly host: string
  readonly operatorPort: number
  readonly appId: string
  /** OpenID metadata of the Connector, which names its signing keys. */
  readonly metadataUrl: string
  /** Issuer of the Connector's tokens. */
  readonly tokenIssuer: string
  readonly admins: ReadonlySet<DirectoryId>
  /** People who may export the history of all cases. */
  readonly auditors: ReadonlySet<DirectoryId>
  readonly approvals: ApprovalsConfig
  readonly policyEdition: string
  readonly defaultLocale: ValueOf<'DEFAULT_LOCALE'>
  readonly cloud: Cloud
  /** False if this process must send nothing that changes something at Microsoft. */
  readonly mayAct: boolean
  /** Days after which an ended case loses what people typed in it; undefined keeps everything. */
  readonly retentionDays: number | undefined
  /** Days without a change after which a case that waits for nothing closes. */
  readonly closeAfterDays: number
  readonly logLevel: ValueOf<'LOG_LEVEL'>
}

type ProductionConfig = Shared & {
  readonly mode: 'production'
  /** Entra, and the tenant there, that issue the bot's own tokens for the scope. */
  readonly botAuthority: string
  readonly authorityTenant: string
  readonly botScope: string
  readonly tokenServiceUrl: string
  readonly credential: BotCredential
  readonly serviceHosts: readonly string[]
  readonly allowedTenants: ReadonlySet<string>
  readonly partner: PartnerConfig
}

type SandboxConfig = Shared & {
  readonly mode: 'sandbox'
  readonly allowedTenants: ReadonlySet<string> | 'any'
  readonly partner: PartnerConfig
}

export type Config = ProductionConfig | SandboxConfig

/** Clouds that each policy edition of this build covers. */
type Editions = Readonly<Record<string, { readonly clouds: readonly string[] }>>

const SANDBOX_APP_ID = '00000000-0000-4000-8000-000000000b07'

const LOOPBACK_HOSTS = ['127.0.0.1', '::1', 'localhost']

const isOnLoopback = (url: string) =>
  URL.canParse(url) && LOOPBACK_HOSTS.includes(new URL(url).hostname.replace(/^\[|\]$/g, ''))

/** Reads the settings that production and the sandbox share. */
function readShared(settings: Settings, editions: Editions, lowestPort: number) {
  const shared = {
    ...readDatabase(settings),
    port: settings.read('PORT', port(lowestPort)),
    operatorPort: settings.read('OPERATOR_PORT', port(lowestPort)),
    admins: settings.read('ADMINS') ?? new Set<DirectoryId>(),
    auditors: settings.read('AUDITORS') ?? new Set<DirectoryId>(),
    policyEdition: settings.read('POLICY_EDITION') ?? newestOf(editions),
    defaultLocale: settings.read('DEFAULT_LOCALE'),
    cloud: settings.read('CLOUD'),
    closeAfterDays: settings.read('CLOSE_AFTER_DAYS'),
    retentionDays: settings.read('RETENTION_DAYS'),
    mayAct: settings.read('PRIVILEGED_ACTIONS') !== 'off',
    logLevel: settings.read('LOG_LEVEL'),
  } as const
  if (shared.port === shared.operatorPort && shared.port !== 0) settings.fault('OPERATOR_PORT', 'must differ from PORT')
  checkEdition(settings, shared.policyEdition, shared.cloud, editions)
  return { ...shared, tokenIssuer: cloudAddresses[shared.cloud].bot.issuer }
}

/** Names of editions are months, and sort by age. */
const newestOf = (editions: Editions) => Object.keys(editions).sort().at(-1) ?? ''

function checkEdition(settings: Settings, name: string, cloud: string, editions: Editions) {
  const edition = Object.hasOwn(editions, name) ? editions[name] : undefined
  if (edition === undefined) {
    const successor = successorOf(name)
    const known = `must be one of ${Object.keys(editions).join(', ')}`
    const withdrawn = `names a withdrawn edition: ${successor} replaces it, set that or leave the setting out`
    settings.fault('POLICY_EDITION', successor === undefined ? known : withdrawn)
    return
  }
  if (!edition.clouds.includes(cloud)) {
    settings.fault('CLOUD', `is not covered by this POLICY_EDITION, which covers ${edition.clouds.join(', ')}`)
  }
}

/** Reads the settings that choose between services of the cloud. Microsoft's ChannelService has to name the same cloud. */
function readBotCloud(settings: Settings, cloud: Cloud) {
  const { authority: botAuthority, bot } = cloudAddresses[cloud]
  const channelService = settings.read('ChannelService')
  if (channelService !== undefined && channelService !== bot.channelService) {
    settings.fault('ChannelService', `names another cloud than CLOUD, where it is ${bot.channelService ?? 'empty'}`)
  }
  return {
    botAuthority,
    botScope: bot.scope,
    metadataUrl: bot.metadataUrl,
    serviceHosts: bot.serviceHosts,
    tokenServiceUrl: settings.read('OAuthUrl', officialUrl(bot.tokenServices)) ?? bot.tokenServices[0],
  }
}

/** Reads the bot's own identity; `tenant` issues its tokens, unless the cloud has one for bots of many tenants. */
function readIdentity(settings: Settings) {
  const type = settings.required('MicrosoftAppType')
  const tenant =
    type === 'MultiTenant' ? settings.read('MicrosoftAppTenantId') : settings.required('MicrosoftAppTenantId')
  return {
    tenant,
    isMultiTenant: type === 'MultiTenant',
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
  if (settings.raw('MicrosoftAppPassword_FILE') === undefined) settings.missing('MicrosoftAppPassword')
  return undefined
}

/**
 * Reads the configuration of production from the environment and the secret files it names.
 * Throws one ConfigError with every fault. No setting switches authentication off.
 */
export function readConfig(env: Env, editions: Editions): ProductionConfig {
  const settings = createSettings(env)
  for (const name of FORBIDDEN_IN_PRODUCTION) {
    if (env[name] !== undefined) settings.fault(name, 'is a test override and has no place in production: remove it')
  }
  const appId = settings.required('MicrosoftAppId')
  const { tenant, isMultiTenant, credential } = readIdentity(settings)
  const allowedTenants = settings.required('ALLOWED_TENANTS')
  const host = settings.read('HOST')
  const { databaseUrl: url, ...shared } = readShared(settings, editions, 1)
  const approvals = readApprovals(settings)
  const botCloud = readBotCloud(settings, shared.cloud)
  const authorityTenant = isMultiTenant ? cloudAddresses[shared.cloud].bot.multiTenant : tenant
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
    ...botCloud,
  })
}

type SandboxOverrides = { readonly metadataUrl: string; readonly partner: SandboxPartner } & Partial<
  Pick<SandboxConfig, 'port' | 'operatorPort' | 'appId' | 'databaseUrl' | 'logLevel'>
>

/** Builds the sandbox's configuration: no credentials, loopback only, every tenant unless ALLOWED_TENANTS is set. */
export function sandboxConfig(
  env: Env,
  { partner: given, ...overrides }: SandboxOverrides,
  editions: Editions,
): SandboxConfig {
  const settings = createSettings(env)
  const host = settings.raw('HOST') === undefined ? '127.0.0.1' : settings.read('HOST', oneOf(LOOPBACK_HOSTS))
  const allowedTenants = settings.read('ALLOWED_TENANTS') ?? 'any'
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

/** Reads the database settings alone, for commands that need nothing else. Throws ConfigError. */
export function readDatabaseConfig(env: Env): DatabaseConfig {
  const settings = createSettings(env)
  const { databaseUrl, databaseIdentity } = readDatabase(settings)
  if (settings.problems.length > 0 || !databaseUrl) throw new ConfigError(settings.problems)
  return { databaseUrl, databaseIdentity }
}
