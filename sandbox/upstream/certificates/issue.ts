// The certificate library needs it, and needs it first.
import 'reflect-metadata'

import { sign, webcrypto, X509Certificate } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  AuthorityInfoAccessExtension,
  BasicConstraintsExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

export { Extension, KeyUsageFlags }

const DAY = 86_400_000
const rsa = (bits: number, hash: string) => ({
  name: 'RSASSA-PKCS1-v1_5',
  hash,
  modulusLength: bits,
  publicExponent: new Uint8Array([1, 0, 1]),
})
/** New RSA keys; they take a while, so that tests share a few. */
export const createKeyPair = (bits = 2048) =>
  webcrypto.subtle.generateKey(rsa(bits, 'SHA-256'), true, ['sign', 'verify'])
export const createEllipticKeys = () =>
  webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
type KeyPair = Awaited<ReturnType<typeof createKeyPair>>

export type Issued = { readonly name: string; readonly keys: KeyPair; readonly der: Buffer; readonly pem: string }

export type Wish = {
  /** One RDN after the other, the last one first as people write it. */
  readonly name: string
  readonly keys: KeyPair
  /** Itself, when nobody else is named. */
  readonly issuer?: Pick<Issued, 'name' | 'keys'>
  /** `none` leaves basic constraints out. */
  readonly ca?: boolean | 'none'
  readonly pathLength?: number
  readonly usage?: KeyUsageFlags
  readonly days?: readonly [from: number, to: number]
  /** Where its issuer's certificate is published. */
  readonly issuerUrl?: string
  readonly hash?: string
  readonly more?: readonly Extension[]
}

/** A certificate as wished, from yesterday until in ten days unless told otherwise. */
export async function issue({ name, keys, issuer = { name, keys }, ca = false, ...wish }: Wish): Promise<Issued> {
  const [from, to] = wish.days ?? [-1, 10]
  const { usage = ca === true ? KeyUsageFlags.keyCertSign : KeyUsageFlags.digitalSignature } = wish
  const elliptic = issuer.keys.privateKey.algorithm.name === 'ECDSA'
  const certificate = await X509CertificateGenerator.create({
    serialNumber: webcrypto.randomUUID().replaceAll('-', '').replace(/^./, '1'),
    subject: name,
    issuer: issuer.name,
    notBefore: new Date(Date.now() + from * DAY),
    notAfter: new Date(Date.now() + to * DAY),
    publicKey: keys.publicKey,
    signingKey: await signingKey(issuer.keys.privateKey, wish.hash ?? 'SHA-256'),
    signingAlgorithm: elliptic ? { name: 'ECDSA', hash: 'SHA-256' } : { name: 'RSASSA-PKCS1-v1_5' },
    extensions: [
      ...(ca === 'none' ? [] : [new BasicConstraintsExtension(ca, wish.pathLength, true)]),
      new KeyUsagesExtension(usage, true),
      ...(wish.issuerUrl ? [new AuthorityInfoAccessExtension({ caIssuers: wish.issuerUrl })] : []),
      ...(wish.more ?? []),
    ],
  })
  return { name, keys, der: Buffer.from(certificate.rawData), pem: certificate.toString('pem') }
}

/** RSA keys of this API are tied to one hash: another one needs them imported again. */
async function signingKey(key: KeyPair['privateKey'], hash: string) {
  if (key.algorithm.name === 'ECDSA') return key
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', key)
  return webcrypto.subtle.importKey('pkcs8', pkcs8, { name: 'RSASSA-PKCS1-v1_5', hash }, true, ['sign'])
}

/** Signs a body as Partner Center does; `hash` as OpenSSL calls it. */
export async function signWith(body: Buffer | string, { privateKey }: KeyPair, hash = 'RSA-SHA256'): Promise<string> {
  const key = await webcrypto.subtle.exportKey('pkcs8', privateKey)
  const pem = `-----BEGIN PRIVATE KEY-----\n${Buffer.from(key).toString('base64')}\n-----END PRIVATE KEY-----\n`
  return sign(hash, Buffer.from(body), pem).toString('base64')
}

/** Root, intermediate and leaf as Microsoft's are: the leaf says where the intermediate is published. */
export async function createAuthority(issuerUrl?: string) {
  const [rootKeys, middleKeys, leafKeys] = await Promise.all([createKeyPair(), createKeyPair(), createKeyPair()])
  const root = await issue({ name: 'CN=Test Root, O=Test Authority', keys: rootKeys, ca: true })
  const middle = await issue({
    name: 'CN=Test Issuing CA, O=Test Authority',
    keys: middleKeys,
    issuer: root,
    ca: true,
    pathLength: 0,
  })
  const leaf = await issue({
    name: 'CN=events.example.test, O=Microsoft Corporation, L=Redmond, C=US',
    keys: leafKeys,
    issuer: middle,
    ...(issuerUrl && { issuerUrl }),
  })
  const roots = [new X509Certificate(root.der)]
  return { root, middle, leaf, trustedRoots: () => roots }
}

/** A host of certificates on this machine; what it has not been given is not found. Counts what it is asked for. */
export async function startCertificateHost() {
  const files = new Map<string, Buffer | string | RequestListener>()
  const hits = new Map<string, number>()
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    hits.set(path, (hits.get(path) ?? 0) + 1)
    const file = files.get(path)
    if (typeof file === 'function') return void file(request, response)
    if (file === undefined) response.statusCode = 404
    response.end(file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url, files, hits, close }
}
