import type { TrackKind } from '../../dialogs/events.ts'
import { type Outcome, type Part, questionsFor } from '../../dialogs/policy/decide.ts'
import { type ActionId, editionOf } from '../../dialogs/policy/policy.ts'
import { choices } from '../../dialogs/questions.ts'
import { outcomeOf, startable } from '../../dialogs/step.ts'
import { hasReached, isOpen, type Track } from '../../dialogs/tracks/registry.ts'
import { type ButtonLook, button } from '../buttons.ts'
import { dateFault, dateField } from '../parts/date-field.ts'
import { toggle, toolbar } from '../parts/toolbar.ts'
import { leavesRest } from '../parts/transferable.ts'
import { type Element, render, renderOnce } from '../render.ts'
import type { Banner } from '../text/banners.ts'
import { answerText } from '../text/events.ts'
import { type Key, type Locale, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { answerElements, framedAnswer } from './answer.ts'
import { otherEditionElements } from './other-editions.ts'
import { answersText, factLinks, factRows } from './question.ts'

/** Questions that stand on the answer card itself, the term's end apart. */
type Deciding = 'commerce' | 'offer'

/** The answer of a case: what to do and why, what else there is to know, and what can be begun from here. */
export function outcomeFace(drawing: RenderContext, line: Banner | undefined): Element[] {
  const { policy, one: caseRecord, locale } = drawing
  const outcome = outcomeOf(policy, caseRecord)
  if (!outcome) return []
  const answers = answersText(locale, caseRecord.answers)
  return [
    ...renderOnce('caption', answers, undefined, () => ({ text: answers })),
    ...outcome.parts.flatMap((part) => partElements(drawing, part, outcome)),
    ...termElements(drawing, line),
    ...startElements(drawing),
    ...otherEditionElements(drawing, outcome),
    ...answersFold(drawing, outcome),
    ...toolbar(drawing, ['answers', 'history', 'cancel']),
  ]
}

/** One service: its answer, or the possible answers one after the other while a deciding fact is unknown. */
function partElements(drawing: RenderContext, { about, variants }: Part, outcome: Outcome): Element[] {
  const isAlone = outcome.parts.length === 1
  const title = isAlone ? [] : partTitle(drawing.locale, about)
  if (variants.length === 1) {
    const place = isAlone ? 'alone' : 'below-heading'
    return [...title, ...variants.flatMap((variant) => answerElements(drawing, about, variant, place))]
  }
  return [
    ...title,
    ...variants.flatMap((variant) => framedAnswer(drawing, about, variant)),
    ...decidingElements(drawing, variants[0]?.given?.question),
  ]
}

const partTitle = (locale: Locale, about: Part['about']) =>
  about === 'resale'
    ? []
    : renderOnce('part', `${locale} ${about}`, undefined, () => ({ text: text(locale, `part.${about}`) }))

/** The question that decides between variants: answered right here, or one click back. */
function decidingElements(drawing: RenderContext, question: Deciding | undefined): Element[] {
  if (question === undefined) return []
  const asked = questionsFor(drawing.policy, drawing.one).find((asked) => asked.question === question)
  return asked?.when === 'alongside' ? optionRows(drawing, question) : factRows(drawing, [question])
}

/** A question of the answer card itself, as small rows to click; who does not know can only come to know. */
function optionRows({ one: caseRecord, locale, drawn }: RenderContext, question: Deciding): Element[] {
  const present = caseRecord.answers[question]
  return renderOnce('options', `${locale} ${question} ${present}`, drawn, () => ({
    title: text(locale, `question.${question}.title`),
    help: text(locale, `question.${question}.help`),
    choices: choices[question]
      .filter((value) => value !== present)
      .map((value) => {
        const title = answerText(locale, question, value)
        return { text: `› ${title}`, button: button('answer', { ...drawn, question, value }, { title }) }
      }),
  }))
}

/** The end of the term: asked, after any other question of this card, until it is known; then told, and changeable. */
function termElements(drawing: RenderContext, line: Banner | undefined): Element[] {
  const { policy, one: caseRecord, locale, drawn } = drawing
  const alongside = questionsFor(policy, caseRecord).filter(({ when }) => when === 'alongside')
  if (!alongside.some(({ question }) => question === 'term-end')) return []
  const end = caseRecord.answers['term-end']
  const isNext = alongside.every(
    ({ question }) => question === 'term-end' || caseRecord.answers[question] !== undefined,
  )
  if (end === undefined) return isNext ? dateField(drawing, line) : []
  // A term that is being watched has a card of its own, with the field to change its date.
  const isWatched = caseRecord.tracks.some((track) => track.kind === 'term' && isOpen(track))
  const told = renderOnce('facts', `${locale} told ${isWatched} ${end}`, drawn, () => {
    const [label, change] = [text(locale, 'fact.term-end'), text(locale, 'fact.change')]
    const title = `${label} ${change}`
    const action = isWatched ? button('show', { ...drawn, view: 'term' }, { title }) : toggle('date', title)
    return { spacing: 'medium', facts: [{ label, value: answerText(locale, 'term-end', end), change, button: action }] }
  })
  return isWatched ? told : [...told, ...dateFold(drawing, line)]
}

/** The field for the date, folded away until it is to be changed or holds something that was refused. */
export const dateFold = (drawing: RenderContext, line: Banner | undefined): Element[] =>
  render('fold', {
    id: 'date',
    visible: dateFault(drawing.locale, line) !== undefined,
    items: dateField(drawing, line),
  })

/** After these, nobody asks for a relationship: there is one, or an invitation is how one comes by it. */
const withoutRelationship: readonly TrackKind[] = ['transfer', 'invitation', 'delegated-admin']

/**
 * What can be begun from here, one below the other, as the words are long in some languages. `after` is the track of
 * the face: what it brought about needs no second time, but for another service; what came to nothing can be tried again.
 */
export function startElements(drawing: RenderContext, after?: Track): Element[] {
  const { policy, one: caseRecord } = drawing
  const isDone = after !== undefined && hasReached(after) && !leavesRest(after)
  const needless: TrackKind[] = [
    ...(isDone && caseRecord.answers.service !== 'both' ? [after.kind] : []),
    ...(after && withoutRelationship.includes(after.kind) ? (['relationship'] as const) : []),
  ]
  const kinds = startable(policy, caseRecord).filter((kind) => !needless.includes(kind))
  const again = kinds.filter((kind) => kind === after?.kind)
  // While something is under way, its own buttons come first.
  const isBeside = after !== undefined && isOpen(after)
  return [...new Set([...again, ...kinds])].flatMap((kind, index) => {
    const title = kind === after?.kind && !isDone ? 'start.again' : (`start.${kind}` as const)
    return startButton(drawing, kind, { title, isFirst: index === 0 && !isBeside })
  })
}

/** Begins a track; of several such buttons, the first one stands out. */
export const startButton = (
  { locale, drawn }: RenderContext,
  track: TrackKind,
  { title, isFirst }: { title: Key; isFirst: boolean },
): Element[] =>
  renderOnce('actions', `${locale} ${track} ${title} ${isFirst}`, drawn, () => {
    const look: ButtonLook = { title: text(locale, title), labelled: true, ...(isFirst ? { style: 'positive' } : {}) }
    return { actions: [button('start', { ...drawn, track }, look)] }
  })

/** Every answer with a way to change it, folded away until asked for. */
function answersFold(drawing: RenderContext, outcome: Outcome): Element[] {
  const { policy, one: caseRecord } = drawing
  const undecided = outcome.parts.flatMap((part) => part.variants[0]?.given?.question ?? [])
  const decided = questionsFor(policy, caseRecord).flatMap(({ question, when }): Deciding[] => {
    if (when === 'before' || (question !== 'commerce' && question !== 'offer')) return []
    return undecided.includes(question) ? [] : [question]
  })
  const items = [...factLinks(drawing), ...decided.flatMap((question) => otherOptions(drawing, question))]
  return render('fold', { id: 'answers', visible: false, items })
}

/** The answer to a question of this card, and below it what else could be said. */
function otherOptions({ one: caseRecord, locale, drawn }: RenderContext, question: Deciding): Element[] {
  const present = caseRecord.answers[question]
  if (present === undefined) return []
  const told = `${text(locale, `fact.${question}`)} ${answerText(locale, question, present)}`
  const others = renderOnce('links', `${locale} other ${question} ${present}`, drawn, () => ({
    links: choices[question]
      .filter((value) => value !== present)
      .map((value) => {
        const title = answerText(locale, question, value)
        return { text: `› ${title}`, button: button('answer', { ...drawn, question, value }, { title }) }
      }),
  }))
  return [...renderOnce('caption', told, undefined, () => ({ text: told })), ...others]
}

/** What a partner does when the term has ended, by the case's edition and role. */
export function afterTerm({ policy, one: caseRecord }: RenderContext): ActionId | undefined {
  const { role } = caseRecord.answers
  return role === undefined ? undefined : editionOf(policy, caseRecord.edition).afterTerm[role]
}
