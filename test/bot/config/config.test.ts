import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConfigError, readConfig, sandboxConfig } from '../../../bot/config/config.ts'
import { editions, fullEnv } from '../../support/env.ts'
import { APP_ID, TENANT } from '../../support/identity.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'multicanal-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string, mode = 0o600): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}

type Env = Record<string, string | undefined>
const other = '11111111-2222-4333-8444-555555555555'
const pem =
  '-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----'

function refusal(env: Env): ConfigError {
  try {
    readConfig(env, editions)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('the configuration was accepted')
}
const faulty = (env: Env) => refusal(env).problems.map(({ name }) => name)

describe('the configuration of production', () => {
  it('needs eight settings and has a default for every other', () => {
    const { databaseUrl, credential, partner: _, ...config } = readConfig(fullEnv, editions)
    expect(config).toEqual({
      mode: 'production',
      port: 3978,
      host: '0.0.0.0',
      operatorPort: 3979,
      appId: APP_ID,
      authorityTenant: TENANT,
      allowedTenants: new Set([TENANT]),
      admins: new Set(),
      auditors: new Set(),
      approvals: { approvers: new Set(), group: undefined, required: 1 },
      policyEdition: '2026-11',
      defaultLocale: 'en',
      cloud: 'global',
      mayAct: true,
      closeAfterDays: 30,
      retentionDays: undefined,
      logLevel: 'info',
      metadataUrl: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
      tokenIssuer: 'https://api.botframework.com',
      botAuthority: 'https://login.microsoftonline.com',
      botScope: 'https://api.botframework.com/.default',
      tokenServiceUrl: 'https://token.botframework.com',
      serviceHosts: ['smba.trafficmanager.net', 'smba.infra.gcc.teams.microsoft.com'],
    })
    expect(databaseUrl()).toBe('sqlite:data/multicanal.db')
    expect(credential.kind === 'secret' && credential.secret()).toBe('canary-password')
  })

  it('takes every setting from the environment', () => {
    const config = readConfig(
      {
        ...fullEnv,
        MicrosoftAppId: APP_ID.toUpperCase(),
        PORT: '8080',
        HOST: '10.0.0.5',
        OPERATOR_PORT: '9090',
        DATABASE_URL: 'postgres://bot:canary@db/multicanal?sslmode=verify-full',
        ALLOWED_TENANTS: ` ${TENANT.toUpperCase()} , ${other}`,
        ADMINS: other,
        AUDITORS: `${TENANT},${other.toUpperCase()}`,
        APPROVERS: `${other.toUpperCase()} , ${TENANT}`,
        APPROVERS_GROUP: other.toUpperCase(),
        APPROVALS_REQUIRED: '5',
        POLICY_EDITION: '2026-11',
        CLOUD: 'us-government',
        DEFAULT_LOCALE: 'fr',
        LOG_LEVEL: 'debug',
      },
      editions,
    )
    expect(config).toMatchObject({ appId: APP_ID, port: 8080, host: '10.0.0.5', operatorPort: 9090 })
    expect(config).toMatchObject({
      policyEdition: '2026-11',
      cloud: 'us-government',
      defaultLocale: 'fr',
      logLevel: 'debug',
    })
    expect([config.allowedTenants, config.admins]).toEqual([new Set([TENANT, other]), new Set([other])])
    expect(config.databaseUrl()).toBe('postgres://bot:canary@db/multicanal?sslmode=verify-full')
    expect(config.auditors).toEqual(new Set([TENANT, other]))
    expect(config.approvals).toEqual({ approvers: new Set([other, TENANT]), group: other, required: 5 })
    expect(() => Object.assign(config.approvals, { required: 0 })).toThrow(TypeError)
  })

  it('refuses a withdrawn edition and names the one that replaces it, and lists all for an unknown one', () => {
    const faults = (name: string) => refusal({ ...fullEnv, POLICY_EDITION: name }).problems.map(({ fault }) => fault)
    expect(faults('2025')).toEqual([
      'names a withdrawn edition: 2026-11 replaces it, set that or leave the setting out',
    ])
    expect(faults('1999')).toEqual(['must be one of 2017-03, 2026-11'])
    expect(readConfig({ ...fullEnv, POLICY_EDITION: '2017-03' }, editions).policyEdition).toBe('2017-03')
  })

  it('names everything that is missing at once', () => {
    const error = refusal({})
    const names = [
      'MicrosoftAppId',
      'MicrosoftAppType',
      'MicrosoftAppTenantId',
      'MicrosoftAppPassword',
      'ALLOWED_TENANTS',
      'PARTNER_TENANT_ID',
      'PARTNER_CLIENT_ID',
      'PARTNER_CLIENT_SECRET',
    ]
    expect(error.problems.map(({ name }) => name)).toEqual(names)
    for (const name of names) expect(error.message).toContain(`  ${name}: is missing`)
  })

  it('names missing and wrong settings together', () => {
    const { MicrosoftAppId: _, ...env } = fullEnv
    expect(faulty({ ...env, PORT: 'canary', CLOUD: 'canary', OAuthUrl: 'http://canary' })).toEqual([
      'MicrosoftAppId',
      'PORT',
      'CLOUD',
      'OAuthUrl',
    ])
  })

  it.each<[string, Env]>([
    ['MicrosoftAppId', { MicrosoftAppId: '' }],
    ['MicrosoftAppId', { MicrosoftAppId: '   ' }],
    ['MicrosoftAppId', { MicrosoftAppId: 'canary' }],
    ['MicrosoftAppId', { MicrosoftAppId: `${APP_ID}canary` }],
    ['MicrosoftAppType', { MicrosoftAppType: undefined }],
    ['MicrosoftAppType', { MicrosoftAppType: 'canary' }],
    ['MicrosoftAppType', { MicrosoftAppType: 'singletenant' }],
    ['MicrosoftAppTenantId', { MicrosoftAppTenantId: undefined }],
    ['MicrosoftAppTenantId', { MicrosoftAppTenantId: 'canary.onmicrosoft.com' }],
    ['MicrosoftAppTenantId', { MicrosoftAppType: 'UserAssignedMSI', MicrosoftAppTenantId: '' }],
    ['MicrosoftAppPassword', { MicrosoftAppPassword: undefined }],
    ['MicrosoftAppPassword', { MicrosoftAppPassword: '', MicrosoftAppType: 'MultiTenant' }],
    ['ALLOWED_TENANTS', { ALLOWED_TENANTS: undefined }],
    ['ALLOWED_TENANTS', { ALLOWED_TENANTS: '*' }],
    ['ALLOWED_TENANTS', { ALLOWED_TENANTS: `${TENANT},canary` }],
    ['ALLOWED_TENANTS', { ALLOWED_TENANTS: `${TENANT},` }],
    ['ADMINS', { ADMINS: 'canary@example.com' }],
    ['AUDITORS', { AUDITORS: 'canary@example.com' }],
    ['APPROVERS', { APPROVERS: `${other},canary` }],
    ['APPROVERS', { APPROVERS: ',' }],
    ['APPROVERS_GROUP', { APPROVERS_GROUP: 'canary' }],
    ['APPROVERS_GROUP', { APPROVERS_GROUP: `${other},${other}` }],
    ['APPROVALS_REQUIRED', { APPROVALS_REQUIRED: '0' }],
    ['APPROVALS_REQUIRED', { APPROVALS_REQUIRED: '6' }],
    ['APPROVALS_REQUIRED', { APPROVALS_REQUIRED: 'canary' }],
    ['PORT', { PORT: '0' }],
    ['PORT', { PORT: '65536' }],
    ['PORT', { PORT: '-1' }],
    ['PORT', { PORT: '3978.5' }],
    ['PORT', { PORT: '0x10' }],
    ['OPERATOR_PORT', { OPERATOR_PORT: 'canary' }],
    ['OPERATOR_PORT', { PORT: '3979' }],
    ['HOST', { HOST: 'http://canary/' }],
    ['DATABASE_URL', { DATABASE_URL: 'mysql://canary' }],
    ['DATABASE_URL', { DATABASE_URL: 'sqlite:' }],
    ['DATABASE_URL', { DATABASE_URL: 'canary.db' }],
    ['POLICY_EDITION', { POLICY_EDITION: 'canary' }],
    ['POLICY_EDITION', { POLICY_EDITION: 'toString' }],
    ['CLOUD', { CLOUD: 'canary' }],
    ['CLOUD', { CLOUD: 'china', POLICY_EDITION: '2017-03' }],
    ['CLOUD', { CLOUD: 'us-government', POLICY_EDITION: '2017-03' }],
    ['DEFAULT_LOCALE', { DEFAULT_LOCALE: 'canary' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'canary' }],
    ['ToBotFromChannelOpenIdMetadataUrl', { ToBotFromChannelOpenIdMetadataUrl: 'http://127.0.0.1/canary' }],
    ['BotOpenIdMetadata', { BotOpenIdMetadata: 'canary' }],
    ['ToBotFromChannelTokenIssuer', { ToBotFromChannelTokenIssuer: 'canary' }],
    ['ToBotFromEmulatorOpenIdMetadataUrl', { ToBotFromEmulatorOpenIdMetadataUrl: 'canary' }],
    ['ToChannelFromBotLoginUrl', { ToChannelFromBotLoginUrl: 'canary' }],
    ['ToChannelFromBotOAuthScope', { ToChannelFromBotOAuthScope: 'canary' }],
    ['OAuthUrl', { OAuthUrl: 'canary' }],
    ['OAuthApiEndpoint', { OAuthApiEndpoint: 'canary' }],
    ['CallerId', { CallerId: '' }],
    ['ValidateAuthority', { ValidateAuthority: 'canary' }],
    ['ChannelService', { ChannelService: 'canary' }],
  ])('%# names %s alone and never its value', (name, env) => {
    const error = refusal({ ...fullEnv, ...env })
    expect(error.problems.map((problem) => problem.name)).toEqual([name])
    expect(error.message).toContain(`  ${name}: `)
    expect(inspect(error)).not.toContain('canary')
  })

  it('cannot be changed afterwards', () => {
    const config = readConfig(fullEnv, editions)
    expect(() => Object.assign(config, { mode: 'sandbox' })).toThrow(TypeError)
  })

  it('shows no secret when it is printed', () => {
    const env = { ...fullEnv, DATABASE_URL: 'postgres://bot:canary-database@db/multicanal?sslmode=verify-full' }
    const config = readConfig(env, editions)
    expect(inspect(config, { depth: 9, showHidden: true }) + JSON.stringify(config)).not.toContain('canary')
  })
})

describe('the cloud of the bot', () => {
  it.each([
    [
      'us-government',
      {
        tokenIssuer: 'https://api.botframework.us',
        metadataUrl: 'https://login.botframework.azure.us/v1/.well-known/openidconfiguration',
        botScope: 'https://api.botframework.us/.default',
        botAuthority: 'https://login.microsoftonline.us',
        tokenServiceUrl: 'https://tokengcch.botframework.azure.us',
        serviceHosts: ['smba.infra.gov.teams.microsoft.us', 'smba.infra.dod.teams.microsoft.us'],
      },
    ],
    [
      'china',
      {
        tokenIssuer: 'https://api.botframework.azure.cn',
        metadataUrl: 'https://login.botframework.azure.cn/v1/.well-known/openidconfiguration',
        botScope: 'https://api.botframework.azure.cn/.default',
        botAuthority: 'https://login.partner.microsoftonline.cn',
        tokenServiceUrl: 'https://token.botframework.azure.cn',
        serviceHosts: ['frontend.botapi.msg.infra.teams.microsoftonline.cn'],
      },
    ],
  ])('binds all of %s to one world of tokens', (cloud, addresses) => {
    expect(readConfig({ ...fullEnv, CLOUD: cloud }, editions)).toMatchObject(addresses)
  })

  it.each([
    ['global', 'botframework.com'],
    ['us-government', 'MicrosoftServices.onmicrosoft.us'],
    ['china', 'microsoftservices.partner.onmschina.cn'],
  ])('%s has a tenant for bots of many tenants', (cloud, tenant) => {
    const env = { ...fullEnv, CLOUD: cloud, MicrosoftAppType: 'MultiTenant' }
    expect(readConfig(env, editions).authorityTenant).toBe(tenant)
  })

  it.each([
    ['us-government', 'https://botframework.azure.us'],
    ['china', 'https://botframework.azure.cn'],
  ])('%s may be named by ChannelService too, which has to agree', (cloud, name) => {
    expect(readConfig({ ...fullEnv, CLOUD: cloud, ChannelService: name }, editions).cloud).toBe(cloud)
    expect(readConfig({ ...fullEnv, CLOUD: cloud, ChannelService: '' }, editions).cloud).toBe(cloud)
    expect(faulty({ ...fullEnv, ChannelService: name })).toEqual(['ChannelService'])
  })

  it.each([
    ['global', 'https://europe.token.botframework.com/', 'https://europe.token.botframework.com'],
    ['us-government', 'https://apiDoD.botframework.azure.us', 'https://apidod.botframework.azure.us'],
  ])('%s has a token service that OAuthUrl may choose', (cloud, OAuthUrl, chosen) => {
    expect(readConfig({ ...fullEnv, CLOUD: cloud, OAuthUrl }, editions).tokenServiceUrl).toBe(chosen)
    expect(faulty({ ...fullEnv, CLOUD: 'china', OAuthUrl })).toEqual(['OAuthUrl'])
  })

  it.each(['https://evil.example', 'https://token.botframework.com.evil.example', 'http://token.botframework.com'])(
    'has no token service at %s',
    (OAuthUrl) => expect(faulty({ ...fullEnv, OAuthUrl })).toEqual(['OAuthUrl']),
  )
})

describe('a secret', () => {
  const { MicrosoftAppPassword: _, ...env } = fullEnv

  it('may come from a file instead, without the line break at its end', () => {
    const { credential, databaseUrl } = readConfig(
      {
        ...env,
        MicrosoftAppPassword_FILE: file('password', 'from the file\n'),
        DATABASE_URL_FILE: file('url', 'postgres://u:p@db/x?sslmode=verify-full\n', 0o440),
      },
      editions,
    )
    expect(credential.kind === 'secret' && credential.secret()).toBe('from the file')
    expect(databaseUrl()).toBe('postgres://u:p@db/x?sslmode=verify-full')
  })

  it('may be a certificate with its key', () => {
    const { credential } = readConfig({ ...env, MicrosoftAppCertificateFile: file('bot.pem', pem) }, editions)
    expect(credential.kind === 'certificate' && credential.pem()).toBe(pem)
  })

  it('is not needed with a managed identity, and a bot of many tenants needs no tenant', () => {
    expect(readConfig({ ...env, MicrosoftAppType: 'UserAssignedMSI' }, editions).credential.kind).toBe(
      'managed-identity',
    )
    const many = { ...fullEnv, MicrosoftAppType: 'MultiTenant', MicrosoftAppTenantId: undefined }
    expect(readConfig(many, editions).authorityTenant).toBe('botframework.com')
  })

  it.each<[string, string, () => Env]>([
    [
      'MicrosoftAppPassword_FILE',
      'that everybody may read',
      () => ({ MicrosoftAppPassword_FILE: file('a', 'canary', 0o644) }),
    ],
    [
      'MicrosoftAppPassword_FILE',
      'that everybody may write',
      () => ({ MicrosoftAppPassword_FILE: file('b', 'canary', 0o602) }),
    ],
    ['MicrosoftAppPassword_FILE', 'that is missing', () => ({ MicrosoftAppPassword_FILE: join(folder, 'canary') })],
    ['MicrosoftAppPassword_FILE', 'that is empty', () => ({ MicrosoftAppPassword_FILE: file('c', ' \n') })],
    ['MicrosoftAppPassword_FILE', 'that is a folder', () => ({ MicrosoftAppPassword_FILE: folder })],
    [
      'MicrosoftAppPassword_FILE',
      'given beside the value',
      () => ({ MicrosoftAppPassword: 'canary', MicrosoftAppPassword_FILE: file('d', 'canary') }),
    ],
    [
      'MicrosoftAppCertificateFile',
      'given beside a password',
      () => ({ MicrosoftAppPassword: 'canary', MicrosoftAppCertificateFile: file('e', pem) }),
    ],
    [
      'MicrosoftAppCertificateFile',
      'that everybody may read',
      () => ({ MicrosoftAppCertificateFile: file('f', pem, 0o604) }),
    ],
    [
      'MicrosoftAppCertificateFile',
      'without a key',
      () => ({ MicrosoftAppCertificateFile: file('g', pem.split('-----\n-----')[1] ?? '') }),
    ],
    [
      'MicrosoftAppCertificateFile',
      'without a certificate',
      () => ({ MicrosoftAppCertificateFile: file('h', 'canary') }),
    ],
    [
      'DATABASE_URL_FILE',
      'with another database',
      () => ({ MicrosoftAppPassword: 'x', DATABASE_URL_FILE: file('i', 'mysql://canary') }),
    ],
  ])('is refused from %s %s, without being shown', (name, _how, more) => {
    const error = refusal({ ...env, ...more() })
    expect(error.problems.map((problem) => problem.name)).toEqual([name])
    expect(inspect(error)).not.toContain('canary')
  })
})

describe('the partner', () => {
  const clientId = fullEnv.PARTNER_CLIENT_ID
  const { PARTNER_CLIENT_SECRET: _, ...env } = fullEnv

  it('acts at the addresses of the public cloud unless told otherwise', () => {
    const { identity, webhook, ...partner } = readConfig(fullEnv, editions).partner
    expect(webhook.roots().length).toBeGreaterThan(0)
    expect(webhook.hosts).toEqual(['3psostorageacct.blob.core.windows.net'])
    expect(partner).toEqual({
      authority: 'https://login.microsoftonline.com',
      disableInstanceDiscovery: false,
      partnerCenterUrl: 'https://api.partnercenter.microsoft.com',
      graphUrl: 'https://graph.microsoft.com',
      adminCenter: 'https://admin.microsoft.com',
      audiences: {
        'partner-center': 'https://api.partnercenter.microsoft.com',
        graph: 'https://graph.microsoft.com',
      },
      signInConnection: undefined,
      transferType: 5,
      isInTransition: false,
      pollMinutes: 10,
      country: undefined,
    })
    expect(identity).toMatchObject({ tenantId: TENANT, clientId, credential: { kind: 'secret' } })
    expect(identity.credential.kind === 'secret' && identity.credential.secret()).toBe('canary-client-secret')
  })

  it('takes every setting from the environment', () => {
    const { partner } = readConfig(
      {
        ...fullEnv,
        PARTNER_TENANT_ID: other.toUpperCase(),
        PARTNER_CENTER_URL: 'https://api.partnercenter.microsoft.com/',
        GRAPH_URL: 'https://graph.microsoft.com',
        SIGN_IN_CONNECTION: 'entra',
        TRANSFER_TYPE: '3',
        POLL_MINUTES: '1440',
        PARTNER_COUNTRY: 'de',
        WEBHOOK_CERTIFICATE_HOSTS: 'one.example,two.example',
      },
      editions,
    )
    expect(partner).toMatchObject({
      country: 'DE',
      webhook: { hosts: ['one.example', 'two.example'] },
      identity: { tenantId: other },
      partnerCenterUrl: 'https://api.partnercenter.microsoft.com',
      signInConnection: 'entra',
      transferType: 3,
      pollMinutes: 1440,
    })
  })

  it.each([
    [
      'germany',
      'login.microsoftonline.de',
      'api.partnercenter.microsoft.com',
      'graph.microsoft.de',
      'portal.office.de',
    ],
    [
      'us-government',
      'login.microsoftonline.us',
      'api.partnercenter.microsoft.com',
      'graph.microsoft.us',
      'portal.office365.us',
    ],
    [
      'china',
      'login.partner.microsoftonline.cn',
      'partner.partnercenterapi.microsoftonline.cn',
      'microsoftgraph.chinacloudapi.cn',
      'portal.partner.microsoftonline.cn',
    ],
  ])('of the cloud %s has its authority and its addresses', (cloud, authority, partnerCenter, graph, adminCenter) => {
    const { partner } = readConfig({ ...fullEnv, CLOUD: cloud, POLICY_EDITION: '2026-11' }, editions)
    expect(partner).toMatchObject({
      authority: `https://${authority}`,
      partnerCenterUrl: `https://${partnerCenter}`,
      graphUrl: `https://${graph}`,
      adminCenter: `https://${adminCenter}`,
      audiences: { 'partner-center': `https://${partnerCenter}`, graph: `https://${graph}` },
    })
  })

  it('of the American Department of Defense asks for tokens of its own Graph', () => {
    const government = { ...fullEnv, CLOUD: 'us-government', POLICY_EDITION: '2026-11' }
    const { partner } = readConfig({ ...government, GRAPH_URL: 'https://dod-graph.microsoft.us' }, editions)
    expect(partner.audiences.graph).toBe('https://dod-graph.microsoft.us')
  })

  it('may prove who it is by a certificate, whose file is read again when it is used', () => {
    const path = file('partner.pem', pem)
    const { identity } = readConfig({ ...env, PARTNER_CERTIFICATE_FILE: path }, editions).partner
    expect(identity.credential).toEqual({ kind: 'certificate', file: path })
  })

  it('may prove who it is by a managed identity: the one named, else that of the bot, else that of the machine', () => {
    const federated = { ...env, PARTNER_FEDERATED: 'managed-identity' }
    const identities = [
      { ...federated, AZURE_CLIENT_ID: other },
      { ...federated, MicrosoftAppType: 'UserAssignedMSI', MicrosoftAppPassword: undefined },
      federated,
    ].map((each) => readConfig(each, editions).partner.identity.credential)
    const audience = 'api://AzureADTokenExchange'
    expect(identities).toEqual([
      { kind: 'managed-identity', clientId: other, audience },
      { kind: 'managed-identity', clientId: APP_ID, audience },
      { kind: 'managed-identity', clientId: undefined, audience },
    ])
  })

  it('may prove who it is by the token of a workload, readable by all or not', () => {
    const AZURE_FEDERATED_TOKEN_FILE = file('workload', 'token', 0o644)
    const config = { ...env, PARTNER_FEDERATED: 'workload-identity', AZURE_FEDERATED_TOKEN_FILE }
    const { identity } = readConfig(config, editions).partner
    expect(identity.credential).toEqual({ kind: 'workload-identity', tokenFile: AZURE_FEDERATED_TOKEN_FILE })
  })

  it.each<[string, () => Env]>([
    ['PARTNER_TENANT_ID', () => ({ PARTNER_TENANT_ID: undefined })],
    ['PARTNER_TENANT_ID', () => ({ PARTNER_TENANT_ID: 'canary.onmicrosoft.com' })],
    ['PARTNER_CLIENT_ID', () => ({ PARTNER_CLIENT_ID: undefined })],
    ['PARTNER_CLIENT_ID', () => ({ PARTNER_CLIENT_ID: 'canary' })],
    ['PARTNER_CLIENT_SECRET', () => ({ PARTNER_CLIENT_SECRET: undefined })],
    ['PARTNER_CLIENT_SECRET_FILE', () => ({ PARTNER_CLIENT_SECRET_FILE: file('k', 'canary') })],
    [
      'PARTNER_CLIENT_SECRET_FILE',
      () => ({ PARTNER_CLIENT_SECRET: undefined, PARTNER_CLIENT_SECRET_FILE: file('l', 'canary', 0o644) }),
    ],
    ['PARTNER_CERTIFICATE_FILE', () => ({ PARTNER_CERTIFICATE_FILE: file('m', pem) })],
    [
      'PARTNER_CERTIFICATE_FILE',
      () => ({ PARTNER_CLIENT_SECRET: undefined, PARTNER_CERTIFICATE_FILE: file('n', 'canary') }),
    ],
    [
      'PARTNER_CERTIFICATE_FILE',
      () => ({ PARTNER_CLIENT_SECRET: undefined, PARTNER_CERTIFICATE_FILE: file('o', pem, 0o604) }),
    ],
    [
      'PARTNER_CERTIFICATE_FILE',
      () => ({ PARTNER_CLIENT_SECRET: undefined, PARTNER_CERTIFICATE_FILE: join(folder, 'canary') }),
    ],
    ['PARTNER_FEDERATED', () => ({ PARTNER_FEDERATED: 'managed-identity' })],
    ['PARTNER_FEDERATED', () => ({ PARTNER_CLIENT_SECRET: undefined, PARTNER_FEDERATED: 'canary' })],
    [
      'AZURE_CLIENT_ID',
      () => ({
        PARTNER_CLIENT_SECRET: undefined,
        PARTNER_FEDERATED: 'managed-identity',
        AZURE_CLIENT_ID: 'canary',
      }),
    ],
    [
      'AZURE_FEDERATED_TOKEN_FILE',
      () => ({ PARTNER_CLIENT_SECRET: undefined, PARTNER_FEDERATED: 'workload-identity' }),
    ],
    [
      'AZURE_FEDERATED_TOKEN_FILE',
      () => ({
        PARTNER_CLIENT_SECRET: undefined,
        PARTNER_FEDERATED: 'workload-identity',
        AZURE_FEDERATED_TOKEN_FILE: join(folder, 'canary'),
      }),
    ],
    ['PARTNER_CENTER_URL', () => ({ PARTNER_CENTER_URL: 'https://api.partnercenter.canary.com' })],
    ['PARTNER_CENTER_URL', () => ({ PARTNER_CENTER_URL: 'http://127.0.0.1:4000' })],
    ['PARTNER_CENTER_URL', () => ({ PARTNER_CENTER_URL: 'https://api.partnercenter.microsoft.com@canary.com' })],
    ['PARTNER_CENTER_URL', () => ({ PARTNER_CENTER_URL: 'https://partner.partnercenterapi.microsoftonline.cn' })],
    ['GRAPH_URL', () => ({ GRAPH_URL: 'http://graph.microsoft.com' })],
    ['GRAPH_URL', () => ({ GRAPH_URL: 'https://graph.microsoft.us' })],
    ['SIGN_IN_CONNECTION', () => ({ SIGN_IN_CONNECTION: 'canary&userId=another' })],
    ['TRANSFER_TYPE', () => ({ TRANSFER_TYPE: 'canary' })],
    ['TRANSFER_TYPE', () => ({ TRANSFER_TYPE: '-5' })],
    ['POLL_MINUTES', () => ({ POLL_MINUTES: '4' })],
    ['POLL_MINUTES', () => ({ POLL_MINUTES: '1441' })],
    ['POLL_MINUTES', () => ({ POLL_MINUTES: '7.5' })],
  ])('%# is refused for %s alone, whose value is not shown', (name, more) => {
    const error = refusal({ ...fullEnv, ...more() })
    expect(error.problems.map((problem) => problem.name)).toEqual([name])
    expect(inspect(error)).not.toContain('canary')
  })

  it('shows no secret when it is printed, and cannot be changed afterwards', () => {
    const { partner } = readConfig(fullEnv, editions)
    expect(inspect(partner, { depth: 9, showHidden: true }) + JSON.stringify(partner)).not.toContain('canary')
    expect(() => Object.assign(partner, { authority: 'https://evil.example' })).toThrow(TypeError)
  })
})

describe('the configuration of the sandbox', () => {
  const given = {
    authority: 'https://127.0.0.1:4001',
    partnerCenterUrl: 'http://127.0.0.1:4002',
    graphUrl: 'https://localhost:4003',
    tenantId: TENANT,
    clientId: other,
    secret: () => 'canary',
  }
  const overrides = { metadataUrl: 'http://127.0.0.1:4000/metadata', partner: given }

  it('needs nothing, stays on loopback and lets every tenant in', () => {
    const { databaseUrl, ...config } = sandboxConfig({}, overrides, editions)
    expect(config).toMatchObject({
      mode: 'sandbox',
      host: '127.0.0.1',
      port: 3978,
      allowedTenants: 'any',
      metadataUrl: overrides.metadataUrl,
    })
    expect(config).not.toHaveProperty('credential')
    expect(databaseUrl()).toBe('sqlite:data/multicanal.db')
  })

  it('takes the settings of the environment, and what the sandbox decides goes before them', () => {
    const env = {
      PORT: '5000',
      ALLOWED_TENANTS: TENANT,
      DEFAULT_LOCALE: 'de',
      POLICY_EDITION: '2026-11',
      CLOUD: 'china',
    }
    const config = sandboxConfig(env, { ...overrides, port: 0, databaseUrl: () => 'sqlite::memory:' }, editions)
    expect(config).toMatchObject({ port: 0, defaultLocale: 'de', policyEdition: '2026-11', cloud: 'china' })
    expect(config.allowedTenants).toEqual(new Set([TENANT]))
    expect(config.databaseUrl()).toBe('sqlite::memory:')
  })

  it('has the partner it brings, with the tokens of the real one', () => {
    const { partner } = sandboxConfig({ TRANSFER_TYPE: '3', PARTNER_COUNTRY: 'de' }, overrides, editions)
    expect(partner.country).toBe('DE')
    const { authority, partnerCenterUrl, graphUrl } = given
    expect(partner).toMatchObject({
      identity: { tenantId: TENANT, clientId: other, credential: { kind: 'secret' } },
      disableInstanceDiscovery: true,
      audiences: {
        'partner-center': 'https://api.partnercenter.microsoft.com',
        graph: 'https://graph.microsoft.com',
      },
      transferType: 3,
      pollMinutes: 10,
      authority,
      partnerCenterUrl,
      graphUrl,
    })
    const hasty = sandboxConfig({}, { ...overrides, partner: { ...given, pollMinutes: 0.05 } }, editions)
    expect(hasty.partner.pollMinutes).toBe(0.05)
  })

  it('sends customers to its own admin center, and asks its own group where nobody is named', () => {
    const partner = { ...given, approversGroup: other }
    const read = (env: Env) => sandboxConfig(env, { ...overrides, partner }, editions)
    expect(read({}).partner.adminCenter).toBe(given.partnerCenterUrl)
    expect(read({ APPROVALS_REQUIRED: '2' }).approvals).toEqual({ approvers: new Set(), group: other, required: 2 })
    expect(read({ APPROVERS: TENANT }).approvals).toMatchObject({ approvers: new Set([TENANT]), group: undefined })
    expect(read({ APPROVERS_GROUP: TENANT }).approvals.group).toBe(TENANT)
  })

  it.each([
    ['authority', { authority: 'http://127.0.0.1:4001' }],
    ['authority', { authority: 'https://login.microsoftonline.com' }],
    ['partnerCenterUrl', { partnerCenterUrl: 'https://api.partnercenter.microsoft.com' }],
    ['graphUrl', { graphUrl: 'http://127.0.0.1:80@evil.example' }],
  ])('refuses a partner whose %s is not on this machine: %o', (name, more) => {
    const partner = { ...given, ...more }
    expect(() => sandboxConfig({}, { ...overrides, partner }, editions)).toThrow(`  ${name}: `)
  })

  it.each<[string, Env, object]>([
    ['HOST', { HOST: '0.0.0.0' }, {}],
    ['HOST', { HOST: '192.168.1.2' }, {}],
    ['POLICY_EDITION', { POLICY_EDITION: 'none' }, {}],
    ['ALLOWED_TENANTS', { ALLOWED_TENANTS: 'any' }, {}],
    ['metadataUrl', {}, { metadataUrl: 'https://login.botframework.com/v1/.well-known/openidconfiguration' }],
    ['metadataUrl', {}, { metadataUrl: 'http://127.0.0.1:80@evil.example/' }],
  ])('refuses %s %o %o', (name, env, more) => {
    expect(() => sandboxConfig(env, { ...overrides, ...more }, editions)).toThrow(`  ${name}: `)
  })
})
