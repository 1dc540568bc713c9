import { createSign } from 'node:crypto'
import fc from 'fast-check'
import { APP_ID, createSigningPair, type Identity, type Pair, SERVICE_URL, TENANT } from '../../support/identity.ts'
import { bearer } from './target.ts'

/** Headers of a request that must be refused. */
export interface ForgedRequest {
  readonly name: string
  readonly headers: readonly string[]
}

const hour = 3600
const elsewhere = 'attacker.example'
const other = '11111111-2222-4333-8444-555555555555'
const stranger = createSigningPair('stranger')
const namesake = createSigningPair('key-1')

/** Published keys that must not be trusted. */
export const uselessKeys: readonly Pair[] = [
  ...[undefined, [], ['webchat'], ['MSTeams'], ['msteams '], ['ms', 'teams'], ['emulator', 'directline']].map(
    (endorsements, index) => ({ ...stranger, kid: `useless-${index}`, endorsements }),
  ),
  createSigningPair('short', ['msteams'], 1024),
]

const encode = (text: string | Buffer) => Buffer.from(text).toString('base64url')

/** Signs any header and payload with the Connector's key, as RS256. */
function signed(header: string, payload: string | Buffer, { privateKey }: Pair): string {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${createSign('sha256').update(input).sign(privateKey).toString('base64url')}`
}

type Named = [name: string, token: string]
const show = (value: unknown) => JSON.stringify(value)?.slice(0, 60) ?? 'none'

function algorithms({ mint }: Identity): Named[] {
  const named = ['none', 'None', 'NONE', 'nOnE', '', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'HS256', 'HS384']
  const more = ['HS512', 'ES256', 'ES384', 'EdDSA', 'Ed25519', 'ML-DSA-44', 'rs256', 'Rs256', 'RS256 ', ' RS256']
  const odd = ['RS256\u0000', 'RS-256', 'RSA-SHA256', 'SHA256withRSA', 'RSA1_5', 'dir', 'A256KW', undefined, null, 256]
  return [...named, ...more, ...odd, ['RS256'], { RS256: 1 }, true].flatMap((alg): Named[] => {
    const token = mint({ header: { alg } })
    const unsigned = token.replace(/[^.]*$/, '')
    return [
      [`alg ${show(alg)}`, token],
      [`alg ${show(alg)}, not signed`, unsigned],
      [`alg ${show(alg)}, signed with zeros`, `${unsigned}${'A'.repeat(342)}`],
    ]
  })
}

function keyNames({ mint, state }: Identity): Named[] {
  const paths = ['../../dev/null', '/proc/self/environ', 'file:///dev/null', 'C:\\keys', 'key-1/../key-1', './key-1']
  const queries = ["key-1' or '1'='1", 'key-1"; --', "' union select 'key", 'key-1;id', '$(id)', '|id', '`id`', '%00']
  const near = ['KEY-1', 'key-1 ', ' key-1', 'key-1\u0000', 'key‐1', 'key-1\n', 'key-01', 'key', '-1', '', '*', '.*']
  const objects = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', 'size', 'get', 'null', '0']
  const typed = [undefined, null, 0, 1, true, ['key-1'], { kid: 'key-1' }, [['key-1']], 'k'.repeat(1_200)]
  const urls = [`https://${elsewhere}/keys`, `http://${elsewhere}/keys`, `//${elsewhere}/keys`]
  return [...paths, ...queries, ...near, ...objects, ...typed, ...urls].flatMap((kid): Named[] => [
    [`kid ${show(kid)}`, mint({ header: { kid } })],
    [`kid ${show(kid)}, signed by a stranger`, mint({ header: { kid }, pair: stranger })],
    ...state.pairs.slice(0, 1).map((pair): Named => {
      const header = JSON.stringify({ alg: 'none', kid })
      return [`kid ${show(kid)}, alg none`, signed(header, payloadOf(mint()), pair)]
    }),
  ])
}

const payloadOf = (token: string) => Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()

