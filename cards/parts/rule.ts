import { notesOf, type Part, type Variant } from '../../dialogs/policy/decide.ts'
import type { ActionId, Rule } from '../../dialogs/policy/policy.ts'
import { type Element, render } from '../render.ts'
import { dateText, inSentence, type Key, type Locale, policyText, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

export const actionTitle = (locale: Locale, action: ActionId): string => text(locale, `action.${action}.title`)

/** What to do by hand, and where Microsoft explains it (Markdown: our own link). */
export function howText(locale: Locale, action: ActionId): string {
  const guide = guides[action]
  const how = text(locale, `action.${action}.how`)
  return guide === undefined ? how : `${how} [${text(locale, 'app.guide')}](${guide})`
}

/** How an answer stands on its card: below the heading of its service, or by itself. */
type Place = 'alone' | 'below-heading'

/** What one rule says: what to do, why, the steps, remarks, and which rule it is. */
export const answerElements = (
  context: RenderContext,
  about: Part['about'],
  variant: Variant,
  place: Place,
): Element[] => render('answer', answerData(context, about, variant, place))

/** The same in a frame of its own, for one of several rules that may apply. */
export const framedAnswer = (context: RenderContext, about: Part['about'], variant: Variant): Element[] =>
  render('group', {
    style: 'emphasis',
    items: answerElements(context, about, variant, 'below-heading'),
  })

function answerData(
  { caseRecord, locale }: RenderContext,
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
    notes: notesOf(rule, about, caseRecord.answers).map((note) => ({ text: policyText(locale, 'note', note) })),
    rule: text(locale, 'outcome.rule', {
      edition: caseRecord.edition,
      page: rule.source.page,
      date: dateText(locale, rule.source.date),
    }),
  }
}

/** How an action follows from those before it. */
type Turn = 'first' | 'then' | 'or' | 'after'

/** "Or: have the customer cancel early". */
export const turnTitle = (locale: Locale, turn: Turn, action: ActionId): string =>
  text(locale, `outcome.${turn}`, { action: inSentence(locale, actionTitle(locale, action)) })

const further = (rule: Rule): { turn: Turn; action: ActionId }[] => [
  ...rule.instead.map((action) => ({ turn: 'or' as const, action })),
  ...rule.afterwards.map((action) => ({ turn: 'after' as const, action })),
]

/** What a rule names beside what is to be done: what instead, what afterwards. */
export const furtherTitles = (locale: Locale, rule: Rule): string[] =>
  further(rule).map(({ turn, action }) => turnTitle(locale, turn, action))

interface Step {
  spacing: 'small' | 'medium'
  mark?: string
  title?: string
  how: string
}

/**
 * The steps of a rule. The headline stands for the step it names where that one is taken first; where something has to
 * come before it, the steps are numbered.
 */
function stepsOf(locale: Locale, rule: Rule): Step[] {
  const { first } = rule
  const more = (turn: Turn, action: ActionId): Step => ({
    spacing: 'medium',
    ...(first ? { mark: ' ' } : {}),
    title: turnTitle(locale, turn, action),
    how: howText(locale, action),
  })
  const numbered = (action: ActionId, index: number): Step => ({
    spacing: 'medium',
    mark: String(index + 1),
    title: actionTitle(locale, action),
    how: howText(locale, action),
  })
  const unnumbered = (action: ActionId, index: number): Step =>
    index === 0 ? { spacing: 'small', how: howText(locale, action) } : more('then', action)
  const inOrder = first ? [first, ...rule.do].map(numbered) : rule.do.map(unnumbered)
  return [...inOrder, ...further(rule).map(({ turn, action }) => more(turn, action))]
}

/** One of several variants names its steps only: how to take them is told once it is known which variant it is. */
function briefly(locale: Locale, rule: Rule) {
  const [, ...others] = rule.do
  const titles = [
    ...(rule.first ? [turnTitle(locale, 'first', rule.first)] : []),
    ...others.map((action) => turnTitle(locale, 'then', action)),
    ...furtherTitles(locale, rule),
  ]
  return titles.map((title) => ({ text: title }))
}

const learn = 'https://learn.microsoft.com/partner-center'

/** Where Microsoft explains an action. Without a language in the address, the site picks the reader's own. */
export const guides: Partial<Record<ActionId, string>> = {
  'request-relationship': `${learn}/customers/request-a-relationship-with-a-customer`,
  'request-delegated-admin': `${learn}/gdap-obtain-admin-permissions-to-manage-customer`,
  'manual-migration': `${learn}/customers/multichannel`,
  transfer: `${learn}/customers/transfer-subscriptions`,
  'support-ticket': `${learn}/switch-azure-subscriptions-to-a-different-partner`,
  'no-resale': `${learn}/customers/multichannel`,
}
