import { z } from 'zod'
import { locales } from '../../cards/text/text.ts'
import { clouds } from '../../dialogs/policy/policy.ts'
import {
  connectionName,
  country,
  databaseUrl,
  guid,
  guids,
  hostName,
  hostNames,
  httpsUrl,
  oneOf,
  path,
  port,
  readableFile,
  wholeNumber,
} from './kinds.ts'

/** Description of a setting: read by the readers of the configuration and by its reference. */
type Setting = {
  readonly kind: z.ZodType<unknown, string>
  /** Purpose, in sentences. The first one is also the hint for a missing setting. */
  readonly about: string
  /** Default, written as a value of the environment. */
  readonly fallback?: string
  /** Default that depends on other settings, in words. */
  readonly otherwise?: string
  /** True if production always needs it, or the condition in words. */
  readonly required?: true | string
  /** True for a value that may come from the file named by NAME_FILE; `file` for the path of a secret file. */
  readonly secret?: true | 'file'
  /** The only mode or command that reads it. Without it, production and the sandbox both do. */
  readonly only?: 'production' | 'npm run webhooks, npm run doctor'
}
type Section = Readonly<Record<string, Setting>>

const registration = {
  MicrosoftAppId: {
    kind: guid,
    about: 'Application id of the bot registration.',
    required: true,
    only: 'production',
  },
  MicrosoftAppType: {
    kind: oneOf(['SingleTenant', 'UserAssignedMSI', 'MultiTenant']),
    about: 'Type of the bot registration.',
    required: true,
    only: 'production',
  },
  MicrosoftAppTenantId: {
    kind: guid,
    about: 'Tenant of the bot registration.',
    required: 'unless MicrosoftAppType is MultiTenant',
    only: 'production',
  },
  MicrosoftAppPassword: {
    kind: z.string().describe('text'),
    about: 'Client secret of the bot registration. Give MicrosoftAppCertificateFile instead to use a certificate.',
    required: 'unless MicrosoftAppCertificateFile is set or MicrosoftAppType is UserAssignedMSI',
    secret: true,
    only: 'production',
  },
  MicrosoftAppCertificateFile: {
    kind: path,
    about: 'PEM file with the certificate of the bot registration and its private key.',
    secret: 'file',
    only: 'production',
  },
  ChannelService: {
    kind: httpsUrl,
    about:
      'Microsoft’s own setting for the cloud of a bot: https://botframework.azure.us for the US Government (GCC High ' +
      'and DoD), https://botframework.azure.cn for China, else empty. CLOUD decides; this one only has to agree with it.',
    only: 'production',
  },
  OAuthUrl: {
    kind: httpsUrl,
    about:
      'Token service of the bot’s OAuth connection. Only those of CLOUD are accepted: set ' +
      'https://europe.token.botframework.com for a bot with EU data residency, ' +
      'https://apidod.botframework.azure.us for DoD.',
    otherwise: 'the global one of CLOUD; in us-government that of GCC High',
    only: 'production',
  },
} satisfies Section

const access = {
  ALLOWED_TENANTS: {
    kind: guids,
    about: 'Tenants whose people may talk to the bot. The sandbox lets every tenant in unless this is set.',
    required: true,
  },
  ADMINS: {
    kind: guids,
    about:
      'Administrators: object ids of people in the partner’s tenant. They set up desks and may export the history. ' +
      'The sandbox has a simulated manager as its administrator unless this is set.',
  },
  AUDITORS: {
    kind: guids,
    about: 'Auditors: object ids of people who may export the history, and decide nothing.',
  },
} satisfies Section

const approvals = {
  APPROVERS: {
    kind: guids,
    about:
      'Approvers: object ids of people who decide on requests for admin rights. ' +
      'With neither APPROVERS nor APPROVERS_GROUP, every approval is refused. ' +
      'The sandbox has a simulated group of approvers unless one of the two is set.',
  },
  APPROVERS_GROUP: {
    kind: guid,
    about:
      'Id of an Entra security group whose members decide on requests for admin rights as well. ' +
      'Members of nested groups count.',
  },
  APPROVALS_REQUIRED: {
    kind: wholeNumber(1, 5),
    about: 'Number of different approvers a request needs. A request for Global Administrator needs one more.',
    fallback: '1',
  },
} satisfies Section

