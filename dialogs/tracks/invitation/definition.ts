import { z } from 'zod'
import { MAX_PEER_NOTE_LENGTH } from '../../peer.ts'
import { requestKinds } from '../../requests.ts'
import type { TrackName } from '../../track-names.ts'
import { MAX_TENANT_LENGTH, typedText } from '../form-fields.ts'
import { defineTrack, type StoredTrack } from '../protocol.ts'
import {
  type InvitationContext,
  invitationContextSchema,
  invitationResource,
  invitationStates,
  invitationSteps,
} from './context.ts'
import { invitationMachine } from './machine.ts'

type InvitationState = (typeof invitationStates)[number]
/** An invitation starts with the side we are on. */
type InvitationStart = { kind: 'invitation' } & Pick<InvitationContext, 'side' | 'request'>
type StoredInvitation = StoredTrack<'invitation', InvitationState, InvitationContext>

const isInvitation = (track: StoredTrack): track is StoredInvitation => track.kind === 'invitation'

const requestIn = (name: TrackName) => requestKinds.find((request) => name === `invitation/${request}`) ?? null

const watchingStates: readonly InvitationState[] = ['created', 'with-reseller', 'with-customer']
const madeStates: readonly InvitationState[] = [...watchingStates, 'accepted']

/** Finds, on the direct partner's side, the invitation of a reseller for whom delegated admin can be requested. */
export const invitationForReseller = (tracks: readonly StoredTrack[]): StoredInvitation | undefined =>
  tracks
    .filter(isInvitation)
    .find(({ state, context }) => context.side === 'direct-partner' && madeStates.includes(state))

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
    accepted: 'lasting',
    declined: 'in-vain',
    lapsed: 'in-vain',
    cancelled: 'in-vain',
  },
  // The reseller goes on to hear of the delegated admin that is requested on its behalf.
  hearsAtEnd: { accepted: ['peer.told'] },
  noticeEnds: {
    'invitation-accepted': 'accepted',
    'invitation-declined': 'declined',
    'invitation-lapsed': 'lapsed',
  },
  carriesOut: ['use-partner-invitation', 'ask-provider'],
  variantOf: ({ request }) => request ?? undefined,
  variantFor: (action) => ('request' in action ? action.request : undefined),
  // An invitation through a direct partner leads to the relationship as well.
  standsInFor: ({ request }) => (request === null ? ['relationship'] : []),
  steps: invitationSteps,
  forms: [z.strictObject({ customer: typedText(MAX_TENANT_LENGTH), note: typedText(MAX_PEER_NOTE_LENGTH) })],
  movesByItself: true,
  startFrom: (_, name): InvitationStart => ({ kind: 'invitation', side: 'reseller', request: requestIn(name) }),
  inputOf: ({ side, request }) => ({ side, request }),
  actors: ({ handed }) => handed.map(({ by }) => by),
  due: ({ due }) => due ?? undefined,
  watches: ({ state, context }) => (watchingStates.includes(state) ? invitationResource(context) : undefined),
})
