import { notesOf, type Outcome, type Part, type Variant } from '../../dialogs/policy/decide.ts'
import { type Action, editionOf, keyOfAction, type Rule } from '../../dialogs/policy/policy.ts'
import type { TrackName } from '../../dialogs/track-names.ts'
import { trackFor } from '../../dialogs/tracks/registry.ts'
import { button } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { type Key, policyText, text } from '../text/text.ts'
import { actionTitle } from '../text/titles.ts'
import type { RenderContext } from '../viewer.ts'
import { alternativeRows, type Detail, followUpRows, type Numbering, stepRows } from './action-rows.ts'
import { toggle } from './frame.ts'
import { thenTitles } from './rule.ts'
import { sourceText } from './source.ts'

/** Most remarks on one answer. */
const MAX_NOTES: Record<Detail, number> = { instructions: 3, titles: 3, least: 1 }

/** An answer on its card. */
export interface AnswerPlace {
  /** True below the heading of a service. */
  isBelowHeading: boolean
  /** Rules that the card shows above. Their permissions and remarks are not repeated. */
  above: readonly Rule[]
  /** Track that the button of the part starts. */
  primary: TrackName | undefined
  detail: Detail
}

/** Draws one rule: headline, reason, steps, alternatives, what follows, and remarks. */
export function answerElements(
  context: RenderContext,
  about: Part['about'],
  { rule }: Variant,
  { isBelowHeading, above, primary, detail }: AnswerPlace,
): Element[] {
  const shown = above.flatMap(({ first, do: steps, instead, afterwards }) =>
    [...first, ...steps, ...instead, ...afterwards].map(keyOfAction),
  )
  const isNew = (action: Action) => !shown.includes(keyOfAction(action))
  const isLinked = (action: Action) => isNew(action) && trackFor(action) !== primary
  const first = rule.first.filter(isNew)
  const steps = [...first, ...rule.do]
  const numbering: Numbering = rule.when.topic && first.length === 0 ? 'none' : 'numbers'
  return [
    ...render('answer', {
      ...headingData(context, about, rule),
      size: isBelowHeading ? 'medium' : 'large',
      spacing: 'small',
    }),
    ...stepRows(context, about, steps, { numbering, isLinked, detail }),
    ...alternativeRows(context, about, { actions: rule.instead.filter(isNew), linked: steps, isLinked, detail }),
    ...followUpRows(context, about, rule, { actions: rule.afterwards.filter(isNew), isLinked, detail }),
    ...remarkElements(context, about, [rule], { above, detail }),
  ]
}

/** Draws the possible rules of a service, each in a frame; if the question is on the card, a click on one answers it. */
export function possibleAnswers(
  context: RenderContext,
  { about, variants }: Part,
  { isBelowHeading, above, detail, isAnswerable }: Omit<AnswerPlace, 'primary'> & { isAnswerable: boolean },
): Element[] {
  const { locale, ref } = context
  const frames = variants.flatMap(({ rule, given }) => {
    const { title, reason } = headingData(context, about, rule)
    const when = given ? text(locale, `if.${given.question}.${given.value}` as Key) : ''
    const lines = [...(isBelowHeading ? [] : [reason]), ...thenTitles(locale, rule)]
    const items = render('possible', {
      when: isAnswerable ? `${when} ›` : when,
      title,
      lines: lines.map((line) => ({ text: line })),
    })
    if (!given || !isAnswerable) return render('group', { style: 'emphasis', items })
    return render('possible-link', {
      items,
      button: button('answer', { ...ref, ...given }, { title: [`${when} ${title}`, ...lines].join('. ') }),
    })
  })
  const rules = variants.map(({ rule }) => rule)
  return [...frames, ...remarkElements(context, about, rules, { above, detail })]
}

function headingData({ caseRecord, locale }: RenderContext, about: Part['about'], rule: Rule) {
  const { topic } = caseRecord.answers
  const [action] = rule.do
  const isTopic = about === 'something-else' && topic !== undefined && rule.when.topic !== undefined
  return {
    title: isTopic ? text(locale, `choice.topic.${topic}.title`) : action ? actionTitle(locale, action) : '',
    reason: policyText(locale, 'reason', rule.reason),
  }
}

/** Draws the remarks on rules: the first in sight, the others folded. */
function remarkElements(
  { caseRecord, locale }: RenderContext,
  about: Part['about'],
  rules: readonly Rule[],
  { above, detail }: Pick<AnswerPlace, 'above' | 'detail'>,
): Element[] {
  const notesIn = (all: readonly Rule[]) => all.flatMap((rule) => notesOf(rule, about, caseRecord))
  const known = notesIn(above)
  const notes = [...new Set(notesIn(rules))].filter((note) => !known.includes(note))
  const [first, ...more] = notes.slice(0, MAX_NOTES[detail]).map((note) => ({ text: policyText(locale, 'note', note) }))
  if (first === undefined) return []
  const remarks = render('remarks', { notes: [first] })
  if (more.length === 0) return remarks
  const id = `notes-${about}`
  const title = text(locale, 'outcome.notes', { count: more.length })
  return [
    ...remarks,
    ...render('links', { links: [{ text: `${title} ▾`, button: toggle(id, title) }] }),
    ...render('fold', { id, visible: false, items: render('remarks', { notes: more }) }),
  ]
}

/** Draws the sources of an answer, each once. */
export function sourceElements({ policy, caseRecord, locale }: RenderContext, { parts }: Outcome): Element[] {
  const edition = editionOf(policy, caseRecord.edition)
  const rules = parts.flatMap(({ variants }) => variants.map(({ rule }) => rule))
  const sources = new Set(rules.map((rule) => sourceText(locale, edition, rule)))
  return [...sources].flatMap((source) => render('source', { text: source }))
}
