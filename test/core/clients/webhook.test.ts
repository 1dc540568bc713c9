import { createHash, X509Certificate } from 'node:crypto'
import nock from 'nock'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createCertificates, microsoftRoots } from '../../../clients/certificates.ts'
import { createWebhookVerifier, subjectOf } from '../../../clients/webhook.ts'
import { ok, refused } from '../../../dialogs/result.ts'
import {
  type CertificateRequest,
  createEllipticKeys,
  createRsaKeys,
  Extension,
  type IssuedCertificate,
  issueCertificate,
  KeyUsageFlags,
} from '../../../sandbox/upstream/certificates/issue.ts'
import { useNock } from '../../support/nock.ts'
import { createAuthority, signWith, startCertificateHost } from '../../support/webhook-authority.ts'

useNock()

const PARTNER = '11111111-1111-4111-8111-111111111111'
const CUSTOMER = '22222222-2222-4222-8222-222222222222'
const TRANSFER = '33333333-3333-4333-8333-333333333333'
const HOUR = 3_600_000
const MICROSOFT = 'CN=events.example.test, O=Microsoft Corporation, C=US'

let host: Awaited<ReturnType<typeof startCertificateHost>>
let authority: Awaited<ReturnType<typeof createAuthority>>
let strangerKeys: IssuedCertificate['keys']
beforeAll(async () => {
  host = await startCertificateHost()
  ;[authority, strangerKeys] = await Promise.all([createAuthority(`${host.url}/issuer.crt`), createRsaKeys()])
})
afterAll(() => host.close())
beforeEach(() => {
  host.hits.clear()
  host.files.clear()
  host.files.set('/leaf.cer', authority.leaf.der)
  host.files.set('/issuer.crt', authority.middle.der)
})

const eventOf = (more: object = {}) => ({
  EventName: 'reseller-relationship-accepted-by-customer',
  ResourceUri: `https://api.partnercenter.microsoft.com/v1/customers/${CUSTOMER}`,
  ResourceName: 'Customer',
  AuditUri: `https://api.partnercenter.microsoft.com/v1/auditrecords/${PARTNER}_${CUSTOMER}_resellerrelationshipacceptedbycustomer_638`,
  ResourceChangeUtcDate: new Date().toISOString(),
  ...more,
})

type Post = { body: Buffer; headers: Record<string, string[] | undefined> }

/** A valid notification of Partner Center; each test spoils one part of it. */
async function posted(content: object | string | Buffer = eventOf(), keys = authority.leaf.keys): Promise<Post> {
  const text = Buffer.isBuffer(content) || typeof content === 'string' ? content : JSON.stringify(content)
  const body = Buffer.from(text)
  return {
    body,
    headers: {
      authorization: [`Signature ${signWith(body, keys)}`],
      'x-ms-certificate-url': [`${host.url}/leaf.cer`],
      'x-ms-signature-algorithm': ['rsa-sha256'],
    },
  }
}

const deps = { hosts: ['certs.example.test'], issuerHosts: ['issuers.example.test'], loopback: true, timeoutMs: 300 }

function verifier(more: Partial<Parameters<typeof createCertificates>[0]> = {}) {
  const clock = { now: Date.now() }
  const now = () => clock.now
  const certificates = createCertificates({ ...deps, trustedRoots: authority.trustedRoots, now, ...more })
  const verify = createWebhookVerifier({ certificates, now })
  const faultOf = async (post: Post) => {
    const verdict = await verify(post)
    return verdict.ok ? 'accepted' : verdict.reason.fault
  }
  return { verify, faultOf, clock }
}

/** Serves another leaf in place of the good one, or another intermediate. */
async function serveLeaf(wish: Partial<CertificateRequest>, ...beside: IssuedCertificate[]) {
  const base = { name: MICROSOFT, keys: authority.leaf.keys, issuer: authority.middle }
  const leaf = await issueCertificate({ issuerUrl: `${host.url}/issuer.crt`, ...base, ...wish })
  host.files.set('/leaf.cer', beside.length > 0 ? [leaf, ...beside].map(({ pem }) => pem).join('\n') : leaf.der)
}
async function serveMiddle(wish: Partial<CertificateRequest>) {
  const base = { name: authority.middle.name, keys: authority.middle.keys, issuer: authority.root, ca: true } as const
  host.files.set('/issuer.crt', (await issueCertificate({ ...base, ...wish })).der)
}

