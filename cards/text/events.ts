import { z } from 'zod'
import { type CallName, faultKinds, transferStatuses } from '../../dialogs/calls.ts'
import { readCaseId } from '../../dialogs/case.ts'
import { type HistoryEntry, recipients } from '../../dialogs/events.ts'
import { adminNews, newsKinds } from '../../dialogs/peer.ts'
import { choices, type QuestionId, questionIds } from '../../dialogs/questions.ts'
import { requestNews } from '../../dialogs/requests.ts'
import { kindOf, readTrackName } from '../../dialogs/track-names.ts'
import { adminSteps } from '../../dialogs/tracks/delegated-admin/context.ts'
import { invitationSteps } from '../../dialogs/tracks/invitation/context.ts'
import { planSteps } from '../../dialogs/tracks/plan/definition.ts'
import { relationshipSteps } from '../../dialogs/tracks/relationship/context.ts'
import { termSteps } from '../../dialogs/tracks/term/machine.ts'
import { sides, ticketSteps, transferSteps } from '../../dialogs/tracks/transfer/context.ts'
import { renamedSteps } from '../../dialogs/upcasters.ts'
import { MAX_NAME_LENGTH, MAX_SHOWN_REASON_LENGTH, MAX_TITLE_LENGTH, plainText } from './literal.ts'
import { narrowingText } from './rights.ts'
import { dateText, type Key, type Locale, PRODUCT, text } from './text.ts'
import { trackTitle } from './titles.ts'

/** Returns the key of a choice's words, without `.title` or `.help`. */
export const choiceKey = (question: Exclude<QuestionId, 'term-end'>, value: string): string =>
  `choice.${question}.${value}`

/** Returns an answer in words. */
export function answerText(locale: Locale, question: QuestionId, value: string): string {
  if (question !== 'term-end') return text(locale, `${choiceKey(question, value)}.title` as Key)
  return value === 'unknown' ? text(locale, 'fact.unknown') : dateText(locale, value)
}

/**
 * Returns the display name of an actor: from the directory, fixed for timers, Microsoft and the other side of an
 * invitation, else "somebody".
 */
export function nameText(locale: Locale, by: string, name: string | undefined): string {
  if (by === 'timer') return PRODUCT
  if (by === 'upstream') return 'Microsoft'
  if (by === 'peer') return text(locale, 'app.peer')
  return plainText(name ?? '', MAX_NAME_LENGTH) || text(locale, 'app.somebody')
}

/** True if no person did it: the bot's timers, Microsoft or the other side of an invitation. */
export const isBySystem = (by: string): boolean => by === 'timer' || by === 'upstream' || by === 'peer'

const isQuestion = (value: unknown): value is QuestionId => (questionIds as readonly unknown[]).includes(value)
const isOneOf = <T extends string>(all: readonly T[], value: unknown): value is T =>
  (all as readonly unknown[]).includes(value)

/** Checklist steps, which have titles. Other steps have a sentence of their own. */
const titled = [...termSteps, ...ticketSteps] as const
const deeds = [...relationshipSteps, ...transferSteps, ...invitationSteps, ...adminSteps] as const

/** Every call, in the order in which they can occur. */
export const callNames = [
  'find-tenant',
  'fetch-invitation',
  'check-transfer',
  'find-transfer',
  'create-transfer',
  'accept-transfer',
  'decline-transfer',
  'cancel-transfer',
  'check-agreement',
  'find-group',
  'create-admin',
  'lock-admin',
  'assign-access',
  'remove-admin',
] as const satisfies readonly CallName[]

const questionTitle = (locale: Locale, question: unknown) =>
  isQuestion(question) ? text(locale, `question.${question}.title`) : plainText(String(question), MAX_NAME_LENGTH)
/** Title of a step. History from before there were plans names steps of a migration without it. */
function stepTitle(locale: Locale, { step, track }: HistoryEntry['detail']): string {
  if (track === undefined && isOneOf(titled, step)) return text(locale, `step.${step}.title`)
  const known = typeof step === 'string' ? (renamedSteps[step] ?? step) : step
  return isOneOf(planSteps, known)
    ? text(locale, `plan-step.${known}.title` as Key)
    : plainText(String(step), MAX_NAME_LENGTH)
}

/** Returns an answer from history. A value that only an earlier version allowed is shown as stored. */
function storedAnswer(locale: Locale, question: unknown, value: unknown): string {
  const written = plainText(String(value), MAX_NAME_LENGTH)
  if (!isQuestion(question)) return written
  const isKnown =
    question === 'term-end'
      ? written === 'unknown' || z.iso.date().safeParse(written).success
      : (choices[question] as readonly string[]).includes(written)
  return isKnown ? answerText(locale, question, written) : written
}

