import { hash } from 'node:crypto'
import { z } from 'zod'
import { type Command, readCommand } from '../../cards/text/commands.ts'
import { type Locale, locales } from '../../cards/text/text.ts'

/** How far text is read: more says nothing that a person could mean. Teams itself allows about 28 KB. */
const longestText = 2_000
const longestName = 200

const id = z.string().min(1).max(1_000)
const account = z.object({
  id,
  name: z.string().optional(),
  aadObjectId: z.string().optional(),
  role: z.string().optional(),
  tenantId: z.string().optional(),
})

/** Those fields of an activity that matter here; all else is left alone, wherever it comes from. */
const activitySchema = z.object({
  type: z.string(),
  id: id.optional(),
  timestamp: z.union([z.date(), z.string()]).optional(),
  name: z.string().optional(),
  action: z.string().optional(),
  serviceUrl: z.string(),
  locale: z.string().optional(),
  text: z.string().nullish(),
  value: z.unknown().optional(),
  replyToId: id.optional(),
  from: account,
  recipient: account,
  conversation: z.object({
    id,
    conversationType: z.string().optional(),
    tenantId: z.string().optional(),
  }),
  membersAdded: z.array(z.object({ id: z.string() })).optional(),
  entities: z
    .array(z.object({ type: z.string().optional(), mentioned: z.unknown().optional(), text: z.unknown().optional() }))
    .optional(),
  channelData: z
    .object({ eventType: z.string().optional(), tenant: z.object({ id: z.string() }).optional() })
    .nullish(),
})
type Received = z.infer<typeof activitySchema>

/** What is needed to speak in a conversation later. */
interface Reference {
  serviceUrl: string
  bot: { id: string; name?: string }
  /** Channel id (`29:…`) of the person in a personal chat: whose client may refresh the card. */
  user?: string
}

/** Where an activity comes from. */
export interface Place {
  tenant: string
  /** Full conversation id, of a channel including the thread. */
  conversation: string
  /** The conversation without its thread: all who can read one thread of a channel can read the others. */
  room: string
  kind: 'personal' | 'group' | 'channel'
  reference: Reference
}

/** Who sent it. The object id is identity, the name is for display only. */
interface Sender {
  id: string
  name: string
  /** Channel id (`29:…`). */
  account: string
}

/** The person and place that a request came from, as the verified activity names them. */
export interface Origin {
  place: Place
  sender: Pick<Sender, 'id' | 'account'>
}

/** What an activity asks for. */
export type ActivityRequest =
  /** A card button. `reply` says how the answer travels: in the HTTP answer, or as a message (Action.Submit). */
  | { kind: 'press'; verb: unknown; data: unknown; message: string | undefined; reply: 'invoke' | 'message' }
  | { kind: 'command'; command: Command; rest: string }
  | { kind: 'text'; text: string }
  /** A code of a sign-in page was typed, and whether it was good. */
  | { kind: 'signed-in'; taken: boolean }
  /** A file that was offered is taken or not; `upload` says where it is to go. */
  | { kind: 'file-consent'; accepted: boolean; context: unknown; upload: unknown }
  | { kind: 'installed' }
  | { kind: 'uninstalled' }
  /** Nothing to answer: taken note of, so that the conversation can be reached. */
  | { kind: 'noted' }

/** Who asks for what, and where. */
export interface IncomingRequest {
  place: Place
  sender: Sender
  /** The language of the person's client, where it is one of ours. */
  locale: Locale | undefined
  request: ActivityRequest
  /** Whether the person may approve, where that matters and could be found out; not read from the activity. */
  isApprover?: boolean | undefined
}

export interface IncomingActivity extends IncomingRequest {
  /** The same for every repetition of one delivery, different for everything else. */
  delivery: string
}

/** Reads an activity that the gate let in. Undefined when a field it stands on is missing: a 400 for the sender. */
export function readActivity(activity: unknown): IncomingActivity | undefined {
  const received = receive(activity)
  const asked = received && askedOf(received)
  return asked && { delivery: deliveryOf(received, asked.place), ...asked }
}

