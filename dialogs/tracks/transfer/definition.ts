import { z } from 'zod'
import { withoutPlaceholders } from '../../erasable-texts.ts'
import { MAX_PARTNER_ID_LENGTH } from '../../peer.ts'
import { type NoteFacts, notesOf, type Part } from '../../policy/decide.ts'
import type { Cloud, Rule } from '../../policy/policy.ts'
import {
  chosenItems,
  MAX_EMAIL_LENGTH,
  MAX_ITEMS,
  MAX_REASON_LENGTH,
  MAX_TENANT_LENGTH,
  MAX_TRANSFER_LENGTH,
  transferId,
  typedText,
} from '../form-fields.ts'
import { requestAtDesk } from '../invitation/definition.ts'
import { type Circumstances, defineTrack, type StoredTrack, type TrackStanding } from '../protocol.ts'
import {
  products,
  sides,
  type TransferContext,
  type TransferInput,
  ticketSteps,
  transferContextSchema,
  transferResource,
  transferStates,
  transferSteps,
} from './context.ts'
import { transferMachine } from './machine.ts'

type TransferState = (typeof transferStates)[number]
/** A transfer starts with the way it is done, the product it is of, and the reseller that asked for it, if one did. */
type TransferStart = { kind: 'transfer' } & TransferInput

const standing: Record<TransferState, TrackStanding> = {
  collecting: 'open',
  creating: 'open',
  'awaiting-source-partner': 'open',
  completed: 'reached',
  'partially-completed': 'partly',
  rejected: 'failed',
  expired: 'failed',
  cancelled: 'in-vain',
  failed: 'failed',
}

export const transferTrack = defineTrack({
  kind: 'transfer',
  machine: transferMachine,
  states: transferStates,
  context: transferContextSchema,
  standing,
  titleNotices: {
    'transfer-completed': 'completed',
    'transfer-partly': 'partially-completed',
    'transfer-rejected': 'rejected',
    'transfer-expired': 'expired',
    'transfer-failed': 'failed',
  },
  carriesOut: ['transfer', 'support-ticket'],
  standsInFor: ({ product }) => [`transfer/${product}`],
  reachedBefore: ({ moved }) => moved.map((product) => `transfer/${product}` as const),
  steps: [...transferSteps, ...ticketSteps],
  forms: [
    z.strictObject({ side: z.enum(sides) }),
    z.strictObject({
      transfer: transferId,
      items: chosenItems(MAX_ITEMS, MAX_TRANSFER_LENGTH),
      // The second step sends these, after the person has seen what leaves.
      sure: z.literal(true).optional(),
      reason: z.string().max(MAX_REASON_LENGTH).trim().optional(),
    }),
    z.strictObject({
      customer: typedText(MAX_TENANT_LENGTH),
      source: typedText(MAX_TENANT_LENGTH),
      email: typedText(MAX_EMAIL_LENGTH),
      // Only a provider has this field.
      partnerId: z.string().max(MAX_PARTNER_ID_LENGTH).trim().optional(),
    }),
  ],
  startFrom,
  inputOf: ({ kind: _kind, ...input }) => input,
  actors: ({ settled }) => Object.values(settled).map(({ by }) => by),
  due: ({ due }) => due ?? undefined,
  watches: ({ state, context }) => (state === 'awaiting-source-partner' ? transferResource(context) : undefined),
})

/** Starts with the facts of the case, and keeps what was typed for the transfer before. */
function startFrom(circumstances: Circumstances): TransferStart | undefined {
  const start = startOf(circumstances)
  const earlier = start && earlierOf(start, circumstances.tracks)
  return earlier ? { ...start, earlier } : start
}

/** The fields of the transfer before, if they were complete, and what it failed to move of the same product. */
function earlierOf({ way, product }: TransferStart, tracks: readonly StoredTrack[]): TransferInput['earlier'] {
  const last = tracks.filter(isTransfer).at(-1)
  if (!last || way === 'ticket' || last.context.way === 'ticket') return undefined
  const { side, typed, partnerId, transfer } = withoutPlaceholders(last.context)
  const isComplete = typed.customer !== '' && (side === 'source' || (typed.source !== '' && typed.email !== ''))
  if (!isComplete) return undefined
  const failed = (transfer?.items ?? []).filter(({ status }) => status === 'failed')
  return { side, typed, partnerId, left: last.context.product === product ? failed : [] }
}

/** Picks the first service that can be transferred; the other one if the first has been. */
function startOf({ answers, cloud, outcome, tracks }: Circumstances): TransferStart | undefined {
  const moved = tracks
    .filter(isTransfer)
    .flatMap(({ state, context }) => [...context.moved, ...(standing[state] === 'reached' ? [context.product] : [])])
  const starts = outcome.parts.flatMap((part): TransferStart[] => {
    const way = wayOf(part, { answers, cloud })
    const product = part.about === 'usage' ? 'azure' : 'licences'
    return way === undefined ? [] : [{ kind: 'transfer', way: wayIn(cloud, way), product, moved }]
  })
  const own = starts.find(({ product }) => !moved.includes(product)) ?? starts[0]
  const request = requestAtDesk(tracks, 'transfer')?.context
  if (!request?.customer || !request.peer) return own
  // The provider may ask for a transfer that the reseller's answers alone do not lead to.
  const wanted = products.filter((product) => answers.service === 'both' || product === productOf(answers))
  const left = wanted.find((product) => !moved.includes(product))
  const { customer, company, partnerId, peer } = request
  const asked = { customer, partnerId, reseller: { tenant: peer.tenant, name: company ?? '' } }
  if (own && (left === undefined || own.product === left)) return { ...own, asked }
  return { kind: 'transfer', way: wayIn(cloud, 'api'), product: left ?? productOf(answers), moved, asked }
}

const productOf = ({ service }: Circumstances['answers']) => (service === 'usage' ? 'azure' : 'licences')

/** The API of the other clouds refuses transfers between partners, as far as is known: Microsoft's support has to say. */
const wayIn = (cloud: Cloud, way: TransferStart['way']): TransferStart['way'] => (cloud === 'global' ? way : 'ticket')

const isTransfer = (track: StoredTrack): track is StoredTrack<'transfer', TransferState, TransferContext> =>
  track.kind === 'transfer'

/**
 * Says how a service is transferred: through the API or on paper. Undefined if it is not, and if that depends on a fact
 * that is still unknown: a guess could lead the partner the wrong way.
 */
function wayOf({ about, variants }: Part, situation: NoteFacts): TransferStart['way'] | undefined {
  const ways = variants.flatMap(({ rule }) => wayBy(rule, notesOf(rule, about, situation)) ?? [])
  return new Set(ways).size === 1 ? ways[0] : undefined
}

function wayBy(rule: Rule, notes: readonly string[]): TransferStart['way'] | undefined {
  const actions = [...rule.do, ...rule.instead].map(({ id }) => id)
  if (actions.includes('support-ticket') && !actions.includes('transfer')) return 'ticket'
  if (!actions.includes('transfer')) return undefined
  return notes.includes('transfer-by-ticket') ? 'ticket' : 'api'
}
