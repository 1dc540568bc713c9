import { z } from 'zod'
import { locales, text } from '../../cards/text/text.ts'
import { directoryIdSchema } from '../../dialogs/directory-id.ts'
import { readPeriod } from '../../state/audit/export.ts'

/** A request for an export: the format and a filter of entries (ISO times, an object id). */
export const exportRequestSchema = z.strictObject({
  format: z.enum(['jsonl', 'csv']),
  since: z.iso.datetime().optional(),
  until: z.iso.datetime().optional(),
  by: directoryIdSchema.optional(),
})
export type ExportRequest = z.infer<typeof exportRequestSchema>

const filters = ['since', 'until', 'by'] as const
type Filter = (typeof filters)[number]

const words = new Map(
  locales.flatMap((locale) => filters.map((name): [string, Filter] => [text(locale, `export.${name}.word`), name])),
)
const yesterdays = new Set(locales.map((locale) => text(locale, 'export.yesterday.word')))
const DAY_MS = 86_400_000

/** Replaces “yesterday” by its date, and leaves everything else as it is. */
const dayOf = (typed: string, at: string): string =>
  yesterdays.has(typed.toLowerCase()) ? new Date(Date.parse(at) - DAY_MS).toISOString().slice(0, 10) : typed

/** True if the period of a request ends before it begins. */
export const isReversed = ({ since, until }: ExportRequest): boolean =>
  since !== undefined && until !== undefined && until <= since

const formats = new Map<string, ExportRequest['format']>([
  ['csv', 'csv'],
  ['json', 'jsonl'],
  ['jsonl', 'jsonl'],
])

/**
 * Parses the words after `export`, in any language and order: a format, `since` and `until` with a date or “yesterday” at
 * that time, `by` with an object id. Undefined if anything else is among them.
 */
export function readExportRequest(typed: string, at: string): ExportRequest | undefined {
  const given: Partial<Record<Filter, string>> = {}
  let format: ExportRequest['format'] = 'jsonl'
  const parts = typed.split(/\s+/).filter((part) => part !== '')
  while (parts.length > 0) {
    const word = (parts.shift() ?? '').toLowerCase().replaceAll("'", '’')
    const wanted = formats.get(word)
    const name = words.get(word)
    if (wanted) format = wanted
    else if (name && parts[0] !== undefined && given[name] === undefined) given[name] = dayOf(parts.shift() ?? '', at)
    else return undefined
  }
  const period = readPeriod(given)
  if (!period) return undefined
  return exportRequestSchema.safeParse({ format, ...period, ...(given.by === undefined ? {} : { by: given.by }) }).data
}
