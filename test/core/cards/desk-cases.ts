import type { CallFault, Pending, TenantInfo } from '../../../dialogs/calls.ts'
import { adminWrites, faultKinds } from '../../../dialogs/calls.ts'
import type { Case } from '../../../dialogs/case.ts'
import { adminNews, newsKinds } from '../../../dialogs/peer.ts'
import { adminRoles, everyRole, presetIds, rolesOf } from '../../../dialogs/roles.ts'
import { type AdminContext, type adminStates, openAdmin } from '../../../dialogs/tracks/delegated-admin/context.ts'
import { MAX_JUSTIFICATION_LENGTH } from '../../../dialogs/tracks/form-fields.ts'
import {
  type InvitationContext,
  type invitationStates,
  openInvitation,
} from '../../../dialogs/tracks/invitation/context.ts'
import { trackSchema } from '../../../dialogs/tracks/registry.ts'
import { contosoTenant, invitationUrl } from './action-cases.ts'
import { type CaseSetup, caseWith, now, partner, reseller } from './cases.ts'

/** Cases of several desks: invitations between partners, and administration rights that need approval. */

const common = { since: '2026-11-20T09:00:00.000Z', startedAt: '2026-11-20T09:00:00.000Z', startedBy: reseller.id }
const resellerAnswers = {
  role: 'indirect-reseller',
  answers: { service: 'licence', 'licence-source': 'open' },
} as const
const partnerAnswers = { role: 'direct', answers: { service: 'licence', 'licence-source': 'open' } } as const
const adminAnswers = {
  ...partnerAnswers,
  edition: '2026-11',
  answers: { ...partnerAnswers.answers, goal: 'support-only' },
} as const

const withTrack = (given: CaseSetup, kind: string, state: string, context: object): Case => ({
  ...caseWith(given).case,
  tracks: [trackSchema.parse({ kind, state, context, ...common })],
})

/** Builds an approval event by another person than the requester. */
export const manager = { tenant: 'tenant', id: 'manager' }
export const fabrikamPeer = { tenant: 'b2f4c1de-52f0-4c5e-9a3c-2f7b8a2d1e02', case: 'MC-PEERED' }
const due = '2026-12-04T09:00:00.000Z'
/** The page where a customer approves rights. */
export const approvalLink =
  'https://admin.microsoft.com/AdminPortal/Home#/partners/invitation/granularAdminRelationships/a1f4c1de-52f0-4c5e-9a3c-2f7b8a2d1e01-b2f4c1de-52f0-4c5e-9a3c-2f7b8a2d1e02'

/** Builds a case with one side of an invitation. */
export const invitationCase = (
  side: InvitationContext['side'],
  state: (typeof invitationStates)[number],
  context: Partial<InvitationContext> = {},
): Case =>
  withTrack(side === 'reseller' ? resellerAnswers : partnerAnswers, 'invitation', state, {
    ...openInvitation({ side, request: null }),
    ...context,
  })

/** Builds a case with a request for administration rights. */
export const adminCase = (
  state: (typeof adminStates)[number],
  context: Partial<AdminContext> = {},
  given: CaseSetup = adminAnswers,
): Case =>
  withTrack(given, 'delegated-admin', state, {
    ...openAdmin({ token: 'MC-7K2P9Q', number: 1, customer: null, forCompany: null }),
    ...context,
  })

/** The details of a complete request. */
export const askedCase = {
  typed: { customer: 'contoso.com', group: '' },
  customer: contosoTenant,
  presets: ['helpdesk'],
  roles: rolesOf(['helpdesk']),
  days: 90,
  justification: 'Open licences moved to us; we answer their tickets.',
  requestedAt: '2026-11-22T08:00:00.000Z',
  requestedBy: reseller.id,
  due: '2026-11-25T08:00:00.000Z',
} as const satisfies Partial<AdminContext>

const yes = (by: string) => ({ by, at: '2026-11-22T09:00:00.000Z' })
/** The details of a request that every approver has approved. */
export const approved = {
  ...askedCase,
  due: null,
  approvals: [yes(manager.id)],
  decision: { kind: 'approved', ...yes(manager.id), reason: null },
} as const satisfies Partial<AdminContext>

const pendings = (call: string): Pending[] => [
  { call, since: now },
  { call, since: now, again: { at: now, why: 'busy' } },
]