describe('a post of Partner Center', () => {
  it('is accepted, the missing intermediate being fetched from where its issuer publishes it', async () => {
    const post = await posted()
    expect(await verifier().verify(post)).toEqual(
      ok({
        id: createHash('sha256').update(post.body).digest('hex'),
        name: 'reseller-relationship-accepted-by-customer',
        customer: CUSTOMER,
        transfer: undefined,
        audit: `${PARTNER}_${CUSTOMER}_resellerrelationshipacceptedbycustomer_638`,
        at: JSON.parse(post.body.toString()).ResourceChangeUtcDate,
      }),
    )
    expect(Object.fromEntries(host.hits)).toEqual({ '/leaf.cer': 1, '/issuer.crt': 1 })
  })

  it('is accepted with the signature in the other header, whatever Authorization says then', async () => {
    const post = await posted()
    for (const authorization of [undefined, ['Bearer abc'], ['Basic eDp5']]) {
      const headers = { ...post.headers, authorization, 'x-ms-signature': post.headers.authorization }
      expect(await verifier().faultOf({ ...post, headers })).toBe('accepted')
    }
  })

  it('is accepted with its certificates as PEM in any order, the root among them or not, and nothing more is fetched', async () => {
    const { leaf, middle, root } = authority
    for (const all of [
      [leaf, middle],
      [middle, leaf],
      [root, middle, leaf],
    ]) {
      host.files.set('/leaf.cer', all.map(({ pem }) => pem).join('\n'))
      expect(await verifier().faultOf(await posted())).toBe('accepted')
    }
    expect(host.hits.has('/issuer.crt')).toBe(false)
  })

  it('is accepted when its certificate names only a domain and Microsoft’s own authority issued it', async () => {
    await serveMiddle({ name: 'CN=Own Issuing CA, O=Microsoft Corporation' })
    await serveLeaf({
      name: 'CN=events.example.test',
      issuer: { name: 'CN=Own Issuing CA, O=Microsoft Corporation', keys: authority.middle.keys },
    })
    expect(await verifier().faultOf(await posted())).toBe('accepted')
  })

  it('is accepted over two intermediates, one with keys on an elliptic curve', async () => {
    const keys = await createEllipticKeys()
    const upper = await issueCertificate({ name: 'CN=Upper', keys, issuer: authority.root, ca: true, pathLength: 1 })
    const lower = await issueCertificate({
      name: 'CN=Lower',
      keys: strangerKeys,
      issuer: upper,
      ca: true,
      pathLength: 0,
    })
    await serveLeaf({ issuer: lower }, lower, upper)
    expect(await verifier().faultOf(await posted())).toBe('accepted')
  })

  it('is fetched from an https host of the list, to the letter', async () => {
    nock.disableNetConnect()
    onTestFinished(() => {
      nock.cleanAll()
      nock.enableNetConnect()
    })
    nock('https://certs.example.test')
      .get('/cert/leaf%201.cer')
      .reply(200, authority.leaf.pem + authority.middle.pem)
    const post = await posted()
    const headers = { ...post.headers, 'x-ms-certificate-url': ['https://certs.example.test/cert/leaf%201.cer'] }
    expect(await verifier({ loopback: false }).faultOf({ ...post, headers })).toBe('accepted')
  })

  it('has the same id each time it is sent, and another one when anything in it differs', async () => {
    const { verify } = verifier()
    const idOf = async (post: Post) => {
      const verdict = await verify(post)
      return verdict.ok ? verdict.value.id : verdict.reason.fault
    }
    const content = eventOf()
    const first = await idOf(await posted(content))
    expect(await idOf(await posted(content))).toBe(first)
    expect(await idOf(await posted({ ...content, AuditUri: null }))).not.toBe(first)
  })
})

