/** Longest name of a person that a card shows, in characters. */
export const MAX_NAME_LENGTH = 40
/** Longest name of an organisation or of something sold, in characters. */
export const MAX_TITLE_LENGTH = 60
/** Longest reason that a card shows, in characters. */
export const MAX_SHOWN_REASON_LENGTH = 100

/**
 * Text that people typed, made safe to show: one line, no invisible characters that hide or turn text around, and cut
 * with an ellipsis. It stays literal only inside a TextRun: a TextBlock would read Markdown in it.
 */
export function plainText(text: string, length: number): string {
  const visible = text
    .toWellFormed()
    .replace(/[\p{Zl}\p{Zp}\p{Cc}]+/gu, ' ')
    .replace(/\p{Cf}/gu, '')
    .trim()
  // Clients replace {{DATE(…)}} and {{TIME(…)}} by a local time even in plain text; a word joiner breaks the pattern.
  const inert = visible.replace(/\{\{(?=(?:DATE|TIME)\()/g, '{\u2060{')
  const characters = [...inert]
  return characters.length > length
    ? `${characters
        .slice(0, length - 1)
        .join('')
        .trimEnd()}…`
    : inert
}

/** Marks that Markdown reads, and what looks like them but means nothing. */
const twins: Readonly<Record<string, string>> = {
  '*': '∗',
  _: '＿',
  '`': 'ˋ',
  '~': '∼',
  '[': '［',
  ']': '］',
  '<': '＜',
  '>': '＞',
  '#': '＃',
  '\\': '＼',
  '|': '｜',
  '&': '＆',
}

/**
 * Foreign text for the few places where clients read Markdown and nothing else can stand: choices of a field. It looks
 * the same, but its marks mean nothing; a list, a link or an address does not begin in it.
 */
export function withoutMarkdown(text: string, length: number): string {
  const inert = plainText(text, length)
    .replace(/[*_`~[\]<>#\\|&]/g, (mark) => twins[mark] ?? mark)
    .replace(/:\/\/|www\.|@/gi, (sign) => `${sign.slice(0, 1)}\u2060${sign.slice(1)}`)
  return /^(?:[-+]|\d+[.)])/.test(inert) ? `\u2060${inert}` : inert
}
