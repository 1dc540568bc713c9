import { draw, summary } from '../../cards/draw.ts'
import type { AdaptiveCard } from '../../cards/render.ts'
import { type Banner, bannerText } from '../../cards/text/banners.ts'
import type { Locale } from '../../cards/text/text.ts'
import type { View } from '../../cards/view.ts'
import type { Viewer } from '../../cards/viewer.ts'
import type { Case } from '../../dialogs/case.ts'
import type { CaseEvent } from '../../dialogs/events.ts'
import type { Cloud, Policy } from '../../dialogs/policy/policy.ts'
import { type Conversation, findPerson, type PersonRecord } from '../../state/directory.ts'
import type { Tx } from '../../state/engine/transaction.ts'
import type { ApproverRoster } from '../microsoft/approvers.ts'
import type { IncomingActivity } from '../teams/activity.ts'
/** What does not change from turn to turn. */
export interface Deployment {
  policy: Policy
  /** Edition by which new cases are decided. */
  edition: string
  cloud: Cloud
  /** Language of everything that more than one person sees. */
  defaultLocale: Locale
  sandbox: boolean
  /** The company in whose name the bot acts, and what it has decided about its people (object ids). */
  partner: {
    tenant: string
    admins: ReadonlySet<string>
    auditors: ReadonlySet<string>
    approvalsRequired: number
    /** Who would be asked for an approval: people by their ids, and the name of a group. */
    approvers: () => ApproverRoster
  }
}

/** One delivery on its way through the door: who, where, when, inside of which transaction. */
export interface Turn {
  tx: Tx
  setting: Deployment
  inbound: IncomingActivity
  /** ISO time. */
  at: string
  person: PersonRecord
  /** The language of the person. */
  locale: Locale
}

/** What a turn answers: a card, or words for nobody but the person who pressed. Nothing where nothing was asked. */
export type TurnAnswer = CardSource | { text: string } | undefined

/** All that a card is drawn from, in a tenth of its size: the same card whenever it is drawn. */
export interface CardSource {
  view: View
  viewer: Viewer
}

/** A card and, for notifications, what it says in short. */
export interface RenderedCard {
  card: AdaptiveCard
  summary: string
}

export function renderSource({ policy }: Pick<Deployment, 'policy'>, { view, viewer }: CardSource): RenderedCard {
  return { card: draw(policy, view, viewer), summary: summary(view, viewer) }
}

/** Is the conversation read by more than one person? */
export const isShared = (kind: Conversation['kind']): boolean => kind !== 'personal'

/** An event of the core, but for when it was and by whom. */
export type UnstampedEvent<E extends CaseEvent = CaseEvent> = E extends CaseEvent ? Omit<E, 'at' | 'by'> : never

/** An event that the person of this turn caused. */
export function personEvent(turn: Turn, what: UnstampedEvent): CaseEvent {
  const { tenant, id } = turn.person
  return { ...what, at: turn.at, by: { kind: 'person', person: { tenant, id } } } as CaseEvent
}

/** Everybody whose doing a card of the case may tell. */
function actorsOf(caseRecord: Case): string[] {
  return caseRecord.tracks
    .flatMap((track): (string | null | undefined)[] => {
      switch (track.kind) {
        case 'migration':
        case 'transfer':
          return Object.values(track.context.settled).map(({ by }) => by)
        case 'invitation':
          return track.context.handed.map(({ by }) => by)
        case 'delegated-admin': {
          const { requestedBy, approvals, decision, narrowed } = track.context
          return [requestedBy, decision?.by, narrowed?.by, ...approvals.map(({ by }) => by)]
        }
        case 'relationship':
        case 'term':
          return []
      }
      return track satisfies never
    })
    .filter((id): id is string => typeof id === 'string')
}

/** What stands in the place of a person where none did it. */
const byNobody = ['timer', 'upstream', 'peer']

