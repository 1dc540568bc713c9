import type { Policy } from '../dialogs/policy/policy.ts'
import { button } from './buttons.ts'
import { cutSlots, fillSlots } from './card-cache.ts'
import { approvalFace } from './faces/approval.ts'
import { approvalListFace } from './faces/approval-list.ts'
import { caseFace, currentFace, shownTrack } from './faces/case.ts'
import { customerFace } from './faces/customer.ts'
import { confirmDeskFace, deskFace, welcomeApproverFace, welcomeRoomFace } from './faces/desks.ts'
import { lineFace, lineText, stubFace, stubText } from './faces/line.ts'
import { listFace } from './faces/lists.ts'
import { confirmCancelFace, helpFace, languageFace, linkCodeFace, roleFace } from './faces/menus.ts'
import { timelineFace } from './faces/timeline.ts'
import { confirmHandOverFace } from './faces/transfer-confirm.ts'
import type { ListPage } from './list-page.ts'
import { joinFacts } from './parts/facts.ts'
import { withMentions } from './parts/mentions.ts'
import { backToList, keepingWayBack } from './parts/pager.ts'
import { type AdaptiveCard, type Element, render, renderCard } from './render.ts'
import { type Banner, bannerText, fieldOf, isShownByFace, toneOf } from './text/banners.ts'
import { withoutMarkdown } from './text/literal.ts'
import { PRODUCT } from './text/text.ts'
import type { View } from './view.ts'
import { renderContextOf, type Viewer } from './viewer.ts'
import { headerElements, headerText } from './visuals/header.ts'

/**
 * Largest card as JSON in UTF-16 units. Teams takes messages of 100 KB and advises 80 KB; 40 KB leave room for the
 * rest of the activity and for clients that are not up to date.
 */
export const MAX_CARD_CHARACTERS = (40 * 1024) / 2

/** Draws a view for a viewer. Pure apart from compiled templates: equal arguments give equal cards. */
export function draw(policy: Policy, view: View, viewer: Viewer): AdaptiveCard {
  const face = faceElements(policy, view, viewer)
  const isSmall = view.kind === 'line' || view.kind === 'stub'
  const back = backToList(viewer, fromOf(view))
  const body = isSmall
    ? face
    : [
        ...headerElements(view, viewer),
        ...bannerElements(view, viewer, face),
        ...keepingWayBack(joinFacts(face), fromOf(view)),
        ...back,
      ]
  const card = renderCard({
    lang: viewer.locale,
    fallbackText: withoutMarkdown(titledHeader(view, viewer, face), MAX_FALLBACK_LENGTH),
    speak: withoutMarkdown(spokenText(view, viewer, face), MAX_SPOKEN_LENGTH),
    body,
  })
  const mentions = ('asked' in view && view.asked) || []
  return withRefresh(withMentions(card, mentions), view, viewer)
}

/** Longer than any header with a title. */
const MAX_FALLBACK_LENGTH = 300
/** Enough for the news, the header and the title. */
const MAX_SPOKEN_LENGTH = 400

/** The page of the list that the card was opened from. */
const fromOf = (view: View): ListPage | undefined => ('from' in view ? view.from : undefined)

const utf8 = new TextEncoder()

/**
 * Draws a view as UTF-8 JSON between the two texts of `around`, which must be the same in every call.
 * Cards of a case without tracks depend on little but its answers, so their bytes come from a cache.
 */
export function drawBytes(
  policy: Policy,
  view: View,
  viewer: Viewer,
  around: readonly [before: string, after: string],
): Uint8Array {
  const drawNow = () => utf8.encode(`${around[0]}${JSON.stringify(draw(policy, view, viewer))}${around[1]}`)
  if (view.kind !== 'case' || view.banner || view.from || view.case.named || view.case.tracks.length > 0)
    return drawNow()
  const { id, revision, edition, cloud, intake, answers, closed, closing, askAgain } = view.case
  const { locale, sandbox, userIds } = viewer
  const rev = revision === 0 ? 0 : cutSlots.rev
  const key = JSON.stringify([
    closed,
    closing,
    askAgain,
    locale,
    sandbox,
    userIds === undefined,
    edition,
    cloud,
    intake,
    answers,
    rev,
    view.show,
  ])
  const drawStencil = () => {
    const anyCase = { ...view.case, id: cutSlots.case, revision: rev }
    return draw(policy, { ...view, case: anyCase }, { ...viewer, userIds: userIds && cutSlots.userIds })
  }
  const bytes = fillSlots(policy, key, { case: id, rev: revision, userIds }, drawStencil, around)
  // A character has at least as many bytes in UTF-8 as it has UTF-16 units.
  return bytes.length <= MAX_CARD_CHARACTERS ? bytes : drawNow()
}

