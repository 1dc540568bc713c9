import { isUtf8 } from 'node:buffer'
import { hash, type KeyObject, verify as verifySignature } from 'node:crypto'
import { z } from 'zod'
import { directoryIdSchema } from '../dialogs/directory-id.ts'
import { ok, type Result, refused } from '../dialogs/result.ts'
import type { CertificateFault, Certificates } from './certificates.ts'

/** Headers by lower-case name, with every value, and the raw body. */
type SignedRequest = {
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>
  readonly body: Buffer
}

/** Change at Partner Center. A repeated event has the same id. */
type WebhookEvent = {
  readonly id: string
  readonly name: string
  /** Tenant id, if the event names it. */
  readonly customer: string | undefined
  /** Transfer id, if the event is about one. */
  readonly transfer: string | undefined
  /** Id of the audit record, which names the resource; undefined if the event has none. */
  readonly audit: string | undefined
  /** Time of the change, ISO 8601. */
  readonly at: string
}

export type WebhookFault =
  | CertificateFault
  | 'header-missing'
  | 'header-repeated'
  | 'signature-malformed'
  | 'algorithm'
  | 'signature'
  | 'body'
  | 'stale'
  | 'from-the-future'

type WebhookRefusal = { readonly fault: WebhookFault; readonly host?: string | undefined }

/** Faults that a renewed certificate at the URL may cure. */
const WORTH_A_RENEWAL: ReadonlySet<WebhookFault> = new Set(['signature', 'certificate-expired'])

/** Maximum age of an event: Partner Center retries for two days and keeps its own record for seven. */
const MAX_AGE_MS = 7 * 24 * 3_600_000
const MAX_SKEW_MS = 10 * 60_000

const RELATIONSHIP_EVENTS = [
  'reseller-relationship-accepted-by-customer',
  'indirect-reseller-relationship-accepted-by-customer',
]
const TEST_EVENT = 'test-created'

/** Maps an event to the resource to read. The names of transfer events are undocumented but contain the word. */
export function subjectOf(name: string): 'relationship' | 'transfer' | 'admin' | 'test' | undefined {
  if (RELATIONSHIP_EVENTS.includes(name)) return 'relationship'
  if (name === TEST_EVENT) return 'test'
  if (/^granular-admin-(relationship|access-assignment)-/.test(name)) return 'admin'
  return /transfer/i.test(name) ? 'transfer' : undefined
}

/**
 * Verifies webhook requests: Microsoft's certificate, a signature over the raw body, and a recent time.
 * A valid event is a reason to poll, never a fact: it does not name its partner, and any partner can have any URL called.
 */
export function createWebhookVerifier({ certificates, now }: { certificates: Certificates; now: () => number }) {
  async function refusalOf(
    { signature, url }: Signed,
    body: Buffer,
    renewed: boolean,
  ): Promise<WebhookRefusal | undefined> {
    const signer = await certificates.signer(url, { renewed })
    if (!signer.ok) return signer.reason
    return covers(signer.value, signature, body) ? undefined : { fault: 'signature' }
  }

  return async ({ headers, body }: SignedRequest): Promise<Result<WebhookEvent, WebhookRefusal>> => {
    const signed = readHeaders(headers)
    if (!signed.ok) return signed
    const first = await refusalOf(signed.value, body, false)
    const refusal = first && WORTH_A_RENEWAL.has(first.fault) ? await refusalOf(signed.value, body, true) : first
    if (refusal) return refused(refusal)
    const event = readEvent(body)
    if (event === undefined) return refused({ fault: 'body' })
    const age = now() - Date.parse(event.at)
    if (age > MAX_AGE_MS) return refused({ fault: 'stale' })
    return age < -MAX_SKEW_MS ? refused({ fault: 'from-the-future' }) : ok(event)
  }
}

export type WebhookVerifier = ReturnType<typeof createWebhookVerifier>

type Signed = { readonly signature: Buffer; readonly url: string }

// Signatures of RSA keys with 2048 to 8192 bits.
const SIGNATURE = /^(?:Signature )?([A-Za-z0-9+/]{342,1366}={0,2})$/i

function readHeaders(headers: SignedRequest['headers']): Result<Signed, WebhookRefusal> {
  // The registration decides which of the last two carries the signature.
  const names = ['x-ms-certificate-url', 'x-ms-signature-algorithm', 'x-ms-signature', 'authorization'] as const
  if (names.some((name) => (headers[name]?.length ?? 0) > 1)) return refused({ fault: 'header-repeated' })
  const [url, algorithm, signature, authorization] = names.map((name) => headers[name]?.[0]?.trim())
  const given = signature || authorization
  if (!url || !algorithm || !given) return refused({ fault: 'header-missing' })
  if (algorithm.toLowerCase() !== 'rsa-sha256') return refused({ fault: 'algorithm' })
  const base64 = SIGNATURE.exec(given)?.[1]
  if (base64 === undefined) return refused({ fault: 'signature-malformed' })
  return ok({ signature: Buffer.from(base64, 'base64'), url })
}

const covers = (key: KeyObject, signature: Buffer, body: Buffer): boolean =>
  verifySignature('RSA-SHA256', body, key, signature)

const text = z.string().max(2000).nullish()
const bodySchema = z
  .record(z.string(), z.unknown())
  .transform((body) => Object.fromEntries(Object.entries(body).map(([key, value]) => [key.toLowerCase(), value])))
  .pipe(
    z.object({
      eventname: z.string().min(1).max(200),
      resourceuri: text,
      audituri: text,
      resourcechangeutcdate: z.string().transform(readDate).pipe(z.date()),
    }),
  )

/** Reads a date as UTC if it has no offset; JavaScript would read it as local time. */
function readDate(written: string): Date {
  return new Date(/(Z|[+-]\d\d:?\d\d)$/i.test(written) ? written : `${written}Z`)
}

function readEvent(body: Buffer): WebhookEvent | undefined {
  const parsed = bodySchema.safeParse(isUtf8(body) ? parseJson(body.toString('utf8')) : undefined)
  if (!parsed.success) return undefined
  const { eventname, resourceuri, audituri, resourcechangeutcdate } = parsed.data
  const audit = audituri?.split('/').at(-1) ?? ''
  const [, audited, subject] = audit.split('_')
  return {
    id: hash('sha256', body, 'hex'),
    name: eventname,
    customer: idIn(resourceuri, 'customers') ?? guidOf(audited),
    transfer: subjectOf(eventname) === 'transfer' ? (idIn(resourceuri, 'transfers') ?? guidOf(subject)) : undefined,
    audit: /^[\w-]{1,300}$/.test(audit) ? audit : undefined,
    at: resourcechangeutcdate.toISOString(),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

/** Returns the id that follows a collection in an address, such as `/customers/{id}`. */
const idIn = (address: string | null | undefined, collection: 'customers' | 'transfers'): string | undefined =>
  guidOf(new RegExp(`/${collection}/([^/?#]+)`, 'i').exec(address ?? '')?.[1])

const guidOf = (text: string | undefined): string | undefined => directoryIdSchema.safeParse(text).data
