import { countApprovalRequests } from '../../../state/approval-requests.ts'
import { deskAt } from '../../../state/desks.ts'
import { answerWith, type TurnAnswer } from '../answers.ts'
import { countWaiting } from '../approvals/list.ts'
import type { Turn } from '../turn.ts'

/** Greets an approver in their own chat with what waits for them; undefined for anyone else. */
export async function welcomeApprover(turn: Turn): Promise<TurnAnswer> {
  if (turn.incoming.place.kind !== 'personal') return undefined
  const waiting = await countWaiting(turn)
  return waiting === undefined ? undefined : answerWith(turn, { kind: 'welcome-approver', waiting })
}

/** Greets a channel or group chat: says what it is for if it is a desk, else offers to make it one. */
export async function welcomeRoom(given: Turn): Promise<TurnAnswer> {
  const turn = { ...given, locale: given.deployment.defaultLocale }
  const { tx, deployment } = turn
  const { tenant, room, kind } = turn.incoming.place
  if (await deskAt(tx, tenant, room, 'approvals')) {
    return answerWith(turn, { kind: 'desk', desk: 'approvals', waiting: await countApprovalRequests(tx, tenant) })
  }
  if (await deskAt(tx, tenant, room, 'direct-partner'))
    return answerWith(turn, { kind: 'desk', desk: 'direct-partner' })
  const isOurs = tenant === deployment.partner.tenant
  return answerWith(turn, { kind: 'welcome-room', isOurs, isChannel: kind === 'channel' })
}
