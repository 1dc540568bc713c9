import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EmulatorValidation, ToBotFromBotOrEmulatorTokenValidationParameters } from 'botframework-connector'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { refused } from '../../../dialogs/result.ts'
import { type GateOptions, startGate, teamsActivity } from '../../support/gate.ts'
import { APP_ID, createSigningPair, SERVICE_URL, type TokenSpec } from '../../support/identity.ts'

const HOUR = 3600
const now = Date.parse('2026-01-15T10:00:00Z') / 1000
const other = '11111111-2222-4333-8444-555555555555'
const unpublished = createSigningPair('key-1')
const stranger = createSigningPair('stranger')

async function start(options?: GateOptions) {
  const all = await startGate(options)
  onTestFinished(all.identity.close)
  return all
}

describe('a token of another cloud', () => {
  it.each([
    ['https://api.botframework.us', 'https://api.botframework.us', 'in'],
    ['https://api.botframework.azure.cn', 'https://api.botframework.azure.cn', 'in'],
    ['https://api.botframework.us', 'https://api.botframework.com', '401 issuer'],
    ['https://api.botframework.com', 'https://api.botframework.azure.cn', '401 issuer'],
  ])('where %s is expected, by %s: %s', async (issuer, iss, expected) => {
    const { identity, knock } = await startGate({ issuer })
    expect(await knock(identity.mint({ claims: { iss } }))).toBe(expected)
    await identity.close()
  })
})