function ownKeys({ mint }: Identity): Named[] {
  const jwk = { ...stranger.publicKey.export({ format: 'jwk' }), kid: 'key-1', use: 'sig', endorsements: ['msteams'] }
  const der = stranger.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
  const url = `https://${elsewhere}/keys`
  const brought = [
    { jwk },
    { jku: url },
    { x5u: url },
    { x5c: [der] },
    { x5t: 'AAAA', 'x5t#S256': 'AAAA' },
    { jwk, jku: url, x5u: url, x5c: [der] },
    { jwks: { keys: [jwk] } },
    { jku: `http://${elsewhere}/keys` },
    { iss: 'https://api.botframework.com', jwk },
  ]
  const kids = ['key-1', 'stranger', undefined, url, jwk]
  return brought.flatMap((header) =>
    kids.map(
      (kid): Named => [
        `brings ${Object.keys(header).join()} as ${show(kid)}`,
        mint({ pair: namesake, header: { ...header, kid } }),
      ],
    ),
  )
}

function critical({ mint }: Identity): Named[] {
  const lists = [['x-unknown'], ['b64'], [], ['exp'], ['alg'], ['kid'], [''], [1], [null], ['x-unknown', 'b64']]
  const headers = [...lists, 'exp', null, 0, true, {}].flatMap((crit) => [
    { crit, 'x-unknown': 1, b64: true },
    { crit, exp: 1, b64: false },
  ])
  return headers.map((header): Named => [`crit ${show(header)}`, mint({ header })])
}

function claims({ mint }: Identity, now: number): Named[] {
  const issuers = [
    ...[undefined, null, '', 1, {}, ['https://api.botframework.com'], 'https://api.botframework.com/', 'api'],
    ...['http://api.botframework.com', 'HTTPS://API.BOTFRAMEWORK.COM', 'https://api.botframework.com.evil.example'],
    ...['https://api.botframework.us', 'https://api.botframework.azure.cn', ' https://api.botframework.com'],
    ...[other, TENANT, 'd6d49420-f39b-4df7-a1dc-d59a935871db', 'f8cdef31-a31e-4b4a-93e4-5f571e91255a'].flatMap(
      (tenant) => [
        `https://sts.windows.net/${tenant}/`,
        `https://login.microsoftonline.com/${tenant}/v2.0`,
        `https://login.microsoftonline.us/${tenant}/v2.0`,
      ],
    ),
  ].map((iss) => ({ iss, tid: other, appid: APP_ID, azp: APP_ID, ver: '2.0' }))
  const audiences = [
    ...[undefined, null, '', 1, {}, other, [], [APP_ID], [APP_ID, other], [other, APP_ID], [[APP_ID]]],
    ...[APP_ID.toUpperCase(), ` ${APP_ID}`, `${APP_ID} `, `api://${APP_ID}`, `api://botid-${APP_ID}`, '*'],
    ...['https://api.botframework.com', `${APP_ID},${other}`, `${APP_ID}\u0000`, APP_ID.slice(0, -1)],
  ].map((aud) => ({ aud }))
  const times = [
    ...[undefined, null, '', 'never', String(now + hour), [now + hour], {}, true, 0, -1, now - 301, now - 360].map(
      (exp) => ({ exp }),
    ),
    ...[now - 10 * 365 * 24 * hour, 1, 1e300, -1e300, Number.MAX_SAFE_INTEGER, 2 ** 31, 2 ** 32].map((exp) => ({
      exp,
    })),
    ...[now + 25 * hour, now + 24 * hour + 1, now + 365 * 24 * hour].map((exp) => ({ nbf: now, exp })),
    ...[undefined, null, '', 'now', String(now), [now], {}, true, now + 360, now + hour - 1, 1e300].map((nbf) => ({
      nbf,
    })),
    ...[0, 1, -1, -1e300, now - 24 * hour].map((nbf) => ({ nbf })),
    ...['text', null, {}, [now], true].map((iat) => ({ iat })),
    { exp: undefined, nbf: undefined },
    { exp: now - hour, nbf: now + hour },
  ]
  const services = [
    ...[undefined, null, '', 0, {}, [SERVICE_URL], SERVICE_URL.slice(0, -1), SERVICE_URL.toUpperCase()],
    ...['https://smba.trafficmanager.net/amer/', `${SERVICE_URL}/`, ` ${SERVICE_URL}`, `${SERVICE_URL}?`],
    ...[`https://${elsewhere}/`, SERVICE_URL.replace('https', 'http'), SERVICE_URL.replace('smba', 'ѕmba')],
  ].map((serviceurl) => ({ serviceurl }))
  return [...issuers, ...audiences, ...times, ...services].map(
    (claim): Named => [`claims ${show(claim)}`, mint({ claims: claim })],
  )
}

