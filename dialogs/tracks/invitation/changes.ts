import { daysUntil } from '../../calendar.ts'
import type { CallName } from '../../calls.ts'
import type { recipients } from '../../events.ts'
import {
  type AskedNews,
  MAX_PARTNER_ID_LENGTH,
  MAX_PEER_NOTE_LENGTH,
  MAX_PRODUCTS_LENGTH,
  type PeerNews,
} from '../../peer.ts'
import type { RequestNews } from '../../requests.ts'
import type { Purpose } from '../../track-names.ts'
import type { TrackEffect, TrackEvent } from '../protocol.ts'
import {
  answerTo,
  changing,
  commonEffects,
  fieldsOf,
  isAwaited,
  isPast,
  isTick,
  stopped,
  type WaitingArgs,
  waitingActions,
  waitingGuards,
} from '../waiting.ts'
import {
  type InvitationContext,
  invitationCall,
  invitationResource,
  isPresentable,
  nextNudge,
  type Wait,
  waitBegan,
  withClock,
  withHandover,
} from './context.ts'
import { workNewsIn } from './work.ts'

/** The actions, guards and effects of one side of an invitation. */

type GivenInvitation = WaitingArgs<InvitationContext>
type Change = Partial<InvitationContext>

/** The customer as the reseller typed it, in this event or before. */
const typedIn = ({ context, event }: GivenInvitation) => (fieldsOf(event).customer ?? context.typed).trim()

/** True if the reseller names the customer, or adds a note. */
const isCustomerForm = (given: GivenInvitation): boolean =>
  given.context.side === 'reseller' &&
  ['customer', 'note'].some((name) => fieldsOf(given.event)[name] !== undefined) &&
  typedIn(given) !== ''

/** True if the typed customer is found already. */
const isKnown = (given: GivenInvitation): boolean =>
  given.context.customer !== null && typedIn(given) === given.context.typed

function takeNote({ context, event }: GivenInvitation): Change {
  const { note = context.note, products = context.products, partnerId = context.partnerId } = fieldsOf(event)
  return {
    note: note.trim().slice(0, MAX_PEER_NOTE_LENGTH),
    products: products.trim().slice(0, MAX_PRODUCTS_LENGTH),
    partnerId: partnerId.trim().slice(0, MAX_PARTNER_ID_LENGTH),
  }
}

const takeCustomer = (given: GivenInvitation): Change => ({
  ...takeNote(given),
  typed: typedIn(given),
  customer: null,
  fault: null,
  pending: { call: 'find-tenant', since: given.event.at },
})

/** Takes an answer, be it a yes or a no; nothing is awaited any more. */
function takeAnswer({ context, event }: GivenInvitation): Change {
  const answer = answerTo(event)
  if (!answer) return {}
  if ('fault' in answer) return { fault: answer.fault, pending: null }
  switch (answer.call) {
    case 'find-tenant':
      return { customer: answer.tenant, pending: null }
    case 'check-agreement':
      return answer.signed ? { pending: null } : { fault: { kind: 'agreement-missing' }, pending: null }
    case 'fetch-invitation':
      return { link: answer.url, linkAt: event.at, pending: null, ...withClock(event.at) }
    default:
      return context
  }
}

/** True if the reseller has signed Microsoft's partner agreement, without which it may not sell. */
function isSigned({ context, event }: GivenInvitation): boolean {
  const answer = answerTo(event)
  return isAwaited(context.pending, event) && answer !== undefined && 'signed' in answer && answer.signed
}

/** True if the agreement is signed and the customer is one of ours already, so that nobody need be invited. */
function isThereAlready(given: GivenInvitation): boolean {
  const answer = answerTo(given.event)
  return isSigned(given) && answer?.call === 'check-agreement' && 'isCustomer' in answer && answer.isCustomer === true
}

/** News that each side of an invitation listens to. The direct partner sees at Microsoft that the customer has accepted. */
const heard: Record<InvitationContext['side'], readonly PeerNews['kind'][]> = {
  reseller: ['invitation', 'declined', 'with-customer', 'accepted', 'withdrawn', 'lapsed', 'admin'],
  'direct-partner': ['asked', 'with-customer', 'withdrawn', 'lapsed'],
}
/** The same for a request to the provider. */
const heardOfWork: typeof heard = {
  reseller: ['request', 'declined', 'withdrawn', 'lapsed'],
  'direct-partner': ['asked', 'withdrawn', 'lapsed'],
}

/** The news in an event, if it comes from the other side of this very invitation. */
function newsIn({ context, event }: GivenInvitation): PeerNews | undefined {
  const expected = context.request === null ? heard : heardOfWork
  if (event.type !== 'peer.told' || !expected[context.side].includes(event.news.kind)) return undefined
  return isFromPeer(context, event) ? event.news : undefined
}

/** True if the news come from the peer, whose address is known as soon as its case is open. */
function isFromPeer({ peer }: InvitationContext, event: Extract<TrackEvent, { type: 'peer.told' }>) {
  const { from, news } = event
  if (news.kind === 'asked') return peer === null && from.tenant === news.from.tenant && from.case === news.from.case
  return peer !== null && peer.tenant === from.tenant && peer.case === from.case
}

