import { questionsFor } from '../../dialogs/policy/decide.ts'
import { editionOf, offeredValues } from '../../dialogs/policy/policy.ts'
import type { ChoiceQuestion } from '../../dialogs/questions.ts'
import { type Button, button } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { answerText } from '../text/events.ts'
import { text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import type { Detail } from './action-rows.ts'
import { toggle } from './frame.ts'

/** The questions that stand on the answer card with their values, in order. */
export const questionsAlongside = ({ policy, caseRecord }: RenderContext): ChoiceQuestion[] =>
  questionsFor(policy, caseRecord).flatMap(({ question, when }) =>
    when === 'alongside' && question !== 'term-end' ? [question] : [],
  )

/** Draws these questions, each with the value that counts and the others one click away. */
export const alongsideElements = (
  context: RenderContext,
  questions: readonly ChoiceQuestion[],
  detail: Detail,
): Element[] => questions.flatMap((question) => questionRow(context, question, detail))

function questionRow(context: RenderContext, question: ChoiceQuestion, detail: Detail): Element[] {
  const { policy, caseRecord, locale } = context
  const edition = editionOf(policy, caseRecord.edition)
  const asked = edition.questions.find((each) => each.question === question)
  const counting = caseRecord.answers[question] ?? asked?.unanswered
  const choices = offeredValues(edition, question)
    .filter((value) => value !== counting)
    .map((value) => choiceOf(context, question, value))
  // A question without an answer that counts has its help: both answers stand above it.
  if (counting === undefined) {
    return render('options', {
      title: text(locale, `question.${question}.title`),
      help: text(locale, `question.${question}.help`),
      choices,
    })
  }
  const id = `change-${question}`
  const value = `${text(locale, `fact.${question}`)} ${answerText(locale, question, counting)}`
  const change = toggle(id, `${value} · ${text(locale, 'fact.change')}`)
  const help = counting === 'unknown' && detail !== 'least' ? text(locale, `question.${question}.help`) : undefined
  return [
    ...render('links', { links: [{ text: `${value} ▾`, button: change }] }),
    ...render('fold', {
      id,
      visible: false,
      items: [...(help ? render('caption', { text: help }) : []), ...render('links', { links: choices })],
    }),
  ]
}

/** Draws the question that decides between answers: their frames answer it, and links stand for the other values. */
export function decidingElements(
  context: RenderContext,
  question: ChoiceQuestion,
  { values, items }: { values: readonly (string | undefined)[]; items: readonly Element[] },
): Element[] {
  const { policy, caseRecord, locale } = context
  const given = caseRecord.answers[question]
  const others = offeredValues(editionOf(policy, caseRecord.edition), question).filter(
    (value) => !values.includes(value) && value !== given,
  )
  const known = given && `${text(locale, `fact.${question}`)} ${answerText(locale, question, given)}`
  return [
    ...render('options', {
      title: text(locale, `question.${question}.title`),
      help: text(locale, `question.${question}.help`),
      choices: [],
    }),
    ...(known ? render('caption', { text: known }) : []),
    ...items,
    ...render('links', { links: others.map((value) => choiceOf(context, question, value)) }),
  ]
}

function choiceOf(
  { locale, ref }: RenderContext,
  question: ChoiceQuestion,
  value: string,
): { text: string; button: Button } {
  const title = answerText(locale, question, value)
  return { text: `› ${title}`, button: button('answer', { ...ref, question, value }, { title }) }
}
