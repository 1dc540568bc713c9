import { questionsFor } from '../../dialogs/policy/decide.ts'
import { editionOf, foldedValues, offeredValues } from '../../dialogs/policy/policy.ts'
import {
  type Answers,
  type ChoiceQuestion,
  type QuestionId,
  questionIds,
  type Role,
  roles,
} from '../../dialogs/questions.ts'
import { type Button, type ButtonLook, button, explained } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { answerText, choiceKey } from '../text/events.ts'
import { forPart, inSentence, type Key, type Locale, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { toggle } from './frame.ts'

/** Draws title and help of a question. */
export const questionHeading = (locale: Locale, question: ChoiceQuestion): Element[] =>
  render('heading', {
    title: text(locale, `question.${question}.title`),
    help: text(locale, `question.${question}.help`),
  })

/** Draws one clickable row per value that the edition offers, the rare ones folded, and marks the present answer. */
export function choiceRows(context: RenderContext, question: ChoiceQuestion): Element[] {
  const { policy, caseRecord, locale, ref } = context
  const present = caseRecord.answers[question]
  const edition = editionOf(policy, caseRecord.edition)
  const values = offeredValues(edition, question)
  const folded = foldedValues(edition, question)
  const isVisible = (value: string) => value === present || !folded.includes(value)
  const rowsOf = (shown: readonly string[]) =>
    rows(locale, question, shown, present, (value, look) => button('answer', { ...ref, question, value }, look))
  const rare = values.filter((value) => !isVisible(value))
  const isForeign = present !== undefined && !values.includes(present)
  return [
    ...(isForeign
      ? render('caption', { text: `${text(locale, `fact.${question}`)} ${answerText(locale, question, present)}` })
      : []),
    ...rowsOf(values.filter(isVisible)),
    ...(rare.length === 0 ? [] : moreRows(text(locale, `question.${question}.more` as Key), rowsOf(rare))),
  ]
}

const moreRows = (title: string, items: readonly Element[]): Element[] => [
  ...render('links', { links: [{ text: `${title} ▾`, button: toggle('more', title) }] }),
  ...render('fold', { id: 'more', visible: false, items }),
]

/** Draws the roles for a person, apart from any case. */
export const roleRows = (locale: Locale, present: Role | undefined): Element[] =>
  rows(locale, 'role', roles, present, (value, look) =>
    button('answer', { question: 'role', value: value as Role }, look),
  )

const rows = (
  locale: Locale,
  question: ChoiceQuestion,
  values: readonly string[],
  present: string | undefined,
  buttonFor: (value: string, look: ButtonLook) => Button,
): Element[] =>
  render('choices', {
    choices: values.map((value) => {
      const isPresent = value === present
      const title = answerText(locale, question, value)
      const help = text(locale, `${choiceKey(question, value)}.help` as Key)
      const look = isPresent ? { style: 'accent', glyph: '✓' } : { style: 'default', glyph: '›' }
      const name = isPresent ? text(locale, 'choice.present', { title }) : title
      return { title, help, ...look, button: buttonFor(value, explained(name, help)) }
    }),
  })

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
          button: button(
            'reopen',
            { ...ref, question },
            { title: `${label} ${answerText(locale, question, value)} · ${change}` },
          ),
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
    // A bare yes or no tells nothing.
    if (question === 'same-provider') return `${text(locale, 'fact.same-provider')} ${inSentence(locale, answer)}`
    if (answers.service !== 'both') return answer
    if (question === 'service') return answers['licence-source'] && answers['usage-source'] ? [] : answer
    if (question === 'licence-source') return forPart(locale, 'licence', answer)
    return question === 'usage-source' ? forPart(locale, 'usage', answer) : answer
  })
  return parts.join(' · ')
}