/** A transfer of both services takes two: one moves a single product. */
const wantedBy = ({ request, answers }: AskedNews): Purpose[] =>
  request === 'transfer' && answers.service === 'both' ? ['transfer/licences', 'transfer/azure'] : []

/** Keeps only the content of the news: the people and other cases of the other side stay unknown. */
function takeNews(given: GivenInvitation): Change {
  const { context, event } = given
  const news = newsIn(given)
  if (!news || event.type !== 'peer.told') return {}
  const { tenant, case: id } = event.from
  const states = news.kind === 'request' ? { state: news.state } : news.kind === 'admin' ? { admin: news.state } : {}
  const common = { peer: { tenant, case: id }, ...withHandover(context, news.kind, event.at, 'peer', states) }
  switch (news.kind) {
    case 'asked': {
      const { customer, note, products = '', partnerId = '', from } = news
      const given = { customer, note, products, partnerId, company: from.company ?? null }
      return { ...common, ...withClock(event.at), ...given, wanted: wantedBy(news) }
    }
    case 'invitation':
      return { ...common, ...withClock(event.at), link: news.link, linkAt: event.at }
    case 'with-customer':
      return { ...common, ...withClock(event.at) }
    case 'declined':
      return { ...common, reason: news.reason, ...stopped }
    case 'admin': {
      const { kind: _kind, ...rights } = news
      return { ...common, admin: { ...rights, at: event.at } }
    }
    case 'request':
      return { ...common, ...(news.state === 'completed' ? stopped : withClock(event.at, 'work')) }
    case 'accepted':
      return { ...common, ...stopped, isKnownCustomer: news.already === true }
    case 'withdrawn':
    case 'lapsed':
      return { ...common, ...stopped }
  }
  return news satisfies never
}

/** Notes a hand-over to the other side, and starts its clock. */
const noteHandover = ({ context, event }: GivenInvitation, what: PeerNews['kind']): Change => ({
  ...withHandover(context, what, event.at, event.by),
  ...withClock(event.at),
})

/** The state of the work in news from the provider. */
function toldState(given: GivenInvitation): RequestNews | undefined {
  const news = newsIn(given)
  return news?.kind === 'request' ? news.state : undefined
}

/** Notes the news of our own work for the reseller. */
function noteWork({ context, event }: GivenInvitation, state: RequestNews): Change {
  const clock = state === 'completed' ? stopped : withClock(event.at, 'work')
  return { ...withHandover(context, 'request', event.at, event.by, { state }), ...clock }
}

/** True if the customer of this invitation has accepted. */
const isAccepted = ({ context, event }: GivenInvitation): boolean =>
  event.type === 'resource.seen' &&
  'accepted' in event.sighting &&
  event.sighting.accepted &&
  event.sighting.resource === invitationResource(context)

const { notify, wake, ask, askSignIn } = commonEffects

/** Tells the reseller how the delegated-admin request stands that is made for it. */
function adminNotice(given: GivenInvitation): TrackEffect[] {
  const news = newsIn(given)
  if (news?.kind !== 'admin') return []
  const { kind: _kind, ...rights } = news
  return [{ kind: 'notify', notice: { key: 'admin-news', days: 0, admin: news.state, rights } }]
}

/** Tells the reseller that the customer has accepted, or that nobody had to. */
const acceptanceNotice = (given: GivenInvitation): TrackEffect[] => {
  const news = newsIn(given)
  return notify(news?.kind === 'accepted' && news.already ? 'invitation-needless' : 'invitation-accepted')
}

/** Notices of an invitation and of a request differ in their words. */
const notifyOf = (
  { context: { request } }: GivenInvitation,
  what: 'asked' | 'declined' | 'lapsed' | 'withdrawn' | 'nudge',
  days = 0,
): TrackEffect[] => notify(`${request === null ? 'invitation' : 'request'}-${what}`, days)

/** Tells the reseller how the provider's work stands. */
function workNotice(given: GivenInvitation): TrackEffect[] {
  const state = toldState(given)
  return state === undefined ? [] : [{ kind: 'notify', notice: { key: 'request-news', days: 0, request: state } }]
}

type Tell = Extract<TrackEffect, { kind: 'tell' }>
const tell = (news: Tell['news']): TrackEffect[] => [{ kind: 'tell', news }]

function tellRequest({ context }: GivenInvitation): TrackEffect[] {
  const { customer, note, request, products, partnerId } = context
  if (!customer) return []
  const work = request === null ? {} : { request, products, ...(partnerId === '' ? {} : { partnerId }) }
  return tell({ kind: 'asked', customer, note, ...work })
}

/** Tells the news of our own work that are in this event. The context has not noted them yet. */
function tellWork({ context, event }: GivenInvitation): TrackEffect[] {
  const state = isTick(event, 'request-done') ? 'completed' : workNewsIn(context, event)
  return state === undefined ? [] : tell({ kind: 'request', state })
}

