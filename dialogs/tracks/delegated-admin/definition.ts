import { withoutPlaceholders } from '../../erasable-texts.ts'
import { invitationForReseller } from '../invitation/definition.ts'
import { type Circumstances, defineTrack, type StoredTrack } from '../protocol.ts'
import { isRelationship } from '../relationship/definition.ts'
import {
  type AdminContext,
  type AdminStart,
  adminContextSchema,
  adminResource,
  adminStates,
  adminSteps,
} from './context.ts'
import { adminRequestForm } from './form.ts'
import { delegatedAdminMachine } from './machine.ts'

type AdminState = (typeof adminStates)[number]

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
  titleNotices: {
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
  actors: ({ authors, requestedBy, approvals, decision, narrowed }) => [
    ...authors,
    requestedBy,
    decision?.by,
    narrowed?.by,
    ...approvals.map(({ by }) => by),
  ],
  due: ({ due }) => due ?? undefined,
  watches: ({ state, context }) => (state === 'awaiting-customer' ? adminResource(context) : undefined),
})

/**
 * Starts for a reseller with the customer of its invitation; else with the customer of the request before or of this case,
 * if known already.
 */
function startFrom({ id, tracks }: Circumstances): { kind: 'delegated-admin' } & AdminStart {
  const invitation = invitationForReseller(tracks)?.context
  const earlier = earlierOf(tracks)
  const [known] = tracks.filter(isRelationship).flatMap(({ context }) => context.customer ?? [])
  const customer = invitation ? invitation.customer : (earlier?.customer ?? known ?? null)
  return {
    kind: 'delegated-admin',
    token: id,
    number: nextNumber(tracks),
    customer,
    forCompany: invitation ? (invitation.company ?? invitation.peer?.tenant ?? '') : null,
    ...(earlier && { earlier: earlier.fields }),
  }
}

/** Number of a new request: a draft that was never sent leaves its own free. */
function nextNumber(tracks: readonly StoredTrack[]): number {
  const last = tracks.filter(isAdmin).at(-1)?.context
  if (!last) return 1
  return last.requestedAt === null ? last.number : last.number + 1
}

/** The request before this one, as it was made first, if it came to nothing. */
function earlierOf(tracks: readonly StoredTrack[]) {
  const last = tracks.filter(isAdmin).at(-1)
  if (!last || last.state === 'active') return undefined
  const { typed, presets, days, autoExtend, justification, group, authors, narrowed, customer } = withoutPlaceholders(
    last.context,
  )
  const fields = { typed, presets, days: narrowed?.from.days ?? days, autoExtend, justification, group, authors }
  return { customer, fields }
}

const isAdmin = (track: StoredTrack): track is StoredTrack<'delegated-admin', AdminState, AdminContext> =>
  track.kind === 'delegated-admin'
