import { IntlMessageFormat } from 'intl-messageformat'
import de from '../locales/de.json' with { type: 'json' }
import en from '../locales/en.json' with { type: 'json' }
import fr from '../locales/fr.json' with { type: 'json' }

/** Name of the product, the same in every language. */
export const PRODUCT = 'Multicanal'

interface Language {
  readonly sentences: Readonly<Record<string, string>>
  /** BCP 47 tag that decides how dates and lists are written. */
  readonly tag: string
  /** Initial words of titles that are lower case within a sentence. German nouns and names keep their capital. */
  readonly lowered: RegExp
}

/** Every language of the bot. English dates are British: day before month, as elsewhere in Europe. */
const languages = {
  en: { sentences: en, tag: 'en-GB', lowered: /^(?!Microsoft|Azure|Enterprise|GoDaddy|Open\b)\p{Lu}(?!\p{Lu})/u },
  fr: { sentences: fr, tag: 'fr-FR', lowered: /^(?!Microsoft|Azure|GoDaddy|Open\b)\p{Lu}(?!\p{Lu})/u },
  de: {
    sentences: de,
    tag: 'de-DE',
    lowered: /^(An|Anderer|Aus|Bisherigen|Delegierte|Ein|In|Indirekten|Mit|Unbekannt|Zu)\b/,
  },
} satisfies Record<string, Language>

export type Locale = keyof typeof languages
export const locales = Object.keys(languages) as [Locale, ...Locale[]]
const languageOf = (locale: Locale): Language => languages[locale]
/** Returns the BCP 47 tag of a language. */
export const tagOf = (locale: Locale): string => languageOf(locale).tag
/** Key of a sentence; every locale file has every key. */
export type Key = keyof typeof en

const compiled = new Map<string, IntlMessageFormat>()

/** Returns a sentence of a locale file, filled with arguments (ICU MessageFormat). */
export function text(locale: Locale, key: Key, args?: Readonly<Record<string, string | number>>): string {
  const sentence = languageOf(locale).sentences[key]
  if (sentence === undefined) throw new Error(`no sentence "${key}" in ${locale}.json`)
  if (args === undefined) return sentence
  const name = `${locale} ${key}`
  let format = compiled.get(name)
  if (!format) {
    format = new IntlMessageFormat(sentence, tagOf(locale), undefined, { ignoreTag: true })
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

/** Returns a title as it is written within a sentence. */
export const inSentence = (locale: Locale, title: string): string =>
  title.replace(languageOf(locale).lowered, (word) => word.toLowerCase())

/** Labels a text with one of two services: "Licences: another CSP partner". */
export const forPart = (locale: Locale, part: 'licence' | 'usage', title: string): string =>
  text(locale, 'part.each', { part: text(locale, `part.${part}`), text: inSentence(locale, title) })

/** Creates a formatter per language on first use; creating all of them would delay the start. */
function formatters<T>(make: (tag: string) => T): (locale: Locale) => T {
  const made = new Map<Locale, T>()
  return (locale) => {
    const formatter = made.get(locale) ?? make(tagOf(locale))
    made.set(locale, formatter)
    return formatter
  }
}
const dates = formatters((tag) => new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeZone: 'UTC' }))
const daysOfYear = formatters(
  (tag) => new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'short', timeZone: 'UTC' }),
)
const shortDates = formatters((tag) => new Intl.DateTimeFormat(tag, { dateStyle: 'short', timeZone: 'UTC' }))
const months = formatters((tag) => new Intl.DateTimeFormat(tag, { month: 'long', year: 'numeric', timeZone: 'UTC' }))
const lists = {
  and: formatters((tag) => new Intl.ListFormat(tag, { type: 'conjunction' })),
  or: formatters((tag) => new Intl.ListFormat(tag, { type: 'disjunction' })),
}
const relative = formatters((tag) => new Intl.RelativeTimeFormat(tag, { numeric: 'auto' }))

/** Formats a calendar date (`YYYY-MM-DD`) or ISO time; the result does not break over lines. */
export const dateText = (locale: Locale, date: string): string =>
  dates(locale).format(new Date(date)).replaceAll(' ', '\u00a0')

/** Formats a date without its year where that is the present one: "20 Nov", "18/02/2027". It does not break over lines. */
export function shortDate(locale: Locale, date: string, now: string): string {
  const format = date.slice(0, 4) === now.slice(0, 4) ? daysOfYear : shortDates
  return format(locale).format(new Date(date)).replaceAll(' ', '\u00a0')
}

/** Time zone of readers whose own is unknown. */
const DEFAULT_TIME_ZONE = 'UTC'

/** Returns the time zone of a client by its IANA name, or undefined if this machine does not know it. */
export function readTimeZone(name: string | undefined): string | undefined {
  if (name === undefined) return undefined
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

const inZone = (locale: Locale, at: string, timeZone: string | undefined, shown: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(tagOf(locale), { ...shown, timeZone: timeZone ?? DEFAULT_TIME_ZONE })
    .format(new Date(at))
    .replaceAll(' ', '\u00a0')

const toTheMinute = { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' } as const

/** Formats an ISO time as the day in the reader's time zone: "Sat 28 Nov 2026". */
export const dayText = (locale: Locale, at: string, timeZone?: string): string =>
  inZone(locale, at, timeZone, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })

/** Formats an ISO time as the time of day in the reader's time zone: "16:31". */
export const timeText = (locale: Locale, at: string, timeZone?: string): string =>
  inZone(locale, at, timeZone, { hour: '2-digit', minute: '2-digit' })

/** Formats an ISO time as the time of day with its time zone: "16:31 CET". */
export const clockText = (locale: Locale, at: string, timeZone?: string): string =>
  inZone(locale, at, timeZone, toTheMinute)

/** Formats an ISO time as date and time with its time zone: "28 Nov 2026, 16:31 CET". */
export const momentText = (locale: Locale, at: string, timeZone?: string): string =>
  inZone(locale, at, timeZone, { day: 'numeric', month: 'short', year: 'numeric', ...toTheMinute })

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
