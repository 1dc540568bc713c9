import { type Pending, writes } from '../../dialogs/calls.ts'
import { button } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { callNames } from '../text/events.ts'
import { clockText, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** Draws the call in progress: its next attempt if delayed, or the question for a person if its outcome is unknown. */
export function pendingElements(context: RenderContext, { call, again, parked }: Pending): Element[] {
  const { locale } = context
  const known = callNames.find((name) => name === call) ?? 'find-tenant'
  const write = writes.find((name) => name === call)
  if (parked && write) return parkedElements(context, write)
  const heading = render('heading', {
    title: text(locale, `pending.${known}`),
    help: text(locale, 'pending.help'),
  })
  if (!again) return heading
  return [
    ...heading,
    ...render('trouble', {
      text: text(locale, 'pending.again', {
        why: again.why,
        time: clockText(locale, again.at, context.viewer.timeZone),
      }),
    }),
  ]
}

/** The outcome is unknown: what happened, where to look, and a button for each answer. */
function parkedElements({ locale, ref }: RenderContext, write: (typeof writes)[number]): Element[] {
  const happened = button(
    'tick',
    { ...ref, step: 'call-happened' },
    { title: text(locale, 'parked.happened'), labelled: true },
  )
  const again = (title: 'fault.again' | 'parked.again') =>
    button('tick', { ...ref, step: 'call-again' }, { title: text(locale, title), labelled: true })
  return render('parked', {
    title: text(locale, 'parked.title'),
    what: text(locale, `parked.${write}`),
    check: text(locale, `parked.${write}.check`),
    // A created request is found again by its name, so no manual check is needed.
    actions: write === 'create-admin' ? [again('fault.again')] : [happened, again('parked.again')],
  })
}