describe('a spoilt post', () => {
  const header = (post: Post, name: string, ...values: string[]): Post => ({
    ...post,
    headers: { ...post.headers, [name]: values.length > 0 ? values : undefined },
  })
  const given = (post: Post, name: string) => post.headers[name]?.[0] ?? ''

  const cases: [what: string, fault: string, spoil: (post: Post) => Post | Promise<Post>][] = [
    ['one byte of the body changed', 'signature', (post) => ({ ...post, body: Buffer.from(`${post.body} `) })],
    [
      'the body written anew from its JSON',
      'signature',
      (post) => ({ ...post, body: Buffer.from(JSON.stringify(JSON.parse(post.body.toString()), null, 1)) }),
    ],
    [
      'a signature by another key',
      'signature',
      async ({ body, ...post }) =>
        header({ body, ...post }, 'authorization', `Signature ${signWith(body, strangerKeys)}`),
    ],
    [
      'a signature over another hash',
      'signature',
      async ({ body, ...post }) =>
        header({ body, ...post }, 'authorization', `Signature ${signWith(body, authority.leaf.keys, 'RSA-SHA1')}`),
    ],
    [
      'the signature of another body',
      'signature',
      async (post) =>
        header(post, 'authorization', given(await posted(eventOf({ ResourceName: 'x' })), 'authorization')),
    ],
    ['no signature', 'header-missing', (post) => header(post, 'authorization')],
    ['an empty signature', 'header-missing', (post) => header(post, 'authorization', ' ')],
    ['no certificate URL', 'header-missing', (post) => header(post, 'x-ms-certificate-url')],
    ['no algorithm', 'header-missing', (post) => header(post, 'x-ms-signature-algorithm')],
    ['another algorithm', 'algorithm', (post) => header(post, 'x-ms-signature-algorithm', 'rsa-sha1')],
    ['no algorithm at all', 'algorithm', (post) => header(post, 'x-ms-signature-algorithm', 'none')],
    [
      'another scheme',
      'signature-malformed',
      (post) => header(post, 'authorization', given(post, 'authorization').replace('Signature', 'Bearer')),
    ],
    [
      'a signature that is no base64',
      'signature-malformed',
      (post) => header(post, 'authorization', given(post, 'authorization').replace('A', '*')),
    ],
    [
      'a signature that is far too short',
      'signature-malformed',
      (post) => header(post, 'authorization', 'Signature AAAA'),
    ],
    [
      'a signature that is cut by a byte',
      'signature-malformed',
      (post) =>
        header(
          post,
          'authorization',
          `Signature ${Buffer.from(given(post, 'authorization').slice(10), 'base64').subarray(1).toString('base64')}`,
        ),
    ],
    [
      'two signatures',
      'header-repeated',
      (post) => header(post, 'authorization', given(post, 'authorization'), given(post, 'authorization')),
    ],
    ['two algorithms', 'header-repeated', (post) => header(post, 'x-ms-signature-algorithm', 'rsa-sha256', 'none')],
    [
      'two certificate URLs',
      'header-repeated',
      (post) =>
        header(post, 'x-ms-certificate-url', given(post, 'x-ms-certificate-url'), 'https://elsewhere.test/x.cer'),
    ],
  ]

  it.each(cases)('is refused: %s → %s', async (_what, fault, spoil) => {
    const { faultOf } = verifier()
    const post = await posted()
    expect(await faultOf(await spoil(post))).toBe(fault)
    expect(await faultOf(post)).toBe('accepted')
  })
})

