import type { Case } from '../../../dialogs/case.ts'
import { type RequestKind, requestKinds, requestNews } from '../../../dialogs/requests.ts'
import { openCase } from '../../../dialogs/step.ts'
import {
  type InvitationContext,
  type InvitationInput,
  openInvitation,
} from '../../../dialogs/tracks/invitation/context.ts'
import { type Track, trackSchema } from '../../../dialogs/tracks/registry.ts'
import { policy } from '../../support/policy.ts'

/** Cases with a request to the provider, on both sides. */

export const requestedAt = '2026-11-28T10:00:00.000Z'
export const person = { tenant: 'tenant', id: 'a-person' }
export const customer = { id: 'a1f4c1de-52f0-4c5e-9a3c-2f7b8a2d1e01', name: 'Contoso AG', domain: 'contoso.com' }
export const peer = { tenant: 'b2f4c1de-52f0-4c5e-9a3c-2f7b8a2d1e02', case: 'MC-PEERED' }
export const due = '2026-12-12T10:00:00.000Z'
export const filledIn = { customer, typed: 'contoso.com', products: '25 × Microsoft 365 E3', note: 'Before the first.' }

export type State = Track['state']

/** A case with one side of a request, and further tracks. */
export function requestCase(
  { side, request = 'order' }: { side: InvitationInput['side']; request?: RequestKind },
  state: State,
  context: Partial<InvitationContext> = {},
  others: Track[] = [],
): Case {
  const opening = {
    id: 'MC-7K2P9Q',
    conversation: 'room',
    edition: '2026-11',
    cloud: 'global',
    by: person,
    at: requestedAt,
  } as const
  const { case: opened } = openCase(policy, opening)
  const role = side === 'reseller' ? 'indirect-reseller' : 'indirect-provider'
  const track = trackSchema.parse({
    kind: 'invitation',
    state,
    context: { ...openInvitation({ side, request }), ...context },
    since: requestedAt,
    startedAt: requestedAt,
    startedBy: person.id,
  })
  const answers = { role, service: 'licence', 'licence-source': 'microsoft-direct' } as const
  return { ...opened, intake: 'answered', answers, tracks: [...others, track] }
}
export const resellerRequest = (state: State, context: Partial<InvitationContext> = {}) =>
  requestCase({ side: 'reseller' }, state, { ...filledIn, ...context })
export const ours = { ...filledIn, peer, company: 'Northwind Cloud', due }
export const deskRequestCase = (state: State, context: Partial<InvitationContext> = {}, others: Track[] = []) =>
  requestCase({ side: 'direct-partner' }, state, { ...ours, ...context }, others)

const long = 'ÄÖ "<&>\\ '.repeat(60).slice(0, 500)
const history = requestNews.map((state) => ({ what: 'request', at: requestedAt, by: 'peer', state }) as const)
export const everyRequestCase: Case[] = [
  ...requestKinds.flatMap((request) => [
    requestCase({ side: 'reseller', request }, 'asking'),
    requestCase({ side: 'reseller', request }, 'asking', filledIn),
    requestCase({ side: 'reseller', request }, 'by-hand', { ...filledIn, products: long, note: long }),
    requestCase({ side: 'direct-partner', request }, 'at-direct-partner', ours),
    requestCase({ side: 'direct-partner', request }, 'in-hand', { ...ours, handed: history }),
  ]),
  resellerRequest('asking', { customer: null, fault: { kind: 'not-found' } }),
  resellerRequest('asking', { customer: null, pending: { call: 'find-tenant', since: requestedAt } }),
  resellerRequest('by-hand', { askedAt: requestedAt, due, partnerId: '4847383' }),
  resellerRequest('at-direct-partner', { handed: [{ what: 'asked', at: requestedAt, by: person.id }], due }),
  resellerRequest('in-hand', { handed: history, products: long, note: long, due }),
  ...(['fulfilled', 'declined', 'lapsed', 'cancelled'] as const).flatMap((state) => [
    resellerRequest(state, { peer, handed: history, reason: long }),
    deskRequestCase(state, { handed: history, reason: long }),
  ]),
  resellerRequest('fulfilled'),
]