const faultsOf = (longest: string) =>
  faultKinds.map(
    (kind): CallFault => ({
      kind,
      code: longest.slice(0, 40),
      detail: longest.slice(0, 200),
      link: 'https://login.example/authorize?state=1',
      claims: longest,
    }),
  )

/** Builds every case with the longest content; `longest` is a text beyond every limit. */
export function everyDeskCase(longest: string): Case[] {
  const customer: TenantInfo = { id: contosoTenant.id, name: longest, domain: longest }
  return [...invitationCases(longest, customer), ...adminCases(longest, customer).map(withServedInvitation)]
}

/** Adds the invitation of the reseller that the rights are for: its news need a recipient. */
function withServedInvitation(caseRecord: Case): Case {
  const isForReseller = caseRecord.tracks.some(
    (track) => track.kind === 'delegated-admin' && track.context.forCompany !== null,
  )
  const served = invitationCase('direct-partner', 'accepted', { peer: fabrikamPeer, customer: contosoTenant })
  return isForReseller ? { ...caseRecord, tracks: [...served.tracks, ...caseRecord.tracks] } : caseRecord
}

function invitationCases(longest: string, customer: TenantInfo): Case[] {
  const text = longest.slice(0, 500)
  const by = [reseller.id, partner.id, 'peer']
  const handed = Array.from({ length: 20 }, (_, index) => ({
    what: newsKinds[index % newsKinds.length] ?? 'asked',
    at: now,
    by: by[index % by.length] ?? 'peer',
  }))
  const known = { peer: fabrikamPeer, typed: longest, note: text, customer, handed, due }
  const linked = { ...known, link: invitationUrl, linkAt: now }
  const faults = faultsOf(longest)
  const reported = adminNews.map((state) => ({ state, customer: longest, at: now }))
  const granted = { state: 'active', customer: longest, at: now, roles: 3, until: '2026-12-28' } as const
  const long = { ...linked, link: `https://example.com/${'x'.repeat(1900)}` }
  const ours = { ...known, company: text.slice(0, 100) }
  return [
    invitationCase('reseller', 'asking'),
    invitationCase('reseller', 'asking', { typed: longest, note: text, customer }),
    ...faults.map((fault) => invitationCase('reseller', 'asking', { typed: longest, note: text, fault })),
    ...pendings('find-tenant').map((pending) => invitationCase('reseller', 'asking', { typed: longest, pending })),
    invitationCase('reseller', 'at-direct-partner', known),
    ...[linked, long, { ...linked, link: 'javascript:alert(1)' }].flatMap((context) => [
      invitationCase('reseller', 'with-reseller', context),
      invitationCase('reseller', 'with-customer', context),
    ]),
    invitationCase('reseller', 'with-customer', known),
    ...reported.map((admin) => invitationCase('reseller', 'accepted', { ...linked, admin })),
    ...[{}, { company: text.slice(0, 100) }].map((by) =>
      invitationCase('reseller', 'accepted', { ...linked, admin: { ...granted, ...by } }),
    ),
    ...(['reseller', 'direct-partner'] as const).map((side) =>
      invitationCase(side, 'accepted', { ...known, isKnownCustomer: true }),
    ),
    invitationCase('reseller', 'accepted', {
      ...known,
      handed: adminNews.map((admin) => ({ what: 'admin', at: now, by: 'peer', admin })),
    }),
    invitationCase('reseller', 'declined', { ...known, reason: text }),
    invitationCase('reseller', 'lapsed', known),
    invitationCase('reseller', 'cancelled', known),
    invitationCase('direct-partner', 'at-direct-partner', ours),
    invitationCase('direct-partner', 'at-direct-partner', { ...known, company: null }),
    ...faults.map((fault) => invitationCase('direct-partner', 'at-direct-partner', { ...ours, fault })),
    ...['check-agreement', 'fetch-invitation'].flatMap((call) =>
      pendings(call).map((pending) => invitationCase('direct-partner', 'at-direct-partner', { ...ours, pending })),
    ),
    ...(['created', 'with-reseller', 'with-customer'] as const).flatMap((state) =>
      [linked, long].map((context) => invitationCase('direct-partner', state, { ...ours, ...context })),
    ),
    invitationCase('direct-partner', 'accepted', { ...ours, ...linked }),
    invitationCase('direct-partner', 'declined', { ...ours, reason: text }),
    invitationCase('direct-partner', 'lapsed', ours),
    invitationCase('direct-partner', 'cancelled', ours),
  ]
}

