import type { ApprovalFault } from './approval.ts'
import type { Case } from './case.ts'
import type { CaseEvent } from './events.ts'
import { ok, type Result, refused } from './result.ts'
import { judgementOf } from './tracks/delegated-admin/changes.ts'

type Decision = Extract<CaseEvent, { type: `approval.${string}` }>
const isDecision = (event: CaseEvent): event is Decision => event.type.startsWith('approval.')

/**
 * Judges an approver's decision on the request of a case; events of other kinds pass. Approvers are people of the tenant
 * that the case belongs to: a guest never is one.
 */
export function judgeDecision(
  { tenant, tracks }: Case,
  event: CaseEvent,
): Result<undefined, 'not-now' | ApprovalFault> {
  if (!isDecision(event)) return ok(undefined)
  const track = tracks.find(({ kind }) => kind === 'delegated-admin')
  if (track?.kind !== 'delegated-admin' || track.context.requestedAt === null) return refused('not-now')
  if (event.by.kind !== 'person' || event.by.person.tenant !== tenant) {
    return refused(event.type === 'approval.withdrawn' ? 'not-requester' : 'not-approver')
  }
  const { state, context } = track
  if (state !== 'awaiting-approval') return refused(state === 'expired' && !context.decision ? 'expired' : 'decided')
  return judgementOf({ context, event: { ...event, by: event.by.person.id } }) ?? ok(undefined)
}
