import { invitationForReseller } from '../invitation/definition.ts'
import { type Circumstances, defineTrack } from '../protocol.ts'
import { isRelationship } from '../relationship/definition.ts'
import { type AdminStart, adminContextSchema, adminResource, adminStates, adminSteps } from './context.ts'
import { adminRequestForm } from './form.ts'
import { delegatedAdminMachine } from './machine.ts'

export const delegatedAdminTrack = defineTrack({
  kind: 'delegated-admin',
  machine: delegatedAdminMachine,
  states: adminStates,
  context: adminContextSchema,
  standing: {
    drafting: 'open',
    'awaiting-approval': 'open',
    approved: 'open',
    creating: 'open',
    'awaiting-customer': 'open',
    active: 'reached',
    denied: 'failed',
    expired: 'failed',
    failed: 'failed',
    withdrawn: 'in-vain',
    cancelled: 'in-vain',
  },
  noticeEnds: {
    'approval-denied': 'denied',
    'approval-expired': 'expired',
    'admin-active': 'active',
    'admin-expired': 'expired',
    'admin-failed': 'failed',
  },
  carriesOut: ['request-delegated-admin'],
  steps: adminSteps,
  forms: [adminRequestForm],
  // China has no GDAP.
  isOffered: ({ tracks, cloud }) => cloud !== 'china' && invitationForReseller(tracks) !== undefined,
  startFrom,
  inputOf: (start) => start,
  actors: ({ requestedBy, approvals, decision, narrowed }) => [
    requestedBy,
    decision?.by,
    narrowed?.by,
    ...approvals.map(({ by }) => by),
  ],
  due: ({ due }) => due ?? undefined,
  watches: ({ state, context }) => (state === 'awaiting-customer' ? adminResource(context) : undefined),
})

/** Starts for a reseller with the customer of its invitation; else with the customer of this case, if known already. */
function startFrom({ id, tracks }: Circumstances): { kind: 'delegated-admin' } & AdminStart {
  const invitation = invitationForReseller(tracks)?.context
  const [known] = tracks.filter(isRelationship).flatMap(({ context }) => context.customer ?? [])
  return {
    kind: 'delegated-admin',
    token: id,
    customer: invitation?.customer ?? known ?? null,
    forCompany: invitation ? (invitation.company ?? invitation.peer?.tenant ?? '') : null,
  }
}
