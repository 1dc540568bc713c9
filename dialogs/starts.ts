import type { Case } from './case.ts'
import type { TrackKind } from './events.ts'
import { notesOf, type Outcome, type Part } from './policy/decide.ts'
import { type ActionId, editionOf, type Policy, type Rule } from './policy/policy.ts'
import { hasReached, type InvitationTrack, isOpen, type Start, type Track } from './tracks/registry.ts'

/** Which track carries out which action; the others are done by people. */
const trackFor: Partial<Record<ActionId, TrackKind>> = {
  'manual-migration': 'migration',
  'wait-for-term': 'term',
  'request-relationship': 'relationship',
  transfer: 'transfer',
  'support-ticket': 'transfer',
  'use-partner-invitation': 'invitation',
  'request-delegated-admin': 'delegated-admin',
}

/** What can be begun from an answer now, each kind of track once, with what it begins with. */
export function startsFrom(policy: Policy, caseRecord: Case, outcome: Outcome): Start[] {
  const rules = outcome.parts.flatMap((part) => part.variants.map(({ rule }) => rule))
  const actions = rules.flatMap((rule) => [...(rule.first ? [rule.first] : []), ...rule.do, ...rule.instead])
  const kinds = [...actions, ...afterTerm(policy, caseRecord)].flatMap((action) => trackFor[action] ?? [])
  if (forReseller(caseRecord)) kinds.push('delegated-admin')
  return [...new Set(kinds)]
    .filter((kind) => !caseRecord.tracks.some((track) => isFor(kind, track) && isUnderWay(track)))
    .flatMap((kind) => startOf(kind, caseRecord, outcome) ?? [])
}

const withInvitation: readonly string[] = ['created', 'with-reseller', 'with-customer', 'accepted']

/** As the direct partner, the invitation of a reseller for whom delegated admin may be asked for by now. */
const forReseller = ({ tracks }: Case): InvitationTrack | undefined =>
  tracks
    .filter((track) => track.kind === 'invitation')
    .find(({ state, context }) => context.side === 'direct-partner' && withInvitation.includes(state))

/** An invitation through a direct partner is a way to the relationship. */
const isFor = (kind: TrackKind, track: Track) =>
  track.kind === kind || (kind === 'relationship' && track.kind === 'invitation')

/** A relationship that stands need not be asked for again; everything else may be done once more. */
const isUnderWay = (track: Track) => isOpen(track) || track.state === 'accepted'

const overStates: readonly string[] = ['ended', 'followed-up', 'cancelled-early']

/** What follows a term waits until the term is over. */
function afterTerm(policy: Policy, { edition, answers, tracks }: Case): ActionId[] {
  const isOver = tracks.some(({ kind, state }) => kind === 'term' && overStates.includes(state))
  return isOver && answers.role ? [editionOf(policy, edition).afterTerm[answers.role]] : []
}

function startOf(kind: TrackKind, caseRecord: Case, outcome: Outcome): Start | undefined {
  switch (kind) {
    case 'term': {
      const end = caseRecord.answers['term-end']
      return end === undefined || end === 'unknown' ? undefined : { kind, end }
    }
    case 'transfer':
      return transferStart(caseRecord, outcome)
    case 'delegated-admin':
      return adminStart(caseRecord)
    case 'invitation':
      return { kind, side: 'reseller' }
    case 'migration':
    case 'relationship':
      return { kind }
  }
  return kind satisfies never
}

/** For a reseller, for the customer of its invitation; else for the customer of this case, if it is known already. */
function adminStart(caseRecord: Case): Start {
  const invitation = forReseller(caseRecord)?.context
  const [known] = caseRecord.tracks.flatMap((track) =>
    track.kind === 'relationship' ? (track.context.customer ?? []) : [],
  )
  return {
    kind: 'delegated-admin',
    token: caseRecord.id,
    customer: invitation?.customer ?? known ?? null,
    forCompany: invitation ? (invitation.company ?? invitation.peer?.tenant ?? '') : null,
  }
}

type TransferStart = Extract<Start, { kind: 'transfer' }>

/** The first service that can be transferred; the other one where the first has been. */
function transferStart(caseRecord: Case, outcome: Outcome): TransferStart | undefined {
  const starts = outcome.parts.flatMap((part): TransferStart[] => {
    const way = wayOf(part, caseRecord)
    return way === undefined ? [] : [{ kind: 'transfer', way, product: part.about === 'usage' ? 'azure' : 'licences' }]
  })
  const done = caseRecord.tracks.flatMap((track) =>
    track.kind === 'transfer' && hasReached(track) ? track.context.product : [],
  )
  return starts.find(({ product }) => !done.includes(product)) ?? starts[0]
}

/**
 * How the service is transferred: through the API or on paper. Undefined where it is not, and where that hangs on a fact
 * that nobody knows yet: nobody is led along what may be the wrong way.
 */
function wayOf({ about, variants }: Part, { answers }: Case): TransferStart['way'] | undefined {
  const ways = variants.flatMap(({ rule }) => wayIn(rule, notesOf(rule, about, answers)) ?? [])
  return new Set(ways).size === 1 ? ways[0] : undefined
}

function wayIn(rule: Rule, notes: readonly string[]): TransferStart['way'] | undefined {
  const actions = [...rule.do, ...rule.instead]
  if (actions.includes('support-ticket')) return 'ticket'
  if (!actions.includes('transfer')) return undefined
  return notes.includes('transfer-by-ticket') ? 'ticket' : 'api'
}
