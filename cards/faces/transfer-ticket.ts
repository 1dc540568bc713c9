import type { TransferTrack } from '../../dialogs/tracks/registry.ts'
import { ticketSteps } from '../../dialogs/tracks/transfer/context.ts'
import { progressBar, stepRows } from '../parts/checklist.ts'
import { toolbar } from '../parts/toolbar.ts'
import { type Element, renderOnce } from '../render.ts'
import { text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** The steps of a transfer on paper, each with who settled it; the next one with what it takes. */
export const ticketRows = (drawing: RenderContext, { state, context }: TransferTrack): Element[] =>
  stepRows(drawing, {
    steps: ticketSteps,
    settled: context.settled,
    isOver: state !== 'collecting' && state !== 'awaiting-source-partner',
  })

/** A transfer for which there is no API: people do it on paper and tick. */
export function ticketFace(drawing: RenderContext, track: TransferTrack): Element[] {
  const { locale } = drawing
  const phase = track.state === 'collecting' ? 'collecting' : 'awaiting'
  return [
    ...renderOnce('heading', `${locale} ticket ${phase}`, undefined, () => ({
      title: text(locale, `ticket.${phase}.title`),
      help: text(locale, `ticket.${phase}.help`),
    })),
    ...progressBar(drawing, Object.keys(track.context.settled).length, ticketSteps.length),
    ...ticketRows(drawing, track),
    ...toolbar(drawing, ['history', 'cancel']),
  ]
}
