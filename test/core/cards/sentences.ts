import { IntlMessageFormat } from 'intl-messageformat'
import de from '../../../cards/locales/de.json' with { type: 'json' }
import en from '../../../cards/locales/en.json' with { type: 'json' }
import fr from '../../../cards/locales/fr.json' with { type: 'json' }
import type { Locale } from '../../../cards/text/text.ts'

/** Every sentence of every language by its key. */
export const catalogues: Record<Locale, Readonly<Record<string, string>>> = { en, fr, de }

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
