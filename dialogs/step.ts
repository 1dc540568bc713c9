import type { ApprovalFault } from './approval.ts'
import type { WatchedResource } from './calls.ts'
import type { Case, CaseState } from './case.ts'
import { judgeDecision } from './decisions.ts'
import type { Actor, CaseEvent, Effect, HistoryEntry, Person, TrackKind } from './events.ts'
import { detailOf } from './history.ts'
import { advanceIntake, type IntakeEvent, openIntake } from './intake.ts'
import type { AskedNews } from './peer.ts'
import { addressPeerMessages, noteHandOver } from './peer-messages.ts'
import { decide, type Outcome, otherEditions } from './policy/decide.ts'
import type { Cloud, Policy } from './policy/policy.ts'
import { type AnswerFault, type Answers, checkAnswer } from './questions.ts'
import { ok, type Result, refused } from './result.ts'
import { startsFrom } from './starts.ts'
import type { TrackEvent } from './tracks/protocol.ts'
import { type Advanced, advance, hasReached, isOpen, resourceOf, startTrack } from './tracks/registry.ts'

/** A case after an event, with its effects and the history entry. */
export interface Stepped {
  case: Case
  effects: Effect[]
  entry: HistoryEntry
}

/** Reasons for which an event changes nothing: impossible now, an impossible value, or not for this person to do. */
export type StepRefusal = 'not-now' | AnswerFault | ApprovalFault

const nameOf = (by: Actor) => (by.kind === 'person' ? by.person.id : by.kind)

/** Facts that open a case; `role` is the remembered role of the person. */
interface Opening {
  id: string
  conversation: string
  edition: string
  cloud: Cloud
  by: Person
  at: string
  role?: Answers['role']
}

/** Opens a case at revision 0, with its first history entry. */
export function openCase(policy: Policy, opening: Opening): { case: Case; entry: HistoryEntry } {
  const { id, conversation, edition, cloud, by, at, role } = opening
  const answers: Answers = role === undefined ? {} : { role }
  const opened: Case = {
    id,
    tenant: by.tenant,
    conversation,
    edition,
    cloud,
    revision: 0,
    intake: openIntake(policy, { edition, cloud, answers }),
    answers,
    tracks: [],
    createdBy: by,
    createdAt: at,
    updatedAt: at,
    updatedBy: by.id,
  }
  return { case: opened, entry: { at, by: by.id, event: 'case.opened', detail: { edition, ...answers } } }
}

/**
 * Opens the case of a direct partner's desk for a reseller's request, with nothing but the content of the request.
 * `opening.by` is the owner of the desk.
 */
export function openDeskCase(policy: Policy, opening: Opening, news: AskedNews) {
  const { at } = opening
  const { case: fresh } = openCase(policy, opening)
  const answers: Answers = { role: 'direct', ...news.answers }
  const empty: Case = { ...fresh, intake: 'answered', answers, updatedBy: nameOf({ kind: 'peer' }) }
  const by = empty.updatedBy
  const begun = startTrack({ kind: 'invitation', side: 'direct-partner' }, by, at)
  const { tenant, case: id } = news.from
  const notified = advance(begun.track, { type: 'peer.told', from: { tenant, case: id }, news, at, by })
  if (!notified) throw new Error(`a request of ${id} opens no case`)
  const detail = { edition: opening.edition, ...answers, from: { tenant, case: id } }
  return {
    case: { ...empty, tracks: [notified.track] },
    effects: addressPeerMessages(empty, notified.effects),
    entry: { at, by, event: 'case.opened', detail } satisfies HistoryEntry,
  }
}

/** Applies an event to a case: the next case with its effects and history entry, or the reason nothing happens. */
export function step(policy: Policy, before: Case, event: CaseEvent): Result<Stepped, StepRefusal> {
  if (before.intake === 'cancelled') return refused('not-now')
  if (event.type === 'question.answered') {
    const answer = checkAnswer(event.question, event.value, event.at)
    if (!answer.ok) return answer
  }
  const decision = judgeDecision(before, event)
  if (!decision.ok) return decision
  const change = changeOf(policy, before, event)
  if (!change) return refused('not-now')
  const by = nameOf(event.by)
  const after: Case = {
    ...before,
    ...change.case,
    revision: before.revision + 1,
    updatedAt: event.at,
    updatedBy: by,
  }
  const detail = detailOf(event, before, after, stateOf)
  return ok({ case: after, effects: change.effects, entry: { at: event.at, by, event: event.type, detail } })
}

type Change = { case: Partial<Case>; effects: Effect[] }