const unknownRole = 'c0f4c1de-52f0-4c5e-9a3c-2f7b8a2d1e09'

function adminCases(longest: string, customer: TenantInfo): Case[] {
  const justification = longest.slice(0, MAX_JUSTIFICATION_LENGTH)
  const group = { id: 'd0f4c1de-52f0-4c5e-9a3c-2f7b8a2d1e10', name: longest }
  const most = {
    ...askedCase,
    typed: { customer: longest, group: longest },
    customer,
    presets: [...presetIds],
    roles: [...everyRole.map(({ id }) => id), unknownRole],
    days: 730,
    justification,
    group,
    required: 3,
    forCompany: longest,
  }
  const mild = { ...most, forCompany: null, autoExtend: true, roles: rolesOf(['helpdesk', 'exchange']) }
  const faults = faultsOf(longest)
  const people = Array.from({ length: 12 }, (_, index) => yes(index % 2 === 0 ? manager.id : partner.id))
  const narrowed = { roles: [adminRoles['global-administrator']], days: 7, from: { roles: most.roles, days: 730 } }
  const decided = (kind: 'approved' | 'narrowed' | 'denied', reason: string | null = null) => ({
    ...most,
    due: null,
    approvals: people,
    decision: { kind, ...yes(manager.id), reason },
    ...(kind === 'narrowed' ? { roles: narrowed.roles, days: 7, narrowed: { ...narrowed, ...yes(manager.id) } } : {}),
  })
  const relationship = { id: 'relationship', status: 'created' }
  const standing = { ...decided('approved'), relationship }
  const waiting = { ...standing, link: approvalLink, due: '2027-02-20T09:00:00.000Z' }
  const parked = (call: string): Pending => ({ call, since: now, parked: true })
  return [
    adminCase('drafting'),
    adminCase('drafting', { ...mild, presets: [], roles: [] }),
    adminCase('drafting', { ...mild, justification: '', group: null }),
    ...faults.flatMap((fault) => [
      adminCase('drafting', { typed: mild.typed, fault }),
      adminCase('drafting', { ...mild, fault }),
    ]),
    ...['find-tenant', 'find-group'].flatMap((call) =>
      pendings(call).map((pending) => adminCase('drafting', { ...mild, pending })),
    ),
    adminCase('drafting', most),
    adminCase('drafting', mild),
    adminCase('awaiting-approval', { ...most, approvals: people.slice(0, 1) }),
    adminCase('awaiting-approval', askedCase),
    ...adminWrites
      .slice(0, 2)
      .flatMap((call) => [...pendings(call), parked(call)])
      .map((pending) =>
        adminCase(
          'creating',
          pending.call === 'create-admin' ? { ...decided('narrowed'), pending } : { ...standing, pending },
        ),
      ),
    ...[...pendings('remove-admin'), parked('remove-admin')].map((pending) =>
      adminCase('creating', { ...standing, pending }),
    ),
    ...faults.map((fault) => adminCase('creating', { ...standing, fault })),
    adminCase('awaiting-customer', waiting),
    ...['2026-11-20', '2026-11-22', '2026-11-23'].map((day) =>
      adminCase('awaiting-customer', { ...waiting, due: `${day}T09:00:00.000Z` }),
    ),
    adminCase('awaiting-customer', { ...waiting, link: null }),
    ...[...pendings('assign-access'), parked('assign-access')].map((pending) =>
      adminCase('awaiting-customer', { ...waiting, relationship: { id: 'relationship', status: 'active' }, pending }),
    ),
    ...faults.map((fault) =>
      adminCase('awaiting-customer', { ...waiting, relationship: { id: 'relationship', status: 'active' }, fault }),
    ),
    adminCase('active', { ...waiting, assigned: true }),
    adminCase('active', { ...waiting, autoExtend: true, roles: mild.roles, group: null }),
    adminCase('denied', decided('denied', longest.slice(0, 300))),
    adminCase('denied', {
      ...decided('denied'),
      decision: { kind: 'denied', by: 'upstream', at: now, reason: null },
      fault: { kind: 'approval-lapsed' },
    }),
    adminCase('expired', { ...most, due }),
    adminCase('expired', waiting),
    adminCase('failed', standing),
    ...faults.map((fault) => adminCase('failed', { ...decided('narrowed'), fault })),
    adminCase('withdrawn', most),
    adminCase('cancelled', most),
    adminCase('cancelled', waiting),
    adminCase('cancelled'),
  ]
}
