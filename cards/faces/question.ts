import { questionOf } from '../../dialogs/intake.ts'
import { questionsFor } from '../../dialogs/policy/decide.ts'
import { type Answers, type ChoiceQuestion, choices, type QuestionId, questionIds } from '../../dialogs/questions.ts'
import { type Button, button } from '../buttons.ts'
import { toolbar } from '../parts/toolbar.ts'
import { type Element, renderOnce } from '../render.ts'
import { answerText, choiceKey } from '../text/events.ts'
import { forPart, type Key, type Locale, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** The question a case is at, with what is answered so far; a case nobody has touched yet opens with a welcome. */
export function questionFace(drawing: RenderContext): Element[] {
  const { one: caseRecord, locale } = drawing
  const question = questionOf(caseRecord.intake)
  if (question === undefined) return []
  const before = questionIds.slice(0, questionIds.indexOf(question))
  return [
    ...(caseRecord.revision === 0 ? welcome(locale) : []),
    ...factRows(drawing, before),
    ...questionHeading(locale, question),
    ...choiceRows(locale, question, caseRecord.answers[question], drawing),
    ...(caseRecord.revision === 0 ? [] : toolbar(drawing, ['history', 'cancel'])),
  ]
}

const welcome = (locale: Locale) =>
  renderOnce('paragraph', `${locale} welcome`, undefined, () => ({ text: text(locale, 'welcome') }))

/** Title and help of a question. */
export const questionHeading = (locale: Locale, question: ChoiceQuestion): Element[] =>
  renderOnce('heading', `${locale} ${question}`, undefined, () => ({
    title: text(locale, `question.${question}.title`),
    help: text(locale, `question.${question}.help`),
  }))

/** Clickable rows, one for each choice of a question; the present answer is marked. Without a case: the person's role. */
export function choiceRows(
  locale: Locale,
  question: ChoiceQuestion,
  present: string | undefined,
  drawing?: RenderContext,
): Element[] {
  const drawn = drawing?.drawn
  const answer = (value: string, title: string): Button =>
    drawn
      ? button('answer', { ...drawn, question, value }, { title })
      : button('answer', { question: 'role', value: value as (typeof choices.role)[number] }, { title })
  const key = `${locale} ${question} ${present} ${drawn === undefined}`
  return renderOnce('choices', key, drawn, () => ({
    choices: choices[question].map((value) => {
      const title = answerText(locale, question, value)
      const help = text(locale, `${choiceKey(question, value)}.help` as Key)
      const look = value === present ? { style: 'accent', glyph: '✓' } : { style: 'emphasis', glyph: '›' }
      return { title, help, ...look, button: answer(value, title) }
    }),
  }))
}

type Fact = { question: ChoiceQuestion; value: string }

/** What was answered on the way, in order: the questions one can go back to. */
const factsOf = ({ one: caseRecord, policy }: RenderContext, questions: readonly QuestionId[]): Fact[] =>
  questionsFor(policy, caseRecord).flatMap(({ question, when }) => {
    const value = caseRecord.answers[question]
    if (question === 'term-end' || when !== 'before' || value === undefined) return []
    return questions.includes(question) ? { question, value } : []
  })

/** What was answered to these questions, each with a way back to it. */
export function factRows(drawing: RenderContext, questions: readonly QuestionId[]): Element[] {
  const { locale, drawn } = drawing
  const change = text(locale, 'fact.change')
  return factsOf(drawing, questions).flatMap(({ question, value }) => {
    const label = text(locale, `fact.${question}`)
    return renderOnce('facts', `${locale} ${question} ${value}`, drawn, () => ({
      spacing: 'small',
      facts: [
        {
          label,
          value: answerText(locale, question, value),
          change,
          button: button('reopen', { ...drawn, question }, { title: `${label} ${change}` }),
        },
      ],
    }))
  })
}

/** The same in brief, for all questions. */
export function factLinks(drawing: RenderContext): Element[] {
  const { locale, drawn } = drawing
  return factsOf(drawing, questionIds).flatMap(({ question, value }) => {
    const title = `${text(locale, `fact.${question}`)} ${answerText(locale, question, value)}`
    return renderOnce('links', `${locale} ${question} ${value}`, drawn, () => ({
      links: [{ text: `› ${title}`, button: button('reopen', { ...drawn, question }, { title }) }],
    }))
  })
}

/** The answers of a case in one line of plain text; with both services, the seller of each. */
export function answersText(locale: Locale, answers: Answers): string {
  const told = questionIds.flatMap((question) => {
    const value = answers[question]
    if (value === undefined || value === 'unknown' || question === 'term-end') return []
    const answer = answerText(locale, question, value)
    if (answers.service !== 'both') return answer
    if (question === 'service') return answers['licence-source'] && answers['usage-source'] ? [] : answer
    if (question === 'licence-source') return forPart(locale, 'licence', answer)
    return question === 'usage-source' ? forPart(locale, 'usage', answer) : answer
  })
  return told.join(' · ')
}
