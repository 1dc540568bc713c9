import { notesOf, type Part, type Variant } from '../../dialogs/policy/decide.ts'
import { type Action, editionOf, keyOfAction, type Rule } from '../../dialogs/policy/policy.ts'
import { type Element, render } from '../render.ts'
import { type Key, policyText, text } from '../text/text.ts'
import { actionTitle } from '../text/titles.ts'
import type { RenderContext } from '../viewer.ts'
import { alternativeRows, type Detail, followUpRows, type Numbering, stepRows } from './action-rows.ts'
import { furtherTitles, thenTitles } from './rule.ts'
import { sourceText } from './source.ts'

/** Most remarks on one answer. */
const MAX_NOTES: Record<Detail, number> = { instructions: 3, titles: 3, least: 1 }

/** An answer among those of its card. */
export interface AnswerPlace {
  /** True below the heading of a service. */
  isBelowHeading: boolean
  /** Rules that the card shows above. Their permissions, remarks and sources are not repeated. */
  above: readonly Rule[]
  detail: Detail
}

/** Draws one rule: headline, reason, steps, alternatives, what follows, remarks and source. */
export function answerElements(
  context: RenderContext,
  about: Part['about'],
  { rule }: Variant,
  { isBelowHeading, above, detail }: AnswerPlace,
): Element[] {
  const shown = above.flatMap(({ first, do: steps, instead, afterwards }) =>
    [...first, ...steps, ...instead, ...afterwards].map(keyOfAction),
  )
  const isNew = (action: Action) => !shown.includes(keyOfAction(action))
  const first = rule.first.filter(isNew)
  const steps = [...first, ...rule.do]
  const numbering: Numbering = rule.when.topic && first.length === 0 ? 'none' : 'numbers'
  return [
    ...render('answer', {
      ...headingData(context, about, rule),
      size: isBelowHeading ? 'medium' : 'large',
      spacing: 'medium',
    }),
    ...stepRows(context, about, steps, { numbering, isNew, detail }),
    ...alternativeRows(context, about, { actions: rule.instead.filter(isNew), linked: steps, detail }),
    ...followUpRows(context, about, rule, { actions: rule.afterwards.filter(isNew), detail }),
    ...remarkElements(context, about, [rule], { above, detail }),
  ]
}

/** Draws the possible rules of a service, each in a frame and without instructions until a fact decides. */
export function possibleAnswers(
  context: RenderContext,
  { about, variants }: Part,
  { above, detail }: Pick<AnswerPlace, 'above' | 'detail'>,
): Element[] {
  const { locale } = context
  const frames = variants.flatMap(({ rule, given }) => {
    const heading = render('answer', {
      ...headingData(context, about, rule),
      ...(given ? { given: text(locale, `if.${given.question}.${given.value}` as Key) } : {}),
      size: 'medium',
      spacing: 'small',
    })
    const further = detail === 'instructions' ? furtherTitles(locale, rule) : thenTitles(locale, rule)
    const lines = further.map((title) => ({ text: title }))
    return render('group', { style: 'emphasis', items: [...heading, ...render('brief', { lines })] })
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

/** Draws the remarks and the sources of rules that no rule above has shown. */
function remarkElements(
  context: RenderContext,
  about: Part['about'],
  rules: readonly Rule[],
  { above, detail }: Pick<AnswerPlace, 'above' | 'detail'>,
): Element[] {
  const { policy, caseRecord, locale } = context
  const edition = editionOf(policy, caseRecord.edition)
  const remarksOf = (shown: readonly Rule[]) => shown.flatMap((rule) => notesOf(rule, about, caseRecord))
  const sourcesOf = (shown: readonly Rule[]) => shown.map((rule) => sourceText(locale, edition, rule))
  const added = (texts: readonly string[], known: readonly string[]) =>
    [...new Set(texts)].filter((each) => !known.includes(each))
  const notes = added(remarksOf(rules), remarksOf(above)).slice(0, MAX_NOTES[detail])
  return render('remarks', {
    notes: notes.map((note) => ({ text: policyText(locale, 'note', note) })),
    sources: added(sourcesOf(rules), sourcesOf(above)).map((source) => ({ text: source })),
  })
}
