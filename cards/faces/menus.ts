import type { Role } from '../../dialogs/questions.ts'
import { type Button, type ButtonLook, button, explained } from '../buttons.ts'
import { toolbar } from '../parts/frame.ts'
import { answersText, questionHeading, roleRows } from '../parts/questions.ts'
import { type Element, render } from '../render.ts'
import type { Banner } from '../text/banners.ts'
import { type Command, commands, helpOf, wordOf } from '../text/commands.ts'
import { plainText } from '../text/literal.ts'
import { type Locale, locales, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** The choice of the role that applies to all future cases of the person. */
export const roleFace = (locale: Locale, role: Role | undefined): Element[] => [
  ...questionHeading(locale, 'role'),
  ...roleRows(locale, role),
]

/** The choice of the language; each language has its own name. */
export const languageFace = (locale: Locale): Element[] =>
  render('heading', {
    title: text(locale, 'language.title'),
    help: text(locale, 'language.help'),
  }).concat(
    render('languages', {
      languages: locales.map((language) => {
        const title = text(language, 'language.name')
        const isPresent = language === locale
        const look = isPresent ? { style: 'accent', glyph: '✓' } : { style: 'emphasis', glyph: '›' }
        const name = isPresent ? text(language, 'choice.present', { title }) : title
        return { title, ...look, button: button('set', { language }, { title: name }) }
      }),
    }),
  )

/** The buttons of the commands that need no argument. */
const commandButtons: { readonly [C in Command]?: (look: ButtonLook) => Button } = {
  new: (look) => button('new', {}, look),
  cases: (look) => button('show', { list: 'all', page: 1 }, look),
  resume: (look) => button('show', { list: 'open', page: 1 }, look),
  cancel: (look) => button('show', { list: 'cancel', page: 1 }, look),
  approvals: (look) => button('show', { list: 'approvals', page: 1 }, look),
  link: (look) => button('link', {}, look),
  role: (look) => button('show', { view: 'role' }, look),
  language: (look) => button('show', { view: 'language' }, look),
}

function commandRow(locale: Locale, command: Command): Element[] {
  const data = { word: wordOf(command, locale), help: helpOf(command, locale) }
  const look = explained(data.word, data.help)
  const action = commandButtons[command]?.(look)
  return render('command', action ? { ...data, color: 'accent', button: action } : { ...data, color: 'default' })
}

/** The commands in the language of the person, with examples. Those that need no argument can be clicked. */
export function helpFace(locale: Locale, isShared: boolean): Element[] {
  const id = 'MC-7K2P9Q'
  const example = (command: 'new' | 'case' | 'cancel' | 'deny' | 'link', argument = '') => ({
    typed: `${wordOf(command, locale)}${argument}`,
    help: text(locale, `help.example.${command}`),
  })
  return [
    ...render('heading', {
      title: text(locale, 'help.title'),
      help: text(locale, 'help.intro'),
    }),
    ...(isShared ? render('paragraph', { text: text(locale, 'help.mention', { word: wordOf('new', locale) }) }) : []),
    ...commands.flatMap((command) => commandRow(locale, command)),
    ...render('examples', {
      title: text(locale, 'help.examples'),
      examples: [
        example('new'),
        example('case', ` ${id}`),
        example('cancel', ` ${id}`),
        example('deny', ` ${id} ${text(locale, 'help.example.reason')}`),
        example('link', ' K7M2X9QD'),
      ],
    }),
  ]
}

/** The confirmation before a case is cancelled. */
export function confirmCancelFace({ caseRecord, locale, ref }: RenderContext): Element[] {
  return [
    ...render('heading', {
      title: text(locale, 'cancel.title', { id: caseRecord.id }),
      help: text(locale, 'cancel.help'),
    }),
    ...render('actions', {
      actions: [
        button(
          'cancel',
          { ...ref, sure: true },
          { title: text(locale, 'cancel.yes'), labelled: true, style: 'destructive' },
        ),
        button('show', ref, { title: text(locale, 'cancel.no'), labelled: true }),
      ],
    }),
  ]
}

/** A cancelled case: its answers and its history. */
export function cancelledFace(context: RenderContext): Element[] {
  const { caseRecord, locale } = context
  const about = answersText(locale, caseRecord.answers)
  return [
    ...render('heading', {
      title: text(locale, 'cancelled.title'),
      help: text(locale, 'cancelled.help'),
    }),
    ...(about === '' ? [] : render('caption', { text: about })),
    ...toolbar(context, ['history']),
  ]
}

/** The code that links a reseller to this desk, in large type exactly as it must be typed. */
export const linkCodeFace = (locale: Locale, { code, minutes }: Extract<Banner, { key: 'link-code' }>): Element[] => [
  ...render('heading', { title: text(locale, 'link-code.title'), help: text(locale, 'link-code.help', { minutes }) }),
  ...render('code', { text: `${wordOf('link', locale)} ${plainText(code, MAX_CODE_LENGTH)}` }),
]

const MAX_CODE_LENGTH = 40
