import { isIdle } from '../../dialogs/case.ts'
import type { Outcome, Part } from '../../dialogs/policy/decide.ts'
import type { Rule } from '../../dialogs/policy/policy.ts'
import { topics } from '../../dialogs/questions.ts'
import type { TrackName } from '../../dialogs/track-names.ts'
import { trackFor } from '../../dialogs/tracks/registry.ts'
import { button } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { text } from '../text/text.ts'
import { startTitle, trackTitle } from '../text/titles.ts'
import type { RenderContext } from '../viewer.ts'
import { closeButton } from './closing.ts'
import { startButton, startsOf } from './start.ts'

/**
 * Finds the track that the button of each part starts: the first that can start, whatever a fact still decides, and
 * that no part above names.
 */
export function primariesOf(context: RenderContext, parts: readonly Part[]): (TrackName | undefined)[] {
  const above = new Set<TrackName>()
  return parts.map(({ variants }) => {
    const names = variants.map(({ rule }) => namesIn(rule))
    const isCommon = (name: TrackName) => names.every((each) => each.includes(name))
    const primary = startsOf(context).find((name) => isCommon(name) && !above.has(name))
    for (const name of names.flat()) above.add(name)
    return primary
  })
}

/** Draws the button of a part. Only the first of a card stands out. */
export const partStart = (context: RenderContext, name: TrackName | undefined, isFirst: boolean): Element[] =>
  name === undefined ? [] : startButton(context, name, { title: startTitle(context.locale, name), isFirst })

/** Draws what can start although no part of the answer names it: a button where no part has one, else links. */
export function otherStarts(context: RenderContext, { parts }: Outcome): Element[] {
  const { locale, ref } = context
  const named = parts.flatMap(({ variants }) => variants.flatMap(({ rule }) => namesIn(rule)))
  const others = startsOf(context).filter((name) => !named.includes(name))
  const isLone = primariesOf(context, parts).every((name) => name === undefined)
  const [first, more] = isLone ? [others[0], others.slice(1)] : [undefined, others]
  const links = more.map((track) => {
    const title = trackTitle(locale, track)
    return { text: `› ${title}`, button: button('start', { ...ref, track }, { title }) }
  })
  return [
    ...(first === undefined ? [] : startButton(context, first, { title: startTitle(locale, first), isFirst: true })),
    ...render('links', { links }),
  ]
}

const namesIn = (rule: Rule): TrackName[] =>
  [...rule.first, ...rule.do, ...rule.instead, ...rule.afterwards].flatMap((action) => trackFor(action) ?? [])

/** Draws what is left where an answer leads nowhere: the way back to the questions, and the end of the case. */
export function deadEnd(context: RenderContext): Element[] {
  const { caseRecord, locale, ref } = context
  const back = (['topic', 'service'] as const)
    .filter((question) => caseRecord.answers[question] !== undefined)
    .map((question) =>
      button('reopen', { ...ref, question }, { title: text(locale, `outcome.back.${question}`), labelled: true }),
    )
  const close = isIdle(caseRecord) ? [closeButton(context)] : []
  return [
    ...(caseRecord.answers.topic === 'other' ? offeredTopics({ locale }) : []),
    ...[...close, ...back].flatMap((action) => render('actions', { actions: [action] })),
  ]
}

function offeredTopics({ locale }: Pick<RenderContext, 'locale'>): Element[] {
  const titles = topics.filter((topic) => topic !== 'other').map((topic) => text(locale, `choice.topic.${topic}.title`))
  return render('paragraph', { text: text(locale, 'outcome.topics', { topics: titles.join(' · ') }) })
}
