import type { Track } from '../../dialogs/tracks/registry.ts'
import { type Element, render } from '../render.ts'
import { shortDate, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { type Stage, stagesOf } from './stages.ts'

/** Looks of a stage: reached, awaited, still to come, or the one at which the track ended early. A word says the same. */
const looks = {
  done: { word: 'done', color: 'accent', weight: 'default', isSubtle: false },
  now: { word: 'now', color: 'accent', weight: 'bolder', isSubtle: false },
  open: { word: undefined, color: 'default', weight: 'default', isSubtle: true },
  stopped: { word: 'stopped', color: 'attention', weight: 'bolder', isSubtle: false },
} as const

/** Line above a stage: struck through, and silent for screen readers. */
const LINE = '\u00a0'.repeat(10)
/** Least width of a stage, in characters: that of its line. */
const MIN_CHARACTERS = 8

/** The part of the row that a title needs on a narrow phone, where four equal ones would break words. */
const shareOf = (title: string, weight: string) =>
  Math.max(MIN_CHARACTERS, ...title.split(' ').map((word) => word.length + (weight === 'bolder' ? 1 : 0)))

/** Draws the stages of a track beside each other, with their dates. */
export function stepper({ locale, viewer }: RenderContext, track: Track): Element[] {
  const { stages, reached, isStopped } = stagesOf(track)
  const lookOf = (index: number) => {
    if (index < reached) return looks.done
    if (index > reached) return looks.open
    return isStopped ? looks.stopped : looks.now
  }
  return render('stepper', {
    stages: stages.map(({ name, at }: Stage, index) => {
      const { word, ...look } = lookOf(index)
      // A date in the past would not say that a stage is still awaited.
      const isLater = at != null && Date.parse(at) > Date.parse(viewer.at)
      const isDated = at != null && (word === 'done' || word === undefined || (word === 'now' && isLater))
      const state = word === undefined ? undefined : text(locale, `stage-state.${word}`)
      const small = isDated ? shortDate(locale, at, viewer.at) : state
      const title = text(locale, `stage.${name}`)
      return {
        ...look,
        title,
        width: shareOf(title, look.weight),
        line: LINE,
        ...(small === undefined ? {} : { small }),
      }
    }),
  })
}
