import type { Cloud } from './policy/policy.ts'
import type { Answers, QuestionId } from './questions.ts'
import type { Track, TrackKind } from './tracks/track.ts'

/**
 * The vocabulary of the core. All times are ISO strings in UTC, all dates `YYYY-MM-DD`;
 * the core never asks what time it is or who is there: every event says so.
 */

/** Identity of a person: tenant and directory object id. Display names are kept elsewhere and are never identity. */
export interface Person {
  tenant: string
  id: string
}

/** Where the questions stand. */
export const intakeStates = [
  'asking-role',
  'asking-service',
  'asking-licence-source',
  'asking-usage-source',
  'asking-commerce',
  'asking-offer',
  'answered',
  'cancelled',
] as const
export type IntakeState = (typeof intakeStates)[number]

/** One customer situation in one conversation. */
export interface Case {
  /** `MC-` and six characters of Crockford base 32. */
  id: string
  tenant: string
  /** Full conversation id, of a channel including the thread. */
  conversation: string
  edition: string
  cloud: Cloud
  /** Counts the events that took effect; a card carries the revision it was drawn from. */
  revision: number
  intake: IntakeState
  answers: Answers
  tracks: Track[]
  createdBy: Person
  createdAt: string
  updatedAt: string
  /** Who caused the newest revision: an object id, or `timer`. */
  updatedBy: string
}

/** What a list and an export say of a case: its question while asking, else how its tracks stand. */
export type CaseState = Exclude<IntakeState, 'answered'> | 'answered' | 'in-progress' | 'done'

/** Who caused an event. */
export type Actor = { kind: 'person'; person: Person } | { kind: 'timer' }

/** What happened: facts, said once, at a time, by someone. */
export type CaseEvent = { at: string; by: Actor } & (
  | { type: 'question.answered'; question: QuestionId; value: string }
  | { type: 'question.reopened'; question: QuestionId }
  | { type: 'edition.changed'; edition: string }
  | { type: 'track.started'; track: TrackKind }
  | { type: 'step.ticked'; step: string }
  | { type: 'step.skipped'; step: string; reason: string }
  | { type: 'track.cancelled'; track: TrackKind }
  | { type: 'case.cancelled' }
  | { type: 'timer.fired'; track: TrackKind; timer: string }
)

/** What must happen outside, written down before it is done. */
export type Effect =
  /** Come back with `timer.fired` at `due`. A later wake of the same track and timer replaces an earlier one. */
  | { kind: 'wake'; track: TrackKind; timer: string; due: string }
  /** Tell the conversation something, with the case's present card under it. */
  | { kind: 'notify'; track: TrackKind; notice: Notice }

/** A sentence to say, with what it needs; the words are in the locale files under `notice.<key>`. */
export interface Notice {
  key: 'term-reminder' | 'term-ended' | 'migration-idle'
  /** Whole days: until the term ends, or since anybody did anything. */
  days: number
}

/** What the history keeps of an event. */
export interface HistoryEntry {
  at: string
  /** Object id, or `timer`. */
  by: string
  event: CaseEvent['type'] | 'case.opened'
  detail: Record<string, unknown>
}

/** Ids are random, so that they tell nothing: 30 random bits given by the caller become `MC-` and six characters. */
export function caseId(random: number): string {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  let id = ''
  for (let rest = random, index = 0; index < 6; index += 1, rest = Math.floor(rest / 32)) id += alphabet[rest % 32]
  return `MC-${id}`
}

/** Reads an id as people type it: any case, with or without `MC-`, `O` for 0, `I` and `L` for 1. Undefined when it is none. */
export function readCaseId(text: string): string | undefined {
  const [, id = ''] = /^(?:MC-?)?(.{6})$/.exec(text.trim().toUpperCase()) ?? []
  const digits = id.replaceAll('O', '0').replace(/[IL]/g, '1')
  return /^[0-9A-HJKMNP-TV-Z]{6}$/.test(digits) ? `MC-${digits}` : undefined
}
