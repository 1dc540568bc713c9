import type { TransferContext } from '../../dialogs/tracks/transfer/context.ts'
import { type Element, render } from '../render.ts'
import { text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** Everything that no call can check before a transfer is requested, by what is transferred. */
const reminders = {
  licences: ['excluded'],
  azure: ['excluded', 'inside', 'reservations', 'cost-data'],
} as const

/** Draws what people have to make sure of before they request a transfer. */
export const transferReminders = (
  { locale }: RenderContext,
  { product }: Pick<TransferContext, 'product'>,
): Element[] =>
  render('marked', {
    rows: reminders[product].map((reminder) => ({
      mark: '–',
      color: 'default',
      weight: 'default',
      text: text(locale, `transfer.remind.${reminder}`),
    })),
  })
