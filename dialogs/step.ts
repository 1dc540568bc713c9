import type { ApprovalFault } from './approval.ts'
import { askingAgain, askingChange, askingWake } from './asking-again.ts'
import type { WatchedResource } from './calls.ts'
import { type Case, isCaseOpen, nextOf } from './case.ts'
import { type CaseRules, closingChange, closingWake, undoneBy } from './closing.ts'
import { readCustomer } from './customer.ts'
import { judgeDecision } from './decisions.ts'
import type { Actor, CaseEvent, Effect, HistoryEntry, Person } from './events.ts'
import { goalsOf } from './goals.ts'
import { detailOf } from './history.ts'
import { advanceIntake, type IntakeEvent, openIntake } from './intake.ts'
import type { AskedNews } from './peer.ts'
import { addressPeerMessages, noteHandOver } from './peer-messages.ts'
import { decide, type Outcome, otherEditions } from './policy/decide.ts'
import type { Cloud, Policy } from './policy/policy.ts'
import { type AnswerFault, type Answers, checkAnswer } from './questions.ts'
import { ok, type Result, refused } from './result.ts'
import { startsFrom } from './starts.ts'
import type { TrackName } from './track-names.ts'
import { starterOf, stepsOf } from './tracks/plan/context.ts'
import type { TrackEvent } from './tracks/protocol.ts'
import {
  type Advanced,
  advance,
  isOpen,
  nameOf,
  reachedBy,
  resourceOf,
  startTrack,
  type Track,
} from './tracks/registry.ts'

/** A case after an event, with its effects and the history entry. */
export interface Stepped {
  case: Case
  effects: Effect[]
  entry: HistoryEntry
}

/** Reasons for which an event changes nothing: impossible now, an impossible value, or not for this person to do. */
export type StepRefusal = 'not-now' | AnswerFault | ApprovalFault

const nameOfActor = (by: Actor) => (by.kind === 'person' ? by.person.id : by.kind)

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
    goals: [],
    createdBy: by,
    createdAt: at,
    updatedAt: at,
    updatedBy: by.id,
  }
  return { case: opened, entry: { at, by: by.id, event: 'case.opened', detail: { edition, ...answers } } }
}

/**
 * Opens the case of a partner's desk for a reseller's request, with nothing but the content of the request. Only a
 * provider works for resellers.
 * `opening.by` is the owner of the desk.
 */
export function openDeskCase(policy: Policy, opening: Opening, news: AskedNews) {
  const { at } = opening
  const { case: fresh } = openCase(policy, opening)
  const request = news.request ?? null
  const answers: Answers = { role: request === null ? 'direct' : 'indirect-provider', ...news.answers }
  const empty: Case = { ...fresh, intake: 'answered', answers, updatedBy: nameOfActor({ kind: 'peer' }) }
  const by = empty.updatedBy
  const begun = startTrack({ kind: 'invitation', side: 'direct-partner', request }, by, at)
  const { tenant, case: id } = news.from
  const notified = advance(begun.track, { type: 'peer.told', from: { tenant, case: id }, news, at, by })
  if (!notified) throw new Error(`a request of ${id} opens no case`)
  const detail = { edition: opening.edition, ...answers, from: { tenant, case: id } }
  return {
    case: { ...empty, tracks: [notified.track] },
    effects: addressPeerMessages({ ...empty, tracks: [notified.track] }, notified.effects),
    entry: { at, by, event: 'case.opened', detail } satisfies HistoryEntry,
  }
}

/** Applies an event to a case: the next case with its effects and history entry, or the reason nothing happens. */
export function step(
  policy: Policy,
  before: Case,
  event: CaseEvent,
  rules: CaseRules = {},
): Result<Stepped, StepRefusal> {
  if (before.intake === 'cancelled' && event.type !== 'edition.withdrawn') return refused('not-now')
  if (event.type === 'question.answered') {
    const answer = checkAnswer(event.question, event.value, event.at)
    if (!answer.ok) return answer
  }
  const decision = judgeDecision(before, event)
  if (!decision.ok) return decision
  const change = changeOf(policy, before, event)
  if (!change) return refused('not-now')
  const by = nameOfActor(event.by)
  const changed: Case = {
    ...before,
    ...change.case,
    ...undoneBy(event),
    revision: before.revision + 1,
    updatedAt: event.at,
    updatedBy: by,
  }
  const after = { ...changed, next: nextOf(changed, () => startable(policy, changed)) }
  const detail = detailOf(event, before, after)
  const effects = [...change.effects, ...closingWake(after, rules)]
  return ok({ case: after, effects, entry: { at: event.at, by, event: event.type, detail } })
}

type Change = { case: Partial<Case>; effects: Effect[] }