const tellLink = ({ context: { link } }: GivenInvitation): TrackEffect[] =>
  link === null ? [] : tell({ kind: 'invitation', link })

const tellReason = ({ context: { reason } }: GivenInvitation): TrackEffect[] =>
  tell({ kind: 'declined', reason: reason ?? '' })

/** Tells the other side of an end, unless it has never heard of the invitation. */
const tellEnd = ({ context: { handed } }: GivenInvitation, kind: 'withdrawn' | 'lapsed'): TrackEffect[] =>
  handed.length === 0 ? [] : tell({ kind })

/** Reminds of the invitation, with the whole days since the last hand-over. */
function nudge(given: GivenInvitation, wait: Wait): TrackEffect[] {
  const { context, event } = given
  const begun = waitBegan(context.due ?? event.at, wait)
  return notifyOf(given, 'nudge', -daysUntil(begun.slice(0, 10), event.at))
}

/** Effects of an invitation, ready for the machine. */
export const invitationOrders = {
  acceptanceNotice,
  ask: ({ context }: GivenInvitation) => ask(context.pending, invitationCall(context)),
  askSignIn,
  adminNotice,
  notify,
  notifyOf,
  nudge,
  tell,
  tellLink,
  tellReason,
  tellRequest,
  tellEnd,
  tellWork,
  wake,
  workNotice,
}

export const invitationActions = {
  ...waitingActions<InvitationContext>(),
  takeCustomer: changing(takeCustomer),
  takeNote: changing(takeNote),
  takeAnswer: changing(takeAnswer),
  takeNews: changing(takeNews),
  noteHandover: changing(noteHandover),
  noteReason: changing<InvitationContext>(({ event }) => ({
    reason: event.type === 'invitation.declined' ? event.reason.trim() : null,
  })),
  notePeer: changing<InvitationContext>(({ event }) => (event.type === 'peer.linked' ? { peer: event.peer } : {})),
  lookAgain: changing<InvitationContext, Wait>(({ context, event }, wait) => ({
    remindAt: context.due === null ? null : nextNudge(context.due, event.at, wait),
  })),
  noteWork: changing<InvitationContext>((given) => {
    const state = isTick(given.event, 'request-done') ? 'completed' : workNewsIn(given.context, given.event)
    return state === undefined ? {} : noteWork(given, state)
  }),
  noteAsked: changing<InvitationContext>(({ event }) => ({ askedAt: event.at, ...withClock(event.at, 'work') })),
  noteKnown: changing<InvitationContext>(() => ({ isKnownCustomer: true })),
  stopClock: changing<InvitationContext>(() => stopped),
}

export const invitationGuards = {
  ...waitingGuards<InvitationContext>(),
  isKnown: (given: GivenInvitation) => isCustomerForm(given) && isKnown(given),
  isCustomerForm,
  isAnswerOf: ({ context, event }: GivenInvitation, call: CallName) =>
    isAwaited(context.pending, event) && answerTo(event)?.call === call,
  isSigned,
  isThereAlready,
  isAskedFor: ({ context, event }: GivenInvitation) => isTick(event, 'ask-partner') && isPresentable(context),
  isTold: (given: GivenInvitation, news: PeerNews['kind']) => newsIn(given)?.kind === news,
  isFirstLink: ({ context }: GivenInvitation) =>
    context.side === 'reseller' && context.peer === null && context.handed.length > 0,
  canCreate: ({ context }: GivenInvitation) =>
    context.side === 'direct-partner' && context.request === null && !context.pending,
  isToldDone: (given: GivenInvitation) => toldState(given) === 'completed',
  isWork: ({ context, event }: GivenInvitation) => workNewsIn(context, event) !== undefined,
  isWorkDone: ({ context, event }: GivenInvitation) => workNewsIn(context, event) === 'completed',
  isDoneAtDesk: ({ context, event }: GivenInvitation) =>
    isTick(event, 'request-done') && context.side === 'direct-partner' && context.request !== null,
  isDoneByHand: ({ event }: GivenInvitation) => isTick(event, 'request-done'),
  isByHand: ({ context, event }: GivenInvitation) =>
    isTick(event, 'ask-by-hand') && context.request !== null && isPresentable(context),
  isAskedByHand: ({ context, event }: GivenInvitation) => isTick(event, 'asked-by-hand') && context.askedAt === null,
  isDeclined: ({ context, event }: GivenInvitation) =>
    event.type === 'invitation.declined' && context.side === 'direct-partner' && event.reason.trim() !== '',
  isSentTo: ({ event }: GivenInvitation, to: (typeof recipients)[number]) =>
    event.type === 'invitation.sent' && event.to === to,
  isSent: ({ context, event }: GivenInvitation) => isTick(event, 'sent') && context.side === 'reseller',
  isAccepted,
  isOver: ({ context, event }: GivenInvitation) => isPast(context.due, event),
  isDue: ({ context, event }: GivenInvitation) => isPast(context.remindAt, event),
}
