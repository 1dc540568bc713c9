import { SERVICE_URL, TENANT } from '../../support/identity.ts'

const other = '11111111-2222-4333-8444-555555555555'
type Fields = Record<string, unknown>

const channels = [undefined, null, '', 'MSTeams', 'msteams ', ' msteams', 'msteams:copilot', 'emulator', 'webchat']
const moreChannels = ['AseChannel', 'directline', 'test', ['msteams'], { id: 'msteams' }, 1, true, 'msteams\u0000']
const services = [
  undefined,
  null,
  '',
  [SERVICE_URL],
  {},
  1,
  SERVICE_URL.slice(0, -1),
  `${SERVICE_URL} `,
  `${SERVICE_URL}x`,
]
const moreServices = ['https://smba.trafficmanager.net/amer/', 'https://attacker.example/', SERVICE_URL.toUpperCase()]
const tenants = [other, '', ' ', 1, true, [TENANT], { id: TENANT }, `${TENANT} `, `${TENANT}\u0000`, TENANT.slice(1)]
const types = [undefined, null, '', 1, true, [], {}, ['message']]

/** Fields that make an activity with a good token none for this bot, merged over a good one. */
export const misdirected: readonly Fields[] = [
  ...[...channels, ...moreChannels].map((channelId) => ({ channelId })),
  ...[...services, ...moreServices].map((serviceUrl) => ({ serviceUrl })),
  ...tenants.flatMap((tenant) => [
    { conversation: { tenantId: tenant } },
    { channelData: { tenant: { id: tenant } } },
    { conversation: { tenantId: tenant }, channelData: { tenant: { id: tenant } } },
    { conversation: { tenantId: tenant }, channelData: {} },
    { conversation: { tenantId: undefined }, channelData: { tenant: { id: tenant } } },
    { from: { tenantId: tenant } },
  ]),
  { conversation: { tenantId: undefined }, channelData: undefined },
  { conversation: { tenantId: null }, channelData: { tenant: null } },
  ...types.map((type) => ({ type })),
  { deliveryMode: 'expectReplies' },
  ...['timestamp', 'localTimestamp', 'expiration'].map((name) => ({ [name]: 'yesterday' })),
  ...['from', 'recipient', 'conversation'].flatMap((name) => [
    { [name]: undefined },
    { [name]: null },
    { [name]: 'text' },
    { [name]: [] },
    { [name]: { id: undefined } },
    { [name]: { id: '' } },
    { [name]: { id: 1 } },
  ]),
]
