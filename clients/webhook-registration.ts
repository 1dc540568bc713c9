import { z } from 'zod'
import type { Http, HttpResult, RequestIdentity } from './http.ts'

/** Address and events of the webhook. A partner tenant has one registration at most. */
type Registration = { readonly url: string; readonly events: readonly string[] }

/** State of a test event, with its delivery attempts. */
export type TestDelivery = { readonly done: boolean; readonly attempts: readonly DeliveryAttempt[] }
type DeliveryAttempt = { readonly response: string; readonly message: string; readonly at: string }

const PATH = '/webhooks/v1/registration'

const registrationSchema = z
  .object({ webhookUrl: z.string(), webhookEvents: z.array(z.string()).nullish() })
  .transform(({ webhookUrl, webhookEvents }): Registration => ({ url: webhookUrl, events: webhookEvents ?? [] }))

const deliverySchema = z
  .object({
    status: z.string(),
    results: z
      .array(
        z.object({
          responseCode: z.union([z.string(), z.number()]).nullish(),
          responseMessage: z.string().nullish(),
          dateTimeUtc: z.string().nullish(),
        }),
      )
      .nullish(),
  })
  .transform(
    ({ status, results }): TestDelivery => ({
      done: ['completed', 'failed'].includes(status.toLowerCase()),
      attempts: (results ?? []).map(({ responseCode, responseMessage, dateTimeUtc }) => ({
        response: String(responseCode ?? ''),
        // A proxy may have written it: control characters must not reach a terminal.
        message: (responseMessage ?? '').replace(/\p{Cc}+/gu, ' '),
        at: dateTimeUtc ?? '',
      })),
    }),
  )

/** Client of the partner's webhook registration; all calls take the application's own token. */
export function createWebhookRegistration({ request }: Pick<Http, 'request'>) {
  const write = (method: 'POST' | 'PUT', caller: RequestIdentity, { url, events }: Registration) => {
    const body = { WebhookUrl: url, WebhookEvents: events }
    return request({ method, path: PATH, body, schema: registrationSchema, caller })
  }

  return {
    /** Reads the registration; refused as `not-found` if there is none. */
    read: (caller: RequestIdentity): Promise<HttpResult<Registration>> =>
      request({ method: 'GET', path: PATH, schema: registrationSchema, caller }),

    create: (caller: RequestIdentity, registration: Registration) => write('POST', caller, registration),

    /** Replaces the whole registration. */
    replace: (caller: RequestIdentity, registration: Registration) => write('PUT', caller, registration),

    /** Lists the names of the available events. */
    events: (caller: RequestIdentity): Promise<HttpResult<string[]>> =>
      request({ method: 'GET', path: `${PATH}/events`, schema: z.array(z.string()), caller }),

    /** Requests a test event and returns its id; at most two a minute. */
    test: (caller: RequestIdentity): Promise<HttpResult<string>> =>
      request({
        method: 'POST',
        path: `${PATH}/validationEvents`,
        schema: z.object({ correlationId: z.guid() }).transform(({ correlationId }) => correlationId),
        caller,
      }),

    /** Reads the delivery of a test event, which is kept for seven days. */
    delivery: (caller: RequestIdentity, id: string): Promise<HttpResult<TestDelivery>> =>
      request({
        method: 'GET',
        path: `${PATH}/validationEvents/${encodeURIComponent(id)}`,
        schema: deliverySchema,
        caller,
      }),
  }
}

export type WebhookRegistration = ReturnType<typeof createWebhookRegistration>