describe('a token', () => {
  it.each<[string, TokenSpec, string]>([
    ['that is valid', {}, 'in'],
    ['that expired 4 minutes ago', { claims: { exp: now - 240 } }, 'in'],
    ['that expired 299 seconds ago', { claims: { exp: now - 299 } }, 'in'],
    ['that expired 300 seconds ago', { claims: { exp: now - 300 } }, '401 expired'],
    ['that expired 6 minutes ago', { claims: { exp: now - 360 } }, '401 expired'],
    ['that begins in 300 seconds', { claims: { nbf: now + 300 } }, 'in'],
    ['that begins in 301 seconds', { claims: { nbf: now + 301 } }, '401 not-yet-valid'],
    ['that begins in 6 minutes', { claims: { nbf: now + 360 } }, '401 not-yet-valid'],
    ['without exp', { claims: { exp: undefined } }, '401 lifetime'],
    ['without nbf', { claims: { nbf: undefined } }, '401 lifetime'],
    ['with exp as text', { claims: { exp: String(now + HOUR) } }, '401 lifetime'],
    ['with nbf as text', { claims: { nbf: String(now) } }, '401 lifetime'],
    ['that lives 24 hours', { claims: { nbf: now, exp: now + 24 * HOUR } }, 'in'],
    ['that lives a second longer', { claims: { nbf: now, exp: now + 24 * HOUR + 1 } }, '401 lifetime'],
    ['that lives for ever', { claims: { exp: 1e300 } }, '401 lifetime'],
    ['of another issuer', { claims: { iss: 'https://api.botframework.us' } }, '401 issuer'],
    ['without issuer', { claims: { iss: undefined } }, '401 issuer'],
    ['with a list of issuers', { claims: { iss: ['https://api.botframework.com'] } }, '401 issuer'],
    ['for another audience', { claims: { aud: other } }, '401 audience'],
    ['for a list of audiences', { claims: { aud: [APP_ID, other] } }, '401 audience'],
    ['for a list of this audience alone', { claims: { aud: [APP_ID] } }, '401 audience'],
    ['without audience', { claims: { aud: undefined } }, '401 audience'],
    ['for this audience in capitals', { claims: { aud: APP_ID.toUpperCase() } }, '401 audience'],
    ['naming an unknown key', { pair: stranger }, '401 unknown-key'],
    ['naming no key', { header: { kid: undefined } }, '401 unknown-key'],
    ['naming a key by a number', { header: { kid: 1 } }, '401 unknown-key'],
    ['naming a key by a path', { header: { kid: '../../dev/null' } }, '401 unknown-key'],
    ['naming a key of every object', { header: { kid: '__proto__' } }, '401 unknown-key'],
    ['signed by another key of that name', { pair: unpublished }, '401 signature'],
    ['signed with RS384', { header: { alg: 'RS384' } }, '401 algorithm'],
    ['signed with RS512', { header: { alg: 'RS512' } }, '401 algorithm'],
    ['signed with PS256', { header: { alg: 'PS256' } }, '401 algorithm'],
    ['signed with HS256 and the public key', { header: { alg: 'HS256' } }, '401 algorithm'],
    ['signed with a lower-case algorithm', { header: { alg: 'rs256' } }, '401 algorithm'],
    ['without algorithm', { header: { alg: undefined } }, '401 algorithm'],
    [
      'with an unknown critical extension',
      { header: { crit: ['x-unknown'], 'x-unknown': 1 } },
      '401 critical-extension',
    ],
    ['with an unencoded payload', { header: { crit: ['b64'], b64: false } }, '401 critical-extension'],
    ['with b64 declared critical but plain', { header: { crit: ['b64'], b64: true } }, '401 critical-extension'],
    ['with an empty list of critical extensions', { header: { crit: [] } }, '401 critical-extension'],
    [
      'that brings its own key',
      { pair: unpublished, header: { jwk: unpublished.publicKey.export({ format: 'jwk' }) } },
      '401 signature',
    ],
    [
      'of any tenant, as the emulator would send it',
      { claims: { iss: `https://sts.windows.net/${other}/`, tid: other, appid: APP_ID, ver: '1.0' } },
      '401 issuer',
    ],
    ['of the bot itself for the Connector', { claims: { aud: 'https://api.botframework.com' } }, '401 audience'],
    [
      'of another bot calling this one as a skill',
      { claims: { iss: `https://login.microsoftonline.com/${other}/v2.0`, azp: other, ver: '2.0' } },
      '401 issuer',
    ],
    ['without serviceurl', { claims: { serviceurl: undefined } }, '403 service-url-differs'],
    ['with a list of service URLs', { claims: { serviceurl: [SERVICE_URL] } }, '403 service-url-differs'],
    [
      'for another service URL',
      { claims: { serviceurl: 'https://smba.trafficmanager.net/amer/' } },
      '403 service-url-differs',
    ],
    [
      'for the service URL without its slash',
      { claims: { serviceurl: SERVICE_URL.slice(0, -1) } },
      '403 service-url-differs',
    ],
    [
      'for the service URL in capitals',
      { claims: { serviceurl: SERVICE_URL.toUpperCase() } },
      '403 service-url-differs',
    ],
  ])('%# %s', async (_name, spec, expected) => {
    const { identity, knock } = await start()
    const token = identity.mint(spec)
    expect(await knock(token)).toBe(expected)
    // A second time, when tokens are remembered, must not make a difference.
    expect(await knock(token)).toBe(expected)
    expect(await knock(identity.mint())).toBe('in')
  })

  const mangled: [string, (token: string) => string, string][] = [
    ['without its signature', (token) => token.replace(/[^.]+$/, ''), '401 malformed-token'],
    ['unsigned with alg none', (token) => swapHeader(token, { alg: 'none', kid: 'key-1' }, ''), '401 malformed-token'],
    ['with alg none and a signature', (token) => swapHeader(token, { alg: 'none', kid: 'key-1' }), '401 algorithm'],
    ['with alg None', (token) => swapHeader(token, { alg: 'None', kid: 'key-1' }), '401 algorithm'],
    ['with two parts', (token) => token.split('.').slice(0, 2).join('.'), '401 malformed-token'],
    ['with four parts', (token) => `${token}.x`, '401 malformed-token'],
    ['with padding', (token) => `${token}==`, '401 malformed-token'],
    ['with a space inside', (token) => token.replace('.', '. '), '401 malformed-token'],
    ['with a line break at its end', (token) => `${token}\n`, '401 malformed-token'],
    ['as JSON', (token) => JSON.stringify({ payload: token.split('.')[1] }), '401 malformed-token'],
    ['that is empty', () => '', '401 malformed-token'],
    ['that is three dots', () => '...', '401 malformed-token'],
    ['whose header is no JSON', (token) => `bm9qc29u.${token.split('.').slice(1).join('.')}`, '401 malformed-token'],
    ['whose header is an array', (token) => swapHeader(token, ['RS256']), '401 malformed-token'],
    ['with one letter of its payload changed', (token) => flip(token, 1), '401 signature'],
    ['with one letter of its signature changed', (token) => flip(token, 2), '401 signature'],
    [
      'whose signature is written in another way',
      // The last letter of 342 holds two bits of the signature and four that mean nothing.
      (token) => `${token.slice(0, -1)}${{ A: 'B', Q: 'R', g: 'h', w: 'x' }[token.slice(-1)]}`,
      '401 malformed-token',
    ],
    ['of 50 KB', (token) => `${token}${'A'.repeat(50_000)}`, '401 malformed-token'],
  ]
  it.each(mangled)('%s is refused', async (_name, mangle, expected) => {
    const { identity, knock } = await start()
    expect(await knock(mangle(identity.mint()))).toBe(expected)
  })

  it.each([
    ['absent', undefined],
    ['empty', ''],
    ['of another scheme', 'Basic Zm9vOmJhcg=='],
    ['in lower case', 'bearer TOKEN'],
    ['in capitals', 'BEARER TOKEN'],
    ['the bare token', 'TOKEN'],
    ['the scheme alone', 'Bearer'],
  ])('in a header that is %s is refused', async (_name, header) => {
    const { identity, gate } = await start()
    const admitted = gate.admit(teamsActivity(), header?.replace('TOKEN', identity.mint()))
    expect(await admitted).toEqual(refused('no-token'))
  })

  it.each([
    ['no endorsements', undefined],
    ['an empty list of endorsements', []],
    ['an endorsement for another channel', ['webchat', 'MSTeams', 'msteams ']],
  ])('signed by a key with %s is refused', async (_name, endorsements) => {
    const { identity, knock } = await start()
    const pair = { ...createSigningPair('key-2'), endorsements }
    identity.state.pairs.push(pair)
    expect(await knock(identity.mint({ pair }))).toBe('403 not-endorsed')
  })

  it('that points to other keys does not make the bot fetch them', async () => {
    const { identity, knock } = await start()
    let visits = 0
    const trap = createHttpServer((_request, response) => {
      visits += 1
      response.end()
    })
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/keys`
    const header = { jku: url, x5u: url, kid: url }
    expect(await knock(identity.mint({ pair: unpublished, header }))).toBe('401 unknown-key')
    expect(await knock(identity.mint({ pair: unpublished, header: { ...header, kid: 'key-1' } }))).toBe('401 signature')
    trap.close()
    expect(visits).toBe(0)
  })

  it("never lengthens the SDK's list of trusted issuers", async () => {
    const { identity, knock } = await start()
    const issuers = ToBotFromBotOrEmulatorTokenValidationParameters.issuer as string[]
    const before = issuers.length
    for (let count = 0; count < 200; count += 1) {
      const tid = `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`
      await knock(identity.mint({ claims: { iss: `https://sts.windows.net/${tid}/`, tid } }))
    }
    expect(issuers).toHaveLength(before)
    // The SDK's own door does lengthen it: what is asserted above can fail.
    const claims = { iss: `https://sts.windows.net/${other}/`, tid: other }
    expect(EmulatorValidation.isTokenFromEmulator(`Bearer ${identity.mint({ claims })}`)).toBe(true)
    expect(issuers.length).toBeGreaterThan(before)
  })
})

