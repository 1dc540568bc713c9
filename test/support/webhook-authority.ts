import { sign, X509Certificate } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRsaKeys, issueCertificate, type KeyPair, keyPemOf } from '../../sandbox/upstream/certificates/issue.ts'

/** Signs a body as Partner Center does; `hash` is OpenSSL's name. */
export const signWith = (body: Buffer | string, keys: KeyPair, hash = 'RSA-SHA256'): string =>
  sign(hash, Buffer.from(body), keyPemOf(keys)).toString('base64')

/** Creates root, intermediate and leaf like Microsoft's. The leaf names the URL of the intermediate. */
export async function createAuthority(issuerUrl?: string) {
  const [rootKeys, middleKeys, leafKeys] = await Promise.all([createRsaKeys(), createRsaKeys(), createRsaKeys()])
  const root = await issueCertificate({ name: 'CN=Test Root, O=Test Authority', keys: rootKeys, ca: true })
  const middle = await issueCertificate({
    name: 'CN=Test Issuing CA, O=Test Authority',
    keys: middleKeys,
    issuer: root,
    ca: true,
    pathLength: 0,
  })
  const leaf = await issueCertificate({
    name: 'CN=events.example.test, O=Microsoft Corporation, L=Redmond, C=US',
    keys: leafKeys,
    issuer: middle,
    ...(issuerUrl && { issuerUrl }),
  })
  const roots = [new X509Certificate(root.der)]
  return { root, middle, leaf, trustedRoots: () => roots }
}

/** Starts a host of certificates on this machine. It answers 404 for a path without a file, and counts its requests. */
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
