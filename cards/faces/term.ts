import { daysUntil } from '../../dialogs/calendar.ts'
import type { TermTrack } from '../../dialogs/tracks/registry.ts'
import { button } from '../buttons.ts'
import { toolbar } from '../parts/toolbar.ts'
import { type Element, render, renderOnce } from '../render.ts'
import type { Banner } from '../text/banners.ts'
import { dateText, inSentence, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { actionTitle, howText } from './answer.ts'
import { afterTerm, dateFold, startElements } from './outcome.ts'

/** The term: when it ends, what comes next, and what one can say of it now. */
export function termFace(drawing: RenderContext, track: TermTrack, line: Banner | undefined): Element[] {
  const { state } = track
  if (state === 'cancelled') return [...endElements(drawing, track), ...toolbar(drawing, ['history'])]
  const heading = renderOnce('heading', `${drawing.locale} term ${state}`, undefined, () => ({
    title: text(drawing.locale, `term.${state}.title`),
  }))
  if (state === 'followed-up' || state === 'cancelled-early') {
    return [...heading, ...nowElements(drawing), ...startElements(drawing, track), ...toolbar(drawing, ['history'])]
  }
  const body = state === 'ended' ? endedElements(drawing) : waitingElements(drawing, track)
  return [
    ...heading,
    ...endElements(drawing, track),
    ...body,
    ...dateFold(drawing, line),
    ...toolbar(drawing, ['date', 'history', 'cancel']),
  ]
}

/** The last day, large, and how far away it is. */
function endElements({ locale, viewer }: RenderContext, track: TermTrack): Element[] {
  const { end } = track.context
  const days = daysUntil(end, viewer.at)
  return render('end', {
    date: dateText(locale, end),
    left: days < 0 ? text(locale, 'term.over', { days: -days }) : text(locale, 'term.left', { days }),
    color: days < 0 ? 'attention' : 'default',
  })
}

function waitingElements(drawing: RenderContext, track: TermTrack): Element[] {
  const { locale, drawn } = drawing
  const { remindAt } = track.context
  const action = afterTerm(drawing)
  const remarks = [
    ...(remindAt === null ? [] : [text(locale, 'term.reminder', { date: dateText(locale, remindAt) })]),
    ...(action === undefined
      ? []
      : [text(locale, 'term.next', { action: inSentence(locale, actionTitle(locale, action)) })]),
  ]
  const early = button(
    'tick',
    { ...drawn, step: 'cancelled-early' },
    { title: text(locale, 'term.cancelled'), labelled: true },
  )
  return [
    ...remarks.flatMap((remark) => render('remark', { text: remark })),
    ...render('actions', { actions: [early] }),
  ]
}

/** The next action, one click away. */
function endedElements(drawing: RenderContext): Element[] {
  const { locale, drawn } = drawing
  const action = afterTerm(drawing)
  if (action === undefined) return []
  return renderOnce('choices', `${locale} after-term ${action}`, drawn, () => {
    const title = actionTitle(locale, action)
    return {
      choices: [
        {
          title,
          help: text(locale, `action.${action}.how`),
          style: 'accent',
          glyph: '›',
          button: button('tick', { ...drawn, step: 'follow-up' }, { title }),
        },
      ],
    }
  })
}

/** The customer is free now: what to do, in full. */
function nowElements(drawing: RenderContext): Element[] {
  const { locale } = drawing
  const action = afterTerm(drawing)
  if (action === undefined) return []
  return renderOnce('now', `${locale} ${action}`, undefined, () => ({
    title: text(locale, 'term.now', { action: inSentence(locale, actionTitle(locale, action)) }),
    how: howText(locale, action),
  }))
}