describe('a certificate URL', () => {
  it.each([
    ['https://elsewhere.example.test/leaf.cer', 'certificate-host', 'elsewhere.example.test'],
    ['https://certs.example.test.evil.test/leaf.cer', 'certificate-host', 'certs.example.test.evil.test'],
    ['https://xcerts.example.test/leaf.cer', 'certificate-host', 'xcerts.example.test'],
    ['https://issuers.example.test/leaf.cer', 'certificate-host', 'issuers.example.test'],
    ['http://certs.example.test/leaf.cer', 'certificate-url', undefined],
    ['https://certs.example.test:8443/leaf.cer', 'certificate-url', undefined],
    ['https://certs.example.test@evil.test/leaf.cer', 'certificate-url', undefined],
    ['https://CERTS.example.test/leaf.cer', 'certificate-url', undefined],
    ['https://certs.example.test/leaf.cer?x=1', 'certificate-url', undefined],
    ['https://certs.example.test\\@evil.test/leaf.cer', 'certificate-url', undefined],
    ['https://certs.example.test/leaf.cer, https://evil.test/leaf.cer', 'certificate-url', undefined],
    ['file:///etc/passwd', 'certificate-url', undefined],
    ['http://169.254.169.254/metadata', 'certificate-url', undefined],
    ['not a URL', 'certificate-url', undefined],
  ])('%s is refused without being fetched: %s', async (url, fault, name) => {
    nock.disableNetConnect()
    const asked: unknown[] = []
    nock.emitter.on('no match', (request) => asked.push(request))
    onTestFinished(() => {
      nock.emitter.removeAllListeners('no match')
      nock.enableNetConnect()
    })
    const post = await posted()
    const headers = { ...post.headers, 'x-ms-certificate-url': [url] }
    const verdict = await verifier().verify({ ...post, headers })
    expect(verdict).toEqual(refused(name === undefined ? { fault } : { fault, host: name }))
    expect(asked).toEqual([])
  })

  it('on this machine is allowed only where that was said', async () => {
    expect(await verifier({ loopback: false }).faultOf(await posted())).toBe('certificate-url')
    expect(host.hits.size).toBe(0)
  })

  it.each([
    ['is not found', 'certificate-unavailable', () => host.files.delete('/leaf.cer')],
    [
      'redirects, even to a good one',
      'certificate-unavailable',
      () => {
        host.files.set('/good.cer', authority.leaf.der)
        host.files.set('/leaf.cer', (_request, response) => response.writeHead(302, { location: '/good.cer' }).end())
      },
    ],
    [
      'sends far too much',
      'certificate-unavailable',
      () => host.files.set('/leaf.cer', `${authority.leaf.pem}${' '.repeat(70_000)}`),
    ],
    ['does not answer', 'certificate-unavailable', () => host.files.set('/leaf.cer', () => {})],
    [
      'drips',
      'certificate-unavailable',
      () =>
        host.files.set('/leaf.cer', (_request, response) => {
          const drip = setInterval(() => response.write(' '), 20)
          response.on('close', () => clearInterval(drip))
        }),
    ],
    [
      'is cut off',
      'certificate-unavailable',
      () =>
        host.files.set('/leaf.cer', (_request, response) => {
          response.writeHead(200, { 'content-length': 5000 }).write(authority.leaf.der.subarray(0, 100))
          setTimeout(() => response.destroy(), 20)
        }),
    ],
    [
      'fails',
      'certificate-unavailable',
      () => host.files.set('/leaf.cer', (_request, response) => response.writeHead(500).end(authority.leaf.der)),
    ],
    ['has no certificate', 'certificate-unreadable', () => host.files.set('/leaf.cer', '<html></html>')],
    [
      'has half a certificate',
      'certificate-unreadable',
      () => host.files.set('/leaf.cer', authority.leaf.der.subarray(0, 300)),
    ],
    ['has nothing', 'certificate-unreadable', () => host.files.set('/leaf.cer', '')],
    [
      'has too many certificates',
      'certificate-unreadable',
      () => host.files.set('/leaf.cer', authority.leaf.pem.concat('\n').repeat(9)),
    ],
  ] as [string, string, () => void][])(
    'that %s gives %s, and is good again half a minute after it is mended',
    async (_what, fault, spoil) => {
      const { faultOf, clock } = verifier()
      const began = Date.now()
      spoil()
      expect(await faultOf(await posted())).toBe(fault)
      expect(Date.now() - began).toBeLessThan(2000)
      host.files.set('/leaf.cer', authority.leaf.der)
      expect(await faultOf(await posted())).toBe(fault)
      expect(host.hits.get('/leaf.cer')).toBe(1)
      clock.now += 30_000
      expect(await faultOf(await posted())).toBe('accepted')
    },
  )
})

