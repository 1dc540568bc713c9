import { sign, webcrypto, X509Certificate } from 'node:crypto'
import { createKeyPair, issue, KeyUsageFlags } from './issue.ts'

/** The chain that events are signed with, as PEM, and the key of its last certificate. */
export interface SignerKeys {
  rootPem: string
  intermediatePem: string
  leafPem: string
  keyPem: string
}

const days = [-1, 365] as const
const owner = 'O=Sandbox of Multicanal'
/** Keys take long to make and mean nothing: one set for all simulations of a process. */
let pairs: Promise<Awaited<ReturnType<typeof createKeyPair>>[]> | undefined

/**
 * A chain like that of Partner Center's notifications: a private root that nobody else trusts, an intermediate, and a
 * signing certificate with the organisation "Microsoft Corporation" that says where its issuer is published.
 */
export async function createSignerKeys(origin: string): Promise<SignerKeys> {
  pairs ??= Promise.all([createKeyPair(), createKeyPair(), createKeyPair()])
  const [rootKeys, middleKeys, leafKeys] = (await pairs) as [CryptoPair, CryptoPair, CryptoPair]
  const usage = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign
  const root = await issue({ name: `CN=Simulated Root CA, ${owner}`, keys: rootKeys, ca: true, usage, days })
  const middle = await issue({
    name: `CN=Simulated Issuing CA, ${owner}`,
    keys: middleKeys,
    issuer: root,
    ca: true,
    pathLength: 0,
    usage,
    days,
    issuerUrl: `${origin}/certificates/root.cer`,
  })
  const leaf = await issue({
    name: 'CN=notifications.example, O=Microsoft Corporation, L=Redmond, C=US',
    keys: leafKeys,
    issuer: middle,
    days,
    issuerUrl: `${origin}/certificates/intermediate.cer`,
  })
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', leafKeys.privateKey)).toString('base64')
  const keyPem = `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`
  return { rootPem: root.pem, intermediatePem: middle.pem, leafPem: leaf.pem, keyPem }
}
type CryptoPair = Awaited<ReturnType<typeof createKeyPair>>

/** Signs the bytes of a body: RSA-SHA256, base64. */
export const signBody = (keyPem: string, body: string | Buffer): string =>
  sign('sha256', Buffer.from(body), keyPem).toString('base64')

/** The certificate itself, as `.cer` files hold it. */
export const derOf = (pem: string): Buffer => new X509Certificate(pem).raw
