import { customerOf } from '../../dialogs/customer.ts'
import type { TrackName } from '../../dialogs/track-names.ts'
import { button, inputs } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { MAX_LENGTHS } from './fields.ts'

/** True while nobody has named the customer and no track has looked it up. */
export const isNameless = ({ caseRecord }: Pick<RenderContext, 'caseRecord'>): boolean =>
  customerOf(caseRecord) === undefined

/**
 * Asks for the customer, in one row, where a track begins that goes on for long: in months nobody would know whom its
 * reminders are about. The same face comes back.
 */
export function namingRow(context: RenderContext, view: TrackName): Element[] {
  if (!isNameless(context)) return []
  const { locale, ref } = context
  const look = {
    title: text(locale, 'naming.add'),
    tooltip: text(locale, 'naming.add.full'),
    labelled: true,
    withInputs: true,
  } as const
  return render('naming', {
    id: inputs.named,
    label: text(locale, 'naming.optional'),
    placeholder: text(locale, 'naming.field'),
    max: MAX_LENGTHS.named,
    actions: [button('customer', { ...ref, view }, look)],
  })
}