const behaviour = {
  POLICY_EDITION: {
    kind: z.string().describe('name of an edition in `dialogs/policy`'),
    about:
      'Edition of Microsoft’s policy by which new cases are answered. It has to cover CLOUD. ' +
      'Cards offer the answers of the other editions as well.',
    otherwise: 'the newest edition',
  },
  CLOUD: {
    kind: oneOf(clouds),
    about:
      'Microsoft cloud of the partner. It decides the addresses of Entra, Partner Center, Graph, Teams and the Bot Framework.',
    fallback: 'global',
  },
  DEFAULT_LOCALE: {
    kind: oneOf(locales),
    about: 'Language of cards that several people see. Each person is answered in a language of their own.',
    fallback: 'en',
  },
  PRIVILEGED_ACTIONS: {
    kind: oneOf(['on', 'off']),
    about:
      'Kill switch of this process: with off, it sends nothing that changes something at Microsoft. ' +
      'To switch all processes at once use npm run -s cases -- actions off.',
    fallback: 'on',
  },
  CLOSE_AFTER_DAYS: {
    kind: wholeNumber(7, 36_500),
    about:
      'Days without a change after which a case closes that has an answer and nothing under way. ' +
      'Its conversation is told three days before.',
    fallback: '30',
  },
  RETENTION_DAYS: {
    kind: wholeNumber(1, 36_500),
    about: 'Days after which an ended case loses the texts that people typed. Without it, texts are kept for ever.',
  },
} satisfies Section

const runtime = {
  PORT: {
    kind: port(1),
    about: 'Public port, for Teams and Partner Center. It speaks plain HTTP: terminate TLS in front of it.',
    fallback: '3978',
  },
  HOST: {
    kind: hostName,
    about: 'Address the public port binds to. The sandbox accepts loopback only, and binds to 127.0.0.1 by default.',
    fallback: '0.0.0.0',
  },
  OPERATOR_PORT: {
    kind: port(1),
    about: 'Loopback port with /healthz, /readyz, and /metrics for Prometheus. It must differ from PORT.',
    fallback: '3979',
  },
  LOG_LEVEL: {
    kind: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    about: 'Lowest level that is logged. The sandbox starts with warn unless this is set.',
    fallback: 'info',
  },
} satisfies Section

const database = {
  DATABASE_URL: {
    kind: databaseUrl,
    about:
      'Database. The URL of a PostgreSQL server on another machine needs sslmode=verify-full. ' +
      'With DATABASE_AUTH other than password, the URL has a role but no password.',
    fallback: 'sqlite:data/multicanal.db',
    secret: true,
  },
  DATABASE_TLS_REASON: {
    kind: z.string().describe('text'),
    about: 'Why sslmode=require has to do in DATABASE_URL, for whoever reads the settings later.',
  },
  DATABASE_AUTH: {
    kind: oneOf(['password', 'managed-identity', 'workload-identity', 'secret', 'certificate']),
    about: 'Way to sign in to PostgreSQL: a password in the URL, or an Entra token of the named kind of identity.',
    fallback: 'password',
  },
} satisfies Section

const identity = {
  AZURE_TENANT_ID: {
    kind: guid,
    about: 'Tenant of the identity that signs in to PostgreSQL.',
    required: 'if DATABASE_AUTH is workload-identity, secret or certificate',
  },
  AZURE_CLIENT_ID: {
    kind: guid,
    about:
      'Client id of the identity that signs in to PostgreSQL, or of the managed identity of PARTNER_FEDERATED. ' +
      'A managed identity may leave it out.',
    otherwise: 'for a managed identity, the bot’s own identity, or else the machine’s',
    required: 'if DATABASE_AUTH is workload-identity, secret or certificate',
  },
  AZURE_CLIENT_SECRET: {
    kind: z.string().describe('text'),
    about: 'Client secret of AZURE_CLIENT_ID.',
    required: 'if DATABASE_AUTH is secret',
    secret: true,
  },
  AZURE_CLIENT_CERTIFICATE_PATH: {
    kind: path,
    about: 'PEM file with the certificate of AZURE_CLIENT_ID and its private key.',
    required: 'if DATABASE_AUTH is certificate',
    secret: 'file',
  },
  AZURE_FEDERATED_TOKEN_FILE: {
    kind: readableFile,
    about: 'File with the federated token of the workload identity.',
    required: 'if DATABASE_AUTH or PARTNER_FEDERATED is workload-identity',
  },
} satisfies Section