function endorsements({ mint }: Identity): Named[] {
  return uselessKeys.map((pair): Named => [`signed by ${pair.kid} for ${show(pair.endorsements)}`, mint({ pair })])
}

function shapes({ mint, state }: Identity): Named[] {
  const token = mint()
  const [h = '', p = '', s = ''] = token.split('.')
  const [pair] = state.pairs
  const good = JSON.stringify({ alg: 'RS256', typ: 'JWT', kid: 'key-1' })
  const payloads = ['', 'null', '1', '"text"', '[]', '{', '{}', 'not json', '{"aud":', `[${payloadOf(token)}]`]
  const headers = ['null', '[]', '"RS256"', '1', '{', '{}', '', good.replace('}', ''), `${good}${good}`]
  const twice = `${payloadOf(token).slice(0, -1)},"aud":"${other}"}`
  const json = { payload: p, signatures: [{ protected: h, signature: s }] }
  const parts = [
    ...['', '.', '..', '...', '....', `${h}.${p}`, `${h}.${p}.`, `.${p}.${s}`, `${h}..${s}`, `${h}.${p}.${s}.${s}`],
    ...[
      `${h}.${h}.${p}.${s}`,
      `${h}.${p}.${p}.${s}`,
      `${h}.${p}.${s}.`,
      `.${token}`,
      `${token}.${token}`,
      `${p}.${h}.${s}`,
    ],
    ...[`${h}.${s}.${p}`, `${h}.${p}.${s}=`, `${h}.${p}.${s}==`, `${h}=.${p}.${s}`, `${h}.${p}=.${s}`, `${token},`],
    ...[`${h}. ${p}.${s}`, `${h} .${p}.${s}`, `"${token}"`, `<${token}>`, `'${token}'`, token.replaceAll('.', '%2e')],
    ...[
      token.replaceAll('.', ','),
      token.replaceAll('.', ':'),
      token.toUpperCase(),
      token.toLowerCase(),
      encode(token),
    ],
    ...[`${h}.${p}.${s}.${s}.${s}`, `${h}+.${p}.${s}`, `${h}/.${p}.${s}`, `${h}.${p}.${s}~`, `${token} ${token}`],
    ...[JSON.stringify(json), JSON.stringify({ payload: p, protected: h, signature: s }), encode(JSON.stringify(json))],
    ...[`${h}.${p}.${'A'.repeat(342)}`, `${h}.${p}.${s}${s}`, `${h}.${p}.${s.slice(1)}`, `${h}.${p}.${s.slice(0, -2)}`],
    ...[
      'A',
      '\u00a0',
      `${h}.${p}.${s.replace(/.$/, (last) => (last === 'B' ? 'C' : 'B'))}`,
      `${token}%00`,
      `${token}#`,
    ],
    ...[
      `${token}${'A'.repeat(7_000)}`,
      'A'.repeat(12_000),
      `${h}.${'A'.repeat(9_000)}.${s}`,
      `${'A'.repeat(5_000)}.${p}.${s}`,
    ],
    `${token};${token}`,
  ]
  const raw: Named[] = pair
    ? [
        ...payloads.map((text): Named => [`payload ${text.slice(0, 20)}`, signed(good, text, pair)]),
        ...headers.map((text): Named => [`header ${text.slice(0, 20)}`, signed(text, payloadOf(token), pair)]),
        ['the audience twice', signed(good, twice, pair)],
        ['a payload of broken text', signed(good, Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), pair)],
        ['a deep payload', signed(good, '['.repeat(4_000), pair)],
        ['the algorithm twice', signed(good.replace('}', ',"alg":"none"}'), payloadOf(token), pair)],
      ]
    : []
  return [...parts.map((part, index): Named => [`shape ${index}: ${part.slice(0, 20)}`, part]), ...raw]
}

