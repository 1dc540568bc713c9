import type { Outcome } from '../../dialogs/policy/decide.ts'
import type { Rule } from '../../dialogs/policy/policy.ts'
import { topics } from '../../dialogs/questions.ts'
import type { TrackName } from '../../dialogs/track-names.ts'
import { trackFor } from '../../dialogs/tracks/registry.ts'
import { button } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { text } from '../text/text.ts'
import { trackTitle } from '../text/titles.ts'
import type { RenderContext } from '../viewer.ts'
import { startButton, startsOf } from './start.ts'

/**
 * Draws a button for the first track that can start, and links for those that no row of the answer starts. While a fact
 * is unknown that decides between answers, only tracks of all of them are offered.
 */
export function answerStarts(context: RenderContext, { parts }: Outcome): Element[] {
  const { locale, ref } = context
  const possible = parts.flatMap(({ variants }) =>
    variants.length > 1 ? [variants.map(({ rule }) => namesIn(rule))] : [],
  )
  const isPremature = (name: TrackName) =>
    possible.some((variants) => variants.flat().includes(name) && !variants.every((names) => names.includes(name)))
  const inRows = parts.flatMap(({ variants }) =>
    variants.length === 1 ? variants.flatMap(({ rule }) => namesIn(rule)) : [],
  )
  const [first, ...others] = startsOf(context).filter(
    (name, index) => (index === 0 || !inRows.includes(name)) && !isPremature(name),
  )
  if (first === undefined) return []
  const more = others.map((track) => {
    const title = trackTitle(locale, track)
    return { text: `› ${title}`, button: button('start', { ...ref, track }, { title }) }
  })
  return [
    ...startButton(context, first, { title: trackTitle(locale, first), isFirst: true }),
    ...render('links', { links: more }),
  ]
}

const namesIn = (rule: Rule): TrackName[] =>
  [...rule.first, ...rule.do, ...rule.instead, ...rule.afterwards].flatMap((action) => trackFor(action) ?? [])

/** Draws the way back to the questions where an answer leads nowhere, with what else can be asked. */
export function wayBack({ caseRecord, locale, ref }: RenderContext): Element[] {
  const back = (['topic', 'service'] as const).filter((question) => caseRecord.answers[question] !== undefined)
  return [
    ...(caseRecord.answers.topic === 'other' ? offeredTopics({ locale }) : []),
    ...back.flatMap((question) =>
      render('actions', {
        actions: [
          button('reopen', { ...ref, question }, { title: text(locale, `outcome.back.${question}`), labelled: true }),
        ],
      }),
    ),
  ]
}

function offeredTopics({ locale }: Pick<RenderContext, 'locale'>): Element[] {
  const titles = topics.filter((topic) => topic !== 'other').map((topic) => text(locale, `choice.topic.${topic}.title`))
  return render('paragraph', { text: text(locale, 'outcome.topics', { topics: titles.join(' · ') }) })
}