const partner = {
  PARTNER_TENANT_ID: {
    kind: guid,
    about: 'Tenant of the partner.',
    required: true,
    only: 'production',
  },
  PARTNER_CLIENT_ID: {
    kind: guid,
    about:
      'Application in the partner’s tenant that may use Partner Center and Graph. ' +
      'People sign in to it, and it acts at Microsoft.',
    required: true,
    only: 'production',
  },
  PARTNER_CLIENT_SECRET: {
    kind: z.string().describe('text'),
    about:
      'Client secret of PARTNER_CLIENT_ID. Give PARTNER_CERTIFICATE_FILE or PARTNER_FEDERATED instead to use none.',
    required: 'unless PARTNER_CERTIFICATE_FILE or PARTNER_FEDERATED is set',
    secret: true,
    only: 'production',
  },
  PARTNER_CERTIFICATE_FILE: {
    kind: path,
    about: 'PEM file with the certificate of PARTNER_CLIENT_ID and its private key.',
    secret: 'file',
    only: 'production',
  },
  PARTNER_FEDERATED: {
    kind: oneOf(['managed-identity', 'workload-identity']),
    about: 'Federated credential of PARTNER_CLIENT_ID, in place of a secret.',
    only: 'production',
  },
  SIGN_IN_CONNECTION: {
    kind: connectionName,
    about:
      'OAuth connection of the bot by which people sign in to PARTNER_CLIENT_ID. ' +
      'Invitation links are fetched as the person who clicked, so without it there are none.',
  },
  PARTNER_COUNTRY: {
    kind: country,
    about:
      'Country of the partner’s tenant. Relationships and transfers stay within a CSP region, ' +
      'and with this setting the bot warns before a request if the customer is outside it.',
  },
  PARTNER_IN_TRANSITION: {
    kind: oneOf(['on', 'off']),
    about:
      'Turn on while the tenant moves from direct billing to indirect reselling and has both roles: ' +
      'invitations are then those of an indirect reseller.',
    fallback: 'off',
  },
  PARTNER_CENTER_URL: {
    kind: httpsUrl,
    about: 'Address of Partner Center. Only that of CLOUD is accepted.',
    otherwise: 'the address in CLOUD',
    only: 'production',
  },
  GRAPH_URL: {
    kind: httpsUrl,
    about: 'Address of Microsoft Graph. Only those of CLOUD are accepted.',
    otherwise: 'the address in CLOUD',
    only: 'production',
  },
  TRANSFER_TYPE: {
    kind: wholeNumber(0, 99),
    about: 'Partner Center’s number for transfers between partners.',
    fallback: '5',
  },
  POLL_MINUTES: {
    kind: wholeNumber(5, 1_440),
    about: 'Minutes between two polls of a resource that cases wait for. The sandbox polls every few seconds.',
    fallback: '10',
  },
  WEBHOOK_CERTIFICATE_HOSTS: {
    kind: hostNames,
    about: 'Hosts from which the certificates are fetched that sign Partner Center’s events.',
    // Named in Microsoft's documentation. If the real host differs, the log line of the refused event names it.
    fallback: '3psostorageacct.blob.core.windows.net',
    only: 'production',
  },
  WEBHOOK_URL: {
    kind: httpsUrl,
    about: 'Public address of the webhook: https://…/api/partner-center/webhook.',
    required: 'for npm run webhooks -- register',
    only: 'npm run webhooks, npm run doctor',
  },
} satisfies Section

/** Sections of the reference, in its order. */
export const sections: Readonly<Record<string, Section>> = {
  'Bot registration': registration,
  'People and tenants': access,
  'Approvals of admin rights': approvals,
  Behaviour: behaviour,
  Process: runtime,
  Database: database,
  'Identity of the machine or workload': identity,
  'Partner Center and Graph': partner,
}

/** All settings by name. A setting that is not here cannot be read: its name does not compile. */
export const catalogue = {
  ...registration,
  ...access,
  ...approvals,
  ...behaviour,
  ...runtime,
  ...database,
  ...identity,
  ...partner,
}

type Catalogue = typeof catalogue
export type SettingName = keyof Catalogue
/** Names of secrets that may come from a file, which NAME_FILE names. */
export type SecretName = {
  [N in SettingName]: Catalogue[N] extends { readonly secret: true } ? N : never
}[SettingName]
/** Names of settings that hold the path of a secret file. */
export type SecretFileName =
  | { [N in SettingName]: Catalogue[N] extends { readonly secret: 'file' } ? N : never }[SettingName]
  | `${SecretName}_FILE`

export type ValueOf<N extends SettingName> = z.output<Catalogue[N]['kind']>
/** Value that a reader gets; never undefined for a setting with a default. */
export type ReadValue<N extends SettingName> = Catalogue[N] extends { readonly fallback: string }
  ? ValueOf<N>
  : ValueOf<N> | undefined

/** Settings that point the Bot Framework SDK at other token issuers: a takeover lever that production refuses. */
export const FORBIDDEN_IN_PRODUCTION = [
  'ToBotFromChannelOpenIdMetadataUrl',
  'BotOpenIdMetadata',
  'ToBotFromChannelTokenIssuer',
  'ToBotFromEmulatorOpenIdMetadataUrl',
  'ToChannelFromBotLoginUrl',
  'ToChannelFromBotOAuthScope',
  'OAuthApiEndpoint',
  'CallerId',
  'ValidateAuthority',
]
