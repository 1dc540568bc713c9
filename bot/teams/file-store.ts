import { z } from 'zod'
import type { Cloud } from '../../dialogs/policy/policy.ts'

/** Upload place and name of a file, as Teams sends them. */
export const fileSchema = z.object({
  uploadUrl: z.string().max(8_000),
  contentUrl: z.string().max(8_000),
  name: z.string().min(1).max(400),
  uniqueId: z.string().min(1).max(200),
  fileType: z.string().max(20),
})
export type StoredFile = z.infer<typeof fileSchema>

/** Parent domains of the file stores in each cloud. Only Microsoft can register names below them. */
const STORE_DOMAINS: Readonly<Record<Cloud, readonly string[]>> = {
  global: ['sharepoint.com'],
  germany: ['sharepoint.de'],
  'us-government': ['sharepoint.us', 'sharepoint-mil.us'],
  china: ['sharepoint.cn'],
}

// Without user info, port, backslash and fragment, all parsers read an address alike.
const ADDRESS = /^https:\/\/[a-z0-9-]+\.([a-z.-]+)\/[\x21\x22\x24-\x5b\x5d-\x7e]*$/i
// Stricter than the other loopback rules: only the address that the sandbox itself gives out.
const LOOPBACK = /^http:\/\/127\.0\.0\.1:\d{1,5}\/[\x21\x22\x24-\x5b\x5d-\x7e]*$/

/**
 * True if the history may be uploaded to this address: a file store of the cloud, or loopback in the sandbox.
 * The check is needed because clients write the content of an activity.
 */
export function isFileStore(url: string, { cloud, sandbox }: { cloud: Cloud; sandbox: boolean }): boolean {
  if (sandbox && LOOPBACK.test(url)) return true
  const domain = ADDRESS.exec(url)?.[1]?.toLowerCase()
  return domain !== undefined && STORE_DOMAINS[cloud].includes(domain)
}

const UPLOAD_TIMEOUT_MS = 60_000

/**
 * Uploads a file in one request. False unless the store confirms it; redirections are not followed.
 * Throws if the store cannot be reached.
 */
export async function putFile(url: string, body: Buffer<ArrayBuffer>): Promise<boolean> {
  const response = await fetch(url, {
    method: 'PUT',
    redirect: 'manual',
    headers: {
      'content-type': 'application/octet-stream',
      'content-range': `bytes 0-${body.length - 1}/${body.length}`,
    },
    body,
    signal: AbortSignal.timeout(UPLOAD_TIMEOUT_MS),
  })
  await response.body?.cancel()
  return response.status === 200 || response.status === 201
}
