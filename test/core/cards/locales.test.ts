import { describe, expect, it } from 'vitest'
import { choiceKey } from '../../../cards/text/events.ts'
import {
  ageText,
  dateText,
  forPart,
  inSentence,
  type Locale,
  listText,
  locales,
  monthText,
  text,
} from '../../../cards/text/text.ts'
import { actionTextKey, actionTitle } from '../../../cards/text/titles.ts'
import { type Action, actionIds } from '../../../dialogs/policy/policy.ts'
import { choices } from '../../../dialogs/questions.ts'
import { requestKinds } from '../../../dialogs/requests.ts'
import { policy } from '../../support/policy.ts'
import { argumentsOf, catalogues } from './sentences.ts'

const { en, fr, de } = catalogues
/** Every action, with each thing that a provider can be asked for. */
const actions: Action[] = actionIds.flatMap((id): Action[] =>
  id === 'ask-provider' ? requestKinds.map((request) => ({ id, request })) : [{ id }],
)

describe('the locale files', () => {
  it('have the same keys, in the same order', () => {
    expect(Object.keys(fr)).toEqual(Object.keys(en))
    expect(Object.keys(de)).toEqual(Object.keys(en))
  })

  it('use the same arguments for the same sentence', () => {
    for (const key of Object.keys(en)) {
      const expected = argumentsOf(en[key] ?? '').sort()
      for (const locale of ['fr', 'de'] as const) {
        expect(argumentsOf(catalogues[locale][key] ?? '').sort(), `${locale} ${key}`).toEqual(expected)
      }
    }
  })

  it('have words for every rule of every edition', () => {
    for (const { rules, afterTerm } of Object.values(policy)) {
      for (const rule of rules) {
        const keys = [`reason.${rule.reason}`, ...rule.notes.map(({ key }) => `note.${key}`)]
        for (const key of keys) expect(en, key).toHaveProperty([key])
      }
      for (const action of [...actions, ...Object.values(afterTerm)]) {
        for (const part of ['title', 'how'] as const) expect(en).toHaveProperty([actionTextKey(action, part)])
      }
    }
  })

  it('have a title and an explanation for every choice', () => {
    for (const [question, values] of Object.entries(choices)) {
      for (const value of values) {
        const key = choiceKey(question as 'role', value)
        for (const part of ['title', 'help']) expect(en).toHaveProperty([`${key}.${part}`])
      }
    }
  })

  it('use typographic quotation marks, apostrophes and ellipses', () => {
    for (const locale of locales) {
      for (const [key, sentence] of Object.entries(catalogues[locale])) {
        expect(sentence, `${locale} ${key}`).not.toMatch(/['"`]|\.\.\.| {2}|^\s|\s$/)
      }
    }
  })

  it('use the punctuation of each language', () => {
    for (const [key, sentence] of Object.entries(fr)) {
      expect(sentence, key).not.toMatch(/[^\u202F][;:!?»]|«[^\u202F]|[“”„]/)
    }
    for (const [key, sentence] of Object.entries(de)) expect(sentence, key).not.toMatch(/[«»”\u202F]|„[^“]*$/)
    for (const [key, sentence] of Object.entries(en)) expect(sentence, key).not.toMatch(/[«»„\u202F]|“[^”]*$/)
  })

  it('use one word for one thing: for ending a case in French, for partners and agreements in German', () => {
    const shown = (catalogue: object) =>
      Object.values(catalogue).map((sentence) => String(sentence).replace(/\{\w+, select, reseller/g, ''))
    expect(shown(fr).filter((sentence) => /abandon/i.test(sentence))).toEqual([])
    expect(shown(de).filter((sentence) => /\bReseller|Kundenvertrag/.test(sentence))).toEqual([])
  })

  it('address people formally', () => {
    for (const sentence of Object.values(fr)) expect(sentence).not.toMatch(/(?<!\p{L})(tu|toi|ton|ta|tes)(?!\p{L})/iu)
    for (const sentence of Object.values(de))
      expect(sentence).not.toMatch(/(?<!\p{L})(du|dich|dir|dein\p{L}*|euch)(?!\p{L})/iu)
  })
})

describe('dates and ages', () => {
  it.each([
    ['en', '31\u00a0Jan\u00a02027', 'March 2017', '3 days ago', 'yesterday', 'just now'],
    ['fr', '31\u00a0janv.\u00a02027', 'mars 2017', 'il y a 3 jours', 'hier', 'à l’instant'],
    ['de', '31.01.2027', 'März 2017', 'vor 3 Tagen', 'gestern', 'gerade eben'],
  ] as const)('are written as in %s', (locale, date, month, days, yesterday, moment) => {
    expect(dateText(locale, '2027-01-31')).toBe(date)
    expect(monthText(locale, '2017-03')).toBe(month)
    expect(monthText(locale, '2025')).toBe('2025')
    const now = '2026-11-22T10:00:00.000Z'
    expect(ageText(locale, '2026-11-19T09:59:59.000Z', now)).toBe(days)
    expect(ageText(locale, '2026-11-21T09:00:00.000Z', now)).toBe(yesterday)
    expect(ageText(locale, '2026-11-22T09:59:30.000Z', now)).toBe(moment)
    expect(ageText(locale, '2026-11-22T10:00:05.000Z', now)).toBe(moment)
  })

  it('never shift a date by the time zone', () => {
    expect(dateText('en', '2027-01-01')).toBe('1\u00a0Jan\u00a02027')
    expect(dateText('en', '2027-12-31')).toBe('31\u00a0Dec\u00a02027')
  })
})

describe('a title within a sentence', () => {
  const titles = (locale: Locale) => [
    ...actions.map((action) => actionTitle(locale, action)),
    ...choices['usage-source'].map((value) => text(locale, `choice.usage-source.${value}.title`)),
  ]

  it.each([
    ['en', ['EA', 'GoDaddy', 'Microsoft', 'Open']],
    ['fr', ['EA', 'GoDaddy', 'Microsoft', 'Open']],
    [
      'de',
      [
        'Abrechnungsbesitz',
        'Administratorzugriff',
        'Anbieter',
        'Azure',
        'EA',
        'Einladung',
        'Ende',
        'GoDaddy',
        'Handelspartner',
        'Handelspartnerbeziehung',
        'Kunden',
        'Lizenzen',
        'Microsoft',
        'Open',
        'Reservierungen',
        'Sie',
        'Verkäufer',
        'Vertrieb',
        'Zugriff',
        'Übertragung',
      ],
    ],
  ] as const)('keeps in %s the capital of names and nouns only', (locale, kept) => {
    const first = titles(locale).map((title) => inSentence(locale, title).match(/^\p{Lu}\p{L}*/u)?.[0])
    expect([...new Set(first.filter((word) => word !== undefined))].sort()).toEqual(kept)
  })

  it('keeps its own case only as the first in a list', () => {
    const both = [
      text('de', 'action.migrate-to-new-commerce.title'),
      text('de', 'action.work-in-customer-tenant.title'),
    ]
    expect(listText('de', 'or', both)).toMatch(/^Zu New Commerce .* oder mit Konten /)
    expect(forPart('fr', 'usage', text('fr', 'choice.usage-source.csp-partner.title'))).toBe(
      'Azure\u202f: autre partenaire CSP',
    )
  })
})

describe('a sentence that does not exist', () => {
  it('is refused, so that no new edition can name it', () => {
    expect(() => text('en', 'reason.made-up' as 'welcome')).toThrow('no sentence "reason.made-up" in en.json')
  })
})
