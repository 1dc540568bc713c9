import { readCaseId } from '../../dialogs/case.ts'
import { type Locale, locales, text } from './text.ts'

export const commands = [
  'new',
  'cases',
  'case',
  'resume',
  'cancel',
  'approve',
  'deny',
  'approvals',
  'link',
  'unlink',
  'desk',
  'export',
  'role',
  'language',
  'help',
] as const
export type Command = (typeof commands)[number]

/** Returns the word for a command in a language. */
export const wordOf = (command: Command, locale: Locale): string => text(locale, `command.${command}.word`)

/** Commands in the menu of each scope. Teams shows at most ten per scope: those that fit its conversations. */
export const menus = {
  personal: ['new', 'cases', 'case', 'approvals', 'cancel', 'link', 'export', 'role', 'language', 'help'],
  groupChat: ['new', 'cases', 'case', 'resume', 'cancel', 'desk', 'link', 'unlink', 'role', 'help'],
  team: ['new', 'cases', 'case', 'cancel', 'approvals', 'approve', 'deny', 'desk', 'link', 'help'],
} as const satisfies Record<string, readonly Command[]>
type MenuScope = keyof typeof menus
export const menuScopes = Object.keys(menus) as MenuScope[]

/** Returns the description of a command in the menu of a scope. */
export const menuTextOf = (command: Command, scope: MenuScope, locale: Locale): string =>
  command === 'new' || command === 'cases'
    ? text(locale, `command.${command}.menu.${scope}`)
    : text(locale, `command.${command}.menu`)

/** The jobs a conversation can have. */
export const deskKinds = ['approvals', 'direct-partner'] as const
export type DeskKind = (typeof deskKinds)[number]
const deskWords = [...deskKinds, 'off'] as const

/** Returns the command that gives a conversation a job ("desk approvals") or takes it away. */
export const deskCommand = (desk: (typeof deskWords)[number], locale: Locale): string =>
  `${wordOf('desk', locale)} ${text(locale, `desk.${desk}.word`)}`

/** Returns the help text of a command. */
export const helpOf = (command: Command, locale: Locale): string => {
  const [approvals, partner] = deskKinds.map((desk) => text(locale, `desk.${desk}.word`))
  return command === 'desk'
    ? text(locale, 'command.desk.help', { approvals: approvals ?? '', partner: partner ?? '' })
    : text(locale, `command.${command}.help`)
}

/** Cuts off trailing punctuation. A regular expression would take quadratic time on long runs of it. */
function withoutTrailing(text: string): string {
  const characters = [...text]
  return characters
    .slice(0, characters.findLastIndex((character) => !/[\p{P}\p{S}\p{Z}]/u.test(character)) + 1)
    .join('')
}
/** Normalises a word for comparison: no accents, no case, no trailing punctuation. */
const plain = (word: string) => withoutTrailing(word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase())
/** Other keyboards than the German one lack umlauts. */
const spelledOut = (word: string) => word.replaceAll('ä', 'ae').replaceAll('ö', 'oe').replaceAll('ü', 'ue')

const words = new Map(
  locales.flatMap((locale) =>
    commands.flatMap((command): [string, Command][] => {
      const word = wordOf(command, locale)
      return [
        [plain(word), command],
        [plain(spelledOut(word)), command],
      ]
    }),
  ),
)

/**
 * Parses a command in any language; `rest` is the text after it. A case id alone counts as `case`. Returns
 * undefined if the text starts with no command.
 */
export function readCommand(typed: string): { command: Command; rest: string } | undefined {
  const trimmed = withoutTrailing(typed.trim())
  const [first = ''] = trimmed.split(/\s/, 1)
  const command = words.get(plain(first))
  if (command) return { command, rest: trimmed.slice(first.length).trim() }
  const id = /^mc/i.test(trimmed) ? readCaseId(trimmed) : undefined
  return id === undefined ? undefined : { command: 'case', rest: id }
}

const jobs = new Map(
  locales.flatMap((locale) =>
    deskWords.map((desk): [string, (typeof deskWords)[number]] => [plain(text(locale, `desk.${desk}.word`)), desk]),
  ),
)

/** Parses the argument of `desk` in any language: a job, or `off`. Returns undefined for anything else. */
export const readDesk = (typed: string): DeskKind | 'off' | undefined =>
  jobs.get(plain(typed.trim().replace(/\s+/g, '-')))
