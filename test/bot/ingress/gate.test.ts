import { describe, expect, it, onTestFinished } from 'vitest'
import { createGate } from '../../../bot/ingress/gate.ts'
import { loopbackServiceUrls } from '../../../bot/teams/service-urls.ts'
import { refused } from '../../../dialogs/result.ts'
import { type GateOptions, startGate, teamsActivity } from '../../support/gate.ts'
import { SERVICE_URL, TENANT } from '../../support/identity.ts'

const other = '11111111-2222-4333-8444-555555555555'

async function start(options?: GateOptions) {
  const all = await startGate(options)
  onTestFinished(all.identity.close)
  return all
}

describe('an activity with a good token', () => {
  it.each<[string, object, string]>([
    ['as Teams sends it', {}, 'in'],
    ['an invoke', { type: 'invoke' }, 'in'],
    ['without channel', { channelId: undefined }, '400 no-channel'],
    ['of an empty channel', { channelId: '' }, '403 wrong-channel'],
    ['of channel null', { channelId: null }, '403 wrong-channel'],
    ['of channel MSTeams', { channelId: 'MSTeams' }, '403 wrong-channel'],
    ['of a list of channels', { channelId: ['msteams'] }, '403 wrong-channel'],
    ['of a sub-channel', { channelId: 'msteams:copilot' }, '403 wrong-channel'],
    ['of the emulator', { channelId: 'emulator' }, '403 wrong-channel'],
    ['of web chat', { channelId: 'webchat' }, '403 wrong-channel'],
    ['of AseChannel', { channelId: 'AseChannel' }, '403 wrong-channel'],
    ['without service URL', { serviceUrl: undefined }, '400 no-service-url'],
    ['with an empty service URL', { serviceUrl: '' }, '400 no-service-url'],
    ['with service URL null', { serviceUrl: null }, '400 no-service-url'],
    ['with a list of service URLs', { serviceUrl: [SERVICE_URL] }, '400 no-service-url'],
    ['with another service URL', { serviceUrl: 'https://smba.trafficmanager.net/amer/' }, '403 service-url-differs'],
    ['with the service URL without its slash', { serviceUrl: SERVICE_URL.slice(0, -1) }, '403 service-url-differs'],
    ['that wants its replies at once', { deliveryMode: 'expectReplies' }, '400 expect-replies'],
    ['that wants a notification', { deliveryMode: 'notification' }, 'in'],
    ['of a tenant in capitals', { conversation: { tenantId: TENANT.toUpperCase() } }, 'in'],
    ['with the tenant in the conversation only', { channelData: undefined }, 'in'],
    ['with the tenant in the channel data only', { conversation: { id: 'a:1' } }, 'in'],
    ['with the conversation tenant null', { conversation: { tenantId: null } }, 'in'],
    ['without any tenant', { conversation: { id: 'a:1' }, channelData: {} }, '403 tenant-missing'],
    ['without conversation or channel data', { conversation: null, channelData: null }, '403 tenant-missing'],
    ['with an empty tenant', { conversation: { tenantId: '' }, channelData: {} }, '403 tenant-not-allowed'],
    [
      'of a foreign tenant',
      { conversation: { tenantId: other }, channelData: { tenant: { id: other } } },
      '403 tenant-not-allowed',
    ],
    ['of a foreign conversation', { conversation: { tenantId: other } }, '403 tenants-disagree'],
    ['of a foreign channel', { channelData: { tenant: { id: other } } }, '403 tenants-disagree'],
    ['with a list as tenant', { conversation: { tenantId: [TENANT] }, channelData: {} }, '403 tenant-not-allowed'],
    ['with a list as one tenant', { conversation: { tenantId: [TENANT] } }, '403 tenants-disagree'],
    ['of a guest from a foreign tenant', { from: { id: '29:x', tenantId: other } }, '403 tenant-not-allowed'],
    ['of a sender from this tenant', { from: { id: '29:x', tenantId: TENANT } }, 'in'],
  ])('%# %s', async (_name, more, expected) => {
    const { identity, knock } = await start()
    const token = identity.mint()
    expect(await knock(token, teamsActivity(more))).toBe(expected)
    // The same once the token is remembered: what depends on the activity is looked at every time.
    expect(await knock(token)).toBe('in')
    expect(await knock(token, teamsActivity(more))).toBe(expected)
  })

  it('is refused when token and activity agree on a hostile service URL', async () => {
    const { identity, knock } = await start()
    for (const url of [
      'https://evil.example/',
      'http://smba.trafficmanager.net/emea/',
      'https://x.trafficmanager.net/',
    ]) {
      const token = identity.mint({ claims: { serviceurl: url } })
      expect(await knock(token, teamsActivity({ serviceUrl: url }))).toBe('403 service-url-not-allowed')
    }
  })

  it('of two allowed tenants that disagree is refused', async () => {
    const { identity, knock } = await start({ tenants: new Set([TENANT, other]) })
    expect(await knock(identity.mint(), teamsActivity({ conversation: { tenantId: other } }))).toBe(
      '403 tenants-disagree',
    )
  })
})

describe('the sandbox', () => {
  const sandbox = {
    mode: 'sandbox',
    anonymousFromLoopback: true,
    tenants: 'any',
    serviceUrls: loopbackServiceUrls,
  } as const
  const local = teamsActivity({ serviceUrl: 'http://127.0.0.1:56150/_connector' })

  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1'])('admits a request without a token from %s', async (address) => {
    const { knock } = await start(sandbox)
    expect(await knock(undefined, local, address)).toBe('in')
  })

  it.each(['203.0.113.9', '10.0.0.1', '::ffff:10.0.0.1', ''])(
    'refuses a request without a token from "%s"',
    async (address) => {
      const { knock } = await start(sandbox)
      expect(await knock(undefined, local, address)).toBe('401 no-token')
    },
  )

  it('still refuses a wrong token, a foreign service URL, another channel and a missing tenant', async () => {
    const { knock } = await start(sandbox)
    const here = '127.0.0.1'
    expect(await knock('nonsense', local, here)).toBe('401 malformed-token')
    expect(await knock(undefined, teamsActivity(), here)).toBe('403 service-url-not-allowed')
    expect(await knock(undefined, { ...local, channelId: 'emulator' } as typeof local, here)).toBe('403 wrong-channel')
    const nowhere = teamsActivity({ serviceUrl: local.serviceUrl, conversation: { id: 'a' }, channelData: {} })
    expect(await knock(undefined, nowhere, here)).toBe('403 tenant-missing')
  })

  it('keeps to its list of tenants when it has one', async () => {
    const { knock } = await start({ ...sandbox, tenants: new Set([other]) })
    expect(await knock(undefined, local, '127.0.0.1')).toBe('403 tenant-not-allowed')
  })

  it('is not available in production', async () => {
    await expect(start({ anonymousFromLoopback: true })).rejects.toThrow('production')
    await expect(start({ tenants: 'any' })).rejects.toThrow('production')
    const { knock } = await start()
    expect(await knock(undefined, teamsActivity(), '127.0.0.1')).toBe('401 no-token')
  })

  it('is refused by the constructor itself', () => {
    const deps = { verifyToken: async () => refused('signature' as const), serviceUrls: () => true }
    const lenient = { ...deps, tenants: new Set<string>(), anonymousFromLoopback: true }
    expect(() => createGate({ ...lenient, mode: 'production' })).toThrow('production')
    expect(() => createGate({ ...lenient, mode: 'sandbox' })).not.toThrow()
  })
})
