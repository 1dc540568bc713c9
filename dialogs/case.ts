import type { Person } from './events.ts'
import type { Cloud } from './policy/policy.ts'
import type { Answers, IntakeState } from './questions.ts'
import type { Purpose } from './track-names.ts'
import type { Track } from './tracks/registry.ts'

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
  /** Purposes of each part of the answer, of which one fulfils it; none before there is an answer. */
  goals: Purpose[][]
  createdBy: Person
  createdAt: string
  updatedAt: string
  /** Author of the newest revision: an object id, `timer`, `upstream` or `peer`. */
  updatedBy: string
}

/** State of a case in lists and exports: its question, else how its tracks stand. */
export type CaseState = Exclude<IntakeState, 'answered'> | 'answered' | 'in-progress' | 'done'

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
