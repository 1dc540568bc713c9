import {
  createEllipticKeys,
  issueCertificate,
  KeyUsageFlags,
  keyPemOf,
  SubjectAlternativeNameExtension,
} from './issue.ts'

const days = [-1, 1] as const

/** Issues a TLS certificate for 127.0.0.1 and localhost by a private authority. Both are valid for a day. All PEM. */
export async function issueLoopbackCertificate(): Promise<{ caPem: string; cert: string; key: string }> {
  const authority = await issueCertificate({
    name: 'CN=Loopback authority',
    keys: await createEllipticKeys(),
    ca: true,
    usage: KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign,
    days,
  })
  const keys = await createEllipticKeys()
  const names = new SubjectAlternativeNameExtension([
    { type: 'ip', value: '127.0.0.1' },
    { type: 'dns', value: 'localhost' },
  ])
  const leaf = await issueCertificate({ name: 'CN=127.0.0.1', keys, issuer: authority, days, more: [names] })
  return { caPem: authority.pem, cert: leaf.pem, key: keyPemOf(keys) }
}
