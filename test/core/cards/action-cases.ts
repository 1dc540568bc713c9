import type { CallFault, Eligibility, Pending, TenantInfo, Transfer, TransferItem } from '../../../dialogs/calls.ts'
import { faultKinds, transferStatuses } from '../../../dialogs/calls.ts'
import type { Case } from '../../../dialogs/case.ts'
import { trackSchema } from '../../../dialogs/tracks/registry.ts'
import type { RelationshipContext, relationshipStates } from '../../../dialogs/tracks/relationship/context.ts'
import {
  openTransfer,
  type TransferContext,
  ticketSteps,
  transferStates,
} from '../../../dialogs/tracks/transfer/context.ts'
import { type CaseSetup, caseWith, now, reseller } from './cases.ts'

/** Cases whose actions Microsoft carries out, in every state. */

export const contosoTenant: TenantInfo = {
  id: 'a1f4c1de-52f0-4c5e-9a3c-2f7b8a2d1e01',
  name: 'Contoso AG',
  domain: 'contoso.com',
}
export const fabrikamTenant: TenantInfo = {
  id: 'b2f4c1de-52f0-4c5e-9a3c-2f7b8a2d1e02',
  name: 'Fabrikam',
  domain: 'fabrikam.example',
}
/** An invitation link in the format of Partner Center. */
export const invitationUrl =
  'https://admin.microsoft.com/Adminportal/Home?invType=IndirectResellerRelationship&partnerId=a1f4c1de-52f0-4c5e-9a3c-2f7b8a2d1e01&msppId=1234567&indirectCSPId=b2f4c1de-52f0-4c5e-9a3c-2f7b8a2d1e02&DAP=false#/BillingAccounts/partner-invitation'

const relationshipAnswers = { role: 'direct', answers: { service: 'licence', 'licence-source': 'ea' } } as const
const transferAnswers = {
  edition: '2026-11',
  role: 'direct',
  answers: { service: 'usage', 'usage-source': 'csp-partner', offer: 'azure-plan' },
} as const
const ticketAnswers = { role: 'direct', answers: { service: 'usage', 'usage-source': 'csp-partner' } } as const

type State<S extends readonly string[]> = S[number]

const common = { since: '2026-11-20T09:00:00.000Z', startedAt: '2026-11-20T09:00:00.000Z', startedBy: reseller.id }

function withTrack(given: CaseSetup, kind: 'relationship' | 'transfer', state: string, context: object): Case {
  const caseRecord = caseWith(given).case
  return { ...caseRecord, tracks: [trackSchema.parse({ kind, state, context, ...common })] }
}

/** Builds a case with a relationship in the given state. */
export const relationshipCase = (
  state: State<typeof relationshipStates>,
  context: Partial<RelationshipContext> = {},
  given: CaseSetup = relationshipAnswers,
): Case =>
  withTrack(given, 'relationship', state, {
    typed: '',
    customer: null,
    isCustomer: false,
    link: null,
    linkAt: null,
    sentAt: null,
    remindAt: null,
    pending: null,
    fault: null,
    ...context,
  })

/** Builds a case with a transfer in the given state. */
export const transferCase = (
  state: State<typeof transferStates>,
  context: Partial<TransferContext> = {},
  given: CaseSetup = transferAnswers,
): Case =>
  withTrack(given, 'transfer', state, { ...openTransfer({ way: 'api', product: 'azure', moved: [] }), ...context })

/** Builds a case with a transfer on paper. */
export const ticketCase = (state: State<typeof transferStates>, settled: TransferContext['settled'] = {}): Case =>
  transferCase(state, { way: 'ticket', settled }, ticketAnswers)

export const subscription = (index: number, more: Partial<TransferItem> = {}): TransferItem => ({
  subscription: `c3f4c1de-52f0-4c5e-9a3c-${String(index).padStart(12, '0')}`,
  name: `Azure subscription ${index}`,
  product: 'AzureSubscription',
  status: 'open',
  ...more,
})

export const transferWith = (more: Partial<Transfer> = {}): Transfer => ({
  id: 'd4f4c1de-52f0-4c5e-9a3c-2f7b8a2d1e04',
  status: 'pending',
  said: 'Active',
  source: { tenant: fabrikamTenant.id, name: fabrikamTenant.name },
  target: { tenant: contosoTenant.id, name: 'Northwind Cloud' },
  createdAt: '2026-11-20T09:00:00.000Z',
  expiresAt: '2026-12-20T09:00:00.000Z',
  items: [],
  ...more,
})

