import type { CallAnswer, Sighting } from './calls.ts'
import { type Case, stateOf } from './case.ts'
import { readCustomer } from './customer.ts'
import type { CaseEvent } from './events.ts'
import type { PeerNews } from './peer.ts'
import { nameOf, type Track } from './tracks/registry.ts'

/**
 * Collects the arguments of an event and its changes for the history. History is stored for long and exported, so
 * links, addresses and whole answers of the service stay out of it.
 */
export function detailOf(event: CaseEvent, before: Case, after: Case): Record<string, unknown> {
  return { ...argumentsOf(event, after), from: stateOf(before), to: stateOf(after), ...trackChanges(before, after) }
}

function argumentsOf(event: CaseEvent, after: Case): Record<string, unknown> {
  const { type: _type, at: _at, by: _by, ...args } = event
  switch (event.type) {
    case 'details.given': {
      const { track, fields } = event
      // Not as typed: of an e-mail address only the domain.
      const customer = readCustomer(fields.customer ?? '')
      return {
        track,
        fields: Object.keys(fields),
        ...(fields.side === undefined ? {} : { side: fields.side }),
        ...(customer ? { named: customer.name } : {}),
      }
    }
    case 'call.answered':
      return { track: event.track, call: event.answer.call, ...answerDetail(event.answer) }
    case 'call.delayed':
      return { track: event.track, call: event.call, why: event.again.why }
    case 'call.parked':
      return { track: event.track, call: event.call }
    case 'resource.seen':
      return { track: event.track, resource: event.sighting.resource, ...sightingDetail(event.sighting, after) }
    case 'step.ticked':
      return { ...tickDetail(event), ...(event.step === 'ask-approval' ? requestDetail(after) : {}) }
    case 'peer.told':
      return { track: event.track, from: event.from, ...newsDetail(event.news) }
    case 'edition.withdrawn':
      // `from` and `to` of a detail are states.
      return { withdrawn: event.from, edition: event.edition }
    case 'case.idle':
      return after.closing === undefined ? {} : { closing: after.closing }
    case 'approval.given':
      return {}
    case 'approval.denied':
      return { reason: event.reason }
    case 'approval.narrowed':
      return { roles: event.roles, days: event.days, asked: adminOf(after)?.narrowed?.from }
    default:
      return args
  }
}

function answerDetail(answer: CallAnswer): Record<string, unknown> {
  if ('fault' in answer) {
    const { kind, code } = answer.fault
    return { fault: kind, ...(code === undefined ? {} : { code }) }
  }
  switch (answer.call) {
    case 'find-tenant':
      return { tenant: answer.tenant.id, found: answer.tenant.name, isCustomer: answer.isCustomer }
    case 'fetch-invitation':
      return {}
    case 'check-transfer':
      return answer.eligibility
    case 'find-transfer':
      return { transfers: answer.transfers.length, subscriptions: answer.subscriptions.length }
    case 'check-agreement':
      return { signed: answer.signed, ...(answer.isCustomer === undefined ? {} : { isCustomer: answer.isCustomer }) }
    case 'find-group':
      return { group: answer.group.id }
    case 'create-admin':
    case 'lock-admin':
    case 'assign-access':
    case 'remove-admin':
      return { relationship: answer.relationship.id, status: answer.relationship.status }
    default:
      return { transfer: answer.transfer.id, status: answer.transfer.status }
  }
}

/** The step with its plan and choice, where it has them. */
const tickDetail = ({ step, track, choice, provider }: Extract<CaseEvent, { type: 'step.ticked' }>) => ({
  step,
  ...(provider === undefined ? {} : { provider }),
  ...(track === undefined ? {} : { track }),
  ...(choice === undefined ? {} : { choice }),
})

const adminOf = ({ tracks }: Case) => tracks.find((track) => track.kind === 'delegated-admin')?.context

/** Content of a request for approval: an auditor has to see roles, customer and reason. */
function requestDetail(after: Case): Record<string, unknown> {
  const admin = adminOf(after)
  if (!admin) return {}
  const { customer, roles, days, autoExtend, justification, forCompany, group } = admin
  const request = { customer: customer?.id, roles, days, autoExtend, group: group?.id, forCompany, justification }
  return { request }
}

/** Describes news without their link and note: only the track stores those. */
function newsDetail(news: PeerNews): Record<string, unknown> {
  if (news.kind === 'declined') return { news: news.kind, reason: news.reason }
  if (news.kind === 'accepted' && news.already) return { news: news.kind, already: true }
  if (news.kind === 'request') return { news: news.kind, state: news.state }
  if (news.kind !== 'admin') return { news: news.kind }
  const { state, roles, until } = news
  return {
    news: news.kind,
    state,
    ...(roles === undefined ? {} : { roles }),
    ...(until === undefined ? {} : { until }),
  }
}

/** Describes a sighting; of many transfers, only the one of this case. */
function sightingDetail(sighting: Sighting, { tracks }: Case): Record<string, unknown> {
  if ('accepted' in sighting) {
    const customer = tracks.find((track) => track.kind === 'relationship')?.context.customer
    const isOther = sighting.tenant !== undefined && customer && customer.id !== sighting.tenant.id
    return { accepted: sighting.accepted, ...(isOther ? { other: sighting.tenant?.id } : {}) }
  }
  if ('status' in sighting) return { status: sighting.status }
  const ours = tracks.find((track) => track.kind === 'transfer')?.context.transfer
  if (!ours) return {}
  const done = ours.items.filter(({ status }) => status === 'completed').length
  return { transfer: ours.id, status: ours.status, done, total: ours.items.length }
}

/** Lists the tracks that changed their state. */
function trackChanges(before: Case, after: Case): Record<string, unknown> {
  const was = new Map(before.tracks.map((track): [string, Track] => [nameOf(track), track]))
  const moved = after.tracks.filter((track) => was.get(nameOf(track))?.state !== track.state)
  if (moved.length === 0) return {}
  return {
    tracks: moved.map((track) => ({
      kind: track.kind,
      ...(nameOf(track) === track.kind ? {} : { name: nameOf(track) }),
      from: was.get(nameOf(track))?.state ?? null,
      to: track.state,
    })),
  }
}
