import type { CaseCustomer } from './customer.ts'
import type { Person } from './events.ts'
import type { Cloud } from './policy/policy.ts'
import type { Answers, IntakeState } from './questions.ts'
import type { Purpose, TrackName } from './track-names.ts'
import { endingOf, isOpen, purposesOf, reachedBy, type Track } from './tracks/registry.ts'

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
  /** The customer as a person named it; `customerOf` also knows what was looked up. */
  named?: CaseCustomer | undefined
  tracks: Track[]
  /** Purposes of each part of the answer, of which one fulfils it; none before there is an answer. */
  goals: Purpose[][]
  /** The track to start next, while something is reached but not the goal. Stored, as lists have no policy to find it by. */
  next?: TrackName | undefined
  /** Time at which the case was closed, until somebody goes on with it. */
  closed?: string | undefined
  /** Time at which it closes by itself, once that was announced. */
  closing?: string | undefined
  /** Time at which the end of the term is asked for again, while it is not known. */
  askAgain?: string | undefined
  createdBy: Person
  createdAt: string
  updatedAt: string
  /** Author of the newest revision: an object id, `timer`, `upstream` or `peer`. */
  updatedBy: string
}

/**
 * Standing of a case: its open question, else that of its tracks. `answered` waits for somebody to act on the answer, `next`
 * has reached something but not its goal, `needs-attention` has a track that went wrong.
 */
export type CaseStanding =
  | { state: Exclude<IntakeState, 'answered'> | 'answered' | 'in-progress' | 'done' | 'closed' }
  /** The track that leads to the goal. */
  | { state: 'next'; next: TrackName }
  /** Things that failed, of all that were tried; 0 of 0 where nothing can be counted. */
  | { state: 'needs-attention'; failed: number; total: number }

/** State of a case in one word that never changes, for lists and exports. */
export type CaseState = CaseStanding['state']

/** Everything that decides how a case stands. */
export type Standing = Pick<Case, 'intake' | 'tracks' | 'goals' | 'next' | 'closed'>

/** Finds the standing of a case. */
export function standingOf(caseRecord: Standing): CaseStanding {
  const { intake, tracks, next } = caseRecord
  if (intake !== 'answered') return { state: intake }
  if (caseRecord.closed) return { state: 'closed' }
  if (tracks.some(isOpen)) return { state: 'in-progress' }
  const reached = tracks.flatMap(reachedBy)
  const missing = missingGoals(caseRecord, reached)
  if (missing.length === 0) return { state: 'done' }
  const trouble = tracks.findLast((track) => isTrouble(track, reached))
  if (trouble) return { state: 'needs-attention', ...countsOf(trouble) }
  return next === undefined ? { state: 'answered' } : { state: 'next', next }
}

/**
 * Finds the parts of the answer that have not reached their goal. Any purpose counts in a case without goals of its own:
 * another partner has asked, or it is older than goals are.
 */
function missingGoals({ goals }: Standing, reached: readonly Purpose[]): Purpose[][] {
  if (goals.length === 0) return reached.length > 0 ? [] : [[]]
  return goals.filter((purposes) => !purposes.some((purpose) => reached.includes(purpose)))
}

/** True for a track that went wrong, unless another one has brought about its purpose. */
const isTrouble = (track: Track, reached: readonly Purpose[]) =>
  (endingOf(track) === 'failed' || endingOf(track) === 'partly') &&
  purposesOf(track).some((purpose) => !reached.includes(purpose))

function countsOf(track: Track): { failed: number; total: number } {
  const items = track.kind === 'transfer' ? (track.context.transfer?.items ?? []) : []
  const failed = items.filter(({ status }) => status === 'failed').length
  return failed === 0 ? { failed: 0, total: 0 } : { failed, total: items.length }
}

/**
 * Picks what to start next of all that can be started: what serves a missing goal, else the first. Nothing while a track
 * is under way, or before any has brought something about.
 */
export function nextOf(caseRecord: Standing, startable: () => readonly TrackName[]): TrackName | undefined {
  const { intake, tracks } = caseRecord
  const reached = tracks.flatMap(reachedBy)
  if (intake !== 'answered' || reached.length === 0 || tracks.some(isOpen)) return undefined
  const missing = missingGoals(caseRecord, reached).flat()
  if (missing.length === 0) return undefined
  const names = startable()
  return names.find((name) => missing.some((purpose) => purpose === name || purpose.startsWith(`${name}/`))) ?? names[0]
}

/** State of a case in one word. */
export const stateOf = (caseRecord: Standing): CaseState => standingOf(caseRecord).state

/** True if something is left to do in the case. */
export const isCaseOpen = (caseRecord: Standing): boolean =>
  !['done', 'closed', 'cancelled'].includes(stateOf(caseRecord))

/** True if the case has an answer and waits for nothing but a person. */
export const isIdle = (caseRecord: Standing): boolean =>
  ['answered', 'next', 'needs-attention'].includes(stateOf(caseRecord))

/** Makes the id of a case from 30 random bits: `MC-` and six characters. It discloses nothing, as it is random. */
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
