import { customerOf } from '../../dialogs/customer.ts'
import { MAX_CUSTOMER_LENGTH } from '../../dialogs/tracks/form-fields.ts'
import { button } from '../buttons.ts'
import { areaField } from '../parts/fields.ts'
import { heading } from '../parts/frame.ts'
import { type Element, render } from '../render.ts'
import { MAX_TITLE_LENGTH, plainText } from '../text/literal.ts'
import { text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** Most names in a row, and their longest form, which fit beside each other on a card of 440 px. */
const MAX_NAMES = 3
const MAX_SHORT_NAME_LENGTH = 24

/** Offers the customers of other cases by name, each one click away. */
function knownRows({ caseRecord, locale, ref }: RenderContext, customers: readonly string[]): Element[] {
  const present = customerOf(caseRecord)?.name
  const others = customers.filter((name) => name !== present && name.length <= MAX_CUSTOMER_LENGTH)
  const names = others.map((named) => {
    const title = text(locale, 'naming.choose', { customer: plainText(named, MAX_TITLE_LENGTH) })
    return { name: plainText(named, MAX_SHORT_NAME_LENGTH), button: button('customer', { ...ref, named }, { title }) }
  })
  const rows = names.flatMap((_, index) => (index % MAX_NAMES === 0 ? [names.slice(index, index + MAX_NAMES)] : []))
  return names.length === 0
    ? []
    : [
        ...render('caption', { text: text(locale, 'naming.known') }),
        ...rows.flatMap((row) => render('known-names', { names: row })),
      ]
}

/** The field in which somebody names the customer of a case, or changes its name. */
export function customerFace(context: RenderContext, customers: readonly string[] = []): Element[] {
  const { caseRecord, locale, ref } = context
  const isKnown = customerOf(caseRecord) !== undefined
  const save = { title: text(locale, 'naming.save'), labelled: true, style: 'positive', withInputs: true } as const
  return [
    ...heading(context, isKnown ? 'toolbar.rename' : 'toolbar.customer', 'naming.help'),
    ...areaField('named', {
      label: text(locale, 'naming.field'),
      value: caseRecord.named?.name ?? '',
    }),
    ...knownRows(context, customers),
    ...render('actions', {
      actions: [
        button('customer', ref, save),
        button('show', ref, { title: text(locale, 'toolbar.back'), labelled: true }),
      ],
    }),
  ]
}
