import { questionsFor } from '../../dialogs/policy/decide.ts'
import { editionOf, offeredValues } from '../../dialogs/policy/policy.ts'
import type { ChoiceQuestion } from '../../dialogs/questions.ts'
import { type Button, button } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { answerText } from '../text/events.ts'
import { text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import type { Detail } from './action-rows.ts'

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
  return render('alongside', {
    label: text(locale, `fact.${question}`),
    value: answerText(locale, question, counting),
    helps: counting === 'unknown' && detail !== 'least' ? [{ text: text(locale, `question.${question}.help`) }] : [],
    choices,
  })
}

function choiceOf(
  { locale, ref }: RenderContext,
  question: ChoiceQuestion,
  value: string,
): { text: string; button: Button } {
  const title = answerText(locale, question, value)
  return { text: `› ${title}`, button: button('answer', { ...ref, question, value }, { title }) }
}
