import { type Outcome, type Part, questionsFor } from '../../dialogs/policy/decide.ts'
import { choices } from '../../dialogs/questions.ts'
import { outcomeOf } from '../../dialogs/step.ts'
import { isOpen } from '../../dialogs/tracks/registry.ts'
import { button } from '../buttons.ts'
import { dateField, dateFold } from '../parts/fields.ts'
import { toggle, toolbar } from '../parts/frame.ts'
import { otherEditionElements } from '../parts/other-editions.ts'
import { answersText, factLinks, factRows } from '../parts/questions.ts'
import { answerElements, framedAnswer } from '../parts/rule.ts'
import { startElements } from '../parts/start.ts'
import { type Element, render } from '../render.ts'
import type { Banner } from '../text/banners.ts'
import { answerText } from '../text/events.ts'
import { type Locale, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** Questions on the answer card itself, besides the end of the term. */
type Deciding = 'commerce' | 'offer'

/** The answer of a case: actions and reasons, other editions, and the tracks that can start. */
export function outcomeFace(context: RenderContext, banner: Banner | undefined): Element[] {
  const { policy, caseRecord, locale } = context
  const outcome = outcomeOf(policy, caseRecord)
  if (!outcome) return []
  const answers = answersText(locale, caseRecord.answers)
  return [
    ...render('caption', { text: answers }),
    ...outcome.parts.flatMap((part) => partElements(context, part, outcome)),
    ...termElements(context, banner),
    ...startElements(context),
    ...otherEditionElements(context, outcome),
    ...answersFold(context, outcome),
    ...toolbar(context, ['answers', 'history', 'cancel']),
  ]
}

/** Draws the answer for one service, or every possible answer while a deciding fact is unknown. */
function partElements(context: RenderContext, { about, variants }: Part, outcome: Outcome): Element[] {
  const isAlone = outcome.parts.length === 1
  const title = isAlone ? [] : partTitle(context.locale, about)
  if (variants.length === 1) {
    const place = isAlone ? 'alone' : 'below-heading'
    return [...title, ...variants.flatMap((variant) => answerElements(context, about, variant, place))]
  }
  return [
    ...title,
    ...variants.flatMap((variant) => framedAnswer(context, about, variant)),
    ...decidingElements(context, variants[0]?.given?.question),
  ]
}

const partTitle = (locale: Locale, about: Part['about']) =>
  about === 'resale' || about === 'something-else' ? [] : render('part', { text: text(locale, `part.${about}`) })

/** Draws the question that decides between variants, as choices or as a link back to it. */
function decidingElements(context: RenderContext, question: Deciding | undefined): Element[] {
  if (question === undefined) return []
  const policyQuestion = questionsFor(context.policy, context.caseRecord).find((each) => each.question === question)
  return policyQuestion?.when === 'alongside' ? optionRows(context, question) : factRows(context, [question])
}

/** Draws the other choices of a question on the answer card as small rows. */
function optionRows({ caseRecord, locale, ref }: RenderContext, question: Deciding): Element[] {
  const present = caseRecord.answers[question]
  return render('options', {
    title: text(locale, `question.${question}.title`),
    help: text(locale, `question.${question}.help`),
    choices: choices[question]
      .filter((value) => value !== present)
      .map((value) => {
        const title = answerText(locale, question, value)
        return { text: `› ${title}`, button: button('answer', { ...ref, question, value }, { title }) }
      }),
  })
}

/**
 * Asks for the end of the term after the other questions of this card; once known, shows it with a way to change
 * it.
 */
function termElements(context: RenderContext, banner: Banner | undefined): Element[] {
  const { policy, caseRecord, locale, ref } = context
  const alongside = questionsFor(policy, caseRecord).filter(({ when }) => when === 'alongside')
  if (!alongside.some(({ question }) => question === 'term-end')) return []
  const end = caseRecord.answers['term-end']
  const isNext = alongside.every(
    ({ question }) => question === 'term-end' || caseRecord.answers[question] !== undefined,
  )
  if (end === undefined) return isNext ? dateField(context, banner) : []
  // A watched term has a face of its own, with the field to change its date.
  const isWatched = caseRecord.tracks.some((track) => track.kind === 'term' && isOpen(track))
  const [label, change] = [text(locale, 'fact.term-end'), text(locale, 'fact.change')]
  const title = `${label} ${change}`
  const action = isWatched ? button('show', { ...ref, view: 'term' }, { title }) : toggle('date', title)
  const value = answerText(locale, 'term-end', end)
  const known = render('facts', { spacing: 'medium', facts: [{ label, value, change, button: action }] })
  return isWatched ? known : [...known, ...dateFold(context, banner)]
}

/** Draws every answer with a way to change it, folded away. */
function answersFold(context: RenderContext, outcome: Outcome): Element[] {
  const { policy, caseRecord } = context
  const undecided = outcome.parts.flatMap((part) => part.variants[0]?.given?.question ?? [])
  const decided = questionsFor(policy, caseRecord).flatMap(({ question, when }): Deciding[] => {
    if (when === 'before' || (question !== 'commerce' && question !== 'offer')) return []
    return undecided.includes(question) ? [] : [question]
  })
  const items = [...factLinks(context), ...decided.flatMap((question) => otherOptions(context, question))]
  return render('fold', { id: 'answers', visible: false, items })
}

/** Draws the answer to a question of this card, with the other choices below. */
function otherOptions({ caseRecord, locale, ref }: RenderContext, question: Deciding): Element[] {
  const present = caseRecord.answers[question]
  if (present === undefined) return []
  const fact = `${text(locale, `fact.${question}`)} ${answerText(locale, question, present)}`
  const others = render('links', {
    links: choices[question]
      .filter((value) => value !== present)
      .map((value) => {
        const title = answerText(locale, question, value)
        return { text: `› ${title}`, button: button('answer', { ...ref, question, value }, { title }) }
      }),
  })
  return [...render('caption', { text: fact }), ...others]
}
