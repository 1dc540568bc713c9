import { daysUntil } from '../../dialogs/calendar.ts'
import { type Action, editionOf } from '../../dialogs/policy/policy.ts'
import { outcomeOf } from '../../dialogs/step.ts'
import type { TermTrack } from '../../dialogs/tracks/registry.ts'
import { actionAfterTerm } from '../../dialogs/tracks/term/definition.ts'
import { button, explained } from '../buttons.ts'
import { dateFold } from '../parts/fields.ts'
import { toolbar } from '../parts/frame.ts'
import { isNameless, namingRow } from '../parts/naming.ts'
import { howText } from '../parts/rule.ts'
import { startElements } from '../parts/start.ts'
import { type Element, render } from '../render.ts'
import type { Banner } from '../text/banners.ts'
import { dateText, inSentence, text } from '../text/text.ts'
import { actionTextKey, actionTitle } from '../text/titles.ts'
import type { RenderContext } from '../viewer.ts'

/** The watched term: its end, the action that follows, and the reports a person can give. */
export function termFace(context: RenderContext, track: TermTrack, banner: Banner | undefined): Element[] {
  const { state } = track
  if (state === 'cancelled') return [...endElements(context, track), ...toolbar(context, ['history'])]
  const heading = render('heading', {
    title: text(context.locale, `term.${state}.title`),
  })
  if (state === 'followed-up' || state === 'cancelled-early') {
    return [...heading, ...nowElements(context), ...startElements(context, track), ...toolbar(context, ['history'])]
  }
  const body = state === 'ended' ? endedElements(context) : waitingElements(context, track)
  return [
    ...heading,
    ...endElements(context, track),
    ...namingRow(context, 'term'),
    ...body,
    ...dateFold(context, banner),
    ...toolbar(context, ['date', 'history', 'cancel'], { hasNaming: isNameless(context) }),
  ]
}

/** Draws the last day in large type, and the days left. */
function endElements({ locale, viewer }: RenderContext, track: TermTrack): Element[] {
  const { end } = track.context
  const days = daysUntil(end, viewer.at)
  return render('end', {
    date: dateText(locale, end),
    left: days < 0 ? text(locale, 'term.over', { days: -days }) : text(locale, 'term.left', { days }),
    color: days < 0 ? 'attention' : 'default',
  })
}

function waitingElements(context: RenderContext, track: TermTrack): Element[] {
  const { locale, ref } = context
  const { remindAt } = track.context
  const action = afterTerm(context)
  const remarks = [
    ...(remindAt === null ? [] : [text(locale, 'term.reminder', { date: dateText(locale, remindAt) })]),
    ...(action === undefined
      ? []
      : [text(locale, 'term.next', { action: inSentence(locale, actionTitle(locale, action)) })]),
  ]
  const early = button(
    'tick',
    { ...ref, step: 'cancelled-early' },
    { title: text(locale, 'term.cancelled'), labelled: true },
  )
  return [
    ...endChoices(context, track),
    ...remarks.flatMap((remark) => render('remark', { text: remark })),
    ...render('actions', { actions: [early] }),
    ...startElements(context, track),
  ]
}

/** Names the ways a term can end, near its end, in editions that know them. */
function endChoices(context: RenderContext, { context: { end } }: TermTrack): Element[] {
  const { policy, caseRecord, locale, viewer } = context
  const { beforeTermEnds } = editionOf(policy, caseRecord.edition)
  const days = daysUntil(end, viewer.at)
  if (!beforeTermEnds || days > beforeTermEnds.choose || !afterTerm(context)) return []
  const items = [
    ...render('subheading', { text: text(locale, 'term.choose.title') }),
    ...(['cancel', 'renew', 'extend'] as const).flatMap((way) =>
      render('paragraph', { text: text(locale, `term.choose.${way}`) }),
    ),
    ...render('remark', { text: text(locale, 'term.choose.source') }),
  ]
  const start = text(locale, 'term.choose.start', { date: dateText(locale, end) })
  return [
    ...(days <= beforeTermEnds.start ? render('line', { tone: 'warning', text: start }) : []),
    ...render('group', { style: 'emphasis', items }),
  ]
}

/** Draws the next action as a button. */
function endedElements(context: RenderContext): Element[] {
  const { locale, ref } = context
  const action = afterTerm(context)
  if (action === undefined) return []
  const title = actionTitle(locale, action)
  const help = text(locale, actionTextKey(action, 'how'))
  const choice = {
    title,
    help,
    style: 'accent',
    glyph: '›',
    button: button('tick', { ...ref, step: 'follow-up' }, explained(title, help)),
  }
  return render('choices', { choices: [choice] })
}

/** Draws the instructions that apply now that the customer is free. */
function nowElements(context: RenderContext): Element[] {
  const { locale } = context
  const action = afterTerm(context)
  if (action === undefined) return []
  return render('now', {
    title: text(locale, 'term.now', { action: inSentence(locale, actionTitle(locale, action)) }),
    how: howText(locale, action),
  })
}

/** Returns the action after the term, if the answer waits for its end. */
function afterTerm({ policy, caseRecord }: RenderContext): Action | undefined {
  const outcome = outcomeOf(policy, caseRecord)
  return outcome && actionAfterTerm(editionOf(policy, caseRecord.edition), outcome, caseRecord.answers.role)
}
