import { z } from 'zod'
import { button, inputs } from '../buttons.ts'
import { type Element, render, renderOnce } from '../render.ts'
import { type Banner, bannerText } from '../text/banners.ts'
import { type Locale, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

type DateFault = Extract<Banner, { typed: string }>

const isDateFault = (line: Banner | undefined): line is DateFault => line !== undefined && 'typed' in line

/** What is wrong with the date that was typed, for the place beside its field. */
export const dateFault = (locale: Locale, line: Banner | undefined): string | undefined =>
  isDateFault(line) ? bannerText(line, locale) : undefined

/** The field for the end of the term. A date that was refused stays in it, with the reason beside it. */
export function dateField(drawing: RenderContext, line: Banner | undefined): Element[] {
  const { one: caseRecord, locale, drawn } = drawing
  const end = caseRecord.answers['term-end']
  const known = end === undefined || end === 'unknown' ? '' : end
  if (!isDateFault(line)) return renderOnce('date', `${locale} ${end}`, drawn, () => fieldData(drawing, known))
  const typed = z.iso.date().safeParse(line.typed).success ? line.typed : known
  return render('date', { ...fieldData(drawing, typed), fault: bannerText(line, locale) })
}

function fieldData({ one: caseRecord, locale, drawn }: RenderContext, value: string) {
  const question = 'term-end'
  const save = button(
    'answer',
    { ...drawn, question },
    { title: text(locale, 'date.save'), labelled: true, style: 'positive', withInputs: true },
  )
  const unknown = button(
    'answer',
    { ...drawn, question, value: 'unknown' },
    { title: text(locale, 'date.unknown'), labelled: true },
  )
  return {
    id: inputs.value,
    value,
    help: text(locale, 'question.term-end.help'),
    label: text(locale, 'date.label'),
    required: text(locale, 'date.required'),
    actions: caseRecord.answers['term-end'] === undefined ? [save, unknown] : [save],
  }
}
