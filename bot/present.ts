import { draw, drawBytes, summary } from '../cards/draw.ts'
import type { Mention } from '../cards/parts/mentions.ts'
import type { AdaptiveCard } from '../cards/render.ts'
import { isBySystem } from '../cards/text/events.ts'
import type { Locale } from '../cards/text/text.ts'
import type { View } from '../cards/view.ts'
import type { Viewer } from '../cards/viewer.ts'
import type { Case } from '../dialogs/case.ts'
import type { Policy } from '../dialogs/policy/policy.ts'
import { actorsOf } from '../dialogs/tracks/registry.ts'
import { type Conversation, findPerson } from '../state/directory.ts'
import type { Tx } from '../state/engine/transaction.ts'
import { customersBeside } from '../state/room-customers.ts'
import type { Deployment } from './deployment.ts'

/** Everything that a card is drawn from, at a tenth of its size. The same source always gives the same card. */
export interface CardSource {
  view: View
  viewer: Viewer
}

/** A card with the short text that a notification shows. */
export interface RenderedCard {
  card: AdaptiveCard
  summary: string
}

/** Draws a card. */
export function renderSource({ policy }: Pick<Deployment, 'policy'>, { view, viewer }: CardSource): RenderedCard {
  const card = draw(policy, view, viewer)
  return { card, summary: summary(view, viewer, card) }
}

const aroundCard = ['{"statusCode":200,"type":"application/vnd.microsoft.card.adaptive","value":', '}'] as const

/**
 * Returns the response to a card action as bytes of JSON. A card replaces the clicked one; a text is shown only to the
 * person who clicked.
 */
export function invokeResponse(policy: Policy, answer: CardSource | { text: string } | undefined): Uint8Array {
  if (answer && 'view' in answer) return drawBytes(policy, answer.view, answer.viewer, aroundCard)
  const type = 'application/vnd.microsoft.activity.message'
  return Buffer.from(JSON.stringify({ statusCode: 200, type, value: answer?.text ?? '' }))
}

/** A view of one case. */
export type CaseView = Extract<View, { case: Case }>

/** The reader of a card: a conversation and, in a personal chat, the channel id of its person. */
export interface Seat {
  kind: Conversation['kind']
  locale: Locale
  user: string | undefined
  /** IANA name of the person's time zone, as far as known. */
  timeZone?: string | undefined
  /** ISO time of the drawing. */
  at: string
}

/** Most users that Teams accepts in a card's `refresh`. */
const MAX_REFRESHING_USERS = 60

/** True if more than one person reads the conversation. */
export const isShared = (kind: Conversation['kind']): boolean => kind !== 'personal'

/** Returns the case that a view shows in full, and to whom; undefined for lines, stubs and views of no case. */
export function shownOn(view: View): { caseId: string; view: 'case' | 'approval' } | undefined {
  if (!('case' in view) || view.kind === 'line' || view.kind === 'stub') return undefined
  return { caseId: view.case.id, view: view.kind === 'approval' ? 'approval' : 'case' }
}

/** Returns the source of a case's card for the readers of a conversation. */
export async function showCase(tx: Tx, deployment: Deployment, seat: Seat, view: CaseView): Promise<CardSource> {
  const entries = view.kind === 'timeline' ? view.entries.map(({ by }) => by) : []
  const viewer: Viewer = {
    locale: isShared(seat.kind) ? deployment.defaultLocale : seat.locale,
    sandbox: deployment.sandbox,
    names: await namesOf(tx, view.case.tenant, [...view.case.tracks.flatMap(actorsOf), ...entries]),
    at: seat.at,
    ...(seat.timeZone === undefined ? {} : { timeZone: seat.timeZone }),
    // The sandbox's client cannot refresh cards and prints a notice under each card that asks for it.
    ...(deployment.sandbox ? {} : await refreshing(tx, deployment, seat.user, view)),
  }
  return { view: await withApprovers(tx, deployment, await withCustomers(tx, view)), viewer }
}

/** Most customers that are offered by name. */
const MAX_CUSTOMERS = 9

/** Adds the customers of the case's own conversation where one is asked for, and those of no other. */
async function withCustomers(tx: Tx, view: CaseView): Promise<CaseView> {
  if (view.kind !== 'customer') return view
  const { tenant, id } = view.case
  return { ...view, customers: await customersBeside(tx, { tenant, id, limit: MAX_CUSTOMERS }) }
}

/** Returns the display names of people of a tenant, as far as they are known. */
export async function namesOf(tx: Tx, tenant: string, ids: readonly string[]): Promise<Record<string, string>> {
  const names: Record<string, string> = {}
  for (const id of new Set(ids)) {
    const person = isBySystem(id) ? undefined : await findPerson(tx, tenant, id)
    if (person?.name) names[id] = person.name
  }
  return names
}

/**
 * Names the users whose clients refresh the card when it comes into sight. In a personal chat that is the person. A
 * request at the approvals desk reads differently for its requester and for approvers: those who have spoken to the bot.
 */
async function refreshing(
  tx: Tx,
  deployment: Deployment,
  user: string | undefined,
  view: CaseView,
): Promise<Pick<Viewer, 'userIds'>> {
  if (view.kind !== 'approval') return user === undefined ? {} : { userIds: [user] }
  const { people, members } = deployment.partner.approvers()
  const accounts: string[] = []
  for (const id of [...new Set([...view.case.tracks.flatMap(actorsOf), ...people, ...members])].slice(
    0,
    MAX_REFRESHING_USERS,
  )) {
    const person = await findPerson(tx, view.case.tenant, id)
    if (person?.account) accounts.push(person.account)
  }
  return accounts.length === 0 ? {} : { userIds: accounts }
}

/** Most people whom one message mentions. */
const MAX_MENTIONS = 5

/**
 * Returns the people whom the message of a request asks to decide: the approvers who have spoken to the bot, without the
 * authors and those who have approved. None if there are more than a handful.
 */
export async function peopleAsked(tx: Tx, { partner }: Deployment, { tenant, tracks }: Case): Promise<Mention[]> {
  const admin = tracks.find((track) => track.kind === 'delegated-admin')
  if (admin?.kind !== 'delegated-admin' || admin.state !== 'awaiting-approval') return []
  const { authors, requestedBy, approvals } = admin.context
  const { people, members } = partner.approvers()
  const done = [requestedBy, ...authors, ...approvals.map(({ by }) => by)]
  const left = [...new Set([...people, ...members])].filter((id) => !done.includes(id))
  if (left.length > MAX_MENTIONS) return []
  const known = await Promise.all(left.map((id) => findPerson(tx, tenant, id)))
  return known.flatMap((person) =>
    person?.account && person.name ? [{ account: person.account, name: person.name }] : [],
  )
}

/** Adds the names of the approvers to a delegated-admin draft, so that its author sees them before sending it. */
async function withApprovers(tx: Tx, deployment: Deployment, view: CaseView): Promise<View> {
  const isDraft = view.case.tracks.some(({ kind, state }) => kind === 'delegated-admin' && state === 'drafting')
  // Approvers are people of the partner, and only its own people may learn their names.
  if (view.kind !== 'case' || !isDraft || view.case.tenant !== deployment.partner.tenant) return view
  const { people, group } = deployment.partner.approvers()
  const names = await namesOf(tx, deployment.partner.tenant, people)
  return { ...view, approvers: [...people.map((id) => names[id] ?? id), ...(group === undefined ? [] : [group])] }
}
