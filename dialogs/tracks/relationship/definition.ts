import { z } from 'zod'
import { withoutPlaceholders } from '../../erasable-texts.ts'
import { MAX_TENANT_LENGTH, typedText } from '../form-fields.ts'
import { defineTrack, type StoredTrack } from '../protocol.ts'
import {
  lapsesAt,
  type RelationshipContext,
  type RelationshipInput,
  relationshipContextSchema,
  relationshipResource,
  relationshipStates,
  relationshipSteps,
} from './context.ts'
import { relationshipMachine } from './machine.ts'

type RelationshipStart = { kind: 'relationship' } & RelationshipInput
type RelationshipState = (typeof relationshipStates)[number]

export const isRelationship = (
  track: StoredTrack,
): track is StoredTrack<'relationship', RelationshipState, RelationshipContext> => track.kind === 'relationship'

const watchingStates: readonly RelationshipState[] = ['link-ready', 'awaiting-customer']

export const relationshipTrack = defineTrack({
  kind: 'relationship',
  machine: relationshipMachine,
  states: relationshipStates,
  context: relationshipContextSchema,
  standing: {
    'collecting-customer': 'open',
    'fetching-link': 'open',
    'link-ready': 'open',
    'awaiting-customer': 'open',
    accepted: 'lasting',
    failed: 'failed',
    lapsed: 'failed',
    cancelled: 'in-vain',
  },
  titleNotices: { 'relationship-accepted': 'accepted', 'relationship-lapsed': 'lapsed' },
  carriesOut: ['request-relationship'],
  steps: relationshipSteps,
  forms: [z.strictObject({ customer: typedText(MAX_TENANT_LENGTH) })],
  // The customer of an invitation that came to nothing stays in the field.
  startFrom({ tracks }): RelationshipStart {
    const last = tracks.filter(isRelationship).at(-1)
    return { kind: 'relationship', ...(last && { typed: withoutPlaceholders(last.context).typed }) }
  },
  inputOf: ({ kind: _kind, ...input }) => input,
  due: lapsesAt,
  watches: ({ state, context }) => (watchingStates.includes(state) ? relationshipResource(context) : undefined),
})
