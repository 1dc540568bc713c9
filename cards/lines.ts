import type { HistoryEntry, Notice } from '../dialogs/case.ts'
import type { Role } from '../dialogs/questions.ts'
import { inputs } from './buttons.ts'
import { sentenceOf } from './events.ts'
import { literal } from './literal.ts'
import { dateText, type Locale, text } from './text.ts'

/** The one line on top of a card, or the private answer to a button; its sentence is `line.<key>`. */
export type Line =
  /** Somebody else was faster: what happened since the card was drawn. `who` is the display name, where known. */
  | { key: 'changed'; entry: HistoryEntry; who?: string | undefined }
  /** `typed` is what the date field held. */
  | { key: 'no-date' | 'date-past' | 'date-far'; typed: string }
  | Notice
  | { key: 'role-saved'; role: Role }
  | {
      key:
        | 'not-understood'
        | 'reason-missing'
        | 'not-yours'
        | 'nothing-there'
        | 'not-now'
        | 'language-saved'
        | 'signed-in'
        | 'sign-in-failed'
        | 'cancelled'
        | 'nothing-to-cancel'
        | 'trouble'
        | 'case-unreadable'
    }

export type Tone = 'good' | 'warning' | 'attention' | 'emphasis'

const tones: Record<Line['key'], Tone> = {
  changed: 'warning',
  'not-understood': 'emphasis',
  'no-date': 'attention',
  'date-past': 'attention',
  'date-far': 'attention',
  'reason-missing': 'attention',
  'term-reminder': 'warning',
  'term-ended': 'warning',
  'migration-idle': 'warning',
  'relationship-nudge': 'warning',
  'relationship-accepted': 'good',
  'relationship-lapsed': 'warning',
  'transfer-reminder': 'warning',
  'transfer-completed': 'good',
  'transfer-partly': 'warning',
  'transfer-rejected': 'warning',
  'transfer-expired': 'warning',
  'transfer-failed': 'attention',
  'transfer-cancelled': 'warning',
  'action-parked': 'attention',
  'sign-in-needed': 'warning',
  'not-yours': 'attention',
  'nothing-there': 'emphasis',
  'not-now': 'emphasis',
  'role-saved': 'good',
  'language-saved': 'good',
  'signed-in': 'good',
  'sign-in-failed': 'attention',
  cancelled: 'emphasis',
  'nothing-to-cancel': 'emphasis',
  trouble: 'attention',
  'case-unreadable': 'attention',
}
export const toneOf = ({ key }: Line): Tone => tones[key]

const typedLength = 40

/** A line as plain text. It may hold what people typed: show it where no Markdown is read. */
export function say(line: Line, locale: Locale): string {
  switch (line.key) {
    case 'changed':
      return text(locale, 'line.changed', { event: sentenceOf(line.entry, line.who, locale) })
    case 'no-date': {
      const typed = literal(line.typed, typedLength)
      return text(locale, 'line.no-date', { typed, empty: typed === '' ? 'yes' : 'no' })
    }
    case 'date-past':
    case 'date-far':
      return text(locale, `line.${line.key}`, { date: dateText(locale, line.typed) })
    case 'role-saved':
      return text(locale, 'line.role-saved', { role: text(locale, `choice.role.${line.role}.title`) })
    default:
      return text(locale, `line.${line.key}`, 'days' in line ? { days: line.days } : undefined)
  }
}

/** The input field that a line belongs beside, if any. */
export function fieldOf({ key }: Line): typeof inputs.value | typeof inputs.reason | undefined {
  if (key === 'no-date' || key === 'date-past' || key === 'date-far') return inputs.value
  return key === 'reason-missing' ? inputs.reason : undefined
}
