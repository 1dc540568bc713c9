import type { Case } from '../../dialogs/case.ts'
import type { TrackName } from '../../dialogs/track-names.ts'
import { isOpen, nameOf, type Track } from '../../dialogs/tracks/registry.ts'
import { button, inputs } from '../buttons.ts'
import { closingElements } from '../parts/closing.ts'
import { type Element, render } from '../render.ts'
import { type Banner, fieldOf } from '../text/banners.ts'
import { text } from '../text/text.ts'
import type { Face } from '../view.ts'
import type { RenderContext } from '../viewer.ts'
import { cancelledFace } from './menus.ts'
import { outcomeFace } from './outcome.ts'
import { skipFace } from './plan.ts'
import { questionFace } from './question.ts'
import { trackFace } from './tracks.ts'

/** Draws the requested face if the case has it, else its current face. */
export function caseFace(context: RenderContext, show: Face | undefined, banner: Banner | undefined): Element[] {
  const { caseRecord } = context
  if (caseRecord.intake === 'cancelled') return cancelledFace(context)
  if (caseRecord.intake !== 'answered') return questionFace(context)
  const track = shownTrack(caseRecord, show, banner)
  if (show?.startsWith('skip/') && track?.kind === 'plan' && isOpen(track)) return skipFace(context, track, banner)
  const elements = track ? trackFace(context, track, banner) : outcomeFace(context, banner)
  return [...tabElements(context, track ? nameOf(track) : 'outcome'), ...closingElements(context), ...elements]
}

/** Returns the track whose face the case shows, or undefined if it shows its answer or a question. */
export function shownTrack(caseRecord: Case, show: Face | undefined, banner: Banner | undefined): Track | undefined {
  const face = faceOf(caseRecord, show, banner)
  return caseRecord.tracks.find((track) => nameOf(track) === face)
}

/**
 * The face to show. A rejected date, and the question for it, belong where its field is: on the watched term, else on the
 * answer.
 */
function faceOf(caseRecord: Case, show: Face | undefined, banner: Banner | undefined): Face {
  if (banner && (fieldOf(banner) === inputs.value || banner.key === 'term-end-due')) {
    return caseRecord.tracks.some((track) => track.kind === 'term' && isOpen(track)) ? 'term' : 'outcome'
  }
  const face = show?.startsWith('skip/')
    ? (show.slice('skip/'.length) as TrackName)
    : (show as Exclude<Face, `skip/${string}`>)
  const hasFace = face === 'outcome' || caseRecord.tracks.some((track) => nameOf(track) === face)
  return face !== undefined && hasFace ? face : currentFace(caseRecord)
}

/** Returns the face a case shows by default: the newest open track, else the newest track, else the answer. */
export function currentFace({ tracks }: Case): Exclude<Face, `skip/${string}`> {
  const track = tracks.findLast(isOpen) ?? tracks.at(-1)
  return track ? nameOf(track) : 'outcome'
}

/** Key of a tab's title. A request at the provider's desk stands beside the work of the same name. */
function tabKey(track: Track) {
  const isAtDesk = track.kind === 'invitation' && track.context.side === 'direct-partner'
  return isAtDesk && track.context.request !== null ? 'tab.request' : (`tab.${nameOf(track)}` as const)
}

/** Tabs for the answer and each track. The current one is no button: it would lead nowhere. */
function tabElements({ caseRecord, locale, ref }: RenderContext, current: 'outcome' | TrackName): Element[] {
  if (caseRecord.tracks.length === 0) return []
  const faces = [
    { view: 'outcome' as const, title: text(locale, 'tab.outcome') },
    ...caseRecord.tracks.map((track) => ({ view: nameOf(track), title: text(locale, tabKey(track)) })),
  ]
  return render('tabs', {
    tabs: faces.flatMap(({ view, title }) =>
      view === current
        ? render('current-tab', { title })
        : render('tab', { title, button: button('show', { ...ref, view }, { title }) }),
    ),
  })
}
