import { draw } from '../../cards/draw.ts'
import type { AdaptiveCard } from '../../cards/render.ts'
import type { Locale } from '../../cards/text/text.ts'
import type { View } from '../../cards/view.ts'
import { standingOf } from '../../dialogs/case.ts'
import { customerOf } from '../../dialogs/customer.ts'
import { everyRole } from '../../dialogs/roles.ts'
import {
  contosoTenant,
  invitationUrl,
  ready,
  relationshipCase,
  subscription,
  ticketCase,
  transferCase,
  transferWith,
} from '../core/cards/action-cases.ts'
import { caseWith, now, start, tick } from '../core/cards/cases.ts'
import { adminCase, approvalLink, approved, askedCase, fabrikamPeer, invitationCase } from '../core/cards/desk-cases.ts'
import { policy } from '../support/policy.ts'

const names = { reseller: 'Ana Reyes', 'direct-partner': 'Ben Fischer', manager: 'Chloé Martin' }
const asked = { customer: contosoTenant, link: invitationUrl, linkAt: '2026-11-20T09:00:00.000Z' }
const sent = { ...asked, sentAt: '2026-11-20T10:00:00.000Z', remindAt: '2026-11-27T09:00:00.000Z' }

const requested = { ...ready, requestedAt: '2026-11-20T09:00:00.000Z', due: '2026-12-20T09:00:00.000Z' }
const items = ['Production West Europe', 'Data platform', 'Test'].map((name, index) => subscription(index, { name }))
const ended = items.map((item, index) => ({
  ...item,
  ...(index === 1 ? { status: 'failed' as const, error: 'Reservation in use' } : { status: 'completed' as const }),
}))

/** Four roles, one of them with a risk that its name does not tell. */
const roles = everyRole
  .filter(({ key }) =>
    ['directory-readers', 'helpdesk-administrator', 'exchange-administrator', 'service-support-administrator'].includes(
      key,
    ),
  )
  .map(({ id }) => id)
const approval = adminCase('awaiting-approval', {
  ...askedCase,
  roles,
  required: 2,
  approvals: [{ by: 'manager', at: '2026-11-22T09:00:00.000Z' }],
})
const migration = caseWith({
  role: 'direct',
  answers: { service: 'usage', 'usage-source': 'ea' },
  events: [start('plan/manual-migration'), tick('relationship', 'plan/manual-migration')],
})
const term = caseWith({
  role: 'direct',
  answers: { service: 'licence', 'licence-source': 'csp-partner', 'term-end': '2027-06-30' },
  events: [start('term')],
})

const cases = {
  'relationship: customer to confirm': relationshipCase('collecting-customer', { customer: contosoTenant }),
  'relationship: link ready': relationshipCase('link-ready', asked),
  'relationship: waiting': relationshipCase('awaiting-customer', sent),
  'relationship: accepted': relationshipCase('accepted', sent),
  'transfer: form': transferCase('collecting'),
  'transfer: waiting': transferCase('awaiting-source-partner', { ...requested, transfer: transferWith({ items }) }),
  'transfer: partly done': transferCase('partially-completed', {
    ...requested,
    transfer: transferWith({ status: 'partially-completed', items: ended }),
  }),
  'transfer: on paper': ticketCase('collecting'),
  'admin rights: waiting for approval': approval,
  'admin rights: waiting for the customer': adminCase('awaiting-customer', {
    ...approved,
    roles,
    link: approvalLink,
    due: '2027-02-18T09:00:00.000Z',
  }),
  'admin rights: active': adminCase('active', { ...approved, roles, assigned: true }),
  'invitation: asked': invitationCase('reseller', 'at-direct-partner', {
    customer: contosoTenant,
    peer: fabrikamPeer,
    due: '2026-12-04T09:00:00.000Z',
    note: 'They know us.',
  }),
  'invitation: arrived': invitationCase('reseller', 'with-reseller', { ...asked, peer: fabrikamPeer }),
  'invitation: to be created': invitationCase('direct-partner', 'at-direct-partner', {
    customer: contosoTenant,
    peer: fabrikamPeer,
    company: 'Wingtip Services',
    note: 'They know us.',
  }),
  'invitation: created': invitationCase('direct-partner', 'created', {
    ...asked,
    peer: fabrikamPeer,
    company: 'Wingtip Services',
  }),
  'plan: under way': migration.case,
  'term: watched': term.case,
}

const listed = Object.values(cases)
  .slice(0, 5)
  .map((each) => ({ ...each, standing: standingOf(each), customer: customerOf(each), due: undefined }))

const views: Record<string, View> = {
  ...Object.fromEntries(Object.entries(cases).map(([name, each]) => [name, { kind: 'case', case: each } as const])),
  'approval: open': { kind: 'approval', case: approval, mine: 'can' },
  'list of cases': { kind: 'list', page: 1, pages: 2, total: 8, open: true, cases: listed },
}

/** Draws each track in the states that people see most, with contents of usual length. */
export const mainCards = (locale: Locale): Record<string, AdaptiveCard> =>
  Object.fromEntries(
    Object.entries(views).map(([name, view]) => [name, draw(policy, view, { locale, sandbox: true, names, at: now })]),
  )
