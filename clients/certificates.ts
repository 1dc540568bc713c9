import { type KeyObject, X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { readCertificate } from './certificate-fields.ts'
import { createCertificateFiles } from './certificate-files.ts'
import { LOOPBACK_ORIGIN } from './loopback.ts'

/** Why a certificate is not trusted. Both `-unavailable` may be over soon. */
export type CertificateFault =
  | 'certificate-url'
  | 'certificate-host'
  | 'certificate-unavailable'
  | 'certificate-unreadable'
  | 'certificate-not-yet-valid'
  | 'certificate-expired'
  | 'certificate-key'
  | 'certificate-limits'
  | 'organisation'
  | 'issuer-unavailable'
  | 'issuer-unreadable'
  | 'issuer-not-authority'
  | 'chain-incomplete'
  | 'chain-too-long'
  | 'root-not-trusted'

/** The key of a trusted certificate. `host` goes with `certificate-host`: the operator may want to allow it. */
type Signer = { readonly key: KeyObject } | { readonly fault: CertificateFault; readonly host?: string | undefined }

type CertificatesDeps = {
  /** Hosts a signing certificate may be fetched from, to the letter. */
  readonly hosts: readonly string[]
  /** Hosts a missing issuer may be fetched from, by http too: its signature on what it issued is what proves it. */
  readonly issuerHosts: readonly string[]
  readonly trustedRoots: () => readonly X509Certificate[]
  /** Also allows this machine, for the sandbox and tests. */
  readonly loopback?: boolean
  readonly now: () => number
  /** For each fetch. */
  readonly timeoutMs?: number
}

const ORGANISATION = 'Microsoft Corporation'
/** Leaf, two intermediates, root. */
const MAX_INTERMEDIATES = 2
/** RSA and ECDSA with SHA-256, SHA-384 and SHA-512. */
const SOUND_SIGNATURES = new Set([
  '2a864886f70d01010b',
  '2a864886f70d01010c',
  '2a864886f70d01010d',
  '2a8648ce3d040302',
  '2a8648ce3d040303',
  '2a8648ce3d040304',
])

// One plain grammar, as no two parsers can read such a string differently: no user info, port, query or fragment.
const PATH = String.raw`/[\w.~%/-]*$`
const HTTPS = new RegExp(`^https://([a-z0-9.-]+)${PATH}`)
const HTTP = new RegExp(`^https?://([a-z0-9.-]+)${PATH}`)
const LOOPBACK = new RegExp(`^${LOOPBACK_ORIGIN}${PATH}`)

/** Where Microsoft and DigiCert publish the certificates of their authorities. */
export const ISSUER_HOSTS = ['www.microsoft.com', 'caissuers.microsoft.com', 'cacerts.digicert.com']

let ofMicrosoft: readonly X509Certificate[] | undefined

/**
 * The roots of this Node from which Microsoft's services hang: Microsoft's own and DigiCert's. All that Node has are read
 * for it, once, when the first are needed.
 */
export function microsoftRoots(): readonly X509Certificate[] {
  ofMicrosoft ??= rootCertificates
    .map((pem) => new X509Certificate(pem))
    .filter(({ subject }) => /^O=(Microsoft Corporation|DigiCert Inc|DigiCert\\, Inc\.)$/m.test(subject))
  return ofMicrosoft
}

/**
 * Fetches the certificate that a webhook names and builds its chain to a trusted root, intermediates included.
 * Revocation is not looked up: a revoked certificate would also have to be published on an allowed host.
 */
export function createCertificates(deps: CertificatesDeps) {
  const { trustedRoots, now, timeoutMs = 5_000 } = deps
  const fetchFile = createCertificateFiles({ now, timeoutMs })

  /** The certificate that issued another: one that came with it, or the one that its authority publishes. */
  async function issuerOf(certificate: X509Certificate, others: readonly X509Certificate[]): Promise<Issuer> {
    const beside = others.find((other) => isIssuedBy(certificate, other))
    if (isIssuedBy(certificate, certificate)) return { fault: 'root-not-trusted' }
    if (beside !== undefined) return { issuer: beside }
    const url = publishedIssuers(certificate).find((one) => isAllowed(one, HTTP, deps.issuerHosts, deps.loopback))
    const file = url === undefined ? undefined : await fetchFile(url)
    if (file === undefined) return { fault: 'chain-incomplete' }
    if ('fault' in file) return { fault: `issuer-${file.fault}` }
    const issuer = file.certificates.find((one) => isIssuedBy(certificate, one))
    return issuer === undefined ? { fault: 'chain-incomplete' } : { issuer }
  }

  async function faultOfChain(leaf: X509Certificate, others: readonly X509Certificate[]) {
    let current = leaf
    for (let between = 0; ; between += 1) {
      const root = trustedRoots().find((certificate) => isIssuedBy(current, certificate))
      if (root !== undefined) return faultOfTime(root, now())
      if (between === MAX_INTERMEDIATES) return 'chain-too-long'
      const found = await issuerOf(current, others)
      if ('fault' in found) return found.fault
      const fault = faultOfIntermediate(found.issuer, between) ?? faultOfTime(found.issuer, now())
      if (fault !== undefined) return fault
      current = found.issuer
    }
  }

  return {
    /** Nothing is fetched from a URL that is not allowed. With `renewed`, a copy older than a minute is fetched again. */
    signer: async (url: string, { renewed = false } = {}): Promise<Signer> => {
      if (!isAllowed(url, HTTPS, deps.hosts, deps.loopback)) {
        const host = HTTPS.exec(url)?.[1]
        return host === undefined ? { fault: 'certificate-url' } : { fault: 'certificate-host', host }
      }
      const file = await fetchFile(url, renewed)
      if ('fault' in file) return { fault: `certificate-${file.fault}` }
      const leaf = file.certificates.find(({ ca }) => !ca)
      if (leaf === undefined) return { fault: 'certificate-key' }
      const fault = faultOfLeaf(leaf) ?? faultOfTime(leaf, now()) ?? (await faultOfChain(leaf, file.certificates))
      return fault === undefined ? { key: leaf.publicKey } : { fault }
    },
  }
}

export type Certificates = ReturnType<typeof createCertificates>

type Issuer = { readonly issuer: X509Certificate } | { readonly fault: CertificateFault }

function isAllowed(url: string, grammar: RegExp, hosts: readonly string[], loopback = false): boolean {
  const host = grammar.exec(url)?.[1]
  return (host !== undefined && hosts.includes(host)) || (loopback && LOOPBACK.test(url))
}

/** `checkIssued` compares names, key identifiers and the right to sign certificates; `verify` checks the signature. */
const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  certificate.checkIssued(issuer) && isSoundKey(issuer.publicKey) && certificate.verify(issuer.publicKey)

function publishedIssuers({ infoAccess }: X509Certificate): string[] {
  return [...(infoAccess ?? '').matchAll(/^CA Issuers - URI:(.+)$/gm)].map(([, url]) => url as string)
}

function faultOfTime(certificate: X509Certificate, now: number): CertificateFault | undefined {
  if (now < certificate.validFromDate.getTime()) return 'certificate-not-yet-valid'
  return now > certificate.validToDate.getTime() ? 'certificate-expired' : undefined
}

function faultOfLeaf(leaf: X509Certificate): CertificateFault | undefined {
  const { signedWith, mayVerifySignatures, hasUnknownLimits } = readCertificate(leaf)
  if (leaf.publicKey.asymmetricKeyType !== 'rsa' || !isSoundKey(leaf.publicKey)) return 'certificate-key'
  if (mayVerifySignatures === false || !SOUND_SIGNATURES.has(signedWith)) return 'certificate-key'
  if (hasUnknownLimits) return 'certificate-limits'
  return isMicrosofts(leaf) ? undefined : 'organisation'
}

/** `between` counts the intermediates that stand below this one. */
function faultOfIntermediate(issuer: X509Certificate, between: number): CertificateFault | undefined {
  const { signedWith, pathLength, hasUnknownLimits } = readCertificate(issuer)
  if (!issuer.ca) return 'issuer-not-authority'
  if (!SOUND_SIGNATURES.has(signedWith)) return 'certificate-key'
  if (hasUnknownLimits) return 'certificate-limits'
  return pathLength !== undefined && pathLength < between ? 'chain-too-long' : undefined
}

function isSoundKey({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  if (asymmetricKeyType === 'ec') return true
  return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048
}

/**
 * Whether the certificate names Microsoft; or names no organisation, as those for a mere domain do, and was issued by
 * an authority of Microsoft's own. Node escapes line breaks, so that no other attribute can pass for an organisation.
 */
function isMicrosofts({ subject, issuer }: X509Certificate): boolean {
  const organisationsOf = (name: string) => [...name.matchAll(/^O=(.*)$/gm)].map(([, value]) => value)
  const own = organisationsOf(subject)
  const named = own.length > 0 ? own : organisationsOf(issuer)
  return named.length === 1 && named[0] === ORGANISATION
}
