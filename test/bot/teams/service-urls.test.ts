import { describe, expect, it } from 'vitest'
import { readConfig } from '../../../bot/config/config.ts'
import { exactServiceUrls, loopbackServiceUrls } from '../../../bot/teams/service-urls.ts'
import { readAtMost } from '../../../clients/response.ts'
import { editions, fullEnv } from '../../support/env.ts'

const official = exactServiceUrls(readConfig(fullEnv, editions).serviceHosts)

const hostile = [
  '',
  ' ',
  '/',
  'smba.trafficmanager.net',
  '//smba.trafficmanager.net/',
  'https:',
  'https://',
  'https:///smba.trafficmanager.net/',
  'https:smba.trafficmanager.net/emea/',
  'http://smba.trafficmanager.net/emea/',
  'HTTPS://smba.trafficmanager.net/emea/',
  'https://SMBA.trafficmanager.net/emea/',
  'ftp://smba.trafficmanager.net/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/plain,x',
  'wss://smba.trafficmanager.net/',
  'https://trafficmanager.net/',
  'https://evil.trafficmanager.net/',
  'https://smba.evil.trafficmanager.net/',
  'https://xsmba.trafficmanager.net/',
  'https://smba-trafficmanager.net/',
  'https://smba.trafficmanager.net.evil.example/',
  'https://smba.trafficmanager.net-evil.example/',
  'https://smba.trafficmanager.com/',
  'https://smba.trafficmanager.net./emea/',
  'https://.smba.trafficmanager.net/',
  'https://smba..trafficmanager.net/',
  'https://evil.azurewebsites.net/',
  'https://evil.example/smba.trafficmanager.net/',
  'https://evil.example/?smba.trafficmanager.net',
  'https://evil.example#smba.trafficmanager.net',
  'https://evil.example\\@smba.trafficmanager.net/',
  'https://smba.trafficmanager.net@evil.example/',
  'https://smba.trafficmanager.net:443@evil.example/',
  'https://user@smba.trafficmanager.net/',
  'https://user:password@smba.trafficmanager.net/',
  'https://@smba.trafficmanager.net/',
  'https://smba.trafficmanager.net\\.evil.example/',
  'https://smba.trafficmanager.net%2eevil.example/',
  'https://smba.trafficmanager.net%00.evil.example/',
  'https://smba.trafficmanager.net\u0000/',
  'https://smba.trafficmanager.net:8443/',
  'https://smba.trafficmanager.net:443/emea/',
  'https://smba.trafficmanager.net:/emea/',
  'https://smba.trafficmanager.net/emea/?x=1',
  'https://smba.trafficmanager.net/emea/#x',
  'https://smba.trafficmanager.net/emea/../../x',
  'https://smba.trafficmanager.net/./emea/',
  'https://smba.trafficmanager.net/%2e%2e/',
  'https://smba.trafficmanager.net//evil.example/',
  'https://smba.trafficmanager.net/\\evil.example/',
  'https://smba.trafficmanager.net/emea/;x',
  ' https://smba.trafficmanager.net/emea/',
  'https://smba.trafficmanager.net/emea/ ',
  'https://smba.trafficmanager.net/emea/\n',
  '\thttps://smba.trafficmanager.net/emea/',
  'ht\ntps://smba.trafficmanager.net/emea/',
  'https://smba.traffic\tmanager.net/',
  'https://smba。trafficmanager。net/',
  'https://smba.trafficmanager.net／emea/',
  'https://ѕmba.trafficmanager.net/',
  'https://smba.trafficmanager.nеt/',
  'https://xn--mba-o7c.trafficmanager.net/',
  'https://smba\u200b.trafficmanager.net/',
  'https://127.0.0.1/',
  'https://[::1]/',
  'https://2130706433/',
  'https://169.254.169.254/metadata/',
  'https://localhost/',
  'https://login.botframework.com/',
  'https://smba.infra.gcc.teams.microsoft.com.evil.example/',
  'https://gcc.teams.microsoft.com/',
  'https://smba.infra.gov.teams.microsoft.com/',
  'https://smba.trafficmanager.net/emea/'.repeat(2),
  `https://smba.trafficmanager.net/${'a/'.repeat(5000)}!`,
]

describe('a service URL of production', () => {
  it.each([
    'https://smba.trafficmanager.net/emea/',
    'https://smba.trafficmanager.net/amer',
    'https://smba.trafficmanager.net/teams/',
    'https://smba.trafficmanager.net/emea/72f988bf-86f1-41af-91ab-2d7cd011db47/',
    'https://smba.trafficmanager.net',
    'https://smba.infra.gcc.teams.microsoft.com/teams/',
  ])('is allowed when it is %s', (url) => {
    expect(official(url)).toBe(true)
  })

  it.each(hostile)('is refused when it is %j', (url) => {
    expect(official(url)).toBe(false)
  })
})

describe('a service URL of the sandbox', () => {
  it.each([
    'http://127.0.0.1:56150/_connector',
    'http://localhost:56150/_connector/',
    'http://[::1]:80/',
    'http://127.0.0.1',
  ])('is allowed when it is %s', (url) => {
    expect(loopbackServiceUrls(url)).toBe(true)
  })

  it.each([
    ...hostile,
    'https://smba.trafficmanager.net/emea/',
    'https://127.0.0.1:56150/_connector',
    'http://127.0.0.1.evil.example/',
    'http://127.0.0.1:80@evil.example/',
    'http://127.0.0.2/',
    'http://127.1/',
    'http://0.0.0.0/',
    'http://localhost.evil.example/',
    'http://[::ffff:127.0.0.1]/',
    'http://10.0.0.1/',
  ])('is refused when it is %j', (url) => {
    expect(loopbackServiceUrls(url)).toBe(false)
  })
})

describe('an answer from outside', () => {
  it('is read up to its limit and not a byte further', async () => {
    expect(await readAtMost(new Response('x'.repeat(100)), 100)).toHaveLength(100)
    await expect(readAtMost(new Response('x'.repeat(101)), 100)).rejects.toThrow('larger than 100 bytes')
    expect(await readAtMost(new Response(null), 100)).toBe('')
  })
})

describe('the service URLs of a cloud', () => {
  const hostsOf = (cloud: string) => readConfig({ ...fullEnv, CLOUD: cloud }, editions).serviceHosts
  const all = ['global', 'us-government', 'china'] as const

  it.each([
    ['global', 'https://smba.trafficmanager.net/emea/'],
    ['global', 'https://smba.infra.gcc.teams.microsoft.com/teams'],
    ['us-government', 'https://smba.infra.gov.teams.microsoft.us/gcch/'],
    ['us-government', 'https://smba.infra.dod.teams.microsoft.us/dod/'],
    ['china', 'https://frontend.botapi.msg.infra.teams.microsoftonline.cn/teams'],
  ])('%s: %s is allowed there alone', (cloud, url) => {
    expect(all.filter((one) => exactServiceUrls(hostsOf(one))(url))).toEqual([cloud])
  })
})
