import type { Generated } from 'kysely'

/**
 * The tables. Times are ISO texts in UTC with milliseconds: they read the same in both databases, come back as they
 * were written, and sort as times do.
 */
export interface Tables {
  cases: CaseRow
  history: NewEntry & { id: Generated<number> }
  heads: HeadRow
  outbox: OutboxRow
  deliveries: DeliveryRow
  conversations: ConversationRow
  people: PersonRow
  actions: ActionRow
  watches: WatchRow
  links: LinkRow
  desks: DeskRow
  codes: CodeRow
  code_attempts: CodeAttemptRow
  pairings: PairingRow
  copies: CopyRow
  switches: SwitchRow
}

export interface CaseRow {
  id: string
  tenant: string
  conversation: string
  /** The conversation without its thread: the threads of a channel share a room. */
  room: string
  edition: string
  revision: number
  /** Version of the shape of `context`. */
  version: number
  state: string
  /** 1 while there is something to do. */
  open: number
  /** 1 until something takes effect in it. */
  untouched: number
  context: string
  created_by: string
  created_at: string
  updated_at: string
  /** The newest entry of its history, and that one's hash. */
  entry: number | null
  head: string
  /** 1 while it may hold what people typed. */
  texts: Generated<number>
}

export interface NewEntry {
  /** A case id, the id of an action, or `room:<tenant>:<room>` for what was refused or arranged there. */
  stream: string
  seq: number
  at: string
  by: string
  event: string
  detail: string
  /** The entry before it in its stream, whose hash is `previous`; null for the first. Its id is the smaller one. */
  before: number | null
  previous: string
  hash: string
  /** Random, hashed with the rest, so that what was erased cannot be guessed from its hash; null once it was erased. */
  salt: string | null
}

/** An entry that was written. Ids grow in the order of writing. */
export interface HistoryRow extends NewEntry {
  id: number
}

/** The newest entry of each stream that belongs to no case and no action. */
export interface HeadRow {
  stream: string
  entry: number | null
  seq: number
  hash: string
}

export interface OutboxRow {
  id: Generated<number>
  tenant: string
  case_id: string | null
  conversation: string | null
  kind: string
  payload: string
  key: string
  state: 'due' | 'sending' | 'parked' | 'unknown'
  /** When it was wanted. */
  due: string
  /** When a worker may take it: later than `due` while it is leased or being retried, null when none may. */
  ready: string | null
  attempts: number
  /** Counts the claims, also of a row that was replaced: only the newest holder may settle it. */
  fence: number
  lease_by: string | null
  note: string | null
  /** How often it was begun in a row without coming to any verdict: it threw, it hung, or the process died with it. */
  faults: Generated<number>
  /** By the clock of whoever wrote it; only to tell how long it has waited. */
  written_at: string | null
}

export interface DeliveryRow {
  key: string
  answer: string
  at: string
}

export interface ConversationRow {
  tenant: string
  conversation: string
  kind: 'personal' | 'group' | 'channel'
  reference: string
  locale: string | null
  installed: number
  updated_at: string
}

export interface PersonRow {
  tenant: string
  id: string
  name: string
  role: string | null
  locale: string | null
  account: string | null
  updated_at: string
}

/** One privileged action: what was asked of Microsoft, and what is known of it. Rows stay. */
export interface ActionRow {
  /** Also the MS-RequestId of every attempt: the service may know by it that it did this already. */
  id: string
  tenant: string
  case_id: string
  track: string
  name: string
  asked_by: string
  correlation: string
  state: 'prepared' | 'sending' | 'confirmed' | 'failed' | 'unknown'
  /** How often it was sent. */
  sends: number
  /** How often it was looked for since it was sent last. */
  looks: number
  created_at: string
  updated_at: string
  note: string | null
  /** How many history entries tell of it, the newest, and that one's hash; null while none does. */
  entries: number | null
  entry: number | null
  head: string | null
}

/** A case that waits for something at Microsoft. */
export interface WatchRow {
  resource: string
  case_id: string
  track: string
  tenant: string
}

/** An invitation link of a partner: it names the partner only, so colleagues use the same one. */
export interface LinkRow {
  tenant: string
  url: string
  fetched_by: string
  fetched_at: string
}

/** A conversation with a job. */
export interface DeskRow {
  tenant: string
  kind: 'approvals' | 'direct-partner'
  /** The room, or empty for a kind of which a tenant has one. */
  seat: string
  room: string
  conversation: string
  set_by: string
  set_at: string
}

/** A one-time code of a direct partner's desk. The code itself is nowhere. */
export interface CodeRow {
  hash: string
  tenant: string
  room: string
  conversation: string
  made_by: string
  expires_at: string
  used_at: string | null
}

/** When a person typed a wrong code of late: a JSON array of times. */
export interface CodeAttemptRow {
  tenant: string
  person: string
  wrong: string
}

/** A reseller's room and the desk its requests go to. */
export interface PairingRow {
  tenant: string
  room: string
  conversation: string
  desk_tenant: string
  desk_room: string
  desk_conversation: string
  paired_by_tenant: string
  paired_by: string
  paired_at: string
}

/** A message that shows a case elsewhere than in its own conversation. */
export interface CopyRow {
  /** Of the conversation, which need not be that of the case. */
  tenant: string
  conversation: string
  message: string
  case_id: string
  view: 'approval' | 'case'
}

/** What whoever runs the bot has switched. */
export interface SwitchRow {
  /** `touched` is written only to see whether anything can be. */
  name: 'privileged-actions' | 'touched'
  state: 'on' | 'off'
  changed_at: string
}
