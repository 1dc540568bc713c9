import type { Track } from '../../dialogs/tracks/registry.ts'
import { type Element, render } from '../render.ts'
import { shortDate, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { type Stage, stagesOf } from './stages.ts'

/** Looks of a stage: reached, awaited, still to come, or the one at which the track ended early. */
const looks = {
  done: { mark: '✓', color: 'accent', weight: 'default', isSubtle: false },
  now: { mark: '●', color: 'accent', weight: 'bolder', isSubtle: false },
  open: { mark: '○', color: 'default', weight: 'default', isSubtle: true },
  stopped: { mark: '!', color: 'attention', weight: 'bolder', isSubtle: false },
} as const

/** Line to the next stage: struck through, and silent for screen readers. */
const LINE = '\u00a0'.repeat(10)

/** Draws the stages of a track beside each other, with their dates. */
export function stepper({ locale, viewer }: RenderContext, track: Track): Element[] {
  const { stages, reached, isStopped } = stagesOf(track)
  const lookOf = (index: number) => {
    if (index < reached) return looks.done
    if (index > reached) return looks.open
    return isStopped ? looks.stopped : looks.now
  }
  return render('stepper', {
    stages: stages.map(({ name, at }: Stage, index) => ({
      ...lookOf(index),
      title: text(locale, `stage.${name}`),
      ...(at == null ? {} : { date: shortDate(locale, at, viewer.at) }),
      ...(index < stages.length - 1 ? { line: LINE } : {}),
    })),
  })
}