/** Good tokens in a wrong header. */
function showings({ mint }: Identity): ForgedRequest[] {
  const token = mint()
  const forged = mint({ pair: namesake })
  const values = [
    ...[`bearer ${token}`, `BEARER ${token}`, `Bearer  ${token}`, `Bearer\t${token}`, token, 'Bearer', 'Bearer null'],
    ...[`Basic ${token}`, `JWT ${token}`, `Token ${token}`, `Bearer:${token}`, `Bearer=${token}`, `"Bearer ${token}"`],
    ...[
      `Bearer ${token} ${token}`,
      `Bearer ${forged}, Bearer ${token}`,
      `Bearer ${forged},${token}`,
      `Bearer,${token}`,
    ],
    ...[`Bearer Bearer ${token}`, `Negotiate ${token}`, `Bearer realm="x", ${token}`, `Digest username="${token}"`],
  ]
  return [
    { name: 'no header', headers: [] },
    ...values.map((value, index) => ({
      name: `header ${index}: ${value.slice(0, 20)}`,
      headers: ['Authorization', value],
    })),
    ...['X-Authorization', 'Proxy-Authorization', 'X-Forwarded-Authorization', 'X-MS-TOKEN-AAD-ACCESS-TOKEN'].map(
      (name) => ({ name, headers: [name, `Bearer ${token}`] }),
    ),
    { name: 'cookie', headers: ['Cookie', `Authorization=Bearer ${token}; access_token=${token}`] },
    { name: 'a forged one before a good one', headers: [...bearer(forged), ...bearer(token)] },
    { name: 'of another user in front', headers: ['Authorization', 'Basic eDp4', ...bearer(token)] },
  ]
}

/** Lists all named forgeries. The key service publishes its good key as `key-1`, with `uselessKeys` beside it. */
export function forgeries(identity: Identity): ForgedRequest[] {
  const now = Math.floor(Date.now() / 1000)
  const makers = [algorithms, keyNames, ownKeys, critical, endorsements, shapes]
  const named = [...makers.flatMap((make) => make(identity)), ...claims(identity, now)]
  return [...named.map(([name, token]) => ({ name, headers: bearer(token) })), ...showings(identity)]
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.='

/** Damages that many good tokens: letters changed, removed, added or swapped. */
export function damagedTokens({ mint }: Identity, seed: number, count: number): ForgedRequest[] {
  const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  const damage = fc.record({
    kind: fc.constantFrom('change', 'remove', 'insert', 'swap', 'repeat'),
    at: fc.oneof(place, fc.constant(0.9999)),
    letter: fc.constantFrom(...letters),
  })
  const all = fc.sample(fc.array(damage, { minLength: 1, maxLength: 3 }), { seed, numRuns: count })
  return all.flatMap((damages, index) => {
    const whole = mint({ claims: { jti: index } })
    const token = damages.reduce((text, { kind, at, letter }) => {
      const i = Math.floor(at * text.length)
      const rest = text.slice(i + 1)
      switch (kind) {
        case 'change':
          return text.slice(0, i) + letter + rest
        case 'remove':
          return text.slice(0, i) + rest
        case 'insert':
          return text.slice(0, i) + letter + text.slice(i)
        case 'swap':
          return text.slice(0, i) + rest.slice(0, 1) + (text[i] ?? '') + rest.slice(1)
        default:
          return text.slice(0, i) + (text[i] ?? '') + text.slice(i)
      }
    }, whole)
    return token === whole ? [] : [{ name: `damaged ${JSON.stringify(damages)}`, headers: bearer(token) }]
  })
}
