import type { Case } from '../../dialogs/case.ts'
import { type Button, button } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { dateText, type Locale, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** Parts of a case that ends: by a click, or by itself after a word. */

/** The button that closes a case in which nothing is left to do. */
export const closeButton = ({ locale, ref }: Pick<RenderContext, 'locale' | 'ref'>): Button =>
  button('close', ref, { title: text(locale, 'toolbar.close'), labelled: true, style: 'positive' })

/** The button that keeps a case open which is about to close by itself; none for other cases. */
export const keepButton = (locale: Locale, { id, revision, closing }: Case): Button[] =>
  closing === undefined
    ? []
    : [
        button(
          'close',
          { case: id, rev: revision, as: 'kept' },
          { title: text(locale, 'closing.keep'), labelled: true, style: 'positive' },
        ),
      ]

/** Says when the case closes by itself, with the button that keeps it open. */
export function closingElements({ caseRecord, locale }: RenderContext): Element[] {
  const { closing } = caseRecord
  if (closing === undefined) return []
  const items = [
    ...render('paragraph', { text: text(locale, 'closing.text', { date: dateText(locale, closing) }) }),
    ...render('actions', { actions: keepButton(locale, caseRecord) }),
  ]
  return render('group', { style: 'warning', items })
}