function changeOf(policy: Policy, before: Case, event: CaseEvent): Change | undefined {
  switch (event.type) {
    case 'question.answered':
    case 'question.reopened':
    case 'edition.changed':
      return intakeChange(policy, before, event)
    case 'case.cancelled':
      return cancelAll(policy, before, event)
    case 'track.started':
      return started(policy, before, event)
    case 'step.ticked':
    case 'step.skipped':
    case 'transfer.accepted':
    case 'transfer.declined':
    case 'invitation.requested':
    case 'invitation.sent':
    case 'invitation.declined':
    case 'approval.given':
    case 'approval.denied':
    case 'approval.narrowed':
    case 'approval.withdrawn':
      return inTracks(before, { ...event, by: nameOf(event.by) })
    case 'track.cancelled':
    case 'timer.fired':
    case 'details.given':
    case 'call.answered':
    case 'call.delayed':
    case 'call.parked':
    case 'resource.seen':
    case 'peer.linked':
    case 'peer.told':
      return inTracks(before, { ...event, by: nameOf(event.by) }, event.track)
  }
  return event satisfies never
}

function intakeChange(policy: Policy, before: Case, event: IntakeEvent): Change | undefined {
  const next = advanceIntake(policy, before.intake, before, event)
  if (!next) return undefined
  const changed = { intake: next.state, ...next.situation }
  const end = next.situation.answers['term-end']
  if (event.type !== 'question.answered' || event.question !== 'term-end' || end === undefined || end === 'unknown') {
    return { case: changed, effects: [] }
  }
  // A term that is being watched follows its date.
  const dated = inTracks(before, { type: 'term.dated', end, at: event.at, by: nameOf(event.by) }, 'term')
  return { case: { ...changed, ...dated?.case }, effects: dated?.effects ?? [] }
}

function cancelAll(
  policy: Policy,
  before: Case,
  event: Extract<CaseEvent, { type: 'case.cancelled' }>,
): Change | undefined {
  const intake = intakeChange(policy, before, event)
  if (!intake) return undefined
  const by = nameOf(event.by)
  const ended = before.tracks.map(
    (track): Advanced => advance(track, { type: 'track.cancelled', at: event.at, by }) ?? { track, effects: [] },
  )
  // Half-done work at Microsoft has to be finished first: in a cancelled case it would be forgotten.
  if (ended.some(({ track }) => isOpen(track))) return undefined
  const effects = addressPeerMessages(
    before,
    ended.flatMap((advanced) => advanced.effects),
  )
  return { case: { ...intake.case, tracks: ended.map(({ track }) => track) }, effects }
}

function started(
  policy: Policy,
  before: Case,
  event: Extract<CaseEvent, { type: 'track.started' }>,
): Change | undefined {
  const outcome = outcomeOf(policy, before)
  const start = outcome && startsFrom(policy, before, outcome).find(({ kind }) => kind === event.track)
  if (!start) return undefined
  const begun = startTrack(start, nameOf(event.by), event.at)
  const others = before.tracks.filter(({ kind }) => kind !== event.track)
  return { case: { tracks: [...others, begun.track] }, effects: addressPeerMessages(before, begun.effects) }
}

/** Hands the event to the first open track (of that kind) that can use it. */
function inTracks(before: Case, event: TrackEvent, kind?: TrackKind): Change | undefined {
  for (const [index, track] of before.tracks.entries()) {
    if (kind !== undefined && track.kind !== kind) continue
    const next: Advanced | undefined = advance(track, event)
    if (!next) continue
    const tracks = noteHandOver(before.tracks.with(index, next.track), next.effects, event.at, event.by)
    return { case: { tracks }, effects: addressPeerMessages(before, next.effects) }
  }
  return undefined
}

/** Kinds of tracks that can be started now: the answer holds their action, and the case the facts they start with. */
export function startable(policy: Policy, caseRecord: Case): TrackKind[] {
  const outcome = outcomeOf(policy, caseRecord)
  return outcome ? startsFrom(policy, caseRecord, outcome).map(({ kind }) => kind) : []
}

/** Resources that a case waits for at Microsoft, each with its track. */
export const watchesOf = ({ tracks }: Case): { track: TrackKind; resource: WatchedResource }[] =>
  tracks.flatMap((track) => {
    const resource = resourceOf(track)
    return resource === undefined ? [] : [{ track: track.kind, resource }]
  })

/** Answer of a case; undefined while it asks questions. */
export function outcomeOf(policy: Policy, caseRecord: Case): Outcome | undefined {
  return caseRecord.intake === 'answered' ? decide(policy, caseRecord) : undefined
}

/** Answers of other editions, where they differ from that of the case. */
export const otherEditionOutcomes = (policy: Policy, caseRecord: Case) =>
  caseRecord.intake === 'answered' ? otherEditions(policy, caseRecord) : []

/**
 * State of a case: its question, `answered` (also if all its tracks were in vain), `in-progress`, `done` or
 * `cancelled`.
 */
export function stateOf(caseRecord: Case): CaseState {
  if (caseRecord.intake !== 'answered' || caseRecord.tracks.length === 0) return caseRecord.intake
  if (caseRecord.tracks.some(isOpen)) return 'in-progress'
  return caseRecord.tracks.some(hasReached) ? 'done' : 'answered'
}

/** True if something is left to do in the case. */
export const isCaseOpen = (caseRecord: Case): boolean => !['done', 'cancelled'].includes(stateOf(caseRecord))
