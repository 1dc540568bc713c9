import { z } from 'zod'
import { ASK_AGAIN_DAYS } from '../../dialogs/asking-again.ts'
import type { Case } from '../../dialogs/case.ts'
import { MAX_PARTNER_ID_LENGTH, MAX_PEER_NOTE_LENGTH, MAX_PRODUCTS_LENGTH } from '../../dialogs/peer.ts'
import {
  MAX_CUSTOMER_LENGTH,
  MAX_EMAIL_LENGTH,
  MAX_GROUP_LENGTH,
  MAX_JUSTIFICATION_LENGTH,
  MAX_REASON_LENGTH,
  MAX_TENANT_LENGTH,
} from '../../dialogs/tracks/form-fields.ts'
import { button, inputs } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { type Banner, bannerText } from '../text/banners.ts'
import { plainText } from '../text/literal.ts'
import { type Key, type Locale, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** Longest text of each field, in characters. */
export const MAX_LENGTHS = {
  customer: MAX_TENANT_LENGTH,
  source: MAX_TENANT_LENGTH,
  email: MAX_EMAIL_LENGTH,
  note: MAX_PEER_NOTE_LENGTH,
  products: MAX_PRODUCTS_LENGTH,
  partnerId: MAX_PARTNER_ID_LENGTH,
  justification: MAX_JUSTIFICATION_LENGTH,
  group: MAX_GROUP_LENGTH,
  reason: MAX_REASON_LENGTH,
  named: MAX_CUSTOMER_LENGTH,
}

/** Draws a required field for a tenant or an e-mail address, with its value and the fault beside it. */
export function textField(
  locale: Locale,
  field: 'customer' | 'source' | 'email',
  label: Key,
  { typed, fault }: { typed: string; fault: string | undefined },
): Element[] {
  const isEmail = field === 'email'
  return render('field', {
    id: inputs[field],
    label: text(locale, label),
    placeholder: text(locale, isEmail ? 'transfer.email.placeholder' : 'tenant.placeholder'),
    style: isEmail ? 'email' : 'text',
    value: plainText(typed, MAX_LENGTHS[field]),
    max: MAX_LENGTHS[field],
    required: text(locale, isEmail ? 'transfer.email.wrong' : 'tenant.missing'),
    ...(isEmail ? { help: text(locale, 'transfer.email.help') } : {}),
    ...(fault === undefined ? {} : { fault }),
  })
}

interface AreaContent {
  label: string
  value: string
  /** Error of the client if the field is left empty. Without it, the field is optional. */
  required?: string
  help?: string
  /** Fault of the present value. */
  fault?: string | undefined
}

/** Draws a field for free text. It has several lines, except for a name or an id. */
export const areaField = (
  field: 'note' | 'products' | 'partnerId' | 'justification' | 'group' | 'reason' | 'named',
  { value, fault, ...content }: AreaContent,
): Element[] =>
  render('area', {
    id: inputs[field],
    isMultiline: field !== 'group' && field !== 'partnerId' && field !== 'named',
    max: MAX_LENGTHS[field],
    value: plainText(value, MAX_LENGTHS[field]),
    ...content,
    ...(fault === undefined ? {} : { fault }),
  })

type DateFault = Extract<Banner, { typed: string }>

/** True if the banner rejects a typed date. */
export const isDateFault = (banner: Banner | undefined): banner is DateFault =>
  banner !== undefined && 'typed' in banner

/** The fault of the typed date, for the place beside its field. */
const dateFault = (locale: Locale, banner: Banner | undefined): string | undefined =>
  isDateFault(banner) ? bannerText(banner, locale) : undefined

type DateContext = Pick<RenderContext, 'caseRecord' | 'locale' | 'ref'>

/** Draws the field for the end of the term. A rejected date stays in it, with the fault beside it. */
export function dateField(context: DateContext, banner: Banner | undefined): Element[] {
  const { caseRecord, locale } = context
  const end = caseRecord.answers['term-end']
  const known = end === undefined || end === 'unknown' ? '' : end
  if (!isDateFault(banner)) return render('date', fieldData(context, known))
  const typed = z.iso.date().safeParse(banner.typed).success ? banner.typed : known
  return render('date', { ...fieldData(context, typed), fault: bannerText(banner, locale) })
}

function fieldData({ caseRecord, locale, ref }: DateContext, value: string) {
  const question = 'term-end'
  const save = button(
    'answer',
    { ...ref, question },
    { title: text(locale, 'date.save'), labelled: true, style: 'positive', withInputs: true },
  )
  const end = caseRecord.answers[question]
  const unknown = button(
    'answer',
    { ...ref, question, value: 'unknown' },
    {
      title: end === undefined ? text(locale, 'date.unknown') : text(locale, 'date.again', { days: ASK_AGAIN_DAYS }),
      labelled: true,
    },
  )
  return {
    id: inputs.value,
    value,
    help: text(locale, 'question.term-end.help'),
    label: text(locale, 'date.label'),
    placeholder: text(locale, 'date.placeholder'),
    required: text(locale, 'date.required'),
    actions: end === undefined || isToAskAgain(caseRecord) ? [save, unknown] : [save],
  }
}

/** True if the end of the term is left open, and no question for it to come. */
export const isToAskAgain = ({ answers, askAgain }: Case): boolean =>
  answers['term-end'] === 'unknown' && askAgain === undefined

/** Draws the date field folded away, unless it is asked for again or holds a rejected date. */
export const dateFold = (context: RenderContext, banner: Banner | undefined): Element[] =>
  render('fold', {
    id: 'date',
    visible: banner?.key === 'term-end-due' || dateFault(context.locale, banner) !== undefined,
    items: dateField(context, banner),
  })
