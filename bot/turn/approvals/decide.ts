import type { View } from '../../../cards/view.ts'
import { type ApprovalFault, approvalFaults, isRequester } from '../../../dialogs/approval.ts'
import { approvalIdOf, isPresentRequest, readApprovalId } from '../../../dialogs/approval-id.ts'
import type { Case } from '../../../dialogs/case.ts'
import type { DirectoryId } from '../../../dialogs/directory-id.ts'
import { step } from '../../../dialogs/step.ts'
import { appendRefusal } from '../../../state/audit/history.ts'
import { findCase, type StoredCase } from '../../../state/case-store.ts'
import { deskAt, findDesk } from '../../../state/desks.ts'
import { addEffects } from '../../../state/outbox-store.ts'
import { postedCardsOf } from '../../../state/posted-cards.ts'
import { cardUpdate } from '../../effects/effects.ts'
import { roomOf } from '../../teams/activity.ts'
import { messageLink } from '../../teams/message-link.ts'
import { answerWithBanner, answerWithCase, type TurnAnswer } from '../answers.ts'
import { commitStep } from '../commit-step.ts'
import { clickOf, personEvent, type Turn, type UnstampedEvent } from '../turn.ts'

/** A decision on a request. */
export type Decision =
  | { verb: 'approve' }
  | { verb: 'deny'; reason: string }
  | { verb: 'narrow'; roles: string[]; days: number }

/** True if the conversation is its tenant's approvals desk. */
export const isAtDesk = async ({ tx, incoming: { place } }: Turn): Promise<boolean> =>
  (await deskAt(tx, place.tenant, place.room, 'approvals')) !== undefined

/** True if the approvals desk may see the case: its approval has been requested. */
export function isBeforeDesk({ tracks }: Case): boolean {
  const admin = tracks.find(({ kind }) => kind === 'delegated-admin')
  return admin !== undefined && 'requestedAt' in admin.context && admin.context.requestedAt !== null
}

/** Returns the person's relation to the request, undefined if their role is not known without a remote read. */
export function mineOf(
  caseRecord: Case,
  person: DirectoryId,
  isApprover: boolean | undefined,
): 'can' | 'own-request' | 'not-approver' | 'decided' | undefined {
  const admin = caseRecord.tracks.find((track) => track.kind === 'delegated-admin')
  if (admin?.state !== 'awaiting-approval') return 'decided'
  if (admin.context.approvals.some(({ by }) => by === person)) return 'decided'
  const { authors, requestedBy: by } = admin.context
  if (isRequester({ by, authors }, person)) return 'own-request'
  return isApprover === undefined ? undefined : isApprover ? 'can' : 'not-approver'
}

/**
 * Answers with the request's card. Elsewhere than at the desk it has no buttons to decide, but the way to the message at
 * the desk. Callers have checked that the person may read it here.
 */
export async function showApproval(
  turn: Turn,
  caseRecord: Case,
  { banner, from, kept }: Pick<Extract<View, { kind: 'approval' }>, 'banner' | 'from' | 'kept'> = {},
): Promise<TurnAnswer> {
  const { place, isApprover } = turn.incoming
  const mine = mineOf(caseRecord, turn.person.id, isApprover)
  const isElsewhere = place.kind === 'personal' && (mine === undefined || mine === 'can')
  const view = { kind: 'approval', case: caseRecord, banner, from, kept } as const
  if (!isElsewhere) return answerWithCase(turn, { ...view, ...(mine === undefined ? {} : { mine }) })
  return answerWithCase(turn, { ...view, mine: 'elsewhere', link: await deskLink(turn, caseRecord) })
}

/** Returns the address of the request's newest message at the approvals desk, if it was posted. */
async function deskLink({ tx, deployment }: Turn, { tenant, id }: Case): Promise<string | undefined> {
  const desk = await findDesk(tx, tenant, 'approvals')
  const posted = (await postedCardsOf(tx, id)).filter(
    ({ view, conversation }) => view === 'approval' && roomOf(conversation) === desk?.room,
  )
  const message = posted.at(-1)?.message
  return desk && message !== undefined ? messageLink(deployment, { ...desk, message }) : undefined
}

