import { type KeyObject, X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { ok, type Result, refused } from '../dialogs/result.ts'
import { readCertificate } from './certificate-fields.ts'
import { createCertificateFiles } from './certificate-files.ts'
import { LOOPBACK_ORIGIN } from './loopback.ts'

/** Reason not to trust a certificate. Both `-unavailable` ones are transient. */
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

/** Reason to refuse a certificate. `host` comes with `certificate-host`, so that the operator can allow it. */
type CertificateRefusal = { readonly fault: CertificateFault; readonly host?: string | undefined }

type CertificatesDeps = {
  /** Exact hosts a signing certificate may be fetched from. */
  readonly hosts: readonly string[]
  /** Hosts a missing issuer may be fetched from, also by http: its signature proves it. */
  readonly issuerHosts: readonly string[]
  readonly trustedRoots: () => readonly X509Certificate[]
  /** Allows services on this machine, for the sandbox and tests. */
  readonly loopback?: boolean
  readonly now: () => number
  /** Timeout of a fetch. */
  readonly timeoutMs?: number
}

const ORGANISATION = 'Microsoft Corporation'
/** Longest chain: leaf, two intermediates, root. */
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

// A plain grammar without user info, port, query and fragment, so that all parsers read such a URL alike.
const PATH = String.raw`/[\w.~%/-]*$`
const HTTPS = new RegExp(`^https://([a-z0-9.-]+)${PATH}`)
const HTTP = new RegExp(`^https?://([a-z0-9.-]+)${PATH}`)
const LOOPBACK = new RegExp(`^${LOOPBACK_ORIGIN}${PATH}`)

/** Hosts on which Microsoft and DigiCert publish the certificates of their authorities. */
export const ISSUER_HOSTS = ['www.microsoft.com', 'caissuers.microsoft.com', 'cacerts.digicert.com']

let ofMicrosoft: readonly X509Certificate[] | undefined

/** Returns Node's root certificates of Microsoft and DigiCert, which its services chain to. Parsed once, at first use. */
export function microsoftRoots(): readonly X509Certificate[] {
  ofMicrosoft ??= rootCertificates
    .map((pem) => new X509Certificate(pem))
    .filter(({ subject }) => /^O=(Microsoft Corporation|DigiCert Inc|DigiCert\\, Inc\.)$/m.test(subject))
  return ofMicrosoft
}

/**
 * Fetches the certificate that a webhook names and builds its chain to a trusted root, intermediates included.
 * Revocation is not checked: a revoked certificate would also need to be on an allowed host.
 */
export function createCertificates(deps: CertificatesDeps) {
  const { trustedRoots, now, timeoutMs = 5_000 } = deps
  const fetchFile = createCertificateFiles({ now, timeoutMs })

  /** Finds the issuer of a certificate in the same file, or where its authority publishes it. */
  async function issuerOf(certificate: X509Certificate, others: readonly X509Certificate[]): Promise<Issuer> {
    const beside = others.find((other) => isIssuedBy(certificate, other))
    if (isIssuedBy(certificate, certificate)) return refused('root-not-trusted')
    if (beside !== undefined) return ok(beside)
    const url = publishedIssuers(certificate).find((candidate) =>
      isAllowed(candidate, HTTP, deps.issuerHosts, deps.loopback),
    )
    const file = url === undefined ? undefined : await fetchFile(url)
    if (file === undefined) return refused('chain-incomplete')
    if (!file.ok) return refused(`issuer-${file.reason}` as const)
    const issuer = file.value.find((candidate) => isIssuedBy(certificate, candidate))
    return issuer === undefined ? refused('chain-incomplete') : ok(issuer)
  }

  async function faultOfChain(leaf: X509Certificate, others: readonly X509Certificate[]) {
    let current = leaf
    for (let between = 0; ; between += 1) {
      const root = trustedRoots().find((certificate) => isIssuedBy(current, certificate))
      if (root !== undefined) return faultOfTime(root, now())
      if (between === MAX_INTERMEDIATES) return 'chain-too-long'
      const issuer = await issuerOf(current, others)
      if (!issuer.ok) return issuer.reason
      const fault = faultOfIntermediate(issuer.value, between) ?? faultOfTime(issuer.value, now())
      if (fault !== undefined) return fault
      current = issuer.value
    }
  }

  return {
    /** Returns the key of the certificate at an allowed URL. With `renewed`, a copy older than a minute is fetched again. */
    signer: async (url: string, { renewed = false } = {}): Promise<Result<KeyObject, CertificateRefusal>> => {
      if (!isAllowed(url, HTTPS, deps.hosts, deps.loopback)) {
        const host = HTTPS.exec(url)?.[1]
        return refused(host === undefined ? { fault: 'certificate-url' } : { fault: 'certificate-host', host })
      }
      const file = await fetchFile(url, renewed)
      if (!file.ok) return refused({ fault: `certificate-${file.reason}` })
      const leaf = file.value.find(({ ca }) => !ca)
      if (leaf === undefined) return refused({ fault: 'certificate-key' })
      const fault = faultOfLeaf(leaf) ?? faultOfTime(leaf, now()) ?? (await faultOfChain(leaf, file.value))
      return fault === undefined ? ok(leaf.publicKey) : refused({ fault })
    },
  }
}

export type Certificates = ReturnType<typeof createCertificates>

type Issuer = Result<X509Certificate, CertificateFault>

function isAllowed(url: string, grammar: RegExp, hosts: readonly string[], loopback = false): boolean {
  const host = grammar.exec(url)?.[1]
  return (host !== undefined && hosts.includes(host)) || (loopback && LOOPBACK.test(url))
}

/** True if `issuer` signed the certificate. `checkIssued` compares names and key identifiers; `verify` checks the signature. */
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

/** Checks an intermediate; `between` counts the intermediates below it. */
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
 * True if the certificate names Microsoft, or no organisation but an issuer of Microsoft's.
 * Node escapes line breaks, so no other attribute can pass for an organisation.
 */
function isMicrosofts({ subject, issuer }: X509Certificate): boolean {
  const organisationsOf = (name: string) => [...name.matchAll(/^O=(.*)$/gm)].map(([, value]) => value)
  const own = organisationsOf(subject)
  const named = own.length > 0 ? own : organisationsOf(issuer)
  return named.length === 1 && named[0] === ORGANISATION
}
