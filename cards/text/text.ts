import { IntlMessageFormat } from 'intl-messageformat'
import de from '../locales/de.json' with { type: 'json' }
import en from '../locales/en.json' with { type: 'json' }
import fr from '../locales/fr.json' with { type: 'json' }

/** Name of the product, the same in every language. */
export const PRODUCT = 'Multicanal'

export const locales = ['en', 'fr', 'de'] as const
export type Locale = (typeof locales)[number]
/** Key of a sentence; every locale file has every key. */
export type Key = keyof typeof en

const sentences: Readonly<Record<Locale, Readonly<Record<string, string>>>> = { en, fr, de }
/** BCP 47 tags. English uses the British one: day before month, as elsewhere in Europe. */
const tags = { en: 'en-GB', fr: 'fr-FR', de: 'de-DE' }

const compiled = new Map<string, IntlMessageFormat>()

/** Returns a sentence of a locale file, filled with arguments (ICU MessageFormat). */
export function text(locale: Locale, key: Key, args?: Readonly<Record<string, string | number>>): string {
  const sentence = sentences[locale][key]
  if (sentence === undefined) throw new Error(`no sentence "${key}" in ${locale}.json`)
  if (args === undefined) return sentence
  const name = `${locale} ${key}`
  let format = compiled.get(name)
  if (!format) {
    format = new IntlMessageFormat(sentence, tags[locale], undefined, { ignoreTag: true })
    compiled.set(name, format)
  }
  return format.format(args) as string
}

/**
 * Returns a sentence whose key the policy names (`reason.…`, `note.…`). Editions are data, so the compiler cannot
 * check these keys. Throws if the locale files lack one.
 */
export const policyText = (locale: Locale, family: 'reason' | 'note', key: string): string =>
  text(locale, `${family}.${key}` as Key)

/** Initial words of titles that are lower case within a sentence. German nouns and names keep their capital. */
const loweredWords: Readonly<Record<Locale, RegExp>> = {
  en: /^(?!Microsoft|Azure|Enterprise|Open )\p{Lu}(?!\p{Lu})/u,
  fr: /^(?!Microsoft|Azure)\p{Lu}(?!\p{Lu})/u,
  de: /^(An|Bisherigen|Delegierte|Ein|In|Indirekten)\b/,
}

/** Returns a title as it is written within a sentence. */
export const inSentence = (locale: Locale, title: string): string =>
  title.replace(loweredWords[locale], (word) => word.toLowerCase())

/** Labels a text with one of two services: "Licences: another CSP partner". */
export const forPart = (locale: Locale, part: 'licence' | 'usage', title: string): string =>
  text(locale, 'part.each', { part: text(locale, `part.${part}`), text: inSentence(locale, title) })

/** Creates a formatter per language on first use; creating all of them would delay the start. */
function formatters<T>(make: (tag: string) => T): (locale: Locale) => T {
  const made = new Map<Locale, T>()
  return (locale) => {
    const formatter = made.get(locale) ?? make(tags[locale])
    made.set(locale, formatter)
    return formatter
  }
}
const dates = formatters((tag) => new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeZone: 'UTC' }))
const months = formatters((tag) => new Intl.DateTimeFormat(tag, { month: 'long', year: 'numeric', timeZone: 'UTC' }))
const lists = {
  and: formatters((tag) => new Intl.ListFormat(tag, { type: 'conjunction' })),
  or: formatters((tag) => new Intl.ListFormat(tag, { type: 'disjunction' })),
}
const relative = formatters((tag) => new Intl.RelativeTimeFormat(tag, { numeric: 'auto' }))

/** Formats a calendar date (`YYYY-MM-DD`) or ISO time; the result does not break over lines. */
export const dateText = (locale: Locale, date: string): string =>
  dates(locale).format(new Date(date)).replaceAll(' ', '\u00a0')

/** Joins titles into a list: "Do this, do that and do the other". */
export function listText(locale: Locale, join: 'and' | 'or', [first = '', ...others]: readonly string[]): string {
  return lists[join](locale).format([first, ...others.map((title) => inSentence(locale, title))])
}

/** Formats `2017-03` as month and year; returns `2025` unchanged. */
export const monthText = (locale: Locale, month: string): string =>
  month.length === 4 ? month : months(locale).format(new Date(month))

const MINUTE_MS = 60_000
const units = [
  { unit: 'month', size: 43_200 * MINUTE_MS },
  { unit: 'day', size: 1440 * MINUTE_MS },
  { unit: 'hour', size: 60 * MINUTE_MS },
  { unit: 'minute', size: MINUTE_MS },
] as const

/** Formats an age: "3 days ago". A time in the future counts as now, because clocks differ a little. */
export function ageText(locale: Locale, at: string, now: string): string {
  const passed = Date.parse(now) - Date.parse(at)
  const fitting = units.find(({ size }) => passed >= size)
  if (!fitting) return text(locale, 'age.now')
  return relative(locale).format(-Math.floor(passed / fitting.size), fitting.unit)
}
