import { setTimeout as pause } from 'node:timers/promises'
import { signBody, type WebhookChain } from '../certificates/webhook-chain.ts'
import { createDice } from '../dice.ts'
import { SimulatedError } from '../http/answer.ts'
import type { SimulatedEvent, UpstreamSettings } from '../settings.ts'
import type { Store, StoredRegistration } from '../store.ts'

/** Delivery attempt of an event; `status` 0 without an answer. */
export interface SimulatedDelivery {
  at: number
  partner: string
  event: string
  url: string
  body: string
  status: number
}

const names = [
  'reseller-relationship-accepted-by-customer',
  'indirect-reseller-relationship-accepted-by-customer',
  'granular-admin-relationship-approved',
  'granular-admin-relationship-activated',
  'granular-admin-relationship-terminated',
  'granular-admin-relationship-expired',
  'granular-admin-access-assignment-created',
  'granular-admin-access-assignment-activated',
  'granular-admin-access-assignment-updated',
  'granular-admin-access-assignment-deleted',
  'dap-admin-relationship-approved',
  'dap-admin-relationship-terminated',
  'dap-admin-relationship-terminated-by-microsoft',
  'subscription-updated',
  // Undocumented names: a bot has to fetch the list.
  'create-transfer',
  'update-transfer',
  'complete-transfer',
  'expire-transfer',
  'fail-transfer',
  'test-created',
]
const MAX_TESTS_PER_MINUTE = 2
const MINUTE_MS = 60_000
const TIMEOUT_MS = 10_000
const loopback = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** Formats a date with seven digits after the second and an offset, like the service. */
const dotNetDate = (at: number) => new Date(at).toISOString().replace('Z', '5485+00:00')

/** Creates registrations and signed deliveries, to loopback only. */
export function createWebhooks({
  store,
  settings,
  origin,
  keys,
}: {
  store: Store
  settings: UpstreamSettings
  origin: string
  keys: WebhookChain
}) {
  const { registrations } = store.state
  const dice = createDice(7)
  const deliveries: SimulatedDelivery[] = []
  const tests = new Map<string, number[]>()
  const stopped = new AbortController()

  const sign = (body: string | Buffer): string => signBody(keys.keyPem, body)
  const shown = (partner: string, { url, events, inMsSignature }: StoredRegistration) => ({
    SubscriberId: partner,
    WebhookUrl: url,
    WebhookEvents: events,
    SignatureTokenToMsSignatureHeader: inMsSignature,
  })

  async function post(url: string, body: string, inMsSignature: boolean): Promise<number> {
    const signature = sign(body)
    try {
      const answer = await fetch(url, {
        method: 'POST',
        body,
        redirect: 'manual',
        signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(TIMEOUT_MS)]),
        headers: {
          'Content-Type': 'application/json',
          ...(inMsSignature ? { 'x-ms-signature': signature } : { Authorization: `Signature ${signature}` }),
          'X-MS-Certificate-Url': `${origin}/certificates/leaf.cer`,
          'X-MS-Signature-Algorithm': 'rsa-sha256',
        },
      })
      await answer.body?.cancel()
      return answer.status
    } catch {
      return 0
    }
  }

  /** Retries until the receiver answers 2xx or the pauses run out. */
  async function deliver(partner: string, { url, inMsSignature }: StoredRegistration, event: string, body: string) {
    if (!loopback.has(new URL(url).hostname)) return
    for (const ms of settings.webhookPausesMs) {
      await pause(ms, undefined, { signal: stopped.signal })
      const status = await post(url, body, inMsSignature)
      deliveries.push({ at: store.now(), partner, event, url, body, status })
      if (status >= 200 && status < 300) return
    }
  }

  function publish(partner: string, event: SimulatedEvent): void {
    const registration = registrations[partner]
    if (registration === undefined || !registration.events.includes(event.name)) return
    const body = JSON.stringify({
      EventName: event.name,
      ResourceUri: event.resourceUri,
      ResourceName: event.resourceName,
      AuditUri: event.auditUri,
      ResourceChangeUtcDate: dotNetDate(store.now()),
    })
    const times = dice() < settings.webhookTwice ? 2 : 1
    for (let time = 0; time < times; time += 1) {
      // Only `stop` interrupts a delivery, and then nothing waits for it.
      deliver(partner, registration, event.name, body).catch(() => {})
    }
  }

  function record(partner: string, body: unknown, requestId: string | null, operation: string) {
    const request = body as { WebhookUrl: string; WebhookEvents: string[]; SignatureTokenToMsSignatureHeader?: boolean }
    const unknown = request.WebhookEvents.filter((name) => !names.includes(name))
    if (unknown.length > 0) throw new SimulatedError(400, '3000', `Invalid property: WebhookEvents ${unknown.join()}.`)
    const registration = {
      url: request.WebhookUrl,
      events: request.WebhookEvents,
      inMsSignature: request.SignatureTokenToMsSignatureHeader ?? false,
    }
    registrations[partner] = registration
    store.effect(operation, partner, requestId)
    return shown(partner, registration)
  }

  const registrationOf = (partner: string): StoredRegistration => {
    const found = registrations[partner]
    if (found === undefined) throw new SimulatedError(404, '1000', 'There is no registration.')
    return found
  }

  return {
    names,
    sign,
    publish,
    deliveries: (): readonly SimulatedDelivery[] => deliveries,
    registration: (partner: string) => shown(partner, registrationOf(partner)),
    register: (partner: string, body: unknown, requestId: string | null) => {
      if (registrations[partner] !== undefined)
        throw new SimulatedError(409, '1001', 'There is a registration already.')
      return record(partner, body, requestId, 'webhook.register')
    },
    update: (partner: string, body: unknown, requestId: string | null) => {
      registrationOf(partner)
      return record(partner, body, requestId, 'webhook.update')
    },
    /** Sends a test event, at most two a minute. Throws SimulatedError. */
    test: (partner: string): { correlationId: string } => {
      registrationOf(partner)
      const recent = (tests.get(partner) ?? []).filter((at) => at > store.now() - MINUTE_MS)
      if (recent.length >= MAX_TESTS_PER_MINUTE)
        throw new SimulatedError(429, '429', 'Rate limit is exceeded.', { 'Retry-After': '60' })
      tests.set(partner, [...recent, store.now()])
      const correlationId = store.newId()
      publish(partner, {
        name: 'test-created',
        resourceUri: `${origin}/webhooks/v1/registration/validationEvents/${correlationId}`,
        resourceName: 'test',
        auditUri: null,
      })
      return { correlationId }
    },
    /** Returns the delivery status of a test event. */
    tested: (partner: string, correlationId: string) => {
      const tries = deliveries.filter(
        (delivery) => delivery.partner === partner && delivery.body.includes(correlationId),
      )
      const isDone = tries.some(({ status }) => status >= 200 && status < 300)
      return {
        correlationId,
        partnerId: partner,
        status: isDone ? 'completed' : 'inProgress',
        callbackUrl: registrationOf(partner).url,
        results: tries.map(({ at, status }) => ({
          responseCode: String(status),
          responseMessage: '',
          systemError: status === 0,
          dateTimeUtc: new Date(at).toISOString(),
        })),
      }
    },
    stop: (): void => stopped.abort(),
  }
}
export type Webhooks = ReturnType<typeof createWebhooks>
