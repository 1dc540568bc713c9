import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runWebhooks } from '../../../bot/cli/webhooks.ts'
import type { TokenResult } from '../../../clients/entra-tokens.ts'
import { createHttp } from '../../../clients/http.ts'
import { createWebhookRegistration } from '../../../clients/webhook-registration.ts'

const ID = '04af2aea-d413-42db-824e-f328001484d1'
const URL_OF_BOT = 'https://bot.example.test/api/partner-center/webhook'
const offered = [
  'subscription-updated',
  'test-created',
  'Complete-Transfer',
  'reseller-relationship-accepted-by-customer',
  'dap-admin-relationship-terminated',
]
const used = ['test-created', 'Complete-Transfer', 'reseller-relationship-accepted-by-customer']

type Answer = { status?: number; headers?: Record<string, string>; body?: unknown }

/** The part of Partner Center that keeps registrations; `answers` stand in for what it would say. */
async function startPartnerCenter(answers: Record<string, Answer | (() => Answer)>) {
  const requests: { call: string; body: unknown; headers: NodeJS.Dict<string | string[]> }[] = []
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray()
    const text = Buffer.concat(chunks).toString()
    const call = `${request.method} ${request.url?.replace('/webhooks/v1/registration', '')}`.trim()
    requests.push({ call, body: text === '' ? undefined : JSON.parse(text), headers: request.headers })
    const given = answers[call] ?? { status: 404, body: { code: 1000, description: 'none' } }
    const { status = 200, headers = {}, body } = typeof given === 'function' ? given() : given
    // Restify replaces `writeHead` for the whole process by a function that returns nothing: no chaining here.
    response.writeHead(status, headers)
    response.end(`\uFEFF${JSON.stringify(body)}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { baseUrl, requests }
}

async function run(
  command: 'status' | 'register' | 'test',
  answers: Record<string, Answer | (() => Answer)>,
  more: { url?: string; token?: TokenResult } = {},
) {
  const { baseUrl, requests } = await startPartnerCenter(answers)
  const lines: string[] = []
  const complaints: string[] = []
  const pauses: number[] = []
  const code = await runWebhooks(command, {
    registration: createWebhookRegistration(createHttp({ baseUrl, now: Date.now, loopback: true })),
    token: async () => more.token ?? { kind: 'token', token: 'app-token' },
    url: more.url,
    say: (line) => lines.push(line),
    complain: (line) => complaints.push(line),
    pause: async (ms) => pauses.push(ms),
  })
  return {
    code,
    out: lines.join('\n'),
    err: complaints.join('\n'),
    requests,
    pauses,
    calls: requests.map((request) => request.call),
  }
}

const registration = { SubscriberId: 'x', WebhookUrl: 'https://old.example.test/hook', WebhookEvents: ['test-created'] }

describe('npm run webhooks -- status', () => {
  it('prints where events go and the live list, and marks what is registered and of use', async () => {
    const { code, out } = await run('status', { GET: { body: registration }, 'GET /events': { body: offered } })
    expect(code).toBe(0)
    expect(out).toMatch(/^Events go to https:\/\/old\.example\.test\/hook$/m)
    expect(out).toMatch(/^ {2}test-created +registered {2}used by the bot$/m)
    expect(out).toMatch(/^ {2}Complete-Transfer +used by the bot$/m)
    expect(out).toMatch(/^ {2}subscription-updated$/m)
  })

  it('says so when nothing is registered', async () => {
    const { code, out } = await run('status', { 'GET /events': { body: offered } })
    expect([code, out.split('\n')[0]]).toEqual([0, 'Partner Center sends no events: nothing is registered.'])
  })

  it('asks with the application’s token and a new request id each time', async () => {
    const { requests } = await run('status', { GET: { body: registration }, 'GET /events': { body: offered } })
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer app-token', 'Bearer app-token'])
    expect(new Set(requests.map(({ headers }) => headers['ms-requestid'])).size).toBe(2)
  })
})

describe('npm run webhooks -- register', () => {
  const made: Answer = { body: { WebhookUrl: URL_OF_BOT, WebhookEvents: used } }

  it('registers for those events of the live list that the bot uses', async () => {
    const { code, requests, calls, out } = await run(
      'register',
      { 'GET /events': { body: offered }, POST: made },
      { url: URL_OF_BOT },
    )
    expect(code).toBe(0)
    expect(calls).toEqual(['GET /events', 'GET', 'POST'])
    expect(requests.at(-1)?.body).toEqual({ WebhookUrl: URL_OF_BOT, WebhookEvents: used })
    expect(out).toContain(`Events go to ${URL_OF_BOT}: test-created, Complete-Transfer`)
  })

  it('replaces a registration that is there and says where events went', async () => {
    const answers = { 'GET /events': { body: offered }, GET: { body: registration }, PUT: made }
    const { code, calls, out } = await run('register', answers, { url: URL_OF_BOT })
    expect([code, calls.at(-1)]).toEqual([0, 'PUT'])
    expect(out).toContain('Events went to https://old.example.test/hook before.')
  })

  it('says which events there are none of', async () => {
    const answers = {
      'GET /events': { body: ['test-created', 'reseller-relationship-accepted-by-customer'] },
      POST: made,
    }
    const { code, err } = await run('register', answers, { url: URL_OF_BOT })
    expect(code).toBe(0)
    expect(err).toContain('Partner Center offers no transfer event: the bot polls for changes.')
    expect(err).toContain('Partner Center offers no delegated-admin event: the bot polls for changes.')
  })

  it('does nothing without an address or without an event of use', async () => {
    expect(await run('register', {})).toMatchObject({ code: 1, calls: [], err: expect.stringContaining('WEBHOOK_URL') })
    const answers = { 'GET /events': { body: ['subscription-updated'] } }
    expect(await run('register', answers, { url: URL_OF_BOT })).toMatchObject({ code: 1, calls: ['GET /events'] })
  })
})

describe('npm run webhooks -- test', () => {
  const started: Answer = { body: { correlationId: ID } }
  const attempt = (responseCode: string | number) => ({
    responseCode,
    responseMessage: '',
    systemError: false,
    dateTimeUtc: '2026-03-01T21:39:48.2386997',
  })

  it('has an event sent, asks after it every five seconds and tells each attempt once', async () => {
    const states = [
      { status: 'pending', results: null },
      { status: 'pending', results: [attempt('ServiceUnavailable')] },
      { status: 'completed', results: [attempt('ServiceUnavailable'), attempt('OK')] },
    ]
    const { code, out, pauses } = await run('test', {
      'POST /validationEvents': started,
      [`GET /validationEvents/${ID}`]: () => ({ body: states.shift() }),
    })
    expect(code).toBe(0)
    expect(pauses).toEqual([5000, 5000, 5000])
    expect(out.split('\n').map((line) => line.trim().split(/\s+/).at(-1))).toEqual([ID, 'ServiceUnavailable', 'OK'])
  })

  it('ends with 2 when the event was refused', async () => {
    const answers = {
      'POST /validationEvents': started,
      [`GET /validationEvents/${ID}`]: {
        body: { status: 'completed', results: [{ ...attempt(401), responseMessage: 'no\u001b[2J\nentry' }] },
      },
    }
    const { code, out, err, pauses } = await run('test', answers)
    expect(pauses).toHaveLength(1)
    expect([code, err]).toEqual([2, expect.stringContaining('did not arrive')])
    expect(out.split('\n').at(-1)).toMatch(/ 401 no \[2J entry$/)
  })

  it('ends with 2 when nothing is heard of it for two minutes', async () => {
    const answers = {
      'POST /validationEvents': started,
      [`GET /validationEvents/${ID}`]: { body: { status: 'pending' } },
    }
    const { code, err, pauses } = await run('test', answers)
    expect([code, err]).toEqual([2, 'No delivery attempt was reported.'])
    expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBe(120_000)
  })
})

describe('npm run webhooks', () => {
  it.each([
    [
      { status: 403, body: { code: '900308', description: 'No role.' } },
      'Partner Center refused (403, 900308): No role.',
    ],
    [
      { status: 429, headers: { 'retry-after': '57' }, body: {} },
      'Partner Center throttles requests: wait 57 seconds.',
    ],
    [{ status: 429, body: {} }, 'Partner Center throttles requests: wait.'],
    [{ status: 500, body: {} }, expect.stringContaining('no readable response')],
    [{ body: { nothing: true } }, expect.stringContaining('no readable response')],
  ])('says what came in between: %j', async (answer, err) => {
    expect(await run('test', { 'POST /validationEvents': answer })).toMatchObject({ code: 1, err, out: '' })
  })

  it('says why there is no token', async () => {
    const token: TokenResult = { kind: 'unavailable', cause: new Error('AADSTS7000215') }
    expect(await run('status', {}, { token })).toMatchObject({
      code: 1,
      calls: [],
      err: 'Entra issued no token: AADSTS7000215.',
    })
  })
})
