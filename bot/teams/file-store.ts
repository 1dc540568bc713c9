import { z } from 'zod'
import { LOOPBACK_ORIGIN } from '../../clients/loopback.ts'
import type { Cloud } from '../../dialogs/policy/policy.ts'

/** Where Teams wants a file to be put, and how the file is called there. */
export const fileSchema = z.object({
  uploadUrl: z.string().max(8_000),
  contentUrl: z.string().max(8_000),
  name: z.string().min(1).max(400),
  uniqueId: z.string().min(1).max(200),
  fileType: z.string().max(20),
})
export type StoredFile = z.infer<typeof fileSchema>

/** The domain of each cloud below which every organisation has its file store. Only Microsoft can give out names there. */
const domains: Readonly<Record<Cloud, readonly string[]>> = {
  global: ['sharepoint.com'],
  germany: ['sharepoint.de'],
  'us-government': ['sharepoint.us', 'sharepoint-mil.us'],
  china: ['sharepoint.cn'],
}

// No user info, no port, no backslash and no fragment: no two parsers can read such an address differently.
const ADDRESS = /^https:\/\/[a-z0-9-]+\.([a-z.-]+)\/[\x21\x22\x24-\x5b\x5d-\x7e]*$/i
const LOOPBACK = new RegExp(String.raw`^(?=http:)${LOOPBACK_ORIGIN}/[\x21\x22\x24-\x5b\x5d-\x7e]*$`)

/**
 * May the history be sent there? The address comes out of an activity's content, which a client can write: https and a
 * file store of this cloud, no sub-domain deeper; in the sandbox this machine as well.
 */
export function isFileStore(url: string, { cloud, sandbox }: { cloud: Cloud; sandbox: boolean }): boolean {
  if (sandbox && LOOPBACK.test(url)) return true
  const domain = ADDRESS.exec(url)?.[1]?.toLowerCase()
  return domain !== undefined && domains[cloud].includes(domain)
}

const uploadMs = 60_000

/**
 * Puts a file where Teams wants it, in one request. False when the store does not say that it has all of it; also for a
 * redirection, which is not followed. Throws when the store cannot be reached.
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
    signal: AbortSignal.timeout(uploadMs),
  })
  await response.body?.cancel()
  return response.status === 200 || response.status === 201
}
