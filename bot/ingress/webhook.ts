import { subjectOf, type WebhookFault, type WebhookVerifier } from '../../clients/webhook.ts'
import type { WatchedResource } from '../../dialogs/calls.ts'
import type { RawHttpRequest } from './server.ts'

/**
 * Something changed at Partner Center that a case may wait for. It only says where to look: what is true is what
 * Partner Center answers when asked. The same event may come again, with the same id.
 */
export type WebhookNotice = {
  readonly id: string
  readonly event: string
  readonly customer: string | undefined
  readonly transfer: string | undefined
  /** When it changed there, ISO 8601. */
  readonly at: string
}

export type WebhookDeps = {
  readonly verify: WebhookVerifier
  /** Resolves once the notice is kept: the event is sent again after a rejection and not after an answer. */
  readonly onNotice: (notice: WebhookNotice) => Promise<void>
  /** An event that nothing here waits for. */
  readonly onIgnored: (event: string) => void
  /** `host` is that of a certificate URL which is not allowed. */
  readonly onRefused: (reason: WebhookFault, host: string | undefined) => void
}

/** Returns the resource that a notice is about; undefined for a test event and for one without a customer. */
export function resourceOf({
  event,
  customer,
}: Pick<WebhookNotice, 'event' | 'customer'>): WatchedResource | undefined {
  const subject = subjectOf(event)
  if (customer === undefined || subject === undefined || subject === 'test') return undefined
  return subject === 'transfer' ? `transfers/${customer}` : `relationship/${customer}`
}

/** What cannot be read is 400, what may be right when it is sent again 503; all the rest did not prove where it comes from. */
const STATUS: Partial<Record<WebhookFault, number>> = {
  'header-repeated': 400,
  'signature-malformed': 400,
  body: 400,
  stale: 400,
  'from-the-future': 400,
  'certificate-unavailable': 503,
  'issuer-unavailable': 503,
}

/** Takes what is posted to the webhook and returns the HTTP status. Why something was refused is counted, never sent back. */
export function createWebhook({ verify, onNotice, onIgnored, onRefused }: WebhookDeps) {
  return async (request: RawHttpRequest): Promise<number> => {
    const verdict = await verify(request)
    if ('fault' in verdict) {
      onRefused(verdict.fault, verdict.host)
      return STATUS[verdict.fault] ?? 401
    }
    const { id, name: event, customer, transfer, at } = verdict.event
    if (subjectOf(event) === undefined) onIgnored(event)
    else await onNotice({ id, event, customer, transfer, at })
    return 200
  }
}
