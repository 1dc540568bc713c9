import type { Generated } from 'kysely'

/**
 * The tables. Times are ISO texts in UTC with milliseconds: both databases return them unchanged, and they sort
 * chronologically. Some names are older than the words of the code; those have a comment.
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
  copies: PostedCardRow
  switches: SwitchRow
}

export interface CaseRow {
  id: string
  tenant: string
  conversation: string
  /** Conversation without its thread: all threads of a channel share a room. */
  room: string
  edition: string
  revision: number
  /** Schema version of `context`. */
  version: number
  state: string
  /** 1 while the case is open. */
  open: number
  /** 1 until the first answer. */
  untouched: number
  context: string
  created_by: string
  created_at: string
  updated_at: string
  /** Id of its newest history entry; `head` is the hash of that entry. */
  entry: number | null
  head: string
  /** 1 while it may contain texts that people typed. */
  texts: Generated<number>
  /** Time of the request for approval that waits for a decision; null if none does. */
  asked_at: Generated<string | null>
}

export interface NewEntry {
  /** Case id, action id, or `room:<tenant>:<room>`. */
  stream: string
  seq: number
  at: string
  by: string
  event: string
  detail: string
  /** Id of the previous entry of the stream, whose hash is `previous`; null for the first. Always smaller than its own. */
  before: number | null
  previous: string
  hash: string
  /** Random part of the hashed content, so that erased content cannot be guessed; null after an erasure. */
  salt: string | null
}

/** A stored entry. Ids grow in the order of writing. */
export interface HistoryRow extends NewEntry {
  id: number
}

/** The newest entry of each room's stream. */
interface HeadRow {
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
  /** `sending`: claimed by a worker. `parked` and `unknown` are dead letters: failed for good, or without a known outcome. */
  state: 'due' | 'sending' | 'parked' | 'unknown'
  /** Requested time. */
  due: string
  /** Time from which a worker may claim it: later than `due` after a claim or a failure; null for dead letters. */
  ready: string | null
  attempts: number
  /** Fencing token: counts claims, also across replacements. Only the latest claim may finish the effect. */
  fence: number
  lease_by: string | null
  note: string | null
  /** Consecutive attempts without an outcome: an exception, a hang, or the death of the process. */
  faults: Generated<number>
  /** Time of writing by the clock of the process; only for the age in metrics. */
  written_at: string | null
}

interface DeliveryRow {
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

/** A privileged action at Microsoft, and its outcome as far as known. Rows are never deleted. */
export interface ActionRow {
  /** Also the MS-RequestId of every attempt, by which the service can recognise a repeated request. */
  id: string
  tenant: string
  case_id: string
  track: string
  name: string
  asked_by: string
  correlation: string
  state: 'prepared' | 'sending' | 'confirmed' | 'failed' | 'unknown'
  /** Number of times it was sent. */
  sends: number
  /** Number of checks for its effect since it was last sent. */
  looks: number
  created_at: string
  updated_at: string
  note: string | null
  /** Number of its history entries, id of the newest (`entry`) and that entry's hash (`head`); null if there are none. */
  entries: number | null
  entry: number | null
  head: string | null
}

/** A track of a case that waits for a change of a resource at Microsoft. */
export interface WatchRow {
  resource: string
  case_id: string
  track: string
  tenant: string
}

/** The invitation link of a partner. It contains nothing personal, so colleagues share it. */
export interface LinkRow {
  tenant: string
  url: string
  fetched_by: string
  fetched_at: string
}

/** A room with a function. */
export interface DeskRow {
  tenant: string
  kind: 'approvals' | 'direct-partner'
  /** Room; empty for the approvals desk, of which a tenant has one. */
  seat: string
  room: string
  conversation: string
  set_by: string
  set_at: string
}

/** A one-time code of a direct partner desk, stored as a hash only. */
export interface CodeRow {
  hash: string
  tenant: string
  room: string
  conversation: string
  made_by: string
  expires_at: string
  used_at: string | null
}

/** Times of a person's recent wrong codes, as a JSON array. */
interface CodeAttemptRow {
  tenant: string
  person: string
  wrong: string
}

/** A reseller's room and the desk that receives its requests. */
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

/** A posted card: a message that shows a case outside its own conversation. */
export interface PostedCardRow {
  /** Tenant of the conversation; may differ from that of the case. */
  tenant: string
  conversation: string
  message: string
  case_id: string
  view: 'approval' | 'case'
}

/** A switch of the operator. */
export interface SwitchRow {
  /** `touched` is written only to probe the database. */
  name: 'privileged-actions' | 'touched'
  state: 'on' | 'off'
  changed_at: string
}
