import type { WalkedTurn } from './walker.ts'
import { connectorUrls } from './world.ts'

/** Port of the bot, and the token of each service URL. */
export interface LoadTarget {
  port: number
  tokens: readonly string[]
}

let sent = 0

/** Builds the HTTP request of a card action in a personal chat, like Teams. */
export function requestOf({ owner, caseId, revision, press }: WalkedTurn, { port, tokens }: LoadTarget): string {
  const { account, id, name, tenant, conversation, tag, service } = owner
  const { verb, ...args } = press
  const at = new Date().toISOString()
  sent += 1
  const body = JSON.stringify({
    name: 'adaptiveCard/action',
    type: 'invoke',
    timestamp: at,
    localTimestamp: at,
    id: `f:${process.pid}-${sent}`,
    channelId: 'msteams',
    serviceUrl: connectorUrls[service],
    from: { id: account, name, aadObjectId: id },
    conversation: { conversationType: 'personal', tenantId: tenant, id: conversation },
    recipient: { id: '28:bench', name: 'Multicanal' },
    entities: [{ locale: tag, country: 'DE', platform: 'Web', timezone: 'Europe/Berlin', type: 'clientInfo' }],
    channelData: { tenant: { id: tenant }, source: { name: 'message' }, legacy: { replyToId: '1:bench' } },
    replyToId: `1${id}`,
    value: {
      action: { type: 'Action.Execute', title: 'Choose', verb, data: { case: caseId, rev: revision, ...args } },
      trigger: 'manual',
    },
    locale: tag,
    localTimezone: 'Europe/Berlin',
  })
  // The body is ASCII, so characters are bytes.
  return `POST /api/messages HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${tokens[service]}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

export interface Response {
  status: number
  bytes: Buffer
}

/** Splits the bytes of one connection into responses by their Content-Length. */
export function createReader(onResponse: (response: Response) => void) {
  let pending: Buffer | undefined

  return (chunk: Buffer): void => {
    const bytes = pending === undefined ? chunk : Buffer.concat([pending, chunk])
    const end = bytes.indexOf('\r\n\r\n')
    const head = end === -1 ? undefined : bytes.toString('latin1', 0, end)
    const length = head === undefined ? undefined : /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    if (head !== undefined && length === undefined) throw new Error(`a response does not say how long it is: ${head}`)
    if (length === undefined || bytes.length < end + 4 + Number(length)) {
      pending = bytes
      return
    }
    pending = undefined
    onResponse({ status: Number(bytes.toString('latin1', 9, 12)), bytes })
  }
}
