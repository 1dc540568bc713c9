import { hash } from 'node:crypto'
import { z } from 'zod'
import { type Command, readCommand } from '../../cards/text/commands.ts'
import { type Locale, locales, readTimeZone } from '../../cards/text/text.ts'
import { type DirectoryId, directoryId } from '../../dialogs/directory-id.ts'

/** Longest text that is read; Teams itself allows about 28 KB. */
const MAX_TEXT_LENGTH = 2_000
const MAX_NAME_LENGTH = 200

/** Longest id in bytes of UTF-8: two of them fit into one index entry of either database. */
const MAX_ID_BYTES = 1_000
const controls = /\p{Cc}/u
const id = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text) <= MAX_ID_BYTES && !controls.test(text))
const inDirectory = z
  .string()
  .max(100)
  .refine((text) => !controls.test(text))
  .transform(directoryId)
const word = z.string().max(200)
/** Accepts null for an absent field, as some senders write it. */
const absent = <T>(schema: z.ZodType<T>) => schema.nullish().transform((value) => value ?? undefined)
const account = z.object({
  id,
  name: absent(z.string()),
  aadObjectId: absent(inDirectory),
  role: absent(word),
  tenantId: absent(inDirectory),
})

/** Fields of an activity that are read; all others are ignored. */
const activitySchema = z.object({
  type: word,
  id: absent(id),
  timestamp: absent(z.union([z.date(), word])),
  name: absent(word),
  action: absent(word),
  serviceUrl: z.string().max(MAX_ID_BYTES),
  locale: absent(z.string()),
  localTimezone: z.string().optional().catch(undefined),
  text: absent(z.string()),
  value: z.unknown().optional(),
  replyToId: absent(id),
  from: account,
  recipient: account,
  conversation: z.object({
    id,
    conversationType: absent(word),
    tenantId: absent(inDirectory),
  }),
  membersAdded: absent(z.array(z.object({ id: z.string() }))),
  entities: absent(
    z.array(z.object({ type: absent(z.string()), mentioned: z.unknown().optional(), text: z.unknown().optional() })),
  ),
  channelData: absent(z.object({ eventType: absent(word), tenant: absent(z.object({ id: inDirectory })) })),
})
type Received = z.infer<typeof activitySchema>

/** Address by which the bot can post to a conversation later. */
interface Reference {
  serviceUrl: string
  bot: { id: string; name?: string }
  /** Channel id (`29:…`) of the person in a personal chat, whose client may refresh the card. */
  user?: string
  /** IANA name of the time zone of that person. */
  timeZone?: string
}

/** Conversation of an activity. */
export interface Place {
  tenant: DirectoryId
  /** Full conversation id; in a channel it includes the thread. */
  conversation: string
  /** Conversation without its thread: readers of one thread of a channel can read all. */
  room: string
  kind: 'personal' | 'group' | 'channel'
  reference: Reference
}

/** Sender of an activity. The object id identifies; the name is for display only. */
interface Sender {
  id: DirectoryId
  name: string
  /** Channel id (`29:…`). */
  account: string
}

/** The person and place that a request came from, as the verified activity names them. */
export interface Origin {
  place: Place
  sender: Pick<Sender, 'id' | 'account'>
}

/** Request that an activity contains. */
export type ActivityRequest =
  /** Card action. The reply goes into the HTTP response, or for Action.Submit into a message. */
  | { kind: 'press'; verb: unknown; data: unknown; message: string | undefined; reply: 'invoke' | 'message' }
  | { kind: 'command'; command: Command; rest: string }
  | { kind: 'text'; text: string }
  /** Typed code of a sign-in page; `taken` is true if it was valid. */
  | { kind: 'signed-in'; taken: boolean }
  /** Answer to an offered file; `upload` names the place for it. */
  | { kind: 'file-consent'; accepted: boolean; context: unknown; upload: unknown }
  | { kind: 'installed' }
  | { kind: 'uninstalled' }
  /** No request; it only makes the conversation known. */
  | { kind: 'noted' }

/** Request with its sender and conversation. */
export interface IncomingRequest {
  place: Place
  sender: Sender
  /** Language of the person's client, if supported. */
  locale: Locale | undefined
  request: ActivityRequest
  /** True if the person may approve; undefined if irrelevant or unknown. Not read from the activity. */
  isApprover?: boolean | undefined
}

export interface IncomingActivity extends IncomingRequest {
  /** Idempotency key: equal for every repetition of a delivery. */
  delivery: string
}

/** Reads an activity that the gate admitted. Undefined if a required field is missing, which is answered with 400. */
export function readActivity(activity: unknown): IncomingActivity | undefined {
  const received = receive(activity)
  const request = received && incomingOf(received)
  return request && { delivery: deliveryOf(received, request.place), ...request }
}

/** Reads an activity that is no event and needs no de-duplication. */
export function readRequest(activity: unknown): IncomingRequest | undefined {
  const received = receive(activity)
  return received && incomingOf(received)
}

const receive = (activity: unknown): Received | undefined => activitySchema.safeParse(activity).data