/** Display names of people of a tenant, as far as they are known. */
export async function namesOf(tx: Tx, tenant: string, ids: readonly string[]): Promise<Record<string, string>> {
  const names: Record<string, string> = {}
  for (const id of new Set(ids)) {
    const person = byNobody.includes(id) ? undefined : await findPerson(tx, tenant, id)
    if (person?.name) names[id] = person.name
  }
  return names
}

/** A view of a case as seen in a conversation, by everybody who reads there. */
export async function showCase(
  tx: Tx,
  setting: Deployment,
  place: { kind: Conversation['kind']; locale: Locale; user: string | undefined; at: string },
  view: Extract<View, { case: Case }>,
): Promise<CardSource> {
  const entries = view.kind === 'timeline' ? view.entries.map(({ by }) => by) : []
  const viewer: Viewer = {
    locale: isShared(place.kind) ? setting.defaultLocale : place.locale,
    sandbox: setting.sandbox,
    names: await namesOf(tx, view.case.tenant, [...actorsOf(view.case), ...entries]),
    at: place.at,
    // The sandbox's client cannot refresh cards, and says so under each that asks for it.
    ...(setting.sandbox ? {} : await refreshing(tx, setting, place.user, view)),
  }
  return { view: await withApprovers(tx, setting, view), viewer }
}

/**
 * Whose clients ask for the card anew when they show it: in a personal chat the person; of a request at the approvals
 * desk whoever asked and whoever may decide, as far as they have spoken there, since it reads differently for them.
 */
async function refreshing(
  tx: Tx,
  setting: Deployment,
  user: string | undefined,
  view: Extract<View, { case: Case }>,
): Promise<Pick<Viewer, 'userIds'>> {
  if (view.kind !== 'approval') return user === undefined ? {} : { userIds: [user] }
  const { people, members } = setting.partner.approvers()
  const accounts: string[] = []
  for (const id of [...new Set([...actorsOf(view.case), ...people, ...members])].slice(0, mostRefreshing)) {
    const person = await findPerson(tx, view.case.tenant, id)
    if (person?.account) accounts.push(person.account)
  }
  return accounts.length === 0 ? {} : { userIds: accounts }
}

/** Teams takes no more. */
const mostRefreshing = 60

/** Who would be asked is told before a request is sent. */
async function withApprovers(tx: Tx, setting: Deployment, view: Extract<View, { case: Case }>): Promise<View> {
  const isDraft = view.case.tracks.some(({ kind, state }) => kind === 'delegated-admin' && state === 'drafting')
  // Only this partner's people are asked, and only its own people may know them.
  if (view.kind !== 'case' || !isDraft || view.case.tenant !== setting.partner.tenant) return view
  const { people, group } = setting.partner.approvers()
  const names = await namesOf(tx, setting.partner.tenant, people)
  return { ...view, approvers: [...people.map((id) => names[id] ?? id), ...(group === undefined ? [] : [group])] }
}

/** A view of a case for the person of this turn. */
export function answerWithCase(turn: Turn, view: Extract<View, { case: Case }>): Promise<TurnAnswer> {
  const { place } = turn.inbound
  const { kind, reference } = place
  return showCase(turn.tx, turn.setting, { kind, locale: turn.locale, user: reference.user, at: turn.at }, view)
}

/** A view that is about the person, not about one case: always in the person's language. */
export function answerWith(turn: Turn, view: Exclude<View, { case: Case }>): TurnAnswer {
  const { setting, locale, at } = turn
  const viewer: Viewer = { locale, sandbox: setting.sandbox, names: {}, at }
  return { view, viewer }
}

/** One line: a private word where a button was pressed, a small card where somebody wrote. */
export function answerWithLine(turn: Turn, line: Banner): TurnAnswer {
  const { request } = turn.inbound
  if (request.kind === 'press' && request.reply === 'invoke') return { text: bannerText(line, turn.locale) }
  return answerWith(turn, { kind: 'message', banner: line })
}