function changeOf(policy: Policy, before: Case, event: CaseEvent): Change | undefined {
  switch (event.type) {
    case 'question.answered':
    case 'question.reopened':
    case 'edition.changed':
      return intakeChange(policy, before, event)
    case 'question.due':
      return askingChange(policy, before, event)
    case 'customer.named':
      return named(before, event)
    case 'edition.withdrawn':
      return withdrawn(policy, before, event)
    case 'case.cancelled':
      return cancelAll(policy, before, event)
    case 'case.closed':
    case 'case.kept':
    case 'case.reopened':
    case 'case.idle':
      return closingChange(before, event)
    case 'track.started':
      return started(policy, before, event)
    case 'step.ticked':
    case 'step.skipped':
      if (isLeftToPlan(before, event) || (event.step === 'request-done' && isTransferPending(before))) return undefined
      return inTracks(before, { ...event, by: nameOfActor(event.by) }, event.track)
    case 'invitation.declined':
      if (isTransferPending(before)) return undefined
      return inTracks(before, { ...event, by: nameOfActor(event.by) })
    case 'transfer.accepted':
    case 'transfer.declined':
    case 'invitation.requested':
    case 'invitation.sent':
    case 'approval.given':
    case 'approval.denied':
    case 'approval.narrowed':
    case 'approval.withdrawn':
      return inTracks(before, { ...event, by: nameOfActor(event.by) })
    case 'track.cancelled':
    case 'timer.fired':
    case 'details.given':
    case 'call.answered':
    case 'call.delayed':
    case 'call.parked':
    case 'resource.seen':
    case 'peer.linked':
    case 'peer.told':
      return inTracks(before, { ...event, by: nameOfActor(event.by) }, event.track)
  }
  return event satisfies never
}

/** Names the customer, or takes its name away; undefined if that changes nothing. */
function named(before: Case, event: Extract<CaseEvent, { type: 'customer.named' }>): Change | undefined {
  const customer = readCustomer(event.named)
  return customer?.name === before.named?.name ? undefined : { case: { named: customer }, effects: [] }
}

function intakeChange(policy: Policy, before: Case, event: IntakeEvent): Change | undefined {
  const next = advanceIntake(policy, before.intake, before, event)
  if (!next) return undefined
  const { state, situation } = next
  const { at } = event
  const by = nameOfActor(event.by)
  const outcome = state === 'answered' ? decide(policy, situation) : undefined
  const changed = {
    ...before,
    intake: state,
    ...situation,
    goals: outcome ? goalsOf(policy, outcome, situation.answers.role) : [],
    ...askingAgain(before, situation.answers, event),
  }
  const end = situation.answers['term-end']
  const events: TrackEvent[] = [{ type: 'answers.changed', answers: situation.answers, at, by }]
  if (event.type === 'question.answered' && event.question === 'term-end' && end !== undefined && end !== 'unknown') {
    // A term that is being watched follows its date.
    events.push({ type: 'term.dated', end, at, by })
  }
  const change = inEveryTrack(changed, events)
  return { ...change, effects: [...change.effects, ...askingWake(before, changed)] }
}

/**
 * Reads the answers by the edition that replaces theirs. A case with an answer keeps one; else the next question follows.
 * An ended case stays ended, whatever the other edition would ask or call its goal.
 */
function withdrawn(
  policy: Policy,
  before: Case,
  { edition }: Extract<CaseEvent, { type: 'edition.withdrawn' }>,
): Change {
  if (!isCaseOpen(before)) return { case: { edition }, effects: [] }
  const situation = { ...before, edition }
  const kept = before.intake === 'answered' && decide(policy, situation) !== undefined
  const intake = kept ? before.intake : openIntake(policy, situation)
  const outcome = intake === 'answered' ? decide(policy, situation) : undefined
  const goals = outcome ? goalsOf(policy, outcome, before.answers.role) : []
  return { case: { edition, intake, goals }, effects: [] }
}

function cancelAll(
  policy: Policy,
  before: Case,
  event: Extract<CaseEvent, { type: 'case.cancelled' }>,
): Change | undefined {
  const intake = intakeChange(policy, before, event)
  if (!intake) return undefined
  const ended = inEveryTrack(before, [{ type: 'track.cancelled', at: event.at, by: nameOfActor(event.by) }])
  // Half-done work at Microsoft has to be finished first: in a cancelled case it would be forgotten.
  if (ended.case.tracks?.some(isOpen)) return undefined
  return { case: { ...intake.case, ...ended.case, intake: 'cancelled' }, effects: ended.effects }
}

function started(
  policy: Policy,
  before: Case,
  event: Extract<CaseEvent, { type: 'track.started' }>,
): Change | undefined {
  const outcome = outcomeOf(policy, before)
  // A plan that was opened already may still turn out to be needless.
  if (event.none && before.tracks.some((track) => nameOf(track) === event.track && isOpen(track))) {
    return inTracks(before, { type: 'plan.needless', at: event.at, by: nameOfActor(event.by) }, event.track)
  }
  const found = outcome && startsFrom(policy, before, outcome).find(({ name }) => name === event.track)
  if (!found) return undefined
  const by = nameOfActor(event.by)
  const begun = startTrack(found.start, by, event.at)
  const ended = event.none ? advance(begun.track, { type: 'plan.needless', at: event.at, by }) : undefined
  if (event.none && !ended) return undefined
  const track = ended?.track ?? begun.track
  const others = before.tracks.filter((other) => nameOf(other) !== event.track)
  const tracks = [...others, track]
  const effects = addressPeerMessages({ ...before, tracks }, begun.effects)
  return withReached(before, { case: { tracks }, effects }, event.at, by)
}