describe('a signing certificate', () => {
  const critical = () => new Extension('1.2.3.4.5', true, new Uint8Array([5, 0]))

  it.each([
    ['is over', 'certificate-expired', () => serveLeaf({ days: [-10, -1] })],
    ['has not begun', 'certificate-not-yet-valid', () => serveLeaf({ days: [1, 10] })],
    ['is another organisation’s', 'organisation', () => serveLeaf({ name: 'CN=Microsoft Corporation, O=Evil' })],
    [
      'names no organisation and was issued by a stranger',
      'organisation',
      () => serveLeaf({ name: 'CN=events.example.test' }),
    ],
    ['names two organisations', 'organisation', () => serveLeaf({ name: 'O=Microsoft Corporation, O=Evil' })],
    ['has the organisation in another case', 'organisation', () => serveLeaf({ name: 'O=microsoft corporation' })],
    ['has the organisation and more', 'organisation', () => serveLeaf({ name: 'O=Microsoft Corporation Ltd' })],
    [
      'hides the organisation behind a line break',
      'organisation',
      () => serveLeaf({ name: 'CN=x\\0AO=Microsoft Corporation, O=Evil' }),
    ],
    [
      'hides the organisation in a line of its own',
      'organisation',
      () => serveLeaf({ name: 'CN=x\\0AO=Microsoft Corporation' }),
    ],
    [
      'signed itself without the right to',
      'chain-incomplete',
      () => serveLeaf({ issuer: { name: MICROSOFT, keys: authority.leaf.keys } }),
    ],
    [
      'signed itself',
      'root-not-trusted',
      () =>
        serveLeaf({
          issuer: { name: MICROSOFT, keys: authority.leaf.keys },
          usage: KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign,
        }),
    ],
    ['is an authority', 'certificate-key', () => serveLeaf({ ca: true })],
    ['is not for signatures', 'certificate-key', () => serveLeaf({ usage: KeyUsageFlags.keyEncipherment })],
    ['was signed with SHA-1', 'certificate-key', () => serveLeaf({ hash: 'SHA-1' })],
    ['has a short key', 'certificate-key', async () => serveLeaf({ keys: await createRsaKeys(1024) })],
    [
      'has no RSA key',
      'certificate-key',
      async () => serveLeaf({ keys: (await createEllipticKeys()) as IssuedCertificate['keys'] }),
    ],
    ['has a critical extension that nobody knows', 'certificate-limits', () => serveLeaf({ more: [critical()] })],
    [
      'pretends to be issued by the intermediate',
      'chain-incomplete',
      () => serveLeaf({ issuer: { name: authority.middle.name, keys: strangerKeys } }),
    ],
    [
      'was issued by an unknown root',
      'root-not-trusted',
      async () => {
        const root = await issueCertificate({ name: 'CN=Own Root', keys: strangerKeys, ca: true })
        await serveLeaf({ issuer: root }, root)
      },
    ],
    [
      'was issued by a root that only has the name of a trusted one',
      'root-not-trusted',
      async () => {
        const root = await issueCertificate({ name: authority.root.name, keys: strangerKeys, ca: true })
        await serveLeaf({ issuer: root }, root)
      },
    ],
    [
      'does not say where its issuer is',
      'chain-incomplete',
      async () => {
        const { name, keys } = authority.leaf
        host.files.set('/leaf.cer', (await issueCertificate({ name, keys, issuer: authority.middle })).der)
      },
    ],
    [
      'has its issuer on a host that is not allowed',
      'chain-incomplete',
      () => serveLeaf({ issuerUrl: 'http://elsewhere.example.test/ca.crt' }),
    ],
    ['has its issuer in a file', 'chain-incomplete', () => serveLeaf({ issuerUrl: 'file:///etc/ssl/ca.crt' })],
    [
      'was issued by a leaf',
      'issuer-not-authority',
      async () => {
        await serveMiddle({ ca: false, usage: KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign })
        await serveLeaf({})
      },
    ],
    [
      'was issued by something without basic constraints',
      'issuer-not-authority',
      async () => {
        await serveMiddle({ ca: 'none', usage: KeyUsageFlags.keyCertSign })
        await serveLeaf({})
      },
    ],
  ] as [string, string, () => Promise<void>][])('that %s is refused: %s', async (_what, fault, spoil) => {
    await spoil()
    expect(await verifier().faultOf(await posted())).toBe(fault)
  })

  it('that is refused today is refused however good its signature is, and the good one is accepted', async () => {
    await serveLeaf({ keys: strangerKeys, name: 'O=Evil' })
    expect(await verifier().faultOf(await posted(eventOf(), strangerKeys))).toBe('organisation')
    await serveLeaf({ keys: strangerKeys })
    expect(await verifier().faultOf(await posted(eventOf(), strangerKeys))).toBe('accepted')
  })
})

