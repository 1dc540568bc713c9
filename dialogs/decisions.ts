import type { ApprovalFault } from './approval.ts'
import type { Case } from './case.ts'
import type { CaseEvent } from './events.ts'
import { judgementOf } from './tracks/delegated-admin/changes.ts'

type Decision = Extract<CaseEvent, { type: `approval.${string}` }>
const isDecision = (event: CaseEvent): event is Decision => event.type.startsWith('approval.')

/**
 * Why this person may not decide on the case's request, or not any more; undefined where they may, and for any other
 * event. Approvers are people of the tenant the case belongs to: whoever is a guest there is none.
 */
export function decisionFault({ tenant, tracks }: Case, event: CaseEvent): 'not-now' | ApprovalFault | undefined {
  if (!isDecision(event)) return undefined
  const track = tracks.find(({ kind }) => kind === 'delegated-admin')
  if (track?.kind !== 'delegated-admin' || track.context.requestedAt === null) return 'not-now'
  if (event.by.kind !== 'person' || event.by.person.tenant !== tenant) {
    return event.type === 'approval.withdrawn' ? 'not-requester' : 'not-approver'
  }
  const { state, context } = track
  if (state !== 'awaiting-approval') return state === 'expired' && !context.decision ? 'expired' : 'decided'
  const judgement = judgementOf({ context, event: { ...event, by: event.by.person.id } })
  return judgement && 'refused' in judgement ? judgement.refused : undefined
}