/** Tracks that begin with a form. */
const formed = ['relationship', 'transfer', 'invitation', 'delegated-admin'] as const

/** Describes the details given to a track: the side we are on, or the parties. Earlier releases noted no customer. */
function detailsSentence(
  locale: Locale,
  who: string,
  { side, track, named = '' }: HistoryEntry['detail'],
  isRequest: boolean,
): string {
  if (isOneOf(sides, side))
    return text(locale, 'event.details.side', { who, side: text(locale, `transfer.side.${side}.title`) })
  const customer = plainText(String(named), MAX_TITLE_LENGTH)
  const what = isRequest ? 'request' : isOneOf(formed, track) ? track : 'transfer'
  return text(locale, `event.details.${what}`, { who, customer, known: customer === '' ? 'no' : 'yes' })
}

/** Describes the extent of a request: number of roles and duration. */
function extentText(locale: Locale, { roles, days }: HistoryEntry['detail']): string {
  const duration = text(locale, 'admin.days.count', { days: typeof days === 'number' ? days : 0 })
  return text(locale, 'decision.extent', { roles: Array.isArray(roles) ? roles.length : 0, duration })
}

const extentSchema = z.object({ roles: z.array(z.string()), days: z.number() })

/** Describes what a narrowing took away; older entries know only what it left. */
function changeText(locale: Locale, detail: HistoryEntry['detail']): string {
  const [from, to] = [extentSchema.safeParse(detail.asked).data, extentSchema.safeParse(detail).data]
  return (from && to && narrowingText(locale, from, to)) || extentText(locale, detail)
}

/** Tracks whose progress can be observed at Microsoft. */
const seen = ['relationship', 'transfer', 'invitation', 'delegated-admin'] as const

/** Describes the result of a call to Microsoft. */
function answerSentence(locale: Locale, { call, fault, isCustomer, found = '' }: HistoryEntry['detail']): string {
  if (isOneOf(faultKinds, fault)) return text(locale, 'event.answer.fault', { fault: text(locale, `fault.${fault}`) })
  if (call === 'check-agreement' && isCustomer === true) return text(locale, 'event.answer.already-customer')
  const name = plainText(String(found), MAX_TITLE_LENGTH)
  if (call === 'find-tenant' && name !== '') return text(locale, 'event.answer.found', { name })
  return text(locale, `event.answer.${isOneOf(callNames, call) ? call : 'find-tenant'}`)
}

/** Adds the reason that a person gave, if one did. */
const because = (locale: Locale, sentence: string, reason: unknown): string =>
  typeof reason === 'string' && reason !== ''
    ? `${sentence} ${text(locale, 'event.because', { reason: plainText(reason, MAX_SHOWN_REASON_LENGTH) })}`
    : sentence

const peerSchema = z.looseObject({ case: z.string() })

/** Adds the number of the other side's case, if the entry knows it. */
function withTheirCase(locale: Locale, sentence: string, peer: unknown): string {
  const id = readCaseId(peerSchema.safeParse(peer).data?.case ?? '')
  return id === undefined ? sentence : `${sentence} ${text(locale, 'event.their-case', { id })}`
}

/** News about a request that have words of their own. */
const requestWords = ['asked', 'declined', 'withdrawn'] as const

/** Describes news of the other side, with what they say. */
function newsSentence(locale: Locale, detail: HistoryEntry['detail'], isRequest: boolean): string {
  const { news, state, roles, until, already } = detail
  if (news === 'accepted' && already === true) return text(locale, 'event.peer.accepted.already')
  if (news === 'request' && isOneOf(requestNews, state)) return text(locale, `request.state.${state}`)
  if (news !== 'admin' || !isOneOf(adminNews, state)) return text(locale, newsKey(news, isRequest))
  return state === 'active' && typeof roles === 'number' && typeof until === 'string'
    ? text(locale, 'event.peer.admin.granted', { roles, until: dateText(locale, until) })
    : text(locale, 'event.peer.admin.state', { state: text(locale, `admin.state.${state}`) })
}

/** Describes how the transfer stands at Microsoft. Entries of earlier versions do not know it. */
function transferSentence(locale: Locale, { status, done = 0, total = 0 }: HistoryEntry['detail']): string {
  if (!isOneOf(transferStatuses, status) || status === 'other') return text(locale, 'event.seen.transfer')
  return text(locale, `event.seen.transfer.${status}`, { done: Number(done), total: Number(total) })
}

