import { type Edition, isOfficial, type Rule, type Source } from '../../dialogs/policy/policy.ts'
import { dateText, type Key, type Locale, monthText, text } from '../text/text.ts'

/** Returns the source of a rule with the day it was checked, or with whom to check what is not Microsoft's own word. */
export function sourceText(locale: Locale, edition: Edition, rule: Rule): string {
  if (!isOfficial(rule.confidence)) return text(locale, `outcome.source-check.${rule.checkWith}` as Key)
  const key = rule.sources[0]?.key ?? ''
  const source = edition.sources[key]
  if (!source) throw new Error(`edition ${edition.edition} has no source ${key}`)
  const { page, date } = source
  const name =
    date === null
      ? text(locale, 'outcome.source-of-no-date', { page })
      : text(locale, 'outcome.source', { page, date: writtenDate(locale, date) })
  return text(locale, 'outcome.checked', { source: name, date: dateText(locale, rule.verified) })
}

/** Returns a page with its date, or with the month in which it was read. */
export function pageText(locale: Locale, { page, date, read }: Source, since: string): string {
  return date === null
    ? text(locale, 'outcome.source-undated', { page, month: monthText(locale, read ?? since) })
    : text(locale, 'outcome.source', { page, date: writtenDate(locale, date) })
}

const writtenDate = (locale: Locale, date: string) =>
  date.length === 'YYYY-MM-DD'.length ? dateText(locale, date) : monthText(locale, date)
