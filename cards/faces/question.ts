import { questionOf } from '../../dialogs/intake.ts'
import { questionIds } from '../../dialogs/questions.ts'
import { toolbar } from '../parts/frame.ts'
import { choiceRows, factRows, questionHeading } from '../parts/questions.ts'
import { type Element, render } from '../render.ts'
import { type Locale, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** The current question and the answers so far; a new case opens with a welcome. */
export function questionFace(context: RenderContext): Element[] {
  const { caseRecord, locale } = context
  const question = questionOf(caseRecord.intake)
  if (question === undefined) return []
  const before = questionIds.slice(0, questionIds.indexOf(question))
  return [
    ...(caseRecord.revision === 0 ? welcome(locale) : []),
    ...factRows(context, before),
    ...questionHeading(locale, question),
    ...choiceRows(context, question),
    ...(caseRecord.revision === 0 ? [] : toolbar(context, ['history', 'cancel'])),
  ]
}

const welcome = (locale: Locale) => render('paragraph', { text: text(locale, 'welcome') })