/** The details of a transfer that is ready to be requested. */
export const ready = {
  side: 'target',
  typed: { customer: 'contoso.com', source: 'fabrikam.example', email: 'it@contoso.com' },
  customer: contosoTenant,
  source: fabrikamTenant,
  email: 'it@contoso.com',
  eligibility: { relationship: 'yes', region: 'yes', azurePlan: 'yes' },
} as const satisfies Partial<TransferContext>

const linked = (link: string) => ({ link, linkAt: '2026-11-20T09:00:00.000Z', remindAt: '2026-11-23T09:00:00.000Z' })
const troubles = ['busy', 'unreachable', 'stopped'] as const
const asked = (call: string, more: Partial<Pending> = {}): Pending => ({ call, since: now, ...more })
const delayed = (call: string) => troubles.map((why) => asked(call, { again: { at: now, why } }))

/** Builds every case with the longest content; `longest` is a text beyond every limit. */
export function everyActionCase(longest: string): Case[] {
  const tenant = (id: string): TenantInfo => ({ id, name: longest, domain: longest })
  const [customer, source] = [tenant(contosoTenant.id), tenant(fabrikamTenant.id)]
  const faults = faultKinds.map(
    (kind): CallFault => ({
      kind,
      code: longest.slice(0, 40),
      detail: longest.slice(0, 200),
      link: 'https://login.example/authorize?state=1',
      claims: longest,
    }),
  )
  return [...relationshipCases(longest, customer, faults), ...transferCases(longest, customer, source, faults)]
}

function relationshipCases(typed: string, customer: TenantInfo, faults: readonly CallFault[]): Case[] {
  const links = [
    invitationUrl,
    'http://127.0.0.1:4000/invitation',
    `https://example.com/${'x'.repeat(1900)}`,
    'javascript:alert(1)',
  ]
  const ready = links.map((link) => ({ typed, customer, ...linked(link) }))
  return [
    relationshipCase('collecting-customer'),
    ...faults.map((fault) => relationshipCase('collecting-customer', { typed, fault })),
    ...[true, false].map((isCustomer) => relationshipCase('collecting-customer', { typed, customer, isCustomer })),
    ...[asked('find-tenant'), ...delayed('find-tenant')].map((pending) =>
      relationshipCase('collecting-customer', { typed, pending }),
    ),
    ...[asked('fetch-invitation'), ...delayed('fetch-invitation')].map((pending) =>
      relationshipCase('fetching-link', { typed, customer, pending }),
    ),
    ...faults.map((fault) => relationshipCase('fetching-link', { typed, customer, fault })),
    ...ready.map((context) => relationshipCase('link-ready', context)),
    ...ready.map((context) =>
      relationshipCase('awaiting-customer', { ...context, sentAt: '2026-11-21T09:00:00.000Z' }),
    ),
    relationshipCase('accepted', { customer, ...linked(invitationUrl) }),
    relationshipCase('accepted', { customer }, transferAnswers),
    ...faults.map((fault) => relationshipCase('failed', { typed, customer, fault })),
    relationshipCase('lapsed', { customer, ...linked(invitationUrl) }),
    relationshipCase('cancelled', { typed }),
  ]
}

const checks = ['yes', 'no', 'unknown'] as const
const everyEligibility: Eligibility[] = checks.map((check) => ({
  relationship: check,
  region: check,
  azurePlan: check,
}))
const bothAnswers: CaseSetup = {
  edition: '2026-11',
  role: 'direct',
  answers: {
    service: 'both',
    'licence-source': 'csp-partner',
    'usage-source': 'csp-partner',
    commerce: 'new-commerce',
    offer: 'azure-plan',
  },
}

