import type { Case } from '../../../dialogs/case.ts'
import { planIds } from '../../../dialogs/plans/plans.ts'
import type { Answers } from '../../../dialogs/questions.ts'
import { nameOf, type Track, trackSchema } from '../../../dialogs/tracks/registry.ts'
import { openRelationship, type RelationshipContext } from '../../../dialogs/tracks/relationship/context.ts'
import { openTransfer, type TransferContext } from '../../../dialogs/tracks/transfer/context.ts'
import { now, reseller } from './cases.ts'
import { answeredCase, caseAt, planCase, stepped, walkOf } from './plan-cases.ts'
import { everyRequestCase } from './request-cases.ts'

/** Cases that only an edition with plans and requests leads to. */

const contoso = { id: 'c0000000-0000-4000-8000-000000000001', name: 'Contoso', domain: 'contoso.example' }
const coho = { id: 'c0000000-0000-4000-8000-000000000002', name: 'Coho Vineyard', domain: 'coho.example' }
const denied = { fault: { kind: 'access-denied', code: '2032', detail: 'Access is denied.' } } as const
const link = { link: 'https://admin.microsoft.com/x', linkAt: now }

const storedTrack = (kind: Track['kind'], state: string, context: unknown): Track =>
  trackSchema.parse({ kind, state, context, since: now, startedAt: now, startedBy: reseller.id })

const withTrack = (answers: Answers, track: Track): Case => ({ ...answeredCase(answers), tracks: [track] })

const relationship = (role: Answers['role'], state: string, context: Partial<RelationshipContext>) =>
  withTrack(
    { role, service: 'licence', 'licence-source': 'microsoft-direct', goal: 'take-over' } as Answers,
    storedTrack('relationship', state, { ...openRelationship, typed: contoso.domain, customer: contoso, ...context }),
  )

const provider = { role: 'indirect-provider', service: 'licence', 'licence-source': 'csp-partner' } as const
const asked = { customer: contoso, reseller: { tenant: coho.id, name: 'Northwind' }, partnerId: '' }
const transfer = (context: Partial<TransferContext>) =>
  withTrack(
    provider,
    storedTrack('transfer', 'collecting', {
      ...openTransfer({ way: 'api', product: 'licences', moved: [], asked }),
      ...context,
    }),
  )

/** A plan of a reseller that waits for its provider. */
function planWithRequest(): Case {
  const answers = { role: 'indirect-reseller', service: 'licence', 'licence-source': 'ea' } as const
  const ordering = caseAt('switch-licences', 'order', answers)
  const request = everyRequestCase.flatMap(({ tracks }) => tracks).find((track) => nameOf(track) === 'invitation/order')
  const open = { ...request, state: 'in-hand' } as Track
  return { ...ordering, tracks: [open, ...ordering.tracks] }
}

/** A plan for a customer outside the region. */
const elsewhere = (): Case =>
  stepped(planCase('switch-licences', { role: 'direct', service: 'licence', 'licence-source': 'open' }), {
    type: 'step.ticked',
    track: 'plan/switch-licences',
    step: 'region',
    choice: 'no',
  })

const term = (end: string): Case =>
  withTrack(
    { role: 'direct', service: 'licence', 'licence-source': 'csp-partner', commerce: 'new-commerce', 'term-end': end },
    storedTrack('term', 'ending-soon', { end, asOf: now, remindAt: null }),
  )

const unasked = openTransfer({ way: 'api', product: 'licences', moved: [] })

/** Ways through the plans that show every step: by role, seller, topic, and the choices on the way. */
const manners: { answers: Answers; choice: 'first' | 'last' }[] = [
  { answers: { role: 'direct', service: 'licence', 'licence-source': 'microsoft-direct' }, choice: 'first' },
  { answers: { role: 'indirect-reseller', service: 'usage', 'usage-source': 'ea' }, choice: 'last' },
  { answers: { role: 'direct', service: 'something-else', topic: 'leaving-csp' }, choice: 'last' },
]

/** One case of every kind, each step of every plan included. */
export const everyEditionCase = (): Case[] => [
  ...planIds.flatMap((plan) => manners.flatMap(({ answers, choice }) => walkOf(plan, answers, { choice }))),
  ...everyRequestCase,
  planWithRequest(),
  elsewhere(),
  answeredCase({
    role: 'direct',
    service: 'licence',
    'licence-source': 'csp-partner',
    commerce: 'unknown',
    'term-end': '2027-05-05',
  }),
  relationship('indirect-reseller', 'collecting-customer', {}),
  relationship('indirect-reseller', 'fetching-link', denied),
  relationship('indirect-reseller', 'awaiting-customer', { isByHand: true, sentAt: now }),
  relationship('direct', 'awaiting-customer', { ...link, others: [coho], isOtherOpen: true }),
  transfer({ typed: { customer: contoso.domain, source: 'northwind.example', email: 'it@contoso.example' } }),
  ...(['yes', 'no', 'unknown'] as const).map((relationshipCheck) =>
    transfer({
      customer: contoso,
      source: coho,
      email: 'it@contoso.example',
      partnerId: '4847383',
      eligibility: { relationship: 'yes', region: 'yes', azurePlan: 'yes', reseller: relationshipCheck },
    }),
  ),
  withTrack(provider, storedTrack('transfer', 'collecting', { ...unasked, side: 'target' })),
  term('2026-12-10'),
]