/** The same for what is no event: nothing remembers whether it came before. */
export function readRequest(activity: unknown): IncomingRequest | undefined {
  const received = receive(activity)
  return received && askedOf(received)
}

const receive = (activity: unknown): Received | undefined => activitySchema.safeParse(activity).data

function askedOf(received: Received): IncomingRequest | undefined {
  const place = placeOf(received)
  if (!place) return undefined
  const { from } = received
  return {
    place,
    sender: { id: idOf(from, place), name: (from.name ?? '').slice(0, longestName), account: from.id },
    locale: locales.find((locale) => received.locale?.toLowerCase().startsWith(locale)),
    request: requestOf(received),
  }
}

/** In a shared channel people of other companies speak too: their ids are of another directory, and count for nothing here. */
function idOf({ aadObjectId = '', tenantId }: Received['from'], { tenant }: Place): string {
  return tenantId === undefined || tenantId.toLowerCase() === tenant.toLowerCase() ? aadObjectId : ''
}

function placeOf({ conversation, channelData, serviceUrl, recipient, from }: Received): Place | undefined {
  const tenant = conversation.tenantId ?? channelData?.tenant?.id
  if (!tenant) return undefined
  const type = conversation.conversationType ?? 'personal'
  const kind = type === 'channel' ? 'channel' : type === 'groupChat' ? 'group' : 'personal'
  const bot = { id: recipient.id, ...(recipient.name === undefined ? {} : { name: recipient.name }) }
  return {
    tenant,
    conversation: conversation.id,
    room: roomOf(conversation.id),
    kind,
    reference: { serviceUrl, bot, ...(kind === 'personal' ? { user: from.id } : {}) },
  }
}

/** The room of a conversation id: a channel's id ends before `;messageid=…`. */
export const roomOf = (conversation: string): string => conversation.split(';messageid=')[0] ?? conversation

/**
 * Teams repeats a delivery with the same id and time, and gives a message's later edit the id of the message: so the
 * key holds the kind of event and the time as well. Hashed, since ids are long and belong to others; the time comes
 * first, so that what arrives together lies together on the disk.
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
  // Two bots that answer each other would never stop.
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
 * The bot came to a conversation. Teams tells it in an `installationUpdate` as well, which knows the person's language;
 * without one, this event leaves the greeting to the other.
 */
const joined = ({ membersAdded, recipient, locale }: Received): boolean =>
  locale !== undefined && membersAdded?.some((member) => member.id === recipient.id) === true

/** `Action.Execute`: Teams sends the button's data with the inputs of the card merged in. */
function invokeOf({ value, replyToId }: Received): ActivityRequest {
  const action = isFilled(value) && isFilled(value.action) ? value.action : {}
  return { kind: 'press', verb: action.verb, data: action.data, message: replyToId, reply: 'invoke' }
}

function consentOf({ value }: Received): ActivityRequest {
  const { action, context, uploadInfo } = isFilled(value) ? value : {}
  return { kind: 'file-consent', accepted: action === 'accept', context, upload: uploadInfo }
}

/** `Action.Submit`, what clients without Action.Execute fall back to: data and inputs are the message's value. */
function submitOf({ replyToId }: Received, { verb, ...data }: Record<string, unknown>): ActivityRequest {
  return { kind: 'press', verb, data, message: replyToId, reply: 'message' }
}

function spoken(received: Received): ActivityRequest {
  const text = withoutMention(received).slice(0, longestText)
  const read = readCommand(text)
  return read ? { kind: 'command', ...read } : { kind: 'text', text }
}

/** In channels and group chats people have to say the bot's name; that is not part of what they say. */
function withoutMention({ text, entities, recipient }: Received): string {
  const mentions = (entities ?? []).flatMap(({ type, mentioned, text: mention }) =>
    type === 'mention' && isFilled(mentioned) && mentioned.id === recipient.id && typeof mention === 'string' && mention
      ? [mention]
      : [],
  )
  const said = mentions.reduce((rest, mention) => rest.replace(mention, ' '), text ?? '')
  return said.replaceAll('&nbsp;', ' ').replace(/\s+/g, ' ').trim()
}
