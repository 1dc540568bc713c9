import { questionsFor } from '../../dialogs/policy/decide.ts'
import { type Answers, type ChoiceQuestion, choices, type QuestionId, questionIds } from '../../dialogs/questions.ts'
import { type Button, button } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { answerText, choiceKey } from '../text/events.ts'
import { forPart, type Key, type Locale, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** Draws title and help of a question. */
export const questionHeading = (locale: Locale, question: ChoiceQuestion): Element[] =>
  render('heading', {
    title: text(locale, `question.${question}.title`),
    help: text(locale, `question.${question}.help`),
  })

/**
 * Draws one clickable row per choice and marks the present answer. Without a case, the question is the role of the
 * person.
 */
export function choiceRows(
  locale: Locale,
  question: ChoiceQuestion,
  present: string | undefined,
  context?: RenderContext,
): Element[] {
  const ref = context?.ref
  const answer = (value: string, title: string): Button =>
    ref
      ? button('answer', { ...ref, question, value }, { title })
      : button('answer', { question: 'role', value: value as (typeof choices.role)[number] }, { title })
  return render('choices', {
    choices: choices[question].map((value) => {
      const title = answerText(locale, question, value)
      const help = text(locale, `${choiceKey(question, value)}.help` as Key)
      const look = value === present ? { style: 'accent', glyph: '✓' } : { style: 'emphasis', glyph: '›' }
      return { title, help, ...look, button: answer(value, title) }
    }),
  })
}

type Fact = { question: ChoiceQuestion; value: string }

/** The answered questions that can be reopened, in order. */
const factsOf = ({ caseRecord, policy }: RenderContext, questions: readonly QuestionId[]): Fact[] =>
  questionsFor(policy, caseRecord).flatMap(({ question, when }) => {
    const value = caseRecord.answers[question]
    if (question === 'term-end' || when !== 'before' || value === undefined) return []
    return questions.includes(question) ? { question, value } : []
  })

/** Draws the answers to these questions, each with a button that reopens it. */
export function factRows(context: RenderContext, questions: readonly QuestionId[]): Element[] {
  const { locale, ref } = context
  const change = text(locale, 'fact.change')
  return factsOf(context, questions).flatMap(({ question, value }) => {
    const label = text(locale, `fact.${question}`)
    return render('facts', {
      spacing: 'small',
      facts: [
        {
          label,
          value: answerText(locale, question, value),
          change,
          button: button('reopen', { ...ref, question }, { title: `${label} ${change}` }),
        },
      ],
    })
  })
}

/** Draws every answer in brief, each as a link that reopens the question. */
export function factLinks(context: RenderContext): Element[] {
  const { locale, ref } = context
  return factsOf(context, questionIds).flatMap(({ question, value }) => {
    const title = `${text(locale, `fact.${question}`)} ${answerText(locale, question, value)}`
    return render('links', {
      links: [{ text: `› ${title}`, button: button('reopen', { ...ref, question }, { title }) }],
    })
  })
}

/** Returns the answers of a case in one line of plain text; with both services, the seller of each. */
export function answersText(locale: Locale, answers: Answers): string {
  const parts = questionIds.flatMap((question) => {
    const value = answers[question]
    if (value === undefined || value === 'unknown' || question === 'term-end') return []
    const answer = answerText(locale, question, value)
    if (answers.service !== 'both') return answer
    if (question === 'service') return answers['licence-source'] && answers['usage-source'] ? [] : answer
    if (question === 'licence-source') return forPart(locale, 'licence', answer)
    return question === 'usage-source' ? forPart(locale, 'usage', answer) : answer
  })
  return parts.join(' · ')
}