describe('an intermediate', () => {
  const nameConstraints = () =>
    new Extension('2.5.29.30', false, Buffer.from('3010a00e300c820a6578616d706c652e6e65', 'hex'))

  it.each([
    ['is over', 'certificate-expired', () => serveMiddle({ days: [-10, -1] })],
    ['has not begun', 'certificate-not-yet-valid', () => serveMiddle({ days: [1, 10] })],
    ['may not sign certificates', 'chain-incomplete', () => serveMiddle({ usage: KeyUsageFlags.digitalSignature })],
    ['was signed with SHA-1', 'certificate-key', () => serveMiddle({ hash: 'SHA-1' })],
    ['may only issue for some names', 'certificate-limits', () => serveMiddle({ more: [nameConstraints()] })],
    [
      'was issued by a stranger',
      'chain-incomplete',
      () => serveMiddle({ issuer: { name: authority.root.name, keys: strangerKeys } }),
    ],
    ['is somebody else’s', 'chain-incomplete', () => serveMiddle({ keys: strangerKeys })],
    ['is not found', 'issuer-unavailable', async () => void host.files.delete('/issuer.crt')],
    ['cannot be read', 'issuer-unreadable', async () => void host.files.set('/issuer.crt', 'hello')],
    ['comes slowly', 'issuer-unavailable', async () => void host.files.set('/issuer.crt', () => {})],
  ] as [string, string, () => Promise<void>][])('that %s is refused: %s', async (_what, fault, spoil) => {
    await spoil()
    expect(await verifier().faultOf(await posted())).toBe(fault)
  })

  it('may not issue another one beyond the length of path it was given', async () => {
    const upper = await issueCertificate({
      name: 'CN=Upper',
      keys: authority.middle.keys,
      issuer: authority.root,
      ca: true,
      pathLength: 0,
    })
    const lower = await issueCertificate({ name: 'CN=Lower', keys: strangerKeys, issuer: upper, ca: true })
    await serveLeaf({ issuer: lower }, lower, upper)
    expect(await verifier().faultOf(await posted())).toBe('chain-too-long')
  })

  it('may be one of two at most', async () => {
    const { keys } = authority.middle
    const first = await issueCertificate({ name: 'CN=One', keys, issuer: authority.root, ca: true })
    const second = await issueCertificate({ name: 'CN=Two', keys, issuer: first, ca: true })
    const third = await issueCertificate({ name: 'CN=Three', keys, issuer: second, ca: true })
    await serveLeaf({ issuer: second }, second, first)
    expect(await verifier().faultOf(await posted())).toBe('accepted')
    await serveLeaf({ issuer: third }, third, second, first)
    expect(await verifier().faultOf(await posted())).toBe('chain-too-long')
  })

  it('is no use when the root itself is over', async () => {
    const root = await issueCertificate({
      name: authority.root.name,
      keys: authority.root.keys,
      ca: true,
      days: [-9, -1],
    })
    const trustedRoots = () => [new X509Certificate(root.der)]
    expect(await verifier({ trustedRoots }).faultOf(await posted())).toBe('certificate-expired')
  })
})

