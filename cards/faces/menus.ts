import type { Role } from '../../dialogs/questions.ts'
import { button } from '../buttons.ts'
import { toolbar } from '../parts/toolbar.ts'
import { type Element, render, renderOnce } from '../render.ts'
import { commands, helpOf, wordOf } from '../text/commands.ts'
import { type Locale, locales, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { answersText, choiceRows, questionHeading } from './question.ts'

/** The person's role, kept for all cases to come. */
export const roleFace = (locale: Locale, role: Role | undefined): Element[] => [
  ...questionHeading(locale, 'role'),
  ...choiceRows(locale, 'role', role),
]

/** The languages, each under its own name. */
export const languageFace = (locale: Locale): Element[] =>
  renderOnce('heading', `${locale} language`, undefined, () => ({
    title: text(locale, 'language.title'),
    help: text(locale, 'language.help'),
  })).concat(
    renderOnce('languages', locale, undefined, () => ({
      languages: locales.map((language) => {
        const title = text(language, 'language.name')
        const look = language === locale ? { style: 'accent', glyph: '✓' } : { style: 'emphasis', glyph: '›' }
        return { title, ...look, button: button('set', { language }, { title }) }
      }),
    })),
  )

/** The commands in the person's language, and some examples to type. */
export function helpFace(locale: Locale): Element[] {
  const id = 'MC-7K2P9Q'
  const example = (command: 'new' | 'case' | 'cancel' | 'deny' | 'link', argument = '') => ({
    typed: `${wordOf(command, locale)}${argument}`,
    help: text(locale, `help.example.${command}`),
  })
  return [
    ...renderOnce('heading', `${locale} help`, undefined, () => ({
      title: text(locale, 'help.title'),
      help: text(locale, 'help.intro'),
    })),
    ...renderOnce('commands', locale, undefined, () => ({
      commands: commands.map((command) => ({
        word: wordOf(command, locale),
        help: helpOf(command, locale),
      })),
    })),
    ...renderOnce('examples', locale, undefined, () => ({
      title: text(locale, 'help.examples'),
      examples: [
        example('new'),
        example('case', ` ${id}`),
        example('cancel', ` ${id}`),
        example('deny', ` ${id} ${text(locale, 'help.example.reason')}`),
        example('link', ' K7M2-X9QD'),
      ],
    })),
  ]
}

/** Asks once before a case is given up. */
export function confirmCancelFace({ one: caseRecord, locale, drawn }: RenderContext): Element[] {
  return [
    ...render('heading', {
      title: text(locale, 'cancel.title', { id: caseRecord.id }),
      help: text(locale, 'cancel.help'),
    }),
    ...renderOnce('actions', `${locale} cancel`, drawn, () => ({
      actions: [
        button(
          'cancel',
          { ...drawn, sure: true },
          { title: text(locale, 'cancel.yes'), labelled: true, style: 'destructive' },
        ),
        button('show', drawn, { title: text(locale, 'cancel.no'), labelled: true }),
      ],
    })),
  ]
}

/** A case that was given up: what it was about, and its history. */
export function cancelledFace(drawing: RenderContext): Element[] {
  const { one: caseRecord, locale } = drawing
  const about = answersText(locale, caseRecord.answers)
  return [
    ...renderOnce('heading', `${locale} cancelled`, undefined, () => ({
      title: text(locale, 'cancelled.title'),
      help: text(locale, 'cancelled.help'),
    })),
    ...(about === '' ? [] : render('caption', { text: about })),
    ...toolbar(drawing, ['history']),
  ]
}
