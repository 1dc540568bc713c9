/** Longest name of a person on a card, in characters. */
export const MAX_NAME_LENGTH = 40
/** Longest name of an organisation or product on a card, in characters. */
export const MAX_TITLE_LENGTH = 60
/** Longest reason on a card, in characters. */
export const MAX_SHOWN_REASON_LENGTH = 100

/**
 * Makes foreign text safe to show: a single line without invisible or direction-changing characters, nor marks stacked
 * over other lines, cut with an ellipsis. Text without anything to see becomes empty. It is literal only inside a TextRun; a TextBlock would read Markdown in it.
 */
export function plainText(text: string, length: number): string {
  const visible = text
    .toWellFormed()
    .replace(/[\p{Zl}\p{Zp}\p{Cc}\u2800]+/gu, ' ')
    .replace(/[\p{Cf}\p{DI}]/gu, '')
    .replace(/(\p{M}{3})\p{M}+/gu, '$1')
    .trim()
  // Clients replace {{DATE(…)}} and {{TIME(…)}} by a local time even in plain text; a word joiner breaks the
  // pattern.
  const inert = visible.replace(/\{\{(?=(?:DATE|TIME)\()/g, '{\u2060{')
  if (!/[\p{L}\p{N}\p{P}\p{S}]/u.test(inert)) return ''
  const characters = [...inert]
  return characters.length > length
    ? `${characters
        .slice(0, length - 1)
        .join('')
        .trimEnd()}…`
    : inert
}

/** Markdown marks and look-alikes that mean nothing. */
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
 * Makes foreign text safe for the few places where clients read Markdown: choices of a field. Marks become
 * look-alikes; lists, links and addresses are broken up.
 */
export function withoutMarkdown(text: string, length: number): string {
  const inert = plainText(text, length)
    .replace(/[*_`~[\]<>#\\|&]/g, (mark) => twins[mark] ?? mark)
    .replace(/:\/\/|www\.|@/gi, (sign) => `${sign.slice(0, 1)}\u2060${sign.slice(1)}`)
  return /^(?:[-+]|\d+[.)])/.test(inert) ? `\u2060${inert}` : inert
}
