import { z } from 'zod'
import { button, inputs } from '../buttons.ts'
import { type Element, render, renderOnce } from '../render.ts'
import { type Line, say } from '../text/banners.ts'
import { type Locale, text } from '../text/text.ts'
import type { Drawing } from '../viewer.ts'

type DateFault = Extract<Line, { typed: string }>

const isDateFault = (line: Line | undefined): line is DateFault => line !== undefined && 'typed' in line

/** What is wrong with the date that was typed, for the place beside its field. */
export const dateFault = (locale: Locale, line: Line | undefined): string | undefined =>
  isDateFault(line) ? say(line, locale) : undefined

/** The field for the end of the term. A date that was refused stays in it, with the reason beside it. */
export function dateField(drawing: Drawing, line: Line | undefined): Element[] {
  const { one, locale, drawn } = drawing
  const end = one.answers['term-end']
  const known = end === undefined || end === 'unknown' ? '' : end
  if (!isDateFault(line)) return renderOnce('date', `${locale} ${end}`, drawn, () => fieldData(drawing, known))
  const typed = z.iso.date().safeParse(line.typed).success ? line.typed : known
  return render('date', { ...fieldData(drawing, typed), fault: say(line, locale) })
}

function fieldData({ one, locale, drawn }: Drawing, value: string) {
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
    actions: one.answers['term-end'] === undefined ? [save, unknown] : [save],
  }
}
