import type { X509Certificate } from 'node:crypto'

/** Fields of a certificate that a chain verifier needs and node:crypto does not expose. */
type CertificateFields = {
  /** Signature algorithm of the issuer, as the hex digits of its object identifier. */
  readonly signedWith: string
  /** Undefined if the certificate does not limit the use of its key. */
  readonly mayVerifySignatures: boolean | undefined
  /** Maximum number of authorities between this certificate and the leaf; undefined if unlimited. */
  readonly pathLength: number | undefined
  /** True if the certificate limits its validity in a way that is not checked here. */
  readonly hasUnknownLimits: boolean
}

const SEQUENCE_OF_EXTENSIONS = 0xa3
const BOOLEAN = 0x01
const INTEGER = 0x02
const DIGITAL_SIGNATURE = 0x80
const BASIC_CONSTRAINTS = '551d13'
const KEY_USAGE = '551d0f'
const NAME_CONSTRAINTS = '551d1e'
/** Extensions that may be critical: alternative names, policies and extended key usage limit nothing here. */
const UNDERSTOOD = new Set([BASIC_CONSTRAINTS, KEY_USAGE, '551d11', '551d20', '551d25'])

/** Reads the fields. Throws on malformed DER, which a certificate parsed by OpenSSL does not have. */
export function readCertificate(certificate: X509Certificate): CertificateFields {
  const [whole] = elementsOf(certificate.raw)
  const [signed, algorithm] = elementsOf(whole?.content)
  const list = elementsOf(signed?.content).find(({ tag }) => tag === SEQUENCE_OF_EXTENSIONS)
  const extensions = new Map(elementsOf(elementsOf(list?.content)[0]?.content).map(readExtension))
  return {
    signedWith: elementsOf(algorithm?.content)[0]?.content.toString('hex') ?? '',
    mayVerifySignatures: keyUsage(extensions.get(KEY_USAGE)?.value),
    pathLength: pathLength(extensions.get(BASIC_CONSTRAINTS)?.value),
    hasUnknownLimits:
      extensions.has(NAME_CONSTRAINTS) || [...extensions].some(([id, { critical }]) => critical && !UNDERSTOOD.has(id)),
  }
}

type Element = { readonly tag: number; readonly content: Buffer }

/** Splits DER into sibling elements; certificates use one-byte tags only. */
function elementsOf(der: Buffer = Buffer.alloc(0)): Element[] {
  const elements: Element[] = []
  let at = 0
  while (at < der.length) {
    const short = der.readUInt8(at + 1)
    const lengthBytes = short < 0x80 ? 0 : short - 0x80
    const start = at + 2 + lengthBytes
    const end = start + (lengthBytes === 0 ? short : der.readUIntBE(at + 2, lengthBytes))
    if (end > der.length) throw new Error('an element of the certificate exceeds its parent')
    elements.push({ tag: der.readUInt8(at), content: der.subarray(start, end) })
    at = end
  }
  return elements
}

function readExtension({ content }: Element): [id: string, extension: { critical: boolean; value: Buffer }] {
  const [id, ...rest] = elementsOf(content)
  const critical = rest.some(({ tag, content: flag }) => tag === BOOLEAN && flag[0] !== 0)
  return [id?.content.toString('hex') ?? '', { critical, value: rest.at(-1)?.content ?? Buffer.alloc(0) }]
}

function keyUsage(value: Buffer | undefined): boolean | undefined {
  if (value === undefined) return undefined
  // The first byte counts the unused bits at the end; the second has the first eight uses.
  const bits = elementsOf(value)[0]?.content[1] ?? 0
  return (bits & DIGITAL_SIGNATURE) !== 0
}

function pathLength(value: Buffer | undefined): number | undefined {
  const limit = elementsOf(elementsOf(value)[0]?.content).find(({ tag }) => tag === INTEGER)
  return limit?.content.readUIntBE(0, limit.content.length)
}
