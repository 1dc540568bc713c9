// The certificate library needs this import, and needs it first.
import 'reflect-metadata'

import { KeyObject, webcrypto } from 'node:crypto'
import {
  AuthorityInfoAccessExtension,
  BasicConstraintsExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

export { Extension, KeyUsageFlags, SubjectAlternativeNameExtension }

const DAY_MS = 86_400_000
const rsa = (bits: number, hash: string) => ({
  name: 'RSASSA-PKCS1-v1_5',
  hash,
  modulusLength: bits,
  publicExponent: new Uint8Array([1, 0, 1]),
})

/** Generates RSA keys. They take long, so share them where they mean nothing. */
export const createRsaKeys = (bits = 2048) =>
  webcrypto.subtle.generateKey(rsa(bits, 'SHA-256'), true, ['sign', 'verify'])
/** Generates keys on the curve P-256, which are quick to make. */
export const createEllipticKeys = () =>
  webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
export type KeyPair = Awaited<ReturnType<typeof createRsaKeys>>

/** Returns a private key as PEM (PKCS #8). */
export const keyPemOf = ({ privateKey }: KeyPair): string =>
  KeyObject.from(privateKey).export({ type: 'pkcs8', format: 'pem' }).toString()

export type IssuedCertificate = {
  readonly name: string
  readonly keys: KeyPair
  readonly der: Buffer
  readonly pem: string
}

export type CertificateRequest = {
  /** Relative distinguished names in the order in which people write them, such as `CN=x, O=y`. */
  readonly name: string
  readonly keys: KeyPair
  /** Self-signed without an issuer. */
  readonly issuer?: Pick<IssuedCertificate, 'name' | 'keys'>
  /** `none` leaves the basic constraints out. */
  readonly ca?: boolean | 'none'
  readonly pathLength?: number
  readonly usage?: KeyUsageFlags
  /** First and last day, counted from today. */
  readonly days?: readonly [from: number, to: number]
  /** URL at which the issuer's certificate is published. */
  readonly issuerUrl?: string
  readonly hash?: string
  readonly more?: readonly Extension[]
}

/** Issues a certificate, valid from yesterday for eleven days unless `days` says otherwise. */
export async function issueCertificate({
  name,
  keys,
  issuer = { name, keys },
  ca = false,
  days: [from, to] = [-1, 10],
  ...request
}: CertificateRequest): Promise<IssuedCertificate> {
  const { usage = ca === true ? KeyUsageFlags.keyCertSign : KeyUsageFlags.digitalSignature } = request
  const isElliptic = issuer.keys.privateKey.algorithm.name === 'ECDSA'
  const certificate = await X509CertificateGenerator.create({
    serialNumber: webcrypto.randomUUID().replaceAll('-', '').replace(/^./, '1'),
    subject: name,
    issuer: issuer.name,
    notBefore: new Date(Date.now() + from * DAY_MS),
    notAfter: new Date(Date.now() + to * DAY_MS),
    publicKey: keys.publicKey,
    signingKey: signingKey(issuer.keys.privateKey, request.hash ?? 'SHA-256'),
    signingAlgorithm: isElliptic ? { name: 'ECDSA', hash: 'SHA-256' } : { name: 'RSASSA-PKCS1-v1_5' },
    extensions: [
      ...(ca === 'none' ? [] : [new BasicConstraintsExtension(ca, request.pathLength, true)]),
      new KeyUsagesExtension(usage, true),
      ...(request.issuerUrl ? [new AuthorityInfoAccessExtension({ caIssuers: request.issuerUrl })] : []),
      ...(request.more ?? []),
    ],
  })
  return { name, keys, der: Buffer.from(certificate.rawData), pem: certificate.toString('pem') }
}

/** Binds an RSA key to another hash, as this API ties a key to one. */
const signingKey = (key: KeyPair['privateKey'], hash: string) =>
  key.algorithm.name === 'ECDSA'
    ? key
    : KeyObject.from(key).toCryptoKey({ name: 'RSASSA-PKCS1-v1_5', hash }, true, ['sign'])
