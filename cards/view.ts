import type { Case } from '../dialogs/case.ts'
import type { HistoryEntry, TrackKind } from '../dialogs/events.ts'
import type { Policy } from '../dialogs/policy/policy.ts'
import type { Role } from '../dialogs/questions.ts'
import { stateOf } from '../dialogs/step.ts'
import { isOpen, type Track } from '../dialogs/tracks/registry.ts'
import { button, inputs } from './buttons.ts'
import { cutSlots, fillSlots } from './card-cache.ts'
import { approvalFace, type ViewerDecision } from './faces/approval.ts'
import { delegatedAdminFace } from './faces/delegated-admin.ts'
import { invitationFace } from './faces/invitation.ts'
import { linkCodeFace } from './faces/link-code.ts'
import { type ListedCase, listFace, timelineFace } from './faces/lists.ts'
import { cancelledFace, confirmCancelFace, helpFace, languageFace, roleFace } from './faces/menus.ts'
import { migrationFace, skipFace } from './faces/migration.ts'
import { outcomeFace } from './faces/outcome.ts'
import { questionFace } from './faces/question.ts'
import { relationshipFace } from './faces/relationship.ts'
import { termFace } from './faces/term.ts'
import { transferFace } from './faces/transfer.ts'
import { type AdaptiveCard, type Element, render, renderCard, renderOnce } from './render.ts'
import { type Banner, bannerText, fieldOf, isShownByFace, toneOf } from './text/banners.ts'
import { type Locale, text } from './text/text.ts'
import { type RenderContext, renderContextOf, type Viewer } from './viewer.ts'

export type { Banner as Line, ListedCase, Viewer, ViewerDecision as Mine }

/** What a card shows. */
export type View =
  /** The face a case is at; `show` asks for another one it has. */
  | {
      kind: 'case'
      case: Case
      show?: Face | undefined
      line?: Banner | undefined
      /** Names of whoever would be asked to approve administration rights; empty when nobody could be. */
      approvers?: readonly string[] | undefined
    }
  /** The case's request for administration rights at the approvals desk, and nothing else of the case. */
  | { kind: 'approval'; case: Case; mine?: ViewerDecision | undefined; line?: Banner | undefined }
  /** The newest entries of the history (`total` counts them all). */
  | {
      kind: 'timeline'
      case: Case
      entries: (HistoryEntry & { seq: number })[]
      total: number
      line?: Banner | undefined
    }
  /** A page of cases, newest first; `open` lists only those with something left to do. */
  | {
      kind: 'list'
      cases: ListedCase[]
      page: number
      pages: number
      total: number
      open: boolean
      line?: Banner | undefined
    }
  | { kind: 'confirm-cancel'; case: Case }
  | { kind: 'role'; role?: Role | undefined }
  | { kind: 'language'; locale: Locale }
  | { kind: 'help' }
  | { kind: 'message'; line: Banner }

type Face = 'outcome' | TrackKind | 'skip'

const product = 'Multicanal'

/** What a card may measure as JSON: 28 KB in UTF-16, the limit every Teams client keeps. */
export const MAX_CARD_CHARACTERS = (28 * 1024) / 2

/** Draws a view for a viewer. Pure but for a cache of layouts: the same arguments give the same card. */
export function draw(policy: Policy, view: View, viewer: Viewer): AdaptiveCard {
  const line = 'line' in view ? view.line : undefined
  const face = faceElements(policy, view, viewer, line)
  const onTop =
    line && line.key !== 'link-code' && !isBesideField(line, face) && !isOnFace(line, view)
      ? render('line', { tone: toneOf(line), text: bannerText(line, viewer.locale) })
      : []
  const body = [...headerElements(view, viewer), ...onTop, ...face]
  return withRefresh(renderCard({ fallbackText: headerText(view, viewer), body }), view, viewer)
}

const utf8 = new TextEncoder()