/** True if another plan under way completes the step: a plan waits for the plan that it has started. */
function isLeftToPlan({ tracks }: Case, { track, step: id }: { track?: TrackName; step: string }): boolean {
  const plan = tracks.find((each) => each.kind === 'plan' && nameOf(each) === track)
  if (plan?.kind !== 'plan') return false
  const found = stepsOf(plan.context).find((each) => each.id === id)
  const starter = found && starterOf(plan.context, found)
  return tracks.some((each) => each.kind === 'plan' && nameOf(each) === starter && isOpen(each))
}

/** True while a transfer that a reseller asked for waits at Microsoft: its request can neither end nor be declined. */
export const isTransferPending = ({ tracks }: Case): boolean =>
  tracks.some(
    (track) =>
      track.kind === 'transfer' &&
      track.context.reseller !== null &&
      (track.state === 'creating' || track.state === 'awaiting-source-partner'),
  )

/** Hands the event to the first open track (of that name) that can use it. */
function inTracks(before: Case, event: TrackEvent, name?: TrackName): Change | undefined {
  for (const [index, track] of before.tracks.entries()) {
    if (name !== undefined && nameOf(track) !== name) continue
    const next: Advanced | undefined = advance(track, event)
    if (!next) continue
    const tracks = noteHandOver(before.tracks.with(index, next.track), next.effects, event.at, event.by)
    const effects = addressPeerMessages({ ...before, tracks }, next.effects)
    return withReached(before, { case: { tracks }, effects }, event.at, event.by)
  }
  return undefined
}

/** Hands the events to every track that can use them. */
function inEveryTrack(before: Case, events: readonly TrackEvent[]): Change {
  let change: Change & { case: { tracks: Track[] } } = { case: { ...before }, effects: [] }
  for (const event of events) {
    const advanced = change.case.tracks.map((track): Advanced => advance(track, event) ?? { track, effects: [] })
    const tracks = advanced.map(({ track }) => track)
    const effects = addressPeerMessages(
      { ...before, tracks },
      advanced.flatMap((each) => each.effects),
    )
    change = { case: { ...change.case, tracks }, effects: [...change.effects, ...effects] }
  }
  return change
}

/** Tells all tracks of those that have just moved or brought about their purpose, until none follows. */
function withReached(before: Case, change: Change, at: string, by: string): Change {
  const known = new Set(before.tracks.flatMap(reachedBy))
  const moved = inEveryTrack({ ...before, ...change.case }, movesIn(before.tracks, change, at, by))
  let changed: Change['case'] = { ...change.case, tracks: moved.case.tracks ?? before.tracks }
  let effects = [...change.effects, ...moved.effects]
  for (;;) {
    const tracks = changed.tracks ?? before.tracks
    const news = tracks.flatMap(reachedBy).filter((purpose) => !known.has(purpose))
    if (news.length === 0) return { case: changed, effects }
    for (const purpose of news) known.add(purpose)
    const told = inEveryTrack(
      { ...before, ...changed },
      news.map((purpose) => ({ type: 'track.reached', purpose, at, by })),
    )
    changed = { ...changed, tracks: told.case.tracks ?? tracks }
    effects = [...effects, ...told.effects]
  }
}

/** Events of the tracks that are new or in another state. */
const movesIn = (before: readonly Track[], { case: { tracks = [] } }: Change, at: string, by: string): TrackEvent[] =>
  tracks
    .filter((track) => before.find((other) => nameOf(other) === nameOf(track))?.state !== track.state)
    .map((track) => ({
      type: 'track.moved',
      track: nameOf(track),
      state: track.state,
      reached: tracks.flatMap(reachedBy),
      at,
      by,
    }))

/** Tracks that can be started now: the answer holds their action, and the case the facts they start with. */
export function startable(policy: Policy, caseRecord: Case): TrackName[] {
  const outcome = outcomeOf(policy, caseRecord)
  return outcome ? startsFrom(policy, caseRecord, outcome).map(({ name }) => name) : []
}

/** Resources that a case waits for at Microsoft, each with its track. */
export const watchesOf = ({ tracks }: Case): { track: TrackName; resource: WatchedResource }[] =>
  tracks.flatMap((track) => {
    const resource = resourceOf(track)
    return resource === undefined ? [] : [{ track: nameOf(track), resource }]
  })

/** Answer of a case; undefined while it asks questions. A desk may have too few answers for a part. */
export function outcomeOf(policy: Policy, caseRecord: Case): Outcome | undefined {
  if (caseRecord.intake !== 'answered') return undefined
  return decide(policy, caseRecord) ?? { edition: caseRecord.edition, parts: [] }
}

/** Answers of other editions, where they differ from that of the case. */
export const otherEditionOutcomes = (policy: Policy, caseRecord: Case) =>
  caseRecord.intake === 'answered' ? otherEditions(policy, caseRecord) : []
