import { customerOf } from '../../dialogs/customer.ts'
import { button } from '../buttons.ts'
import { areaField } from '../parts/fields.ts'
import { heading } from '../parts/frame.ts'
import { type Element, render } from '../render.ts'
import { text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** The field in which somebody names the customer of a case, or changes its name. */
export function customerFace(context: RenderContext): Element[] {
  const { caseRecord, locale, ref } = context
  const isKnown = customerOf(caseRecord) !== undefined
  const save = { title: text(locale, 'naming.save'), labelled: true, style: 'positive', withInputs: true } as const
  return [
    ...heading(context, isKnown ? 'toolbar.rename' : 'toolbar.customer', 'naming.help'),
    ...areaField('named', {
      label: text(locale, 'naming.field'),
      value: caseRecord.named?.name ?? '',
    }),
    ...render('actions', {
      actions: [
        button('customer', ref, save),
        button('show', ref, { title: text(locale, 'toolbar.back'), labelled: true }),
      ],
    }),
  ]
}
