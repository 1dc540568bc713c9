import { X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { CERTIFICATE_HOSTS, microsoftRoots } from '../../clients/certificates.ts'
import type { PartnerCredential, PartnerIdentity, TokenAudience } from '../../clients/entra-tokens.ts'
import type { Cloud } from '../../dialogs/policy/policy.ts'
import { guid, oneOf, pem, readableFile, wholeNumber } from './kinds.ts'
import type { Settings } from './settings.ts'

/** All that is needed to act at Microsoft as this partner. */
export type PartnerConfig = {
  /** The application in the partner's tenant: people sign in to it, and it exchanges their assertions. */
  readonly identity: PartnerIdentity
  /** Who issues tokens, https. */
  readonly authority: string
  /** The authority is not one of the public clouds. Never in production. */
  readonly disableInstanceDiscovery: boolean
  readonly partnerCenterUrl: string
  readonly graphUrl: string
  /** Where customers approve delegated administration. */
  readonly adminCenter: string
  /** What tokens are asked for; not the addresses in the sandbox. */
  readonly audiences: Readonly<Record<TokenAudience, string>>
  /** The bot's OAuth connection. Without it nobody can sign in. */
  readonly signInConnection: string | undefined
  /** Partner Center's number for a transfer between partners. */
  readonly transferType: number
  readonly pollMinutes: number
  /** Where the partner sells from, two letters; transfers stay within a country. */
  readonly country: string | undefined
  /** Whose certificates sign what comes in at the webhook, and from where they are fetched. */
  readonly webhook: { readonly hosts: readonly string[]; readonly roots: () => readonly X509Certificate[] }
}

/** What the sandbox decides for itself: everything is on this machine. */
export type SandboxPartner = Pick<PartnerConfig, 'authority' | 'partnerCenterUrl' | 'graphUrl'> & {
  readonly tenantId: string
  readonly clientId: string
  readonly secret: () => string
  readonly pollMinutes?: number
  readonly country?: string
  /** The authority that signs its webhooks, as PEM. */
  readonly webhookRoot?: string
  /** The group of its approvers, where the environment names nobody. */
  readonly approversGroup?: string
}

type Addresses = {
  authority: string
  partnerCenter: string
  graph: readonly [string, ...string[]]
  adminCenter: string
  exchange: string
}

/**
 * The first Graph address of each cloud is the default. `exchange` is what a federated token has to be for. In Germany and
 * China there is no delegated administration of this kind, so that nobody is ever sent to their admin center for it.
 */
const addressesOf: Readonly<Record<Cloud, Addresses>> = {
  global: {
    authority: 'https://login.microsoftonline.com',
    partnerCenter: 'https://api.partnercenter.microsoft.com',
    graph: ['https://graph.microsoft.com'],
    adminCenter: 'https://admin.microsoft.com',
    exchange: 'api://AzureADTokenExchange',
  },
  germany: {
    authority: 'https://login.microsoftonline.de',
    partnerCenter: 'https://api.partnercenter.microsoft.com',
    graph: ['https://graph.microsoft.de'],
    adminCenter: 'https://portal.office.de',
    exchange: 'api://AzureADTokenExchange',
  },
  'us-government': {
    authority: 'https://login.microsoftonline.us',
    partnerCenter: 'https://api.partnercenter.microsoft.com',
    graph: ['https://graph.microsoft.us', 'https://dod-graph.microsoft.us'],
    adminCenter: 'https://portal.office365.us',
    exchange: 'api://AzureADTokenExchangeUSGov',
  },
  china: {
    authority: 'https://login.partner.microsoftonline.cn',
    partnerCenter: 'https://partner.partnercenterapi.microsoftonline.cn',
    graph: ['https://microsoftgraph.chinacloudapi.cn'],
    adminCenter: 'https://portal.partner.microsoftonline.cn',
    exchange: 'api://AzureADTokenExchangeChina',
  },
}

const connection = z.string().regex(/^[\w .-]{1,64}$/, 'must be the name of an OAuth connection of the bot')
const country = z
  .string()
  .toUpperCase()
  .regex(/^[A-Z]{2}$/, 'must be two letters, such as DE')
const hosts = z
  .string()
  .regex(/^[a-z0-9.-]+(,[a-z0-9.-]+)*$/, 'must be host names separated by commas')
  .transform((list) => list.split(','))
const federations = ['managed-identity', 'workload-identity'] as const
const LOOPBACK = /^https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?\/?$/

/** An address of the list, which is given without a path; a slash at the end is forgiven. */
const official = (addresses: readonly [string, ...string[]]) =>
  z
    .string()
    .transform((url) => url.replace(/\/$/, ''))
    .pipe(z.enum(addresses, `must be ${addresses.join(' or ')} in this CLOUD`))

/**
 * The partner's settings in production, its addresses those of the cloud and no others. Undefined when a fault was noted.
 * `managedIdentity` is the client id of the bot's own identity, where it runs under one.
 */
export function readPartner(
  settings: Settings,
  cloud: Cloud,
  managedIdentity: string | undefined,
): PartnerConfig | undefined {
  const { authority, partnerCenter, graph, adminCenter, exchange } = addressesOf[cloud]
  const tenantId = settings.required('PARTNER_TENANT_ID', guid, "the partner's tenant, a GUID")
  const clientId = settings.required('PARTNER_CLIENT_ID', guid, 'the application that acts at Partner Center, a GUID')
  const credential = readCredential(settings, managedIdentity, exchange)
  const partnerCenterUrl = settings.optional('PARTNER_CENTER_URL', official([partnerCenter])) ?? partnerCenter
  const graphUrl = settings.optional('GRAPH_URL', official(graph)) ?? graph[0]
  const { webhookHosts, ...rest } = readRest(settings)
  if (!tenantId || !clientId || !credential) return undefined
  return Object.freeze({
    identity: { tenantId, clientId, credential },
    authority,
    disableInstanceDiscovery: false,
    partnerCenterUrl,
    graphUrl,
    adminCenter,
    audiences: { 'partner-center': partnerCenterUrl, graph: graphUrl },
    ...rest,
    webhook: { hosts: webhookHosts, roots: microsoftRoots },
  })
}

/** The partner of the sandbox: what it was given, as long as it is on this machine, and the rest from the environment. */
export function readSandboxPartner(settings: Settings, cloud: Cloud, given: SandboxPartner): PartnerConfig {
  const { authority, partnerCenterUrl, graphUrl, tenantId, clientId, secret } = given
  for (const [name, url] of Object.entries({ authority, partnerCenterUrl, graphUrl })) {
    if (!LOOPBACK.test(url)) settings.fault(name, 'must be on loopback')
  }
  if (!authority.startsWith('https:')) settings.fault('authority', 'must be https')
  const { webhookHosts: _, ...rest } = readRest(settings)
  const roots = given.webhookRoot === undefined ? [] : [new X509Certificate(given.webhookRoot)]
  return Object.freeze<PartnerConfig>({
    identity: { tenantId, clientId, credential: { kind: 'secret', secret } },
    authority,
    disableInstanceDiscovery: true,
    partnerCenterUrl,
    graphUrl,
    adminCenter: new URL(partnerCenterUrl).origin,
    audiences: { 'partner-center': addressesOf[cloud].partnerCenter, graph: addressesOf[cloud].graph[0] },
    ...rest,
    pollMinutes: given.pollMinutes ?? rest.pollMinutes,
    country: given.country ?? rest.country,
    webhook: { hosts: [], roots: () => roots },
  })
}

function readRest(settings: Settings) {
  return {
    signInConnection: settings.optional('SIGN_IN_CONNECTION', connection),
    transferType: settings.optional('TRANSFER_TYPE', wholeNumber(0, 99)) ?? 5,
    pollMinutes: settings.optional('POLL_MINUTES', wholeNumber(5, 1_440)) ?? 10,
    country: settings.optional('PARTNER_COUNTRY', country),
    webhookHosts: settings.optional('WEBHOOK_CERTIFICATE_HOSTS', hosts) ?? CERTIFICATE_HOSTS,
  }
}

/** Exactly one way to prove who the application is. */
function readCredential(
  settings: Settings,
  managedIdentity: string | undefined,
  audience: string,
): PartnerCredential | undefined {
  const secret = settings.secret('PARTNER_CLIENT_SECRET')
  const given = ['PARTNER_CLIENT_SECRET', 'PARTNER_CLIENT_SECRET_FILE', 'PARTNER_CERTIFICATE_FILE', 'PARTNER_FEDERATED']
    .filter((name) => settings.raw(name) !== undefined)
    // The two names of the secret are one way, and their conflict has been noted already.
    .filter((name, _, all) => name !== 'PARTNER_CLIENT_SECRET_FILE' || !all.includes('PARTNER_CLIENT_SECRET'))
  const [first, second] = given
  if (first === undefined) {
    const others = 'PARTNER_CERTIFICATE_FILE or PARTNER_FEDERATED instead'
    settings.fault('PARTNER_CLIENT_SECRET', `is missing: the client secret, or ${others}`)
    return undefined
  }
  if (second !== undefined) settings.fault(second, `and ${first} are both given: give one`)
  if (first === 'PARTNER_CERTIFICATE_FILE') return readCertificate(settings, first)
  if (first === 'PARTNER_FEDERATED') return readFederation(settings, first, managedIdentity, audience)
  return secret && { kind: 'secret', secret: () => secret.value }
}

/** The library reads the file by itself, and again at each exchange: only looked at here. */
function readCertificate(settings: Settings, name: string): PartnerCredential | undefined {
  const content = settings.secretFile(name)
  const file = settings.raw(name)
  if (content === undefined || file === undefined || settings.parse(name, content, pem) === undefined) return undefined
  return { kind: 'certificate', file }
}

function readFederation(
  settings: Settings,
  name: string,
  managedIdentity: string | undefined,
  audience: string,
): PartnerCredential | undefined {
  const kind = settings.optional(name, oneOf(federations))
  if (kind === undefined) return undefined
  if (kind === 'managed-identity')
    return { kind, clientId: settings.optional('AZURE_CLIENT_ID', guid) ?? managedIdentity, audience }
  const tokenFile = settings.required('AZURE_FEDERATED_TOKEN_FILE', readableFile, 'the file with the federated token')
  return tokenFile === undefined ? undefined : { kind, tokenFile }
}
