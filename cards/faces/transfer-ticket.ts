import type { TransferTrack } from '../../dialogs/tracks/registry.ts'
import { ticketSteps } from '../../dialogs/tracks/transfer/context.ts'
import { checklistRows, progressBar } from '../parts/checklist.ts'
import { toolbar } from '../parts/frame.ts'
import { type Element, render } from '../render.ts'
import { text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** Draws the steps of a transfer on paper. */
export const ticketRows = (context: RenderContext, { state, context: details }: TransferTrack): Element[] =>
  checklistRows(context, {
    steps: ticketSteps,
    settled: details.settled,
    isOver: state !== 'collecting' && state !== 'awaiting-source-partner',
  })

/** A transfer without an API: people carry it out on paper and tick the steps. */
export function ticketFace(context: RenderContext, track: TransferTrack): Element[] {
  const { locale } = context
  const phase = track.state === 'collecting' ? 'collecting' : 'awaiting'
  return [
    ...render('heading', {
      title: text(locale, `ticket.${phase}.title`),
      help: text(locale, `ticket.${phase}.help`),
    }),
    ...progressBar(context, Object.keys(track.context.settled).length, ticketSteps.length),
    ...ticketRows(context, track),
    ...toolbar(context, ['history', 'cancel']),
  ]
}