/** Returns a view in short as plain text, for notifications: its news, else the title of its card. */
export function summary(view: View, viewer: Viewer, { body }: Pick<AdaptiveCard, 'body'> = { body: [] }): string {
  if (view.kind === 'line') return lineText(view, viewer.locale)
  if (view.kind === 'stub') return stubText(view.case, viewer.locale)
  const banner = bannerOf(view)
  return banner ? `${bannerText(banner, viewer.locale)} ${headerText(view, viewer)}` : titledHeader(view, viewer, body)
}

const bannerOf = (view: View): Banner | undefined => ('banner' in view ? view.banner : undefined)

/** The banner on top of the card, unless the face shows the same text itself. */
function bannerElements(view: View, viewer: Viewer, face: readonly Element[]): Element[] {
  const banner = bannerOf(view)
  if (!banner || banner.key === 'link-code' || isBesideField(banner, face) || isOnFace(banner, view)) return []
  return render('line', { tone: toneOf(banner), text: bannerText(banner, viewer.locale) })
}

/** True if the face has the field that the banner is about, and so shows the text beside it. */
function isBesideField(banner: Banner, face: readonly Element[]): boolean {
  const field = fieldOf(banner)
  return field !== undefined && JSON.stringify(face).includes(`"id":"${field}"`)
}

/** True if the face says the same. Notifications still carry the banner. */
function isOnFace(banner: Banner, view: View): boolean {
  if (view.kind === 'case' && banner.key === 'case-closing') return view.case.closing !== undefined
  const track = view.kind === 'case' ? shownTrack(view.case, view.show, banner) : undefined
  return track !== undefined && isShownByFace(track, banner)
}

function faceElements(policy: Policy, view: View, viewer: Viewer): Element[] {
  switch (view.kind) {
    case 'case':
      return caseFace(renderContextOf(policy, view.case, viewer, view.approvers), view.show, view.banner)
    case 'approval':
      return approvalFace(renderContextOf(policy, view.case, viewer), view)
    case 'approvals':
      return approvalListFace(viewer, view)
    case 'line':
      return lineFace(view, viewer)
    case 'stub':
      return stubFace(view.case, viewer)
    case 'timeline':
      return timelineFace(renderContextOf(policy, view.case, viewer), view)
    case 'list':
      return listFace(viewer, view)
    case 'confirm-cancel':
      return confirmCancelFace(renderContextOf(policy, view.case, viewer))
    case 'customer':
      return customerFace(renderContextOf(policy, view.case, viewer), view.customers)
    case 'welcome-approver':
      return welcomeApproverFace(viewer.locale, view)
    case 'welcome-room':
      return welcomeRoomFace(viewer.locale, view)
    case 'desk':
      return deskFace(viewer.locale, view)
    case 'confirm-desk':
      return confirmDeskFace(viewer.locale, view)
    case 'confirm-hand-over':
      return confirmHandOverFace(renderContextOf(policy, view.case, viewer), view, view.banner)
    case 'role':
      return roleFace(viewer.locale, view.role)
    case 'language':
      return languageFace(view.locale)
    case 'help':
      return helpFace(viewer.locale, view.isShared === true)
    case 'message':
      return view.banner.key === 'link-code' ? linkCodeFace(viewer.locale, view.banner) : []
  }
  return view satisfies never
}

/** Title of the face, in which it says what is on. */
const titleOf = (face: readonly Element[]): string => face.flatMap(headings).find((title) => title !== '') ?? ''

function headings({ type, style, text, items }: Element): string[] {
  if (type === 'TextBlock' && style === 'heading') return [String(text)]
  return Array.isArray(items) ? (items as Element[]).flatMap(headings) : []
}

const titledHeader = (view: View, viewer: Viewer, face: readonly Element[]): string =>
  [headerText(view, viewer), titleOf(face)].filter((part) => part !== '').join('. ')

/** Says the card in short for screen readers: header, title and news. */
function spokenText(view: View, viewer: Viewer, face: readonly Element[]): string {
  if (view.kind === 'line' || view.kind === 'stub') return summary(view, viewer)
  const banner = bannerOf(view)
  const news = banner ? bannerText(banner, viewer.locale) : ''
  return [titledHeader(view, viewer, face), news].filter((part) => part !== '').join('. ')
}

/**
 * Adds automatic refresh for as many of the viewer's people as the card has room for. Cards with a banner, with another
 * face than the current one or with a way back get none, because a refresh would lose it.
 */
function withRefresh(card: AdaptiveCard, view: View, { userIds }: Viewer): AdaptiveCard {
  if (userIds === undefined || (view.kind !== 'case' && view.kind !== 'approval') || view.banner || view.from)
    return card
  const { id, revision } = view.case
  const current = currentFace(view.case)
  if (view.kind === 'case' && (view.show ?? current) !== current) return card
  const action = button('refresh', { case: id, rev: revision }, { title: PRODUCT })
  let room = MAX_CARD_CHARACTERS - JSON.stringify({ ...card, refresh: { action, userIds: [] } }).length
  const fitting = userIds.filter((userId) => {
    room -= JSON.stringify(userId).length + 1
    return room >= 0
  })
  return { ...card, refresh: { action, userIds: fitting } }
}