/**
 * Draws a view as the bytes of its JSON, with some text around it, as the client gets it. A case without tracks shows
 * nothing but its answers, and there are few of those: such a card is drawn once. `around` is the same in every call.
 */
export function drawBytes(
  policy: Policy,
  view: View,
  viewer: Viewer,
  around: readonly [before: string, after: string],
): Uint8Array {
  const drawNow = () => utf8.encode(`${around[0]}${JSON.stringify(draw(policy, view, viewer))}${around[1]}`)
  if (view.kind !== 'case' || view.line || view.case.tracks.length > 0) return drawNow()
  const { id, revision, edition, cloud, intake, answers } = view.case
  const { locale, sandbox, userIds } = viewer
  const rev = revision === 0 ? 0 : cutSlots.rev
  const key = JSON.stringify([locale, sandbox, userIds === undefined, edition, cloud, intake, answers, rev, view.show])
  const drawBlank = () => {
    const anyCase = { ...view.case, id: cutSlots.case, revision: rev }
    return draw(policy, { ...view, case: anyCase }, { ...viewer, userIds: userIds && cutSlots.userIds })
  }
  const bytes = fillSlots(policy, key, { case: id, rev: revision, userIds }, drawBlank, around)
  // No character has fewer bytes than it has UTF-16 units.
  return bytes.length <= MAX_CARD_CHARACTERS ? bytes : drawNow()
}

/** A view in short, plain text: for notifications and for clients that cannot show the card. */
export function summary(view: View, { locale, ...viewer }: Viewer): string {
  const line = 'line' in view ? view.line : undefined
  const head = headerText(view, { ...viewer, locale })
  return line ? `${bannerText(line, locale)} ${head}` : head
}

/** Has the face the field the line is about? Then it shows the line there. */
function isBesideField(line: Banner, face: readonly Element[]): boolean {
  const field = fieldOf(line)
  return field !== undefined && JSON.stringify(face).includes(`"id":"${field}"`)
}

/** Is it the end that the face tells? A notification tells it all the same. */
function isOnFace(line: Banner, view: View): boolean {
  const track = view.kind === 'case' ? shownTrack(view.case, view.show, line) : undefined
  return track !== undefined && isShownByFace(track, line)
}

function faceElements(policy: Policy, view: View, viewer: Viewer, line: Banner | undefined): Element[] {
  switch (view.kind) {
    case 'case':
      return caseElements(renderContextOf(policy, view.case, viewer, view.approvers), view.show, line)
    case 'approval':
      return approvalElements(renderContextOf(policy, view.case, viewer), view.mine, line)
    case 'timeline':
      return timelineFace(renderContextOf(policy, view.case, viewer), view.entries, view.total)
    case 'list':
      return listFace(viewer, view)
    case 'confirm-cancel':
      return confirmCancelFace(renderContextOf(policy, view.case, viewer))
    case 'role':
      return roleFace(viewer.locale, view.role)
    case 'language':
      return languageFace(view.locale)
    case 'help':
      return helpFace(viewer.locale)
    case 'message':
      return view.line.key === 'link-code' ? linkCodeFace(viewer.locale, view.line) : []
  }
  return view satisfies never
}

function approvalElements(
  drawing: RenderContext,
  mine: ViewerDecision | undefined,
  line: Banner | undefined,
): Element[] {
  const track = drawing.one.tracks.find((track) => track.kind === 'delegated-admin')
  return track ? approvalFace(drawing, track, mine, line) : []
}

/** The face that was asked for, where the case has it; else the one the case is at. */
function caseElements(drawing: RenderContext, show: Face | undefined, line: Banner | undefined): Element[] {
  const { one: caseRecord } = drawing
  if (caseRecord.intake === 'cancelled') return cancelledFace(drawing)
  if (caseRecord.intake !== 'answered') return questionFace(drawing)
  const track = shownTrack(caseRecord, show, line)
  if (show === 'skip' && track?.kind === 'migration' && isOpen(track)) return skipFace(drawing, track, line)
  const elements = track ? trackElements(drawing, track, line) : outcomeFace(drawing, line)
  return [...tabElements(drawing, track?.kind ?? 'outcome'), ...elements]
}