function swapHeader(token: string, header: object, signature?: string): string {
  const [, payload, original] = token.split('.')
  return `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.${signature ?? original}`
}

function flip(token: string, part: number): string {
  const parts = token.split('.')
  const text = parts[part] ?? ''
  parts[part] = `${text.slice(0, 40)}${text[40] === 'A' ? 'B' : 'A'}${text.slice(41)}`
  return parts.join('.')
}

describe('the cache of tokens', () => {
  it('forgets a token when it expires', async () => {
    const { identity, knock, clock } = await start()
    const token = identity.mint({ claims: { exp: now + 60 } })
    expect(await knock(token)).toBe('in')
    clock.now += (60 + 299) * 1000
    expect(await knock(token)).toBe('in')
    clock.now += 1000
    expect(await knock(token)).toBe('401 expired')
  })

  it('refuses a cached token when the clock is set back before its start', async () => {
    const { identity, knock, clock } = await start()
    const token = identity.mint({ claims: { nbf: now } })
    expect(await knock(token)).toBe('in')
    clock.now -= 301_000
    expect(await knock(token)).toBe('401 not-yet-valid')
  })

  it('is cleared when the keys change, so that tokens of a withdrawn key are refused', async () => {
    const { identity, knock, clock } = await start()
    const token = identity.mint({ claims: { nbf: now + 100, exp: now + 24 * HOUR + 100 } })
    expect(await knock(token)).toBe('in')
    identity.state.pairs = [createSigningPair('key-2')]
    clock.now += 24 * HOUR * 1000 - 1
    expect(await knock(token)).toBe('in')
    clock.now += 1
    expect(await knock(token)).toBe('401 unknown-key')
  })

  it('is cleared when a key loses its endorsement', async () => {
    const { identity, knock, clock } = await start()
    const token = identity.mint()
    expect(await knock(token)).toBe('in')
    identity.state.pairs = identity.state.pairs.map((pair) => ({ ...pair, endorsements: ['webchat'] }))
    clock.now += 30_000
    expect(await knock(identity.mint({ pair: stranger }))).toBe('401 unknown-key')
    expect(await knock(token)).toBe('403 not-endorsed')
  })

  it('keeps the most recently used tokens within its capacity', async () => {
    const { identity, knock, keys } = await start({ capacity: 2 })
    const find = vi.spyOn(keys, 'find')
    const [a, b, c] = ['a', 'b', 'c'].map((jti) => identity.mint({ claims: { jti } }))
    for (const token of [a, b, a, c, a]) expect(await knock(token)).toBe('in')
    expect(find).toHaveBeenCalledTimes(3)
    expect(await knock(b)).toBe('in')
    expect(find).toHaveBeenCalledTimes(4)
  })

  it('caches no refused token', async () => {
    const { identity, knock, keys } = await start()
    const find = vi.spyOn(keys, 'find')
    const token = identity.mint({ pair: unpublished })
    await knock(token)
    await knock(token)
    expect(find).toHaveBeenCalledTimes(2)
  })
})
