import { X509Certificate } from 'node:crypto'
import { createLru } from '../dialogs/lru.ts'
import { ok, type Result, refused } from '../dialogs/result.ts'
import { readBytesAtMost } from './response.ts'

type CertificateFile = Result<readonly X509Certificate[], 'unavailable' | 'unreadable'>

type CachedFile = {
  readonly file: Promise<CertificateFile>
  /** Time of the successful fetch, in milliseconds; `triedAt` is that of the last attempt. */
  at: number
  readonly triedAt: number
  failed: boolean
}

const FRESH_MS = 24 * 3_600_000
const RENEW_AFTER_MS = 60_000
const FAILURE_TTL_MS = 30_000
const MAX_BYTES = 64 * 1024
const MAX_CERTIFICATES = 8
const MAX_CACHED = 50
const MAX_CONCURRENT = 8
const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----/g

type CertificateFilesDeps = { readonly now: () => number; readonly timeoutMs: number }

/**
 * Fetches certificate files and caches them by URL: successes for a day, failures for 30 s. One fetch runs per URL and
 * eight in all, as strangers may name URLs. The caller checks that a URL is allowed.
 */
export function createCertificateFiles({ now, timeoutMs }: CertificateFilesDeps) {
  const files = createLru<string, CachedFile>(MAX_CACHED)
  let underway = 0

  async function load(url: string): Promise<CertificateFile> {
    underway += 1
    try {
      return read(await download(url, timeoutMs))
    } catch {
      return refused('unavailable')
    } finally {
      underway -= 1
    }
  }

  function fetchInto(url: string, cached: CachedFile | undefined): Promise<CertificateFile> {
    // A failed renewal keeps the valid copy.
    const good = cached !== undefined && !cached.failed && now() - cached.at < FRESH_MS ? cached : undefined
    const file = load(url).then((loaded) => {
      if (loaded.ok) return loaded
      entry.failed = good === undefined
      entry.at = good?.at ?? entry.at
      return good?.file ?? loaded
    })
    const entry: CachedFile = { file, at: now(), triedAt: now(), failed: false }
    files.set(url, entry)
    return file
  }

  /** Fetches the certificates at a URL. With `renewed`, a copy older than a minute is fetched again. */
  return async function fetchFile(url: string, renewed = false): Promise<CertificateFile> {
    const cached = files.get(url)
    if (cached !== undefined && isUsable(cached, renewed, now())) return cached.file
    return underway < MAX_CONCURRENT ? fetchInto(url, cached) : refused('unavailable')
  }
}

function isUsable({ at, triedAt, failed }: CachedFile, renewed: boolean, now: number): boolean {
  if (failed) return now - triedAt < FAILURE_TTL_MS
  return renewed ? now - triedAt < RENEW_AFTER_MS : now - at < FRESH_MS
}

async function download(url: string, timeoutMs: number): Promise<Buffer> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`the certificate's host answered ${response.status}`)
  }
  return readBytesAtMost(response, MAX_BYTES)
}

/** Reads a file with one certificate as DER, or several as PEM. */
function read(bytes: Buffer): CertificateFile {
  const blocks = bytes.toString('latin1').match(PEM) ?? [bytes]
  if (blocks.length > MAX_CERTIFICATES) return refused('unreadable')
  try {
    return ok(blocks.map((block) => new X509Certificate(block)))
  } catch {
    return refused('unreadable')
  }
}
