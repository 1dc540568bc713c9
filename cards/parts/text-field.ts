import { inputs, MAX_EMAIL_LENGTH, MAX_TENANT_LENGTH } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { plainText } from '../text/literal.ts'
import { type Key, type Locale, text } from '../text/text.ts'

/** The fields in which people say whom a track is about. */
type Field = 'customer' | 'source' | 'email'

const maximum = { customer: MAX_TENANT_LENGTH, source: MAX_TENANT_LENGTH, email: MAX_EMAIL_LENGTH }

/** A field with what was typed in it, and what is wrong with that beside it. */
export function textField(
  locale: Locale,
  field: Field,
  label: Key,
  { typed, fault }: { typed: string; fault: string | undefined },
): Element[] {
  const isEmail = field === 'email'
  return render('field', {
    id: inputs[field],
    label: text(locale, label),
    style: isEmail ? 'email' : 'text',
    value: plainText(typed, maximum[field]),
    max: maximum[field],
    required: text(locale, isEmail ? 'transfer.email.wrong' : 'tenant.missing'),
    ...(isEmail ? { help: text(locale, 'transfer.email.help') } : {}),
    ...(fault === undefined ? {} : { fault }),
  })
}