function eventOf(turn: Turn, decision: Decision): UnstampedEvent {
  const authority = { isApprover: turn.incoming.isApprover, required: turn.deployment.partner.approvalsRequired }
  switch (decision.verb) {
    case 'approve':
      return { type: 'approval.given', ...authority }
    case 'deny':
      return { type: 'approval.denied', reason: decision.reason, ...authority }
    case 'narrow': {
      const { roles, days } = decision
      return { type: 'approval.narrowed', roles, days, ...authority }
    }
    default:
      return decision satisfies never
  }
}

/** Refusals that concern the person, and are answered privately. The card itself explains all others. */
const PERSONAL_FAULTS: readonly ApprovalFault[] = ['own-request', 'not-approver', 'unreadable', 'twice']
export const isApprovalFault = (fault: string): fault is ApprovalFault =>
  (approvalFaults as readonly string[]).includes(fault)

/**
 * Decides on a request. Callers have checked that the turn is at the approvals desk. A person without the right gets a
 * private answer and an audit entry; a late decision gets the current card.
 */
export async function decideRequest(turn: Turn, stored: StoredCase, decision: Decision): Promise<TurnAnswer> {
  const { case: before } = stored
  const result = step(turn.deployment.policy, before, personEvent(turn, eventOf(turn, decision)), turn.deployment)
  if (result.ok) {
    const stepped = result.value
    const { place, request } = turn.incoming
    await commitStep(turn.tx, stored, stepped, clickOf(turn))
    if (request.kind === 'press' && request.message !== undefined) {
      await addEffects(turn.tx, [cardUpdate(place, stepped.case.id, request.message, turn.at, 'approval')])
    }
    return showApproval(turn, stepped.case)
  }
  const fault = result.reason
  if (!isApprovalFault(fault)) return showApproval(turn, before, { banner: { key: 'not-now' } })
  const banner = { key: `approval-${fault}` as const }
  const kept = decision.verb === 'narrow' ? decision : undefined
  if (!PERSONAL_FAULTS.includes(fault)) return showApproval(turn, before, { banner, kept })
  await noteRefusal(turn, { case: before.id, tried: decision.verb }, fault)
  return answerWithBanner(turn, banner)
}

function noteRefusal(turn: Turn, detail: { case: string; tried: string }, reason: string): Promise<void> {
  const { tenant, room } = turn.incoming.place
  return appendRefusal(turn.tx, { tenant, room, at: turn.at, by: turn.person.id, reason, detail })
}

/** Runs `approve MC-…` and `deny MC-… reason`, typed at the desk. */
export async function decideTyped(turn: Turn, verb: 'approve' | 'deny', rest: string): Promise<TurnAnswer> {
  const [typed = '', ...words] = rest.split(/\s+/)
  const named = readApprovalId(typed)
  const { tenant } = turn.incoming.place
  const stored = named && (await isAtDesk(turn)) ? await findCase(turn.tx, tenant, named.case) : undefined
  if (!named || !stored || !isBeforeDesk(stored.case) || turn.person.id === '') {
    const reason = turn.person.id === '' ? 'no-identity' : 'not-here'
    if (named) await noteRefusal(turn, { case: named.case, tried: verb }, reason)
    return answerWithBanner(turn, { key: 'nothing-to-approve' })
  }
  // Another request of the case was read than the one that waits now.
  if (!isPresentRequest(stored.case, named)) {
    return showApproval(turn, stored.case, { banner: { key: 'request-other', case: approvalIdOf(stored.case) } })
  }
  return decideRequest(turn, stored, verb === 'approve' ? { verb } : { verb, reason: words.join(' ') })
}