describe('certificates', () => {
  it('are fetched once for many posts at a time, and again after a day', async () => {
    const { faultOf, clock } = verifier()
    const posts = await Promise.all(
      Array.from({ length: 30 }, (_, index) => posted(eventOf({ ResourceName: `${index}` }))),
    )
    expect(new Set(await Promise.all(posts.map(faultOf)))).toEqual(new Set(['accepted']))
    expect(Object.fromEntries(host.hits)).toEqual({ '/leaf.cer': 1, '/issuer.crt': 1 })
    clock.now += 24 * HOUR
    expect(await faultOf(await posted())).toBe('accepted')
    expect(Object.fromEntries(host.hits)).toEqual({ '/leaf.cer': 2, '/issuer.crt': 2 })
  })

  it('renewed under the same URL are found by the first signature that does not fit, at most once a minute', async () => {
    const { faultOf, clock } = verifier()
    expect(await faultOf(await posted())).toBe('accepted')
    await serveLeaf({ keys: strangerKeys })
    expect(await faultOf(await posted(eventOf(), strangerKeys))).toBe('signature')
    clock.now += 60_000
    expect(await faultOf(await posted(eventOf(), strangerKeys))).toBe('accepted')
    for (let second = 0; second < 59; second += 1) {
      expect(await faultOf(await posted())).toBe('signature')
      clock.now += 1000
    }
    expect(host.hits.get('/leaf.cer')).toBe(2)
  })

  it('at hand go on serving when their renewal fails', async () => {
    const { faultOf, clock } = verifier()
    expect(await faultOf(await posted())).toBe('accepted')
    host.files.delete('/leaf.cer')
    clock.now += 60_000
    expect(await faultOf(await posted(eventOf(), strangerKeys))).toBe('signature')
    expect(host.hits.get('/leaf.cer')).toBe(2)
    expect(await faultOf(await posted())).toBe('accepted')
    // A day after it was fetched, whatever was tried in between.
    clock.now += 24 * HOUR - 60_000
    expect(await faultOf(await posted())).toBe('certificate-unavailable')
  })

  it('are fetched from eight URLs at a time, whatever strangers name, and the ninth is told to come again', async () => {
    const { faultOf } = verifier()
    const post = await posted()
    for (let index = 0; index < 20; index += 1) host.files.set(`/${index}.cer`, () => {})
    const verdicts = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        faultOf({ ...post, headers: { ...post.headers, 'x-ms-certificate-url': [`${host.url}/${index}.cer`] } }),
      ),
    )
    expect(new Set(verdicts)).toEqual(new Set(['certificate-unavailable']))
    expect(host.hits.size).toBe(8)
  })

  it('are kept for fifty URLs, whatever strangers name, and the oldest is forgotten', async () => {
    const { faultOf } = verifier()
    const post = await posted()
    expect(await faultOf(post)).toBe('accepted')
    for (let index = 0; index < 50; index += 1) {
      const headers = { ...post.headers, 'x-ms-certificate-url': [`${host.url}/missing-${index}.cer`] }
      expect(await faultOf({ ...post, headers })).toBe('certificate-unavailable')
    }
    expect(await faultOf(post)).toBe('accepted')
    expect(host.hits.get('/leaf.cer')).toBe(2)
  })

  it('are not looked at for a post without sound headers', async () => {
    const post = await posted()
    const headers = { ...post.headers, authorization: ['Signature x'] }
    expect(await verifier().faultOf({ ...post, headers })).toBe('signature-malformed')
    expect(host.hits.size).toBe(0)
  })

  it('of Microsoft hang from a few roots of Node, all of them sound', () => {
    const roots = microsoftRoots()
    expect(roots.length).toBeGreaterThanOrEqual(4)
    expect(roots.every((root) => root.ca && root.verify(root.publicKey))).toBe(true)
    expect(roots.some(({ subject }) => subject.includes('CN=Microsoft RSA Root Certificate Authority 2017'))).toBe(true)
    expect(roots.some(({ subject }) => subject.includes('CN=DigiCert Global Root G2'))).toBe(true)
  })
})

