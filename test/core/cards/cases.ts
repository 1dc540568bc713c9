import type { Case } from '../../../dialogs/case.ts'
import type { CaseEvent, HistoryEntry } from '../../../dialogs/events.ts'
import type { Cloud } from '../../../dialogs/policy/policy.ts'
import type { Answers, QuestionId } from '../../../dialogs/questions.ts'
import { openCase, step } from '../../../dialogs/step.ts'
import type { TrackName } from '../../../dialogs/track-names.ts'
import { policy } from '../../support/policy.ts'

/** The current time for all cards of these tests. */
export const now = '2026-11-22T10:00:00.000Z'
const day = 86_400_000
const ago = (days: number) => new Date(Date.parse(now) - days * day).toISOString()

export const reseller = { tenant: 'tenant', id: 'reseller' }
export const partner = { tenant: 'tenant', id: 'direct-partner' }

/** A history entry as the timeline shows it. */
export type Kept = HistoryEntry & { seq: number }

type Said = CaseEvent extends infer E ? (E extends unknown ? Omit<E, 'at' | 'by'> : never) : never

export interface CaseSetup {
  edition?: '2017-03' | '2026-11'
  cloud?: Cloud
  role?: NonNullable<Answers['role']>
  answers?: Partial<Record<QuestionId, string>>
  events?: Said[]
}

/** Builds a case with its history: first the answers in order, then the events, an hour apart. */
export function caseWith({ edition = '2017-03', cloud = 'global', role, answers = {}, events = [] }: CaseSetup) {
  const opened = openCase(policy, {
    id: 'MC-7K2P9Q',
    conversation: 'conversation',
    edition,
    cloud,
    by: reseller,
    at: ago(3),
    ...(role ? { role } : {}),
  })
  let caseRecord: Case = opened.case
  const history: Kept[] = [{ ...opened.entry, seq: 0 }]
  const said: Said[] = [
    ...Object.entries(answers).map(([question, value]) => ({
      type: 'question.answered' as const,
      question: question as QuestionId,
      value: value as string,
    })),
    ...events,
  ]
  for (const [index, event] of said.entries()) {
    const at = new Date(Date.parse(ago(2)) + index * 3_600_000).toISOString()
    const person = index % 2 === 0 ? reseller : partner
    const next = step(policy, caseRecord, { ...event, at, by: { kind: 'person', person } } as CaseEvent)
    if (!next.ok) throw new Error(`${JSON.stringify(event)} was refused: ${next.reason}`)
    caseRecord = next.value.case
    history.push({ ...next.value.entry, seq: caseRecord.revision })
  }
  return { case: caseRecord, history }
}

const migration = 'plan/manual-migration'
export const tick = (name: string, track?: TrackName, choice?: string): Said => ({
  type: 'step.ticked',
  step: name,
  ...(track ? { track } : {}),
  ...(choice ? { choice } : {}),
})
export const skip = (name: string, reason: string, track: TrackName = migration): Said => ({
  type: 'step.skipped',
  step: name,
  track,
  reason,
})
export const start = (track: TrackName): Said => ({ type: 'track.started', track })
