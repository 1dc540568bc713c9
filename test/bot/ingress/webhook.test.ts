import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createServer, type ServerLimits } from '../../../bot/ingress/server.ts'
import { createWebhook, type WebhookNotice } from '../../../bot/ingress/webhook.ts'
import { createCertificates } from '../../../clients/certificates.ts'
import { createWebhookVerifier } from '../../../clients/webhook.ts'
import { UnavailableError } from '../../../state/engine/transaction.ts'
import { raw } from '../../support/port.ts'
import { createAuthority, signWith, startCertificateHost } from '../../support/webhook-authority.ts'

const PATH = '/api/partner-center/webhook'
const CUSTOMER = '22222222-2222-4222-8222-222222222222'
const TRANSFER = '33333333-3333-4333-8333-333333333333'

let authority: Awaited<ReturnType<typeof createAuthority>>
beforeAll(async () => {
  authority = await createAuthority()
})

/** The public port with the webhook behind it, and a Partner Center that posts to it. */
async function start(
  onNotice: (notice: WebhookNotice) => Promise<void> = async () => {},
  limits: Partial<ServerLimits> = {},
) {
  const host = await startCertificateHost()
  onTestFinished(host.close)
  host.files.set('/signing.cer', `${authority.leaf.pem}\n${authority.middle.pem}`)
  const certificates = createCertificates({
    hosts: ['certs.example.test'],
    issuerHosts: [],
    trustedRoots: authority.trustedRoots,
    loopback: true,
    now: Date.now,
    timeoutMs: 300,
  })
  const told = {
    notices: [] as WebhookNotice[],
    ignored: vi.fn(),
    refused: vi.fn(),
    onError: vi.fn(),
    messages: vi.fn(),
  }
  const server = createServer({
    handler: async (request, reply) => {
      told.messages(request.body)
      reply.end()
    },
    webhook: createWebhook({
      verify: createWebhookVerifier({ certificates, now: Date.now }),
      onNotice: async (notice) => {
        told.notices.push(notice)
        await onNotice(notice)
      },
      onIgnored: told.ignored,
      onRefused: told.refused,
    }),
    onError: told.onError,
    limits: { drainMs: 500, ...limits },
  })
  const port = await server.listen(0, '127.0.0.1')
  onTestFinished(server.close)

  async function post(event: object | string, headers: Record<string, string> = {}) {
    const body = typeof event === 'string' ? event : JSON.stringify(event)
    const response = await fetch(`http://127.0.0.1:${port}${PATH}`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        authorization: `Signature ${signWith(body, authority.leaf.keys)}`,
        'x-ms-certificate-url': `${host.url}/signing.cer`,
        'x-ms-signature-algorithm': 'rsa-sha256',
        ...headers,
      },
    })
    return { status: response.status, body: await response.text() }
  }
  return { ...told, host, port, post }
}

const accepted = () => ({
  EventName: 'reseller-relationship-accepted-by-customer',
  ResourceUri: `https://api.partnercenter.microsoft.com/v1/customers/${CUSTOMER}`,
  ResourceName: 'Customer',
  AuditUri: null,
  ResourceChangeUtcDate: new Date().toISOString(),
})

