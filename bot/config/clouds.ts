import type { Cloud } from '../../dialogs/policy/policy.ts'

type Addresses = readonly [string, ...string[]]

/** Addresses of the Bot Framework and of Teams in a cloud. */
type BotCloud = {
  /** Issuer of the tokens by which the Connector identifies itself. */
  readonly issuer: string
  /** OpenID metadata of the Connector, which names its signing keys. */
  readonly metadataUrl: string
  /** Scope of the bot's own token. */
  readonly scope: string
  /** Tenant that issues the tokens of a multitenant registration. */
  readonly multiTenant: string
  /** Services that keep people's sign-ins, by region or environment; the first is the default. */
  readonly tokenServices: Addresses
  /** Hosts from which Teams reaches bots. A wildcard on their parent domains would admit names that anyone can register. */
  readonly serviceHosts: readonly string[]
  /** Microsoft's name of the cloud in the setting ChannelService; undefined where that setting stays empty. */
  readonly channelService: string | undefined
}

type CloudAddresses = {
  readonly authority: string
  readonly partnerCenter: string
  /** The first one is the default. */
  readonly graph: Addresses
  readonly adminCenter: string
  /** Audience of a federated token. */
  readonly exchange: string
  readonly bot: BotCloud
}

const publicBot: BotCloud = {
  issuer: 'https://api.botframework.com',
  metadataUrl: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
  scope: 'https://api.botframework.com/.default',
  multiTenant: 'botframework.com',
  tokenServices: [
    'https://token.botframework.com',
    'https://europe.token.botframework.com',
    'https://unitedstates.token.botframework.com',
    'https://india.token.botframework.com',
  ],
  serviceHosts: ['smba.trafficmanager.net', 'smba.infra.gcc.teams.microsoft.com'],
  channelService: undefined,
}

/**
 * Every address that depends on the cloud, as Microsoft's own SDKs have them. Germany and China have no delegated
 * administration of this kind, so their admin centers are never linked for it; Germany had no Teams of its own.
 */
export const cloudAddresses: Readonly<Record<Cloud, CloudAddresses>> = {
  global: {
    authority: 'https://login.microsoftonline.com',
    partnerCenter: 'https://api.partnercenter.microsoft.com',
    graph: ['https://graph.microsoft.com'],
    adminCenter: 'https://admin.microsoft.com',
    exchange: 'api://AzureADTokenExchange',
    bot: publicBot,
  },
  germany: {
    authority: 'https://login.microsoftonline.de',
    partnerCenter: 'https://api.partnercenter.microsoft.com',
    graph: ['https://graph.microsoft.de'],
    adminCenter: 'https://portal.office.de',
    exchange: 'api://AzureADTokenExchange',
    bot: publicBot,
  },
  'us-government': {
    authority: 'https://login.microsoftonline.us',
    partnerCenter: 'https://api.partnercenter.microsoft.com',
    graph: ['https://graph.microsoft.us', 'https://dod-graph.microsoft.us'],
    adminCenter: 'https://portal.office365.us',
    exchange: 'api://AzureADTokenExchangeUSGov',
    bot: {
      issuer: 'https://api.botframework.us',
      metadataUrl: 'https://login.botframework.azure.us/v1/.well-known/openidconfiguration',
      scope: 'https://api.botframework.us/.default',
      multiTenant: 'MicrosoftServices.onmicrosoft.us',
      // GCC High, DoD, and the address of both in earlier SDKs.
      tokenServices: [
        'https://tokengcch.botframework.azure.us',
        'https://apidod.botframework.azure.us',
        'https://api.botframework.azure.us',
      ],
      serviceHosts: ['smba.infra.gov.teams.microsoft.us', 'smba.infra.dod.teams.microsoft.us'],
      channelService: 'https://botframework.azure.us',
    },
  },
  china: {
    authority: 'https://login.partner.microsoftonline.cn',
    partnerCenter: 'https://partner.partnercenterapi.microsoftonline.cn',
    graph: ['https://microsoftgraph.chinacloudapi.cn'],
    adminCenter: 'https://portal.partner.microsoftonline.cn',
    exchange: 'api://AzureADTokenExchangeChina',
    bot: {
      issuer: 'https://api.botframework.azure.cn',
      metadataUrl: 'https://login.botframework.azure.cn/v1/.well-known/openidconfiguration',
      scope: 'https://api.botframework.azure.cn/.default',
      multiTenant: 'microsoftservices.partner.onmschina.cn',
      tokenServices: ['https://token.botframework.azure.cn'],
      serviceHosts: ['frontend.botapi.msg.infra.teams.microsoftonline.cn'],
      channelService: 'https://botframework.azure.cn',
    },
  },
}
