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
  'link',
  'unlink',
  'desk',
  'export',
  'role',
  'language',
  'help',
] as const
export type Command = (typeof commands)[number]

/** The word for a command in a language. */
export const wordOf = (command: Command, locale: Locale): string => text(locale, `command.${command}.word`)

/** The jobs that a conversation can have. */
export const deskKinds = ['approvals', 'direct-partner'] as const
export type DeskKind = (typeof deskKinds)[number]
const deskWords = [...deskKinds, 'off'] as const

/** What is typed to give a conversation a job, "desk approvals", or to take it away. */
export const deskCommand = (desk: (typeof deskWords)[number], locale: Locale): string =>
  `${wordOf('desk', locale)} ${text(locale, `desk.${desk}.word`)}`

/** What a command is for. */
export const helpOf = (command: Command, locale: Locale): string => {
  const [approvals, partner] = deskKinds.map((desk) => text(locale, `desk.${desk}.word`))
  return command === 'desk'
    ? text(locale, 'command.desk.help', { approvals: approvals ?? '', partner: partner ?? '' })
    : text(locale, `command.${command}.help`)
}

const trailing = /[\p{P}\p{S}\p{Z}]+$/u
/** As words are compared: without accents, case and what stands behind them. */
const plain = (word: string) => word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(trailing, '')
/** German keyboards elsewhere have no umlauts. */
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
 * Reads a command in any of the languages, whatever the person's own; `rest` is what follows it. A case id alone counts
 * as `case`. Undefined when the text begins with no command.
 */
export function readCommand(typed: string): { command: Command; rest: string } | undefined {
  const said = typed.trim().replace(trailing, '')
  const [first = ''] = said.split(/\s/, 1)
  const command = words.get(plain(first))
  if (command) return { command, rest: said.slice(first.length).trim() }
  const id = /^mc/i.test(said) ? readCaseId(said) : undefined
  return id === undefined ? undefined : { command: 'case', rest: id }
}

const jobs = new Map(
  locales.flatMap((locale) =>
    deskWords.map((desk): [string, (typeof deskWords)[number]] => [plain(text(locale, `desk.${desk}.word`)), desk]),
  ),
)

/** Reads what follows `desk`, in any of the languages: a job, or `off` for none. Undefined when it is neither. */
export const readDesk = (typed: string): DeskKind | 'off' | undefined =>
  jobs.get(plain(typed.trim().replace(/\s+/g, '-')))
