import { readFileSync } from 'node:fs'
import { IntlMessageFormat } from 'intl-messageformat'
import { type Locale, locales } from '../../../cards/text/text.ts'

const folder = new URL('../../../cards/locales/', import.meta.url)
const read = (locale: Locale) => JSON.parse(readFileSync(new URL(`${locale}.json`, folder), 'utf8')) as unknown

/** Every sentence of every language by its key. */
export const catalogues = Object.fromEntries(locales.map((locale) => [locale, read(locale)])) as Record<
  Locale,
  Readonly<Record<string, string>>
>

const astOf = (sentence: string) => new IntlMessageFormat(sentence, 'en', undefined, { ignoreTag: true }).getAst()
type Part = ReturnType<typeof astOf>[number]

const flatten = (parts: readonly Part[]): Part[] =>
  parts.flatMap((part) => [
    part,
    ...('options' in part ? Object.values(part.options).flatMap(({ value }) => flatten(value)) : []),
  ])

const LITERAL = 0
const POUND = 7

/** Returns the literal texts of a sentence, including those of plurals and selections. */
export const literalsOf = (sentence: string): string[] =>
  flatten(astOf(sentence)).flatMap((part) => (part.type === LITERAL ? part.value : []))

/** Returns the names of the arguments of a sentence, each with its type. */
export const argumentsOf = (sentence: string): string[] => [
  ...new Set(
    flatten(astOf(sentence)).flatMap((part) =>
      part.type === LITERAL || part.type === POUND ? [] : `${part.type} ${(part as { value: string }).value}`,
    ),
  ),
]
