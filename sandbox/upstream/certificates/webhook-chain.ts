import { sign, X509Certificate } from 'node:crypto'
import { createRsaKeys, issueCertificate, type KeyPair, KeyUsageFlags, keyPemOf } from './issue.ts'

/** Certificate chain that signs webhook events, and the key of its leaf. All PEM. */
export interface WebhookChain {
  rootPem: string
  intermediatePem: string
  leafPem: string
  keyPem: string
}

const days = [-1, 365] as const
const organisation = 'O=Sandbox of Multicanal'
/** RSA keys take long to make and mean nothing here, so all simulations of a process share one set. */
let sharedKeys: Promise<KeyPair[]> | undefined

/**
 * Creates a chain like that of Partner Center's notifications: a private root, an intermediate and a leaf with the
 * organisation "Microsoft Corporation". Each names the URL of its issuer below `origin`.
 */
export async function createWebhookChain(origin: string): Promise<WebhookChain> {
  sharedKeys ??= Promise.all([createRsaKeys(), createRsaKeys(), createRsaKeys()])
  const [rootKeys, intermediateKeys, leafKeys] = (await sharedKeys) as [KeyPair, KeyPair, KeyPair]
  const usage = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign
  const root = await issueCertificate({
    name: `CN=Simulated Root CA, ${organisation}`,
    keys: rootKeys,
    ca: true,
    usage,
    days,
  })
  const intermediate = await issueCertificate({
    name: `CN=Simulated Issuing CA, ${organisation}`,
    keys: intermediateKeys,
    issuer: root,
    ca: true,
    pathLength: 0,
    usage,
    days,
    issuerUrl: `${origin}/certificates/root.cer`,
  })
  const leaf = await issueCertificate({
    name: 'CN=notifications.example, O=Microsoft Corporation, L=Redmond, C=US',
    keys: leafKeys,
    issuer: intermediate,
    days,
    issuerUrl: `${origin}/certificates/intermediate.cer`,
  })
  const keyPem = keyPemOf(leafKeys)
  return { rootPem: root.pem, intermediatePem: intermediate.pem, leafPem: leaf.pem, keyPem }
}

/** Signs the bytes of a body with RSA-SHA256, as base64. */
export const signBody = (keyPem: string, body: string | Buffer): string =>
  sign('sha256', Buffer.from(body), keyPem).toString('base64')

/** Returns the DER bytes of a certificate, the content of a `.cer` file. */
export const derOf = (pem: string): Buffer => new X509Certificate(pem).raw
