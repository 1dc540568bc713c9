import { isDeepStrictEqual } from 'node:util'
import type { CardAction } from '../../cards/buttons.ts'
import type { Case } from '../../dialogs/case.ts'
import type { HistoryEntry } from '../../dialogs/events.ts'
import type { Deployment } from '../deployment.ts'
import type { Turn, UnstampedEvent } from './turn.ts'

/** A card action that changes its case. */
export type CaseDeed = Exclude<Extract<CardAction, { case: string }>, { verb: 'show' | 'refresh' }>

/** Maps an action to the event of the core. */
export function eventOf(
  { deployment }: Turn,
  deed: Exclude<CaseDeed, { verb: 'approve' | 'deny' | 'narrow' }>,
): UnstampedEvent {
  switch (deed.verb) {
    case 'answer':
      return { type: 'question.answered', question: deed.question, value: deed.value }
    case 'customer':
      return { type: 'customer.named', named: deed.named }
    case 'reopen':
      return { type: 'question.reopened', question: deed.question }
    case 'edition':
      return { type: 'edition.changed', edition: deed.edition }
    case 'start':
      return { type: 'track.started', track: deed.track, ...(deed.none ? { none: true } : {}) }
    case 'tick':
      return tickEvent(deployment, deed)
    case 'skip':
      return { type: 'step.skipped', track: deed.track, step: deed.step, reason: deed.reason }
    case 'set':
      return setEvent(deed)
    case 'decline':
      return 'transfer' in deed
        ? { type: 'transfer.declined', transfer: deed.transfer, reason: deed.reason ?? '' }
        : { type: 'invitation.declined', reason: deed.reason }
    case 'create-invitation':
      return { type: 'invitation.requested' }
    case 'send':
      return { type: 'invitation.sent', to: deed.to }
    case 'forward':
      return { type: 'step.ticked', step: 'sent' }
    case 'withdraw':
      return { type: 'approval.withdrawn' }
    case 'close':
      return { type: `case.${deed.as ?? 'closed'}` }
    case 'cancel':
      return deed.track ? { type: 'track.cancelled', track: deed.track } : { type: 'case.cancelled' }
    default:
      return deed satisfies never
  }
}

function tickEvent(deployment: Deployment, { step: ticked, track, choice }: Extract<CaseDeed, { verb: 'tick' }>) {
  return {
    type: 'step.ticked' as const,
    step: ticked,
    ...(track === undefined ? {} : { track }),
    ...(choice === undefined ? {} : { choice }),
    ...required(deployment, ticked),
  }
}

/** Adds the required number of approvals to a request, as configured at that time. */
const required = ({ partner }: Deployment, ticked: string) =>
  ticked === 'ask-approval' ? { required: partner.approvalsRequired } : {}

/** Maps a submitted form: subscriptions to hand over, or the typed fields of a track. */
function setEvent(deed: Extract<CaseDeed, { verb: 'set' }>): UnstampedEvent {
  if ('transfer' in deed) {
    const { transfer, items } = deed
    return { type: 'transfer.accepted', transfer, items, ...reasonOf(deed) }
  }
  const { verb: _verb, case: _case, rev: _rev, track, ...fields } = deed
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined)
  return { type: 'details.given', track, fields: Object.fromEntries(given) }
}

const reasonOf = ({ reason }: { reason?: string | undefined }) => (reason ? { reason } : {})

/** True if the newest entry records this very deed of the person, done on the same card. */
export function isOwnDeed(turn: Turn, caseRecord: Case, deed: CaseDeed, { by, event, detail }: HistoryEntry): boolean {
  if (by !== turn.person.id || deed.rev !== caseRecord.revision - 1) return false
  if (deed.verb === 'approve') return event === 'approval.given'
  if (deed.verb === 'deny') return event === 'approval.denied'
  if (deed.verb === 'narrow') return event === 'approval.narrowed'
  const { type, ...given } = eventOf(turn, deed)
  const isSame = ([name, value]: [string, unknown]) => !(name in detail) || isDeepStrictEqual(detail[name], value)
  return event === type && Object.entries(given).every(isSame)
}
