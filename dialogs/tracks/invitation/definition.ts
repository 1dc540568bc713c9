import { z } from 'zod'
import { foundCustomers } from '../../customer.ts'
import { withoutPlaceholders } from '../../erasable-texts.ts'
import { MAX_PARTNER_ID_LENGTH, MAX_PEER_NOTE_LENGTH, MAX_PRODUCTS_LENGTH } from '../../peer.ts'
import { type RequestKind, requestKinds } from '../../requests.ts'
import type { TrackName } from '../../track-names.ts'
import { MAX_TENANT_LENGTH, typedText } from '../form-fields.ts'
import { defineTrack, type StoredTrack } from '../protocol.ts'
import {
  type InvitationContext,
  type InvitationInput,
  invitationContextSchema,
  invitationResource,
  invitationStates,
  invitationSteps,
} from './context.ts'
import { invitationMachine } from './machine.ts'
import { workActionOf } from './work.ts'

type InvitationState = (typeof invitationStates)[number]
type InvitationStart = { kind: 'invitation' } & InvitationInput
type StoredInvitation = StoredTrack<'invitation', InvitationState, InvitationContext>

const isInvitation = (track: StoredTrack): track is StoredInvitation => track.kind === 'invitation'

const requestIn = (name: TrackName) => requestKinds.find((request) => name === `invitation/${request}`) ?? null

const vainStates: readonly InvitationState[] = ['declined', 'lapsed', 'cancelled']
const watchingStates: readonly InvitationState[] = ['created', 'with-reseller', 'with-customer']
const madeStates: readonly InvitationState[] = [...watchingStates, 'accepted']

/** Finds, on the direct partner's side, the invitation of a reseller for whom delegated admin can be requested. */
export const invitationForReseller = (tracks: readonly StoredTrack[]): StoredInvitation | undefined =>
  tracks
    .filter(isInvitation)
    .find(({ state, context }) => context.side === 'direct-partner' && madeStates.includes(state))

const workingStates: readonly InvitationState[] = ['at-direct-partner', 'in-hand']

/** Finds a reseller's request that the provider answers with this work, or works on. */
export const requestAtDesk = (tracks: readonly StoredTrack[], request: RequestKind): StoredInvitation | undefined =>
  tracks
    .filter(isInvitation)
    .find(
      ({ state, context }) =>
        context.side === 'direct-partner' && context.request === request && workingStates.includes(state),
    )

export const invitationTrack = defineTrack({
  kind: 'invitation',
  machine: invitationMachine,
  states: invitationStates,
  context: invitationContextSchema,
  standing: {
    asking: 'open',
    'at-direct-partner': 'open',
    created: 'open',
    'with-reseller': 'open',
    'with-customer': 'open',
    'by-hand': 'open',
    'in-hand': 'open',
    fulfilled: 'lasting',
    accepted: 'lasting',
    declined: 'failed',
    lapsed: 'failed',
    cancelled: 'in-vain',
  },
  // The reseller goes on to hear of the delegated admin that is requested on its behalf.
  hearsAtEnd: { accepted: ['peer.told'] },
  titleNotices: {
    'invitation-asked': 'at-direct-partner',
    'invitation-arrived': 'with-reseller',
    'request-asked': 'at-direct-partner',
    'invitation-accepted': 'accepted',
    'invitation-needless': 'accepted',
    'invitation-declined': 'declined',
    'invitation-lapsed': 'lapsed',
    'request-declined': 'declined',
    'request-lapsed': 'lapsed',
    'request-news': 'fulfilled',
  },
  carriesOut: ['use-partner-invitation', 'ask-provider'],
  variantOf: ({ request }) => request ?? undefined,
  variantFor: (action) => ('request' in action ? action.request : undefined),
  // An invitation through a direct partner leads to the relationship as well.
  standsInFor: ({ request }) => (request === null ? ['relationship'] : []),
  steps: invitationSteps,
  forms: [
    z.strictObject({ customer: typedText(MAX_TENANT_LENGTH), note: typedText(MAX_PEER_NOTE_LENGTH) }),
    z.strictObject({
      customer: typedText(MAX_TENANT_LENGTH),
      products: typedText(MAX_PRODUCTS_LENGTH),
      partnerId: typedText(MAX_PARTNER_ID_LENGTH),
      note: typedText(MAX_PEER_NOTE_LENGTH),
    }),
  ],
  // The work that a request needs is offered at the desk, whatever the answers say: the provider decides.
  leadsTo: ({ state, context: { side, request } }) =>
    side === 'direct-partner' && request !== null && workingStates.includes(state)
      ? [{ id: workActionOf(request) }]
      : [],
  startFrom({ tracks }, name): InvitationStart {
    const request = requestIn(name)
    const last = tracks
      .filter(isInvitation)
      .findLast(
        ({ state, context }) =>
          vainStates.includes(state) && context.side === 'reseller' && context.request === request,
      )
    const known = request === null ? null : (foundCustomers(tracks).at(-1) ?? null)
    if (!last) return { kind: 'invitation', side: 'reseller', request, customer: known }
    const { typed, note, products, partnerId, customer } = withoutPlaceholders(last.context)
    const earlier = { typed, note, products, partnerId }
    return { kind: 'invitation', side: 'reseller', request, customer: customer ?? known, earlier }
  },
  inputOf: ({ kind: _kind, ...input }) => input,
  actors: ({ handed }) => handed.map(({ by }) => by),
  due: ({ due }) => due ?? undefined,
  watches: ({ state, context }) => (watchingStates.includes(state) ? invitationResource(context) : undefined),
})
