import { daysUntil } from '../calendar.ts'
import { isOfficial, type Policy, type Rule } from './policy.ts'

/** Days after which a rule has to be compared with its pages again. */
export const REVIEW_DAYS = 180

/** A rule with the name of its edition. */
export interface EditionRule {
  edition: string
  rule: Rule
}

/** Lists every rule of every edition, oldest edition first. */
export const rulesOf = (policy: Policy): EditionRule[] =>
  Object.values(policy).flatMap(({ edition, rules }) => rules.map((rule) => ({ edition, rule })))

/** Finds the rules that nobody compared with their pages for `REVIEW_DAYS` before a day. */
export const overdueRules = (policy: Policy, today: string): EditionRule[] =>
  rulesOf(policy).filter(({ rule }) => daysUntil(rule.verified, today) <= -REVIEW_DAYS)

/** Finds the rules that rest on more than Microsoft's own word. */
export const doubtfulRules = (policy: Policy): EditionRule[] =>
  rulesOf(policy).filter(({ rule }) => !isOfficial(rule.confidence))