function transferCases(long: string, customer: TenantInfo, source: TenantInfo, faults: readonly CallFault[]): Case[] {
  const typed = { customer: long, source: long, email: long }
  const email = `it@${'x'.repeat(240)}.example`
  const target = { side: 'target', typed, customer, source, email } as const
  const item = (status: TransferItem['status']) => (_: unknown, index: number) =>
    subscription(index, { name: long, status, ...(status === 'failed' ? { error: long.slice(0, 200) } : {}) })
  const items = [
    ...Array.from({ length: 10 }, item('completed')),
    ...Array.from({ length: 10 }, item('failed')),
    ...Array.from({ length: 10 }, item('open')),
  ]
  const moving = transferStatuses.map((status) => transferWith({ status, said: long.slice(0, 40), items }))
  const ends = transferStates.slice(transferStates.indexOf('completed'))
  return [
    transferCase('collecting'),
    transferCase('collecting', { side: 'target' }),
    transferCase('collecting', { side: 'target', typed: { customer: '', source: '', email: long } }),
    ...faults.flatMap((fault) => [
      transferCase('collecting', { side: 'target', typed, fault }),
      transferCase('collecting', { side: 'target', typed, customer, fault }),
      transferCase('collecting', { ...target, eligibility: ready.eligibility, fault }),
    ]),
    ...['find-tenant', 'check-transfer'].flatMap((call) =>
      [asked(call), ...delayed(call)].map((pending) => transferCase('collecting', { ...target, pending })),
    ),
    ...everyEligibility.flatMap((eligibility) => [
      transferCase('collecting', { ...target, eligibility, left: items }),
      transferCase('collecting', { ...target, product: 'licences', eligibility }),
      withRole(transferCase('collecting', { ...target, eligibility }), 'indirect-reseller'),
      withRole(transferCase('collecting', { ...target, eligibility }), undefined),
    ]),
    ...sourceCases(long, customer, faults),
    ...writing(target, transferWith({ items })),
    transferCase('awaiting-source-partner', { ...target, due: '2026-12-20T09:00:00.000Z' }),
    transferCase('completed', { ...target, transfer: transferWith({ items: items.slice(0, 13) }) }),
    ...['2026-11-22', '2026-11-23', '2026-11-20'].map((due) =>
      transferCase('awaiting-source-partner', { ...target, due: `${due}T09:00:00.000Z`, transfer: transferWith() }),
    ),
    ...moving.flatMap((transfer) => [
      transferCase('awaiting-source-partner', { ...target, due: '2026-12-20T09:00:00.000Z', transfer }),
      transferCase('awaiting-source-partner', { side: 'source', typed, customer, transfer }),
    ]),
    ...faults.map((fault) => transferCase('awaiting-source-partner', { ...target, transfer: transferWith(), fault })),
    ...ends.flatMap((end) => [
      transferCase(end, { ...target, transfer: transferWith({ items }) }),
      transferCase(end, { side: 'source', customer, transfer: transferWith({ items }) }),
    ]),
    ...faults.map((fault) => transferCase('failed', { ...target, fault })),
    transferCase('completed', ready, bothAnswers),
    ...tickets(),
  ]
}

const withRole = (caseRecord: Case, role: 'indirect-reseller' | undefined): Case => {
  const { role: _role, ...others } = caseRecord.answers
  return { ...caseRecord, answers: role === undefined ? others : { ...others, role } }
}

function sourceCases(long: string, customer: TenantInfo, faults: readonly CallFault[]): Case[] {
  const typed = { customer: long, source: '', email: '' }
  const known = { side: 'source', typed, customer } as const
  const subscriptions = Array.from({ length: 40 }, (_, index) => subscription(index, { name: long }))
  const offer = (index: number, more: Partial<Transfer> = {}) =>
    transferWith({ id: `e5f4c1de-52f0-4c5e-9a3c-00000000000${index}`, target: { name: long }, ...more })
  const differing = [0, 1, 2, 3].map((index) => offer(index, { items: subscriptions.slice(index) }))
  const { createdAt: _created, expiresAt: _expires, ...timeless } = offer(1)
  return [
    transferCase('collecting', { side: 'source' }),
    ...faults.map((fault) => transferCase('collecting', { side: 'source', typed, fault })),
    ...faults.map((fault) => transferCase('collecting', { ...known, fault, offered: [offer(1)], subscriptions })),
    ...['find-tenant', 'find-transfer'].map((call) => transferCase('collecting', { ...known, pending: asked(call) })),
    transferCase('collecting', known),
    transferCase('collecting', { ...known, offered: [offer(1)] }),
    transferCase('collecting', { ...known, offered: [offer(1)], subscriptions }),
    transferCase('collecting', { ...known, offered: [timeless, offer(2)], subscriptions }),
    transferCase('collecting', { ...known, offered: differing, subscriptions }),
  ]
}

/** Every write: under way, delayed, and with an unknown outcome. */
function writing(target: Partial<TransferContext>, transfer: Transfer): Case[] {
  const calls = ['create-transfer', 'accept-transfer', 'decline-transfer', 'cancel-transfer']
  return calls.flatMap((call) =>
    [asked(call), ...delayed(call), asked(call, { parked: true })].flatMap((pending) => [
      transferCase('creating', { ...target, transfer, pending }),
      transferCase('awaiting-source-partner', { ...target, transfer, due: '2026-12-20T09:00:00.000Z', pending }),
    ]),
  )
}

function tickets(): Case[] {
  const settledUpTo = (count: number): TransferContext['settled'] =>
    Object.fromEntries(ticketSteps.slice(0, count).map((step) => [step, { at: now, by: reseller.id }]))
  const states = [
    'collecting',
    'collecting',
    'collecting',
    'awaiting-source-partner',
    'awaiting-source-partner',
    'completed',
  ]
  return [
    ...states.map((state, count) => ticketCase(state as 'collecting', settledUpTo(count))),
    ticketCase('cancelled', settledUpTo(2)),
  ]
}