function incomingOf(received: Received): IncomingRequest | undefined {
  const place = placeOf(received)
  if (!place) return undefined
  const { from } = received
  return {
    place,
    sender: {
      id: idOf(from, place),
      name: (from.name ?? '').replaceAll('\0', '').slice(0, MAX_NAME_LENGTH),
      account: from.id,
    },
    locale: locales.find((locale) => received.locale?.toLowerCase().startsWith(locale)),
    request: requestOf(received),
  }
}

/** Returns the object id, or none for people of other companies in a shared channel: their ids are foreign. */
function idOf({ aadObjectId, tenantId }: Received['from'], { tenant }: Place): DirectoryId {
  return (tenantId === undefined || tenantId === tenant ? aadObjectId : undefined) ?? directoryId('')
}

function placeOf({
  conversation,
  channelData,
  serviceUrl,
  recipient,
  from,
  localTimezone,
}: Received): Place | undefined {
  const tenant = conversation.tenantId ?? channelData?.tenant?.id
  if (!tenant) return undefined
  const type = conversation.conversationType ?? 'personal'
  const kind = type === 'channel' ? 'channel' : type === 'groupChat' ? 'group' : 'personal'
  const bot = {
    id: recipient.id,
    ...(recipient.name === undefined ? {} : { name: recipient.name.slice(0, MAX_NAME_LENGTH) }),
  }
  return {
    tenant,
    conversation: conversation.id,
    room: roomOf(conversation.id),
    kind,
    reference: { serviceUrl, bot, ...(kind === 'personal' ? { user: from.id, ...zoneOf(localTimezone) } : {}) },
  }
}

function zoneOf(localTimezone: string | undefined): { timeZone?: string } {
  const timeZone = readTimeZone(localTimezone)
  return timeZone === undefined ? {} : { timeZone }
}

/** Returns the room of a conversation id, which ends before `;messageid=…`. */
export const roomOf = (conversation: string): string => conversation.split(';messageid=')[0] ?? conversation

/**
 * Builds the idempotency key. Teams repeats a delivery with the same id and time, but an edit has the id of its message,
 * so the key includes kind and time. The time comes first, so that neighbouring rows share pages on disk.
 */
function deliveryOf({ type, name, channelData, id: activity, timestamp }: Received, place: Place): string {
  const time = timestamp instanceof Date ? timestamp.toISOString() : timestamp
  const parts = [place.tenant, place.conversation, type, name ?? channelData?.eventType, activity, time]
  const digest = hash('sha256', JSON.stringify(parts.map((part) => part ?? '')), 'base64url')
  return `${time?.slice(0, 19) ?? ''} ${digest}`
}

const isFilled = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0

function requestOf(received: Received): ActivityRequest {
  // Ignores bots, as two that answer each other would never stop.
  if (received.from.role === 'bot' || received.from.id === received.recipient.id) return { kind: 'noted' }
  switch (received.type) {
    case 'invoke':
      if (received.name === 'fileConsent/invoke') return consentOf(received)
      return received.name === 'adaptiveCard/action' ? invokeOf(received) : { kind: 'noted' }
    case 'message':
      return isFilled(received.value) ? submitOf(received, received.value) : spoken(received)
    case 'installationUpdate':
      return { kind: received.action?.toLowerCase().startsWith('remove') ? 'uninstalled' : 'installed' }
    case 'conversationUpdate':
      return { kind: joined(received) ? 'installed' : 'noted' }
    default:
      return { kind: 'noted' }
  }
}

/**
 * True if the bot joined the conversation. Without a locale the greeting is left to the `installationUpdate`,
 * which Teams sends as well and which has one.
 */
const joined = ({ membersAdded, recipient, locale }: Received): boolean =>
  locale !== undefined && membersAdded?.some((member) => member.id === recipient.id) === true

/** Reads an `Action.Execute`; Teams merges the card's inputs into its data. */
function invokeOf({ value, replyToId }: Received): ActivityRequest {
  const action = isFilled(value) && isFilled(value.action) ? value.action : {}
  return { kind: 'press', verb: action.verb, data: action.data, message: replyToId, reply: 'invoke' }
}

function consentOf({ value }: Received): ActivityRequest {
  const { action, context, uploadInfo } = isFilled(value) ? value : {}
  return { kind: 'file-consent', accepted: action === 'accept', context, upload: uploadInfo }
}

/** Reads an `Action.Submit`, the fallback of older clients: data and inputs are the message's value. */
function submitOf({ replyToId }: Received, { verb, ...data }: Record<string, unknown>): ActivityRequest {
  return { kind: 'press', verb, data, message: replyToId, reply: 'message' }
}

function spoken(received: Received): ActivityRequest {
  const text = withoutMention(received).replaceAll('\0', '').slice(0, MAX_TEXT_LENGTH)
  const read = readCommand(text)
  return read ? { kind: 'command', ...read } : { kind: 'text', text }
}

/** Removes the mention of the bot, which channels and group chats require. */
function withoutMention({ text, entities, recipient }: Received): string {
  const mentions = (entities ?? []).flatMap(({ type, mentioned, text: mention }) =>
    type === 'mention' && isFilled(mentioned) && mentioned.id === recipient.id && typeof mention === 'string' && mention
      ? [mention]
      : [],
  )
  const spoken = mentions.reduce((rest, mention) => rest.replace(mention, ' '), text ?? '')
  return spoken.replaceAll('&nbsp;', ' ').replace(/\s+/g, ' ').trim()
}
