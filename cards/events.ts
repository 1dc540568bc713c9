import { z } from 'zod'
import type { HistoryEntry } from '../dialogs/case.ts'
import { choices, type QuestionId, questionIds } from '../dialogs/questions.ts'
import { migrationSteps } from '../dialogs/tracks/migration.ts'
import { termSteps } from '../dialogs/tracks/term.ts'
import { literal, nameLength, reasonLength } from './literal.ts'
import { dateText, type Key, type Locale, text } from './text.ts'

/** Choices of both source questions are worded alike. */
const familyOf = (question: Exclude<QuestionId, 'term-end'>) =>
  question === 'licence-source' || question === 'usage-source' ? 'source' : question

/** Key of a choice's words, without `.title` or `.help`. */
export const choiceKey = (question: Exclude<QuestionId, 'term-end'>, value: string): string =>
  `choice.${familyOf(question)}.${value}`

/** An answer as the cards name it. */
export function answerText(locale: Locale, question: QuestionId, value: string): string {
  if (question !== 'term-end') return text(locale, `${choiceKey(question, value)}.title` as Key)
  return value === 'unknown' ? text(locale, 'fact.unknown') : dateText(locale, value)
}

/** Display name of whoever did something: the directory's, ours for a timer, else "somebody". */
export function nameText(locale: Locale, by: string, name: string | undefined): string {
  if (by === 'timer') return 'Multicanal'
  return literal(name ?? '', nameLength) || text(locale, 'app.somebody')
}

const isQuestion = (value: unknown): value is QuestionId => (questionIds as readonly unknown[]).includes(value)
const isStep = (value: unknown): value is 'close' =>
  ([...migrationSteps, ...termSteps] as readonly unknown[]).includes(value)

const questionTitle = (locale: Locale, question: unknown) =>
  isQuestion(question) ? text(locale, `question.${question}.title`) : literal(String(question), nameLength)
const stepTitle = (locale: Locale, step: unknown) =>
  isStep(step) ? text(locale, `step.${step}.title`) : literal(String(step), nameLength)

/** An answer kept in history; one that an earlier version allowed is shown as it was written. */
function keptAnswer(locale: Locale, question: unknown, value: unknown): string {
  const written = literal(String(value), nameLength)
  if (!isQuestion(question)) return written
  const isKnown =
    question === 'term-end'
      ? written === 'unknown' || z.iso.date().safeParse(written).success
      : (choices[question] as readonly string[]).includes(written)
  return isKnown ? answerText(locale, question, written) : written
}

/**
 * What happened, as a sentence: for the timeline and for "in the meantime …". History outlives versions, so its details
 * are read with care. Plain text that may hold what people typed.
 */
export function sentenceOf({ by, event, detail }: HistoryEntry, name: string | undefined, locale: Locale): string {
  const who = nameText(locale, by, name)
  const { question, value, edition, step, reason } = detail
  const track = detail.track === 'term' ? 'term' : 'migration'
  switch (event) {
    case 'case.opened':
    case 'case.cancelled':
      return text(locale, `event.${event}`, { who })
    case 'question.answered':
      return text(locale, `event.${event}`, {
        who,
        question: questionTitle(locale, question),
        value: keptAnswer(locale, question, value),
      })
    case 'question.reopened':
      return text(locale, `event.${event}`, { who, question: questionTitle(locale, question) })
    case 'edition.changed':
      return text(locale, `event.${event}`, { who, edition: literal(String(edition), nameLength) })
    case 'track.started':
    case 'track.cancelled':
    case 'timer.fired':
      return text(locale, `event.${event}.${track}`, { who })
    case 'step.ticked':
      return text(locale, `event.${event}`, { who, step: stepTitle(locale, step) })
    case 'step.skipped':
      return text(locale, `event.${event}`, {
        who,
        step: stepTitle(locale, step),
        reason: literal(String(reason), reasonLength),
      })
  }
  return event satisfies never
}
