import { X509Certificate } from 'node:crypto'
import { microsoftRoots } from '../../clients/certificates.ts'
import type { PartnerCredential, PartnerIdentity, TokenAudience } from '../../clients/entra-tokens.ts'
import { isLoopback } from '../../clients/loopback.ts'
import type { Cloud } from '../../dialogs/policy/policy.ts'
import { cloudAddresses } from './clouds.ts'
import { officialUrl, pem } from './kinds.ts'
import type { Settings } from './settings.ts'

/** Settings needed to act at Microsoft as this partner. */
export type PartnerConfig = {
  /** Application in the partner's tenant. People sign in to it, and it exchanges their assertions. */
  readonly identity: PartnerIdentity
  /** Issuer of tokens; always https. */
  readonly authority: string
  /** True if the authority is simulated, so that Microsoft does not know it. Never true in production. */
  readonly disableInstanceDiscovery: boolean
  readonly partnerCenterUrl: string
  readonly graphUrl: string
  /** Site on which customers approve delegated administration. */
  readonly adminCenter: string
  /** Audiences of tokens. In the sandbox they differ from the addresses. */
  readonly audiences: Readonly<Record<TokenAudience, string>>
  /** OAuth connection of the bot. Without it no person can sign in. */
  readonly signInConnection: string | undefined
  /** Partner Center's number for a transfer between partners. */
  readonly transferType: number
  readonly pollMinutes: number
  /** Country of the partner’s tenant, two letters; it decides the CSP region. */
  readonly country: string | undefined
  /** True while the tenant bills directly and is enrolled as an indirect reseller too. */
  readonly isInTransition: boolean
  /** Hosts and root certificates trusted for the signatures of webhook events. */
  readonly webhook: { readonly hosts: readonly string[]; readonly roots: () => readonly X509Certificate[] }
}

/** Partner settings that the sandbox decides itself: every service runs on this machine. */
export type SandboxPartner = Pick<PartnerConfig, 'authority' | 'partnerCenterUrl' | 'graphUrl'> & {
  readonly tenantId: string
  readonly clientId: string
  readonly secret: () => string
  readonly pollMinutes?: number
  readonly country?: string
  /** Root certificate of its webhook signatures, as PEM. */
  readonly webhookRoot?: string
  /** Group of its approvers, if the environment names none. */
  readonly approversGroup?: string
}

const CREDENTIALS = [
  'PARTNER_CLIENT_SECRET',
  'PARTNER_CLIENT_SECRET_FILE',
  'PARTNER_CERTIFICATE_FILE',
  'PARTNER_FEDERATED',
] as const

/**
 * Reads the partner's settings in production. Only addresses of the cloud are accepted; undefined after a fault.
 * `managedIdentity` is the client id of the bot's own identity, if it runs under one.
 */
export function readPartner(
  settings: Settings,
  cloud: Cloud,
  managedIdentity: string | undefined,
): PartnerConfig | undefined {
  const { authority, partnerCenter, graph, adminCenter, exchange } = cloudAddresses[cloud]
  const tenantId = settings.required('PARTNER_TENANT_ID')
  const clientId = settings.required('PARTNER_CLIENT_ID')
  const credential = readCredential(settings, managedIdentity, exchange)
  const partnerCenterUrl = settings.read('PARTNER_CENTER_URL', officialUrl([partnerCenter])) ?? partnerCenter
  const graphUrl = settings.read('GRAPH_URL', officialUrl(graph)) ?? graph[0]
  const rest = readRest(settings)
  const webhookHosts = settings.read('WEBHOOK_CERTIFICATE_HOSTS')
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

/** Builds the sandbox's partner from the given services, which must be on loopback, and the environment. */
export function readSandboxPartner(settings: Settings, cloud: Cloud, given: SandboxPartner): PartnerConfig {
  const { authority, partnerCenterUrl, graphUrl, tenantId, clientId, secret } = given
  for (const [name, url] of Object.entries({ authority, partnerCenterUrl, graphUrl })) {
    if (!isLoopback(url)) settings.fault(name, 'must be on loopback')
  }
  if (!authority.startsWith('https:')) settings.fault('authority', 'must be https')
  const rest = readRest(settings)
  const roots = given.webhookRoot === undefined ? [] : [new X509Certificate(given.webhookRoot)]
  return Object.freeze<PartnerConfig>({
    identity: { tenantId, clientId, credential: { kind: 'secret', secret } },
    authority,
    disableInstanceDiscovery: true,
    partnerCenterUrl,
    graphUrl,
    adminCenter: new URL(partnerCenterUrl).origin,
    audiences: { 'partner-center': cloudAddresses[cloud].partnerCenter, graph: cloudAddresses[cloud].graph[0] },
    ...rest,
    pollMinutes: given.pollMinutes ?? rest.pollMinutes,
    country: given.country ?? rest.country,
    webhook: { hosts: [], roots: () => roots },
  })
}

/** Reads the settings that production and the sandbox share. */
function readRest(settings: Settings) {
  return {
    signInConnection: settings.read('SIGN_IN_CONNECTION'),
    transferType: settings.read('TRANSFER_TYPE'),
    pollMinutes: settings.read('POLL_MINUTES'),
    country: settings.read('PARTNER_COUNTRY'),
    isInTransition: settings.read('PARTNER_IN_TRANSITION') === 'on',
  }
}

/** Reads the application's credential, of which there must be exactly one. */
function readCredential(
  settings: Settings,
  managedIdentity: string | undefined,
  audience: string,
): PartnerCredential | undefined {
  const secret = settings.secret('PARTNER_CLIENT_SECRET')
  const given = CREDENTIALS.filter((name) => settings.raw(name) !== undefined)
    // Both names of the secret are one credential, and their conflict has been reported.
    .filter((name, _, all) => name !== 'PARTNER_CLIENT_SECRET_FILE' || !all.includes('PARTNER_CLIENT_SECRET'))
  const [first, second] = given
  if (first === undefined) {
    settings.missing('PARTNER_CLIENT_SECRET')
    return undefined
  }
  if (second !== undefined) settings.fault(second, `and ${first} are both given: give one`)
  if (first === 'PARTNER_CERTIFICATE_FILE') return readCertificate(settings)
  if (first === 'PARTNER_FEDERATED') return readFederation(settings, managedIdentity, audience)
  return secret && { kind: 'secret', secret: () => secret.value }
}

/** Only checks the file: the library reads it itself, at each exchange. */
function readCertificate(settings: Settings): PartnerCredential | undefined {
  const name = 'PARTNER_CERTIFICATE_FILE'
  const content = settings.secretFile(name)
  const file = settings.raw(name)
  if (content === undefined || file === undefined || settings.parse(name, content, pem) === undefined) return undefined
  return { kind: 'certificate', file }
}

function readFederation(
  settings: Settings,
  managedIdentity: string | undefined,
  audience: string,
): PartnerCredential | undefined {
  const kind = settings.read('PARTNER_FEDERATED')
  if (kind === undefined) return undefined
  if (kind === 'managed-identity')
    return { kind, clientId: settings.read('AZURE_CLIENT_ID') ?? managedIdentity, audience }
  const tokenFile = settings.required('AZURE_FEDERATED_TOKEN_FILE')
  return tokenFile === undefined ? undefined : { kind, tokenFile }
}
