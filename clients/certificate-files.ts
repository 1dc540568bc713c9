import { X509Certificate } from 'node:crypto'
import { createLru } from '../dialogs/lru.ts'
import { readBytesAtMost } from './response.ts'

type CertificateFile =
  | { readonly certificates: readonly X509Certificate[] }
  | { readonly fault: 'unavailable' | 'unreadable' }

type Kept = {
  readonly file: Promise<CertificateFile>
  /** When what is kept was fetched, and when that was last tried. */
  at: number
  readonly triedAt: number
  failed: boolean
}

const FRESH_FOR = 24 * 3_600_000
const RENEW_AFTER = 60_000
const PAUSE = 30_000
const MAX_BYTES = 64 * 1024
const MAX_CERTIFICATES = 8
const MAX_KEPT = 50
const MAX_UNDERWAY = 8
const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----/g

type CertificateFilesDeps = { readonly now: () => number; readonly timeoutMs: number }

/**
 * Fetches files of certificates: kept by URL for a day, failures for half a minute. However many ask at once, one fetch
 * of a URL is under way, and eight of all, as strangers may name URLs. Whether a URL may be asked is the caller's to know.
 */
export function createCertificateFiles({ now, timeoutMs }: CertificateFilesDeps) {
  const kept = createLru<string, Kept>(MAX_KEPT)
  let underway = 0

  async function load(url: string): Promise<CertificateFile> {
    underway += 1
    try {
      return read(await download(url, timeoutMs))
    } catch {
      return { fault: 'unavailable' }
    } finally {
      underway -= 1
    }
  }

  function keep(url: string, held: Kept | undefined): Promise<CertificateFile> {
    // A renewal that fails must not cost the copy that serves everybody else.
    const good = held !== undefined && !held.failed && now() - held.at < FRESH_FOR ? held : undefined
    const file = load(url).then((loaded) => {
      if (!('fault' in loaded)) return loaded
      entry.failed = good === undefined
      entry.at = good?.at ?? entry.at
      return good?.file ?? loaded
    })
    const entry: Kept = { file, at: now(), triedAt: now(), failed: false }
    kept.set(url, entry)
    return file
  }

  /** The certificates at a URL; with `renewed`, a copy that was fetched over a minute ago will not do. */
  return async function fetchFile(url: string, renewed = false): Promise<CertificateFile> {
    const held = kept.get(url)
    if (held !== undefined && isUsable(held, renewed, now())) return held.file
    return underway < MAX_UNDERWAY ? keep(url, held) : { fault: 'unavailable' }
  }
}

function isUsable({ at, triedAt, failed }: Kept, renewed: boolean, now: number): boolean {
  if (failed) return now - triedAt < PAUSE
  return renewed ? now - triedAt < RENEW_AFTER : now - at < FRESH_FOR
}

async function download(url: string, timeoutMs: number): Promise<Buffer> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`the host of the certificate answered ${response.status}`)
  }
  return readBytesAtMost(response, MAX_BYTES)
}

/** A file holds one certificate as DER, or some as PEM. */
function read(bytes: Buffer): CertificateFile {
  const blocks = bytes.toString('latin1').match(PEM) ?? [bytes]
  if (blocks.length > MAX_CERTIFICATES) return { fault: 'unreadable' }
  try {
    return { certificates: blocks.map((block) => new X509Certificate(block)) }
  } catch {
    return { fault: 'unreadable' }
  }
}