describe('the webhook', () => {
  it('passes a signed event on as a notice, answers 200 once it is stored, and derives the same id each time', async () => {
    const { post, notices, refused } = await start()
    const event = accepted()
    expect(await post(event)).toEqual({ status: 200, body: '' })
    expect(await post(event)).toEqual({ status: 200, body: '' })
    const notice = {
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      event: 'reseller-relationship-accepted-by-customer',
      customer: CUSTOMER,
      transfer: undefined,
      at: event.ResourceChangeUtcDate,
    }
    expect(notices).toEqual([notice, notice])
    expect(notices[0]?.id).toBe(notices[1]?.id)
    expect(refused).not.toHaveBeenCalled()
  })

  it('verifies the signature over the raw bytes, including spaces and escapes', async () => {
    const { post, notices } = await start()
    const text = JSON.stringify(accepted(), null, 3).replace('Customer', '\\u0043ustomer é 😀')
    expect((await post(`\r\n ${text}\r\n`)).status).toBe(200)
    expect(notices).toHaveLength(1)
  })

  it('names the transfer of a transfer event', async () => {
    const { post, notices } = await start()
    const AuditUri = `https://api.partnercenter.microsoft.com/v1/auditrecords/${CUSTOMER}_${CUSTOMER}_${TRANSFER}_1`
    await post({ ...accepted(), EventName: 'complete-transfer', ResourceUri: null, AuditUri })
    expect(notices).toEqual([expect.objectContaining({ customer: CUSTOMER, transfer: TRANSFER })])
  })

  it('reports an event that the bot has no use for, and does nothing else', async () => {
    const { post, notices, ignored } = await start()
    expect((await post({ ...accepted(), EventName: 'subscription-updated' })).status).toBe(200)
    expect(notices).toEqual([])
    expect(ignored).toHaveBeenCalledExactlyOnceWith('subscription-updated')
  })

  it.each([
    ['a signature that does not fit', 401, 'signature', { authorization: `Signature ${'A'.repeat(342)}==` }],
    ['no signature', 401, 'header-missing', { authorization: '' }],
    ['another algorithm', 401, 'algorithm', { 'x-ms-signature-algorithm': 'rsa-md5' }],
    ['a malformed signature', 400, 'signature-malformed', { authorization: 'Signature abc' }],
    [
      'a certificate that cannot be fetched',
      503,
      'certificate-unavailable',
      { 'x-ms-certificate-url': '/missing.cer' },
    ],
  ])('answers %s with %i and nothing that helps: %s', async (_what, status, reason, headers) => {
    const { post, host, notices, refused } = await start()
    const url = 'x-ms-certificate-url' in headers ? { 'x-ms-certificate-url': `${host.url}/missing.cer` } : {}
    const answer = await post(accepted(), { ...headers, ...url })
    expect(answer.status).toBe(status)
    expect(answer.body).toMatch(/^\{"error":"(Unauthorized|Bad Request|Service Unavailable)"\}$/)
    expect(refused).toHaveBeenCalledExactlyOnceWith(reason, undefined)
    expect(notices).toEqual([])
  })

  it.each([
    ['a body that is no event', '{"EventName":7}', 'body'],
    ['an old copy', JSON.stringify({ ...accepted(), ResourceChangeUtcDate: '2020-01-01T00:00:00Z' }), 'stale'],
  ])('answers %s with 400, signed though it is', async (_what, body, reason) => {
    const { post, refused } = await start()
    expect(await post(body)).toEqual({ status: 400, body: '{"error":"Bad Request"}' })
    expect(refused).toHaveBeenCalledExactlyOnceWith(reason, undefined)
  })

  it('reports the host of a forbidden certificate to the operator, not to the sender', async () => {
    const { post, refused } = await start()
    const answer = await post(accepted(), { 'x-ms-certificate-url': 'https://elsewhere.example.test/x.cer' })
    expect(answer).toEqual({ status: 401, body: '{"error":"Unauthorized"}' })
    expect(refused).toHaveBeenCalledExactlyOnceWith('certificate-host', 'elsewhere.example.test')
  })

  it('refuses repeated headers, including those of which Node keeps the first', async () => {
    const { port, refused, host } = await start()
    const body = JSON.stringify(accepted())
    const signature = signWith(body, authority.leaf.keys)
    const answer = await raw(
      port,
      [
        `POST ${PATH} HTTP/1.1`,
        'Host: bot',
        'Connection: close',
        'Content-Type: application/json',
        `Content-Length: ${Buffer.byteLength(body)}`,
        `X-MS-Certificate-Url: ${host.url}/signing.cer`,
        'X-MS-Signature-Algorithm: rsa-sha256',
        `Authorization: Signature ${signature}`,
        `Authorization: Signature ${'A'.repeat(342)}==`,
        '',
        body,
      ].join('\r\n'),
    )
    expect(answer).toMatch(/^HTTP\/1.1 400 /)
    expect(refused).toHaveBeenCalledExactlyOnceWith('header-repeated', undefined)
  })

  it('answers 503 if the notice cannot be stored, so that the event is repeated, and 500 for other errors', async () => {
    const faults = [new UnavailableError('database away'), new Error('secret detail')]
    const { post, onError } = await start(async () => {
      throw faults.shift()
    })
    expect(await post(accepted())).toEqual({ status: 503, body: '{"error":"Service Unavailable"}' })
    expect(onError).not.toHaveBeenCalled()
    expect(await post(accepted())).toEqual({ status: 500, body: '{"error":"Internal Server Error"}' })
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'secret detail' }))
  })

  it('has the limits of the other path', async () => {
    const { post, port, notices, messages } = await start(undefined, { bytes: 2000, requestMs: 300 })
    expect((await post({ ...accepted(), more: 'x'.repeat(2000) })).status).toBe(413)
    expect((await post(accepted(), { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await post(accepted(), { 'content-encoding': 'gzip' })).status).toBe(415)
    const slow = `POST ${PATH} HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{`
    expect(await raw(port, slow)).toMatch(/^HTTP\/1.1 408 /)
    expect(notices).toEqual([])
    expect(messages).not.toHaveBeenCalled()
  })
})