function newsKey(news: unknown, isRequest: boolean): Key {
  if (isRequest && isOneOf(requestWords, news)) return `event.peer.${news}.request`
  return `event.peer.${isOneOf(newsKinds, news) ? news : 'asked'}`
}

/**
 * Describes a history entry in a sentence, for the timeline and for "in the meantime …". History outlives versions,
 * so unknown details are tolerated. The plain text may contain foreign text.
 */
export function sentenceOf({ by, event, detail }: HistoryEntry, actor: string | undefined, locale: Locale): string {
  const who = nameText(locale, by, actor)
  const { question, value, edition, step, reason } = detail
  const name = readTrackName(String(detail.track)) ?? 'plan/manual-migration'
  const track = kindOf(name)
  const isRequest = name.startsWith('invitation/')
  switch (event) {
    case 'case.opened':
      return withTheirCase(locale, text(locale, `event.${event}`, { who }), detail.from)
    case 'case.cancelled':
    case 'case.closed':
    case 'case.kept':
    case 'case.reopened':
    case 'invitation.requested':
    case 'approval.given':
    case 'approval.withdrawn':
      return text(locale, `event.${event}`, { who })
    case 'case.idle':
      return detail.closing === undefined
        ? text(locale, 'event.case.idle')
        : text(locale, 'event.case.closing', { date: dateText(locale, String(detail.closing)) })
    case 'question.due':
      return text(locale, `event.${event}`)
    case 'question.answered':
      return text(locale, `event.${event}`, {
        who,
        question: questionTitle(locale, question),
        value: storedAnswer(locale, question, value),
      })
    case 'customer.named': {
      const customer = plainText(String(detail.named), MAX_TITLE_LENGTH)
      return text(locale, customer === '' ? 'event.customer.unnamed' : 'event.customer.named', { who, customer })
    }
    case 'question.reopened':
      return text(locale, `event.${event}`, { who, question: questionTitle(locale, question) })
    case 'edition.withdrawn':
      return text(locale, `event.${event}`, {
        from: plainText(String(detail.withdrawn), MAX_NAME_LENGTH),
        edition: plainText(String(edition), MAX_NAME_LENGTH),
      })
    case 'edition.changed':
      return text(locale, `event.${event}`, { who, edition: plainText(String(edition), MAX_NAME_LENGTH) })
    case 'track.started':
    case 'track.cancelled':
    case 'timer.fired':
      return text(locale, `event.${event}.${isRequest ? 'request' : track}`, {
        who,
        what: trackTitle(locale, name),
      })
    case 'step.ticked':
      return isOneOf(deeds, step)
        ? text(locale, `event.deed.${step === 'ask-partner' && isRequest ? 'ask-provider' : step}`, { who })
        : text(locale, `event.${event}`, { who, step: stepTitle(locale, detail) })
    case 'step.skipped':
      return text(locale, `event.${event}`, {
        who,
        step: stepTitle(locale, detail),
        reason: plainText(String(reason), MAX_SHOWN_REASON_LENGTH),
      })
    case 'details.given':
      return detailsSentence(locale, who, detail, isRequest)
    case 'transfer.declined':
      return because(locale, text(locale, `event.${event}`, { who }), reason)
    case 'transfer.accepted': {
      const count = Array.isArray(detail.items) ? detail.items.length : 0
      return because(locale, text(locale, `event.${event}`, { who, count }), reason)
    }
    case 'call.answered':
      return answerSentence(locale, detail)
    case 'call.delayed':
    case 'call.parked':
      return text(locale, `event.${event}`)
    case 'peer.linked':
      return withTheirCase(
        locale,
        text(locale, isRequest ? 'event.peer.linked.request' : 'event.peer.linked'),
        detail.peer,
      )
    case 'invitation.sent':
      return text(locale, `event.invitation.sent.${isOneOf(recipients, detail.to) ? detail.to : 'customer'}`, { who })
    case 'invitation.declined':
    case 'approval.denied':
      return text(locale, `event.${event}`, { who, reason: plainText(String(reason ?? ''), MAX_SHOWN_REASON_LENGTH) })
    case 'approval.narrowed':
      return text(locale, `event.${event}`, { who, change: changeText(locale, detail) })
    case 'peer.told':
      return newsSentence(locale, detail, isRequest)
    case 'resource.seen':
      if (track === 'relationship' && detail.other !== undefined) return text(locale, 'event.seen.other-tenant')
      return track === 'transfer'
        ? transferSentence(locale, detail)
        : text(locale, `event.seen.${isOneOf(seen, track) ? track : 'transfer'}`)
  }
  return event satisfies never
}
