import { isIdle } from '../../dialogs/case.ts'
import { type Outcome, type Part, questionsFor } from '../../dialogs/policy/decide.ts'
import { editionOf, keyOfAction } from '../../dialogs/policy/policy.ts'
import type { Answers, ChoiceQuestion, QuestionId } from '../../dialogs/questions.ts'
import { outcomeOf } from '../../dialogs/step.ts'
import { isOpen } from '../../dialogs/tracks/registry.ts'
import { button } from '../buttons.ts'
import { type Detail, details } from '../parts/action-rows.ts'
import { alongsideElements, decidingElements, questionsAlongside } from '../parts/alongside.ts'
import { type AnswerPlace, answerElements, possibleAnswers, sourceElements } from '../parts/answer.ts'
import { deadEnd, otherStarts, partStart, primariesOf } from '../parts/answer-starts.ts'
import { dateField, dateFold, isDateFault, isToAskAgain } from '../parts/fields.ts'
import { toggle, toolbar } from '../parts/frame.ts'
import { otherEditionElements } from '../parts/other-editions.ts'
import { answersText, factLinks } from '../parts/questions.ts'
import { type Element, render } from '../render.ts'
import type { Banner } from '../text/banners.ts'
import { answerText } from '../text/events.ts'
import { dateText, type Key, monthText, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** Room for the answer within the limit of a card: header, banner, tabs and longer revisions need the rest. */
const MAX_ANSWER_CHARACTERS = 17_000

/** The answer of a case: actions and reasons, the questions beside it, and what other editions say. */
export function outcomeFace(context: RenderContext, banner: Banner | undefined): Element[] {
  const outcome = outcomeOf(context.policy, context.caseRecord)
  if (!outcome) return []
  const [most, ...less] = details.map((detail) => () => answerFace(context, outcome, { banner, detail }))
  let elements = most?.() ?? []
  for (const drawLess of less) {
    if (JSON.stringify(elements).length <= MAX_ANSWER_CHARACTERS) break
    elements = drawLess()
  }
  return elements
}

interface Drawing {
  banner: Banner | undefined
  detail: Detail
}

function answerFace(context: RenderContext, outcome: Outcome, { banner, detail }: Drawing): Element[] {
  const { caseRecord, locale } = context
  const alongside = questionsAlongside(context)
  const deciding = decidingQuestions(outcome)
  const others = alongside.filter((question) => !deciding.includes(question))
  const starts = otherStarts(context, outcome)
  const questions = [
    ...alongsideElements(context, others, detail),
    ...termElements(context, outcome, { banner, detail }),
  ]
  const hasNext = starts.length > 0 || primariesOf(context, outcome.parts).some((name) => name !== undefined)
  const isDeadEnd = !hasNext && questions.length + caseRecord.tracks.length === 0
  return [
    ...render('caption', { text: answersText(locale, without(caseRecord.answers, alongside)) }),
    ...olderLine(context),
    ...partsElements(context, outcome, detail),
    ...starts,
    ...questions,
    ...(isDeadEnd ? deadEnd(context) : []),
    ...backgroundElements(context, outcome, detail),
    ...render('fold', { id: 'answers', visible: false, items: factLinks(context) }),
    ...toolbar(context, ['answers', 'history', 'cancel'], { hasClose: isDeadEnd && isIdle(caseRecord) }),
  ]
}

/** Draws the sources and the answers of other editions, folded away. */
function backgroundElements(context: RenderContext, outcome: Outcome, detail: Detail): Element[] {
  const others = otherEditionElements(context, outcome, detail)
  const items = [...sourceElements(context, outcome), ...others]
  if (items.length === 0) return []
  const title = text(context.locale, others.length > 0 ? 'outcome.background-editions' : 'outcome.background')
  return [
    ...render('links', { links: [{ text: `${title} ▾`, button: toggle('background', title) }] }),
    ...render('fold', { id: 'background', visible: false, items }),
  ]
}

/** Warns of rules that newer ones have replaced. */
function olderLine({ policy, caseRecord, locale }: RenderContext): Element[] {
  const { edition, since } = editionOf(policy, caseRecord.edition)
  if (edition === Object.keys(policy).at(-1)) return []
  return render('line', { tone: 'warning', text: text(locale, 'outcome.older', { since: monthText(locale, since) }) })
}

const without = (answers: Answers, questions: readonly ChoiceQuestion[]): Answers =>
  Object.fromEntries(Object.entries(answers).filter(([question]) => !questions.includes(question as ChoiceQuestion)))

/** Unknown facts between whose answers the card cannot choose. */
const decidingQuestions = ({ parts }: Outcome): ChoiceQuestion[] =>
  parts.flatMap(({ variants }) => (variants.length > 1 ? (variants[0]?.given?.question ?? []) : []))

/** Draws the answer for each service, the first unfolded. Two services with the same answer share it. */
function partsElements(context: RenderContext, { parts }: Outcome, detail: Detail): Element[] {
  const different = parts.filter(
    (part, index) => parts.findIndex((other) => adviceOf(other) === adviceOf(part)) === index,
  )
  const primaries = primariesOf(context, different)
  const firstStart = primaries.findIndex((name) => name !== undefined)
  return different.flatMap((part, index) => {
    const isAlone = different.length === 1
    const above = different.slice(0, index).flatMap(({ variants }) => variants.map(({ rule }) => rule))
    const place = { isBelowHeading: !isAlone, above, primary: primaries[index], detail }
    const items = [...partElements(context, part, place), ...partStart(context, primaries[index], index === firstStart)]
    if (isAlone) return items
    const id = `part-${part.about}`
    const title = text(context.locale, `part.${part.about}` as Key)
    return [
      ...render('part', { text: `${title} ▾`, button: toggle(id, title) }),
      ...render('fold', { id, visible: index === 0, items }),
    ]
  })
}

/** Text of a part that is equal for equal advice. */
const adviceOf = ({ variants }: Part): string =>
  JSON.stringify(
    variants.map(({ rule, given }) => {
      const actions = [rule.first, rule.do, rule.instead, rule.afterwards].map((each) => each.map(keyOfAction))
      return [given, rule.reason, actions, rule.notes]
    }),
  )

/** Draws the answer for one service, or every possible answer while a deciding fact is unknown. */
function partElements(context: RenderContext, part: Part, place: AnswerPlace): Element[] {
  const { about, variants } = part
  if (variants.length === 1) return variants.flatMap((variant) => answerElements(context, about, variant, place))
  const question = variants[0]?.given?.question
  const possible = possibleAnswers(context, part, { ...place, isAnswerable: question !== undefined })
  if (question === undefined) return possible
  const values = variants.map(({ given }) => given?.value)
  return decidingElements(context, question, { values, items: possible })
}

/**
 * Asks for the end of the term once nothing else is open, in a field of its own where the answer is to wait; once known,
 * shows it with a way to change it.
 */
function termElements(context: RenderContext, outcome: Outcome, { banner, detail }: Drawing): Element[] {
  const { policy, caseRecord, locale, ref } = context
  const isAsked = questionsFor(policy, caseRecord).some(({ question }) => question === 'term-end')
  if (!isAsked) return []
  const end = caseRecord.answers['term-end']
  if (hasOpenQuestion(context) && !isDateFault(banner)) return []
  const isToWait = outcome.parts.some(({ variants }) =>
    variants.some(({ rule }) => rule.do.some(({ id }) => id === 'wait-for-term')),
  )
  // Beside two answers, an open field would push the second off the screen.
  const isUnfolded = isToWait && outcome.parts.length === 1
  // An answer that left it open is no answer any more once the date is asked for again.
  const isMissing = end === undefined || isToAskAgain(caseRecord)
  // A watched term has a face of its own, with the field to change its date.
  const isWatched = caseRecord.tracks.some((track) => track.kind === 'term' && isOpen(track))
  if ((isMissing && isUnfolded) || (isDateFault(banner) && !isWatched)) return dateField(context, banner)
  if (end === undefined && !isToWait && detail !== 'instructions') return []
  const [label, change] = [text(locale, 'fact.term-end'), text(locale, 'fact.change')]
  const value = answerText(locale, 'term-end', end ?? 'unknown')
  const title = `${label} ${value} · ${change}`
  const action = isWatched ? button('show', { ...ref, view: 'term' }, { title }) : toggle('date', title)
  const known = render('facts', { spacing: 'small', facts: [{ label, value, change, button: action }] })
  return isWatched ? known : [...known, ...laterElements(context), ...dateFold(context, banner)]
}

/** Says where to find the end of the term, and when it is asked for again; nothing if it is not to be. */
function laterElements({ caseRecord, locale }: RenderContext): Element[] {
  const { askAgain } = caseRecord
  if (askAgain === undefined) return []
  return render('caption', { text: text(locale, 'date.later', { date: dateText(locale, askAgain) }) })
}

/** True if a question of this card has neither an answer nor a value that counts without one. */
function hasOpenQuestion(context: RenderContext): boolean {
  const { questions } = editionOf(context.policy, context.caseRecord.edition)
  const { answers } = context.caseRecord
  const counts = new Set<QuestionId>(
    questions.flatMap(({ question, unanswered }) => (unanswered === undefined ? [] : question)),
  )
  return questionsAlongside(context).some((question) => answers[question] === undefined && !counts.has(question))
}
