import { type Edition, isOfficial, type Rule } from '../../dialogs/policy/policy.ts'
import { dateText, type Key, type Locale, monthText, text } from '../text/text.ts'

/** Returns the source of a rule: page and date, or with whom to check what is not Microsoft's own word. */
export function sourceText(locale: Locale, edition: Edition, rule: Rule): string {
  if (!isOfficial(rule.confidence)) return text(locale, `outcome.source-check.${rule.checkWith}` as Key)
  const key = rule.sources[0]?.key ?? ''
  const source = edition.sources[key]
  if (!source) throw new Error(`edition ${edition.edition} has no source ${key}`)
  const { page, date, read = edition.since } = source
  return date === null
    ? text(locale, 'outcome.source-undated', { page, month: monthText(locale, read) })
    : text(locale, 'outcome.source', { page, date: writtenDate(locale, date) })
}

const writtenDate = (locale: Locale, date: string) =>
  date.length === 'YYYY-MM-DD'.length ? dateText(locale, date) : monthText(locale, date)
