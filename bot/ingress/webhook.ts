import { subjectOf, type WebhookFault, type WebhookVerifier } from '../../clients/webhook.ts'
import type { WatchedResource } from '../../dialogs/calls.ts'
import type { RawHttpRequest } from './server.ts'

/**
 * A change at Partner Center that a case may wait for. It is a hint where to look, never a fact: the resource is read
 * afterwards. The same event may be delivered again, with the same id.
 */
export type WebhookNotice = {
  readonly id: string
  readonly event: string
  readonly customer: string | undefined
  readonly transfer: string | undefined
  /** Id of the audit record, which names the relationship of an event about delegated administration. */
  readonly audit: string | undefined
  /** ISO 8601 time of the change. */
  readonly at: string
}

export type WebhookDeps = {
  readonly verify: WebhookVerifier
  /** Resolves once the notice is stored. Partner Center repeats the event only after a rejection. */
  readonly onNotice: (notice: WebhookNotice) => Promise<void>
  /** Called for events that the bot has no use for. */
  readonly onIgnored: (event: string) => void
  /** `host` is the host of a certificate URL that is not allowed. */
  readonly onRefused: (reason: WebhookFault, host: string | undefined) => void
}

/** Returns the resource that a notice names itself; undefined for a test event and for one without a customer. */
export function resourceOfNotice({
  event,
  customer,
}: Pick<WebhookNotice, 'event' | 'customer'>): WatchedResource | undefined {
  const subject = subjectOf(event)
  if (customer === undefined || subject === undefined || subject === 'test' || subject === 'admin') return undefined
  return subject === 'transfer' ? `transfers/${customer}` : `relationship/${customer}`
}

/** Returns the audit record to read for the relationship of a notice about delegated administration. */
export const auditOfNotice = ({ event, audit }: Pick<WebhookNotice, 'event' | 'audit'>): string | undefined =>
  subjectOf(event) === 'admin' ? audit : undefined

/** HTTP status by fault: 400 if the event is unreadable, 503 if a retry may succeed, 401 for every other fault. */
const STATUS: Partial<Record<WebhookFault, number>> = {
  'header-repeated': 400,
  'signature-malformed': 400,
  body: 400,
  stale: 400,
  'from-the-future': 400,
  'certificate-unavailable': 503,
  'issuer-unavailable': 503,
}

/** Handles requests to the webhook and returns the HTTP status. The reason of a refusal is counted, never sent back. */
export function createWebhook({ verify, onNotice, onIgnored, onRefused }: WebhookDeps) {
  return async (request: RawHttpRequest): Promise<number> => {
    const verdict = await verify(request)
    if (!verdict.ok) {
      const { fault, host } = verdict.reason
      onRefused(fault, host)
      return STATUS[fault] ?? 401
    }
    const { id, name: event, customer, transfer, audit, at } = verdict.value
    if (subjectOf(event) === undefined) onIgnored(event)
    else await onNotice({ id, event, customer, transfer, audit, at })
    return 200
  }
}
