import { notesOf, type Part, type Variant } from '../../dialogs/policy/decide.ts'
import { type Action, type ActionId, editionOf, type Rule } from '../../dialogs/policy/policy.ts'
import { type Element, render } from '../render.ts'
import { inSentence, type Key, type Locale, policyText, text } from '../text/text.ts'
import { actionTextKey, actionTitle } from '../text/titles.ts'
import type { RenderContext } from '../viewer.ts'
import { sourceText } from './source.ts'

/** Returns the instructions of an action, with a link to the guide of Microsoft (Markdown of ours). */
export function howText(locale: Locale, action: Action): string {
  const guide = guides[action.id]
  const how = text(locale, actionTextKey(action, 'how'))
  return guide === undefined ? how : `${how} [${text(locale, 'app.guide')}](${guide})`
}

/** Position of an answer: below the heading of its service, or alone. */
type Place = 'alone' | 'below-heading'

/** Draws one rule: action, reason, steps, remarks and source. */
export const answerElements = (
  context: RenderContext,
  about: Part['about'],
  variant: Variant,
  place: Place,
): Element[] => render('answer', answerData(context, about, variant, place))

/** Draws one of several possible rules in a frame. */
export const framedAnswer = (context: RenderContext, about: Part['about'], variant: Variant): Element[] =>
  render('group', {
    style: 'emphasis',
    items: answerElements(context, about, variant, 'below-heading'),
  })

function answerData(
  { policy, caseRecord, locale }: RenderContext,
  about: Part['about'],
  { rule, given }: Variant,
  place: Place,
) {
  const [title] = rule.do.map((action) => actionTitle(locale, action))
  return {
    ...(given ? { given: text(locale, `if.${given.question}.${given.value}` as Key) } : {}),
    spacing: given ? 'small' : 'medium',
    size: place === 'alone' ? 'large' : 'medium',
    title,
    reason: policyText(locale, 'reason', rule.reason),
    brief: given ? briefly(locale, rule) : [],
    steps: given ? [] : stepsOf(locale, rule),
    notes: notesOf(rule, about, caseRecord).map((note) => ({ text: policyText(locale, 'note', note) })),
    rule: sourceText(locale, editionOf(policy, caseRecord.edition), rule),
  }
}

/** Relation of an action to those before it. */
type Turn = 'first' | 'then' | 'or' | 'after'

/** Returns, for example, "Or: have the customer cancel early". */
const turnTitle = (locale: Locale, turn: Turn, action: Action): string =>
  text(locale, `outcome.${turn}`, { action: inSentence(locale, actionTitle(locale, action)) })

const further = (rule: Rule): { turn: Turn; action: Action }[] => [
  ...rule.instead.map((action) => ({ turn: 'or' as const, action })),
  ...rule.afterwards.map((action) => ({ turn: 'after' as const, action })),
]

/** Returns the titles of the alternative and subsequent actions of a rule. */
export const furtherTitles = (locale: Locale, rule: Rule): string[] =>
  further(rule).map(({ turn, action }) => turnTitle(locale, turn, action))

interface Step {
  spacing: 'small' | 'medium'
  mark?: string
  title?: string
  how: string
}

/**
 * The steps of a rule. They are numbered if something comes before the headline action; otherwise the headline
 * stands for the first.
 */
function stepsOf(locale: Locale, rule: Rule): Step[] {
  const isInOrder = rule.first.length > 0
  const more = (turn: Turn, action: Action): Step => ({
    spacing: 'medium',
    ...(isInOrder ? { mark: ' ' } : {}),
    title: turnTitle(locale, turn, action),
    how: howText(locale, action),
  })
  const numbered = (action: Action, index: number): Step => ({
    spacing: 'medium',
    mark: String(index + 1),
    title: actionTitle(locale, action),
    how: howText(locale, action),
  })
  const unnumbered = (action: Action, index: number): Step =>
    index === 0 ? { spacing: 'small', how: howText(locale, action) } : more('then', action)
  const inOrder = isInOrder ? [...rule.first, ...rule.do].map(numbered) : rule.do.map(unnumbered)
  return [...inOrder, ...further(rule).map(({ turn, action }) => more(turn, action))]
}

/** The steps of one of several variants, without instructions until the variant is known. */
function briefly(locale: Locale, rule: Rule) {
  const [, ...others] = rule.do
  const titles = [
    ...rule.first.map((action) => turnTitle(locale, 'first', action)),
    ...others.map((action) => turnTitle(locale, 'then', action)),
    ...furtherTitles(locale, rule),
  ]
  return titles.map((title) => ({ text: title }))
}

const learn = 'https://learn.microsoft.com/partner-center'

/** Guides of Microsoft. Without a language in the address, the site uses that of the reader. */
const guides: Partial<Record<ActionId, string>> = {
  'request-relationship': `${learn}/customers/request-a-relationship-with-a-customer`,
  'request-delegated-admin': `${learn}/gdap-obtain-admin-permissions-to-manage-customer`,
  'manual-migration': `${learn}/customers/multichannel`,
  transfer: `${learn}/customers/transfer-subscriptions`,
  'support-ticket': `${learn}/switch-azure-subscriptions-to-a-different-partner`,
  'no-resale': `${learn}/customers/multichannel`,
}
