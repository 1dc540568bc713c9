import { randomUUID } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createBot, type TestOverrides } from '../../bot/app.ts'
import { sandboxConfig } from '../../bot/config/config.ts'
import { readEditions } from '../../bot/config/editions.ts'
import type { SandboxPartner } from '../../bot/config/partner.ts'

/** A card as it left the bot, loosely. */
export type Card = Record<string, unknown>

export interface Sent {
  method: string
  conversation: string
  activity: string | undefined
  /** Time of arrival in milliseconds. */
  at: number
  body: { attachments?: { content: Card }[]; [field: string]: unknown }
}

type Fault = { status: number; body?: object; headers?: Record<string, string> } | 'reset' | 'accept-then-reset'

/** Restify replaces `writeHead` for the whole process by one that returns nothing: no chaining here. */
function answer(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** The Connector's side of Teams over real HTTP: takes messages and updates, remembers them, and fails when told to. */
export async function startConnector() {
  const sent: Sent[] = []
  const faults: Fault[] = []
  const waiting: (() => void)[] = []
  let refusal: Fault | undefined
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const [, conversation = '', activity] =
      /^\/v3\/conversations\/([^/]+)\/activities(?:\/([^/]+))?$/.exec(request.url ?? '') ?? []
    const fault = request.method === 'PUT' && refusal ? refusal : faults.shift()
    if (fault === 'reset') return request.socket.destroy()
    if (fault && fault !== 'accept-then-reset') {
      return answer(response, fault.status, fault.body ?? {}, fault.headers)
    }
    sent.push({
      method: request.method ?? '',
      conversation: decodeURIComponent(conversation),
      activity: activity && decodeURIComponent(activity),
      at: Date.now(),
      body: JSON.parse(Buffer.concat(chunks).toString() || '{}') as Sent['body'],
    })
    for (const wake of waiting.splice(0)) wake()
    if (fault === 'accept-then-reset') return request.socket.destroy()
    return answer(response, 201, { id: `sent-${sent.length}` })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  /** Waits for the next message, until `end` at most. Returns false if none came. */
  const next = (end: number): Promise<boolean> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), end - Date.now())
      waiting.push(() => {
        clearTimeout(timer)
        resolve(true)
      })
    })

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    sent,
    next,
    /** The id of the message that was posted or updated with the activity at this index. */
    messageAt: (index: number): string => sent[index]?.activity ?? `sent-${index + 1}`,
    /** The next requests meet these, one each. */
    fail: (...next: Fault[]) => faults.push(...next),
    /** Every update meets this, until it is undefined. */
    refuseUpdates: (fault: Fault | undefined) => {
      refusal = fault
    },
    /** Waits until so many were taken in all. */
    until: async (count: number, ms = 30_000): Promise<void> => {
      const end = Date.now() + ms
      while (sent.length < count) {
        if (!(await next(end))) throw new Error(`only ${sent.length} of ${count} messages came`)
      }
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
export type FakeConnector = Awaited<ReturnType<typeof startConnector>>

export const tenant = '11111111-1111-4111-8111-111111111111'

/** Person in a conversation, as Teams describes them. */
export interface Speaker {
  conversation?: string
  type?: 'personal' | 'groupChat' | 'channel'
  id?: string
  name?: string
  locale?: string
  tenant?: string
  timeZone?: string
}

/** An activity as Teams sends it. */
export function activity(service: string, speaker: Speaker, what: Record<string, unknown>): Record<string, unknown> {
  const id = speaker.id ?? '22222222-2222-4222-8222-222222222222'
  const where = speaker.tenant ?? tenant
  return {
    id: randomUUID(),
    timestamp: new Date().toISOString(),
    channelId: 'msteams',
    serviceUrl: service,
    locale: speaker.locale ?? 'en-US',
    ...(speaker.timeZone === undefined ? {} : { localTimezone: speaker.timeZone }),
    from: { id: `29:${id}`, aadObjectId: id, ...(speaker.name === undefined ? {} : { name: speaker.name }) },
    recipient: { id: '28:bot', name: 'Multicanal' },
    conversation: {
      id: speaker.conversation ?? 'a:personal',
      conversationType: speaker.type ?? 'personal',
      tenantId: where,
    },
    channelData: { tenant: { id: where } },
    ...what,
  }
}

/** A press of a button as Teams sends it. */
export const pressed = (verb: string, data: Record<string, unknown>, message = 'card-1') => ({
  type: 'invoke',
  name: 'adaptiveCard/action',
  replyToId: message,
  value: { action: { type: 'Action.Execute', verb, data } },
})

export interface Posted {
  status: number
  body: { statusCode?: number; type?: string; value?: unknown } | undefined
}

/** Sends an activity to a bot and gives its HTTP answer. */
export async function post(bot: string, body: object, headers: Record<string, string> = {}): Promise<Posted> {
  const response = await fetch(`${bot}/api/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as NonNullable<Posted['body']>) }
}

/** A partner whose Microsoft is away: nothing listens there. */
const away: SandboxPartner = {
  authority: 'https://127.0.0.1:9',
  partnerCenterUrl: 'http://127.0.0.1:9',
  graphUrl: 'http://127.0.0.1:9',
  tenantId: tenant,
  clientId: '00000000-0000-4000-8000-000000000c11',
  secret: () => 'never used',
}

/**
 * The whole bot in its sandbox mode, in this process, on free ports. It answers by the page of 2017, which never changes,
 * unless a test asks for another edition.
 */
export async function startBot(env: Record<string, string> = {}, world: TestOverrides = {}, partner = away) {
  const config = sandboxConfig(
    {
      DATABASE_URL: 'sqlite::memory:',
      LOG_LEVEL: 'silent',
      PORT: '0',
      OPERATOR_PORT: '0',
      POLICY_EDITION: '2017-03',
      ...env,
    },
    { metadataUrl: 'http://127.0.0.1:9/none', partner },
    readEditions(),
  )
  const bot = await createBot(config, world)
  const { port, operatorPort } = await bot.start()
  return { ...bot, url: `http://127.0.0.1:${port}`, operatorUrl: `http://127.0.0.1:${operatorPort}` }
}

/** The data of every button a card shows, with its verb. */
export function buttonsOf(card: unknown): { verb: string; data: Record<string, unknown>; title: string }[] {
  if (Array.isArray(card)) return card.flatMap(buttonsOf)
  if (typeof card !== 'object' || card === null) return []
  const { fallback: _fallback, refresh: _refresh, ...fields } = card as Record<string, unknown>
  const own =
    fields.type === 'Action.Execute'
      ? [{ verb: String(fields.verb), data: fields.data as Record<string, unknown>, title: String(fields.title ?? '') }]
      : []
  return [...own, ...Object.values(fields).flatMap(buttonsOf)]
}

/** All text a card shows, in reading order. */
export function textOf(card: unknown): string {
  if (Array.isArray(card)) return card.map(textOf).filter(Boolean).join('\n')
  if (typeof card !== 'object' || card === null) return ''
  const {
    text,
    title,
    label,
    errorMessage: _e,
    fallbackText: _f,
    fallback: _g,
    data: _d,
    ...rest
  } = card as Record<string, unknown>
  const own = [text, title, label].filter((part): part is string => typeof part === 'string')
  return [...own, ...Object.values(rest).map(textOf)].filter(Boolean).join('\n')
}
