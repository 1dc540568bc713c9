import type { Case } from '../../dialogs/case.ts'
import { button } from '../buttons.ts'
import { keepButton } from '../parts/closing.ts'
import { dateField } from '../parts/fields.ts'
import { askedLine } from '../parts/mentions.ts'
import { type Element, render } from '../render.ts'
import { bannerText, toneOf } from '../text/banners.ts'
import { caseName } from '../text/case-name.ts'
import { type Locale, text } from '../text/text.ts'
import type { View } from '../view.ts'
import type { Viewer } from '../viewer.ts'

type Line = Extract<View, { kind: 'line' }>

/** Returns news of a case as plain text. */
export const lineText = ({ case: caseRecord, banner }: Pick<Line, 'case' | 'banner'>, locale: Locale): string =>
  `${caseName(caseRecord)}: ${bannerText(banner, locale)}`

/** News of a case in one sentence, with a button that turns the message into its card. */
export function lineFace({ case: caseRecord, banner, asked }: Line, { locale }: Viewer): Element[] {
  const { id, revision } = caseRecord
  const name = caseName(caseRecord)
  const key = banner.key === 'approval-waits' ? 'line.open-request' : 'line.open-case'
  const open = button('show', { case: id, rev: revision }, { title: text(locale, key), labelled: true })
  const keep = banner.key === 'case-closing' ? keepButton(locale, caseRecord) : []
  const items = [
    ...render('sentence', { name, text: bannerText(banner, locale), ...(name === id ? {} : { id }) }),
    ...(asked === undefined ? [] : askedLine(locale, asked)),
    ...(banner.key === 'term-end-due'
      ? dateField({ caseRecord, locale, ref: { case: id, rev: revision } }, undefined)
      : []),
    ...render('actions', { actions: [...keep, open] }),
  ]
  return render('news', { tone: toneOf(banner), items })
}

/** Returns what is left of a card whose case goes on below, as plain text. An unanswered greeting stays a greeting. */
export function stubText(caseRecord: Case, locale: Locale): string {
  if (caseRecord.revision === 0) return text(locale, 'stub.greeting')
  const name = caseName(caseRecord)
  const { id } = caseRecord
  return text(locale, 'stub.text', { case: name === id ? id : `${name} (${id})` })
}

/** A pointer in a message after another one has become the card of its case. */
export const stubFace = (caseRecord: Case, { locale }: Viewer): Element[] =>
  render('stub', { text: stubText(caseRecord, locale) })