describe('the body of a signed post', () => {
  const eventFrom = async (content: object | string | Buffer) => {
    const verdict = await verifier().verify(await posted(content))
    return verdict.ok ? verdict.value : verdict.reason.fault
  }

  it('is read whatever the case of its keys, with a byte order mark or without', async () => {
    const lower = Object.fromEntries(Object.entries(eventOf()).map(([key, value]) => [key.toLowerCase(), value]))
    expect(await eventFrom(lower)).toMatchObject({ customer: CUSTOMER })
    expect(await eventFrom(`\uFEFF${JSON.stringify(eventOf())}`)).toMatchObject({ customer: CUSTOMER })
  })

  it('tells the customer by the audit record when it names no resource', async () => {
    for (const ResourceUri of [null, undefined, 'https://api.partnercenter.microsoft.com/v1/elsewhere']) {
      expect(await eventFrom(eventOf({ ResourceUri }))).toMatchObject({ customer: CUSTOMER })
    }
    const AuditUri = `auditrecords/${PARTNER}_${CUSTOMER.toUpperCase()}_x_1`
    expect(await eventFrom(eventOf({ ResourceUri: null, AuditUri }))).toMatchObject({ customer: CUSTOMER })
  })

  it('tells no customer and no transfer by what are no ids', async () => {
    const ResourceUri = 'https://api.partnercenter.microsoft.com/v1/customers/../secrets'
    const event = await eventFrom(
      eventOf({ ResourceUri, AuditUri: 'auditrecords/a_b_c_d', EventName: 'transfer-completed' }),
    )
    expect(event).toMatchObject({ name: 'transfer-completed', customer: undefined, transfer: undefined })
  })

  it('tells the transfer of a transfer event, and of no other', async () => {
    const AuditUri = `https://api.partnercenter.microsoft.com/auditactivity/v1/auditrecords/${PARTNER}_${CUSTOMER}_${TRANSFER}_638`
    const content = { ResourceUri: null, AuditUri }
    expect(await eventFrom(eventOf({ ...content, EventName: 'New-Commerce-Transfer-Complete' }))).toMatchObject({
      customer: CUSTOMER,
      transfer: TRANSFER,
    })
    expect(await eventFrom(eventOf(content))).toMatchObject({ customer: CUSTOMER, transfer: undefined })
  })

  it('tells the transfer of the real and of the documented form of “create-transfer”', async () => {
    const EventName = 'create-transfer'
    const AuditUri = `https://api.partnercenter.microsoft.com/auditactivity/v1/auditrecords/${PARTNER}_${CUSTOMER}_${TRANSFER}_638`
    const ResourceUri = `https://api.partnercenter.microsoft.com/webhooks/v1/customers/${CUSTOMER}/transfers/${TRANSFER}`
    const real = eventOf({ EventName, ResourceUri: null, ResourceName: 'Transfer', AuditUri })
    const documented = eventOf({ EventName, ResourceUri, ResourceName: 'Transfer', AuditUri: null })
    for (const form of [real, documented])
      expect(await eventFrom(form)).toMatchObject({ name: EventName, customer: CUSTOMER, transfer: TRANSFER })
    expect(await eventFrom({ ...documented, EventName: 'test-created' })).toMatchObject({ transfer: undefined })
  })

  it.each([
    ['2026-03-01T10:00:00.3520276+00:00', '2026-03-01T10:00:00.352Z'],
    ['2026-03-01T12:00:00+02:00', '2026-03-01T10:00:00.000Z'],
    ['2026-03-01T10:00:00Z', '2026-03-01T10:00:00.000Z'],
    ['2026-03-01T10:00:00.2386997', '2026-03-01T10:00:00.238Z'],
  ])('has a time in UTC, wherever the bot runs: %s is %s', async (written, at) => {
    vi.stubEnv('TZ', 'Asia/Tokyo')
    onTestFinished(() => void vi.unstubAllEnvs())
    const certificates = createCertificates({ ...deps, trustedRoots: authority.trustedRoots, now: Date.now })
    const verify = createWebhookVerifier({ certificates, now: () => Date.parse('2026-03-01T10:00:05Z') })
    expect(await verify(await posted(eventOf({ ResourceChangeUtcDate: written })))).toMatchObject(ok({ at }))
  })

  it.each([
    ['no JSON', 'hello'],
    ['nothing', ''],
    ['a list', '[]'],
    ['no UTF-8', Buffer.from(JSON.stringify(eventOf({ ResourceName: 'caf\u00e9' })), 'latin1')],
    ['no event name', JSON.stringify(eventOf({ EventName: undefined }))],
    ['an event name that is no text', JSON.stringify(eventOf({ EventName: 7 }))],
    ['no date', JSON.stringify(eventOf({ ResourceChangeUtcDate: undefined }))],
    ['a date that is none', JSON.stringify(eventOf({ ResourceChangeUtcDate: 'yesterday' }))],
  ])('that is %s is refused', async (_what, content) => {
    expect(await eventFrom(content)).toBe('body')
  })

  it('is a copy when it tells of something over a week old, and none when it is two days late', async () => {
    const at = (ms: number) => eventOf({ ResourceChangeUtcDate: new Date(Date.now() + ms).toISOString() })
    expect(await eventFrom(at(-7 * 24 * HOUR - 1000))).toBe('stale')
    expect(await eventFrom(at(-48 * HOUR))).toMatchObject({ customer: CUSTOMER })
    expect(await eventFrom(at(5 * 60_000))).toMatchObject({ customer: CUSTOMER })
    expect(await eventFrom(at(11 * 60_000))).toBe('from-the-future')
  })
})

describe('the events we use', () => {
  it.each([
    ['reseller-relationship-accepted-by-customer', 'relationship'],
    ['indirect-reseller-relationship-accepted-by-customer', 'relationship'],
    ['test-created', 'test'],
    ['newcommerce-transfer-completed', 'transfer'],
    ['Transfer-Expired', 'transfer'],
    ['granular-admin-relationship-approved', 'admin'],
    ['granular-admin-relationship-terminated', 'admin'],
    ['granular-admin-access-assignment-activated', 'admin'],
  ])('%s makes us look at: %s', (name, subject) => {
    expect(subjectOf(name)).toBe(subject)
  })

  it.each(['subscription-updated', 'dap-admin-relationship-terminated', 'toString'])(
    '%s makes us look at nothing',
    (name) => {
      expect(subjectOf(name)).toBeUndefined()
    },
  )
})