function trackElements(drawing: RenderContext, track: Track, line: Banner | undefined): Element[] {
  switch (track.kind) {
    case 'migration':
      return migrationFace(drawing, track)
    case 'term':
      return termFace(drawing, track, line)
    case 'relationship':
      return relationshipFace(drawing, track)
    case 'transfer':
      return transferFace(drawing, track)
    case 'invitation':
      return invitationFace(drawing, track)
    case 'delegated-admin':
      return delegatedAdminFace(drawing, track)
  }
  return track satisfies never
}

/** The track whose face the case shows; none where it shows its answer, or has none yet. */
function shownTrack(caseRecord: Case, show: Face | undefined, line: Banner | undefined): Track | undefined {
  const face = faceOf(caseRecord, show, line)
  return caseRecord.tracks.find(({ kind }) => kind === face)
}

/** A refused date is shown where its field is: with the term that is being watched, else with the answer. */
function faceOf(caseRecord: Case, show: Face | undefined, line: Banner | undefined): Face {
  if (line && fieldOf(line) === inputs.value) {
    return caseRecord.tracks.some((track) => track.kind === 'term' && isOpen(track)) ? 'term' : 'outcome'
  }
  const face = show === 'skip' ? 'migration' : show
  const hasFace = face === 'outcome' || caseRecord.tracks.some(({ kind }) => kind === face)
  return face !== undefined && hasFace ? face : currentFace(caseRecord)
}

/** What a case shows by itself: what was begun last of all that is under way, else what was last, else the answer. */
const currentFace = ({ tracks }: Case): Face => (tracks.findLast(isOpen) ?? tracks.at(-1))?.kind ?? 'outcome'

/** The answer and each track, one click from each other. */
function tabElements({ one: caseRecord, locale, drawn }: RenderContext, current: Face): Element[] {
  if (caseRecord.tracks.length === 0) return []
  const faces = ['outcome' as const, ...caseRecord.tracks.map(({ kind }) => kind)]
  return renderOnce('tabs', `${locale} ${faces.join()} ${current}`, drawn, () => ({
    tabs: faces.map((view) => {
      const title = text(locale, `tab.${view}`)
      return { title, current: view === current, button: button('show', { ...drawn, view }, { title }) }
    }),
  }))
}

/** Case and state, or the product's name. */
function headerText(view: View, { locale }: Viewer): string {
  if (!('case' in view)) return product
  if (view.kind === 'approval') return `${view.case.id} · ${text(locale, 'approval.header')}`
  return `${view.case.id} · ${text(locale, `state.${stateOf(view.case)}`)}`
}

const headerElements = (view: View, viewer: Viewer) =>
  render('header', {
    text: headerText(view, viewer),
    ...(viewer.sandbox ? { sandbox: text(viewer.locale, 'app.sandbox') } : {}),
  })

/**
 * Clients of these people ask for the card anew when they show it; as many people as the card has room for. Only where
 * nothing is lost by it: a line would go away, and so would a face that the case does not show by itself.
 */
function withRefresh(card: AdaptiveCard, view: View, { userIds }: Viewer): AdaptiveCard {
  if (userIds === undefined || (view.kind !== 'case' && view.kind !== 'approval') || view.line) return card
  const { id, revision } = view.case
  const current = currentFace(view.case)
  if (view.kind === 'case' && (view.show ?? current) !== current) return card
  const action = button('refresh', { case: id, rev: revision }, { title: product })
  let room = MAX_CARD_CHARACTERS - JSON.stringify({ ...card, refresh: { action, userIds: [] } }).length
  const fitting = userIds.filter((userId) => {
    room -= JSON.stringify(userId).length + 1
    return room >= 0
  })
  return { ...card, refresh: { action, userIds: fitting } }
}
