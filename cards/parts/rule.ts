import type { Action, ActionId, Rule } from '../../dialogs/policy/policy.ts'
import { inSentence, type Locale, listText, text } from '../text/text.ts'
import { actionTextKey, actionTitle } from '../text/titles.ts'

/** Relation of an action to those before it. */
type Turn = 'first' | 'then' | 'or' | 'after' | 'afterwards'

/** Returns, for example, "Or: have the customer cancel early". */
const turnTitle = (locale: Locale, turn: Turn, action: Action): string =>
  text(locale, `outcome.${turn}`, { action: inSentence(locale, actionTitle(locale, action)) })

/** Returns, for example, "Or: wait for the end of the term or have the customer cancel early". */
export const alternativesTitle = (locale: Locale, titles: readonly string[]): string =>
  text(locale, 'outcome.or', { action: inSentence(locale, listText(locale, 'or', titles)) })

/** Returns the title of a follow-up, which comes after the term if the answer is to wait for it. */
export const followUpTitle = (locale: Locale, rule: Rule, action: Action): string =>
  turnTitle(locale, rule.do.some(({ id }) => id === 'wait-for-term') ? 'after' : 'afterwards', action)

/** Returns the titles of the actions that follow the first of `do`. */
export const thenTitles = (locale: Locale, rule: Rule): string[] =>
  rule.do.slice(1).map((action) => turnTitle(locale, 'then', action))

/** Returns the titles of a rule's actions in order, except the first of `do`. */
export const furtherTitles = (locale: Locale, rule: Rule): string[] => [
  ...rule.first.map((action) => turnTitle(locale, 'first', action)),
  ...thenTitles(locale, rule),
  ...rule.instead.map((action) => turnTitle(locale, 'or', action)),
  ...rule.afterwards.map((action) => followUpTitle(locale, rule, action)),
]

/** Returns the instructions of an action, with a link to the guide of Microsoft (Markdown of ours). */
export function howText(locale: Locale, action: Action): string {
  const guide = guides[action.id]
  const how = text(locale, actionTextKey(action, 'how'))
  return guide === undefined ? how : `${how} [${text(locale, 'app.guide')}](${guide})`
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
