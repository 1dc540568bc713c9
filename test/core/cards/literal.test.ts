import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { draw, summary } from '../../../cards/draw.ts'
import { bannerText } from '../../../cards/text/banners.ts'
import { MAX_NAME_LENGTH, MAX_SHOWN_REASON_LENGTH, plainText, withoutMarkdown } from '../../../cards/text/literal.ts'
import { locales } from '../../../cards/text/text.ts'
import type { View } from '../../../cards/view.ts'
import type { Case } from '../../../dialogs/case.ts'
import { policy } from '../../support/policy.ts'
import { contosoTenant, ready, relationshipCase, subscription, transferCase, transferWith } from './action-cases.ts'
import { caseWith, now, partner, reseller, start } from './cases.ts'
import { adminCase, askedCase, invitationCase } from './desk-cases.ts'
import { parserFaults } from './parser.ts'
import { allOf, nodesOf, shownTexts } from './walk.ts'

/** Text that a client, or a layer before it, might interpret. */
const naughty = [
  '**bold** _italic_ ~~struck~~ `code`',
  '[a link](https://example.com) <https://example.com>',
  '<at>everybody</at>',
  '<b>html</b> &lt;i&gt; <script>alert(1)</script>',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: to be shown as it stands here
  '${$root.policy} ${1+1} @{json}',
  '{{DATE(2017-02-14T06:08:39Z, SHORT)}} {{TIME(2017-02-14T06:08:39Z)}}',
  '{who} {0} {n, plural, other {#}}',
  '# heading',
  '- list',
  '1. list',
  '> quotation',
  '"); drop table cases; --',
  '\\u0041 \\n %s %d',
  'null',
  'undefined',
  '__proto__',
  '–',
  '名前 اسم नाम',
]

/** A card with names and words of people in every place. */
function view(reason: string): View {
  const made = caseWith({
    role: 'direct',
    answers: { service: 'usage', 'usage-source': 'ea' },
    events: [start('plan/manual-migration')],
  })
  const settled = {
    'list-everything': { at: now, by: reseller.id, skipped: reason },
    verify: { at: now, by: partner.id },
  }
  const tracks = made.case.tracks.map((track) =>
    track.kind === 'plan' ? { ...track, context: { ...track.context, settled } } : track,
  )
  const entry = {
    at: now,
    by: partner.id,
    event: 'step.skipped' as const,
    detail: { step: 'list-everything', track: 'plan/manual-migration', reason },
  }
  return { kind: 'case', case: { ...made.case, tracks }, banner: { key: 'changed', entry, who: reason } }
}

const cardWith = (name: string, reason: string) =>
  draw(policy, view(reason), {
    locale: 'en',
    sandbox: false,
    names: { [reseller.id]: name, [partner.id]: name },
    at: now,
  })

/** A card without the words of its text runs, and without what is said of it. */
const withoutRuns = (card: unknown) =>
  JSON.stringify(card, (key, value: unknown) => (key === 'inlines' ? 'runs' : key === 'speak' ? '' : value))

describe('text with nothing to see', () => {
  it.each([
    '\u3164\u3164',
    '\u2800',
    '\uFE0F\uFE0F',
    '\u{E0041}\u{E0042}',
    '\u115F\u1160',
    '\u0301\u0301',
    '\u202E \u200B',
  ])('is empty: %j', (text) => {
    expect(plainText(text, MAX_NAME_LENGTH)).toBe('')
  })

  it('names nobody', () => {
    expect(shownTexts(cardWith('\u3164', 'no need')).join('\n')).toContain(`Someone, `)
  })

  it('keeps letters with their marks, but no pile of marks', () => {
    for (const name of ['Zoë', 'Đặng Thị Ánh', 'שָׁלוֹם', 'นิรันดร์', '👩🏽 Ana']) {
      expect(plainText(name.normalize('NFD'), MAX_NAME_LENGTH)).toBe(name.normalize('NFD'))
    }
    expect(plainText(`a${'\u0301'.repeat(150)}b`, MAX_NAME_LENGTH)).toBe(`a${'\u0301'.repeat(3)}b`)
  })
})

describe('text that people typed', () => {
  it.each(naughty)('shows %s as it is', (text) => {
    const shown = shownTexts(cardWith(text, text)).join('\n').replaceAll('\u2060', '')
    expect(shown).toContain(`Skipped: ${text}`)
    expect(shown).toContain(`${text.slice(0, 20)}`)
  })

  it('changes only the words of text runs', () => {
    const plain = withoutRuns(cardWith('name', 'reason'))
    fc.assert(
      fc.property(anyText, anyText, (name, reason) => {
        const card = cardWith(name, reason)
        expect(withoutRuns(card)).toBe(plain)
        for (const { type, ...run } of nodesOf(card)) {
          if (type === 'TextRun')
            expect(Object.keys(run).filter((key) => !['text', ...looks].includes(key))).toEqual([])
        }
        expect(parserFaults(card)).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it('is shown unchanged if it is short and visible', () => {
    fc.assert(
      fc.property(visibleText, visibleText, (name, reason) => {
        const shown = shownTexts(cardWith(name, reason)).join('\n')
        expect(shown).toContain(`Skipped: ${reason} · ${name}, just now`)
      }),
      { numRuns: 300 },
    )
  })

  it('is cut with an ellipsis if it is long, and never within a character', () => {
    expect(plainText('a'.repeat(MAX_NAME_LENGTH), MAX_NAME_LENGTH)).toBe('a'.repeat(MAX_NAME_LENGTH))
    expect(plainText('a'.repeat(MAX_NAME_LENGTH + 1), MAX_NAME_LENGTH)).toBe(`${'a'.repeat(MAX_NAME_LENGTH - 1)}…`)
    expect(plainText('👍'.repeat(500), MAX_SHOWN_REASON_LENGTH)).toBe(`${'👍'.repeat(MAX_SHOWN_REASON_LENGTH - 1)}…`)
  })

  it('cannot hide, reverse or break up the text beside it', () => {
    expect(plainText('safe\u202Etxt.exe', 99)).toBe('safetxt.exe')
    expect(plainText('a\u200Bb\uFEFFc\u2066d\u00ADe\u{E0041}f', 99)).toBe('abcdef')
    expect(plainText(' one\r\n\ttwo\u2028three\u0000 ', 99)).toBe('one two three')
    expect(plainText('\uD83D lone', 99).isWellFormed()).toBe(true)
  })

  it('contains no pattern that clients replace by a local time', () => {
    const [date, time] = ['{{DATE(2017-02-14T06:08:39Z, SHORT)}}', '{{TIME(2017-02-14T06:08:39Z)}}']
    for (const shown of shownTexts(cardWith(date, time))) expect(shown).not.toMatch(/\{\{(DATE|TIME)\(/)
    expect(plainText('{{name}}', 99)).toBe('{{name}}')
  })

  it('is replaced by "somebody" if no part of a name is visible', () => {
    for (const name of ['', ' ', '\u200B\u202E', '\n']) {
      expect(shownTexts(cardWith(name, 'why')).join('\n')).toContain('Skipped: why · Someone, just now')
    }
  })

  it('never reaches the text for clients that cannot show cards', () => {
    expect(cardWith('name', 'reason').fallbackText).toBe('MC-7K2P9Q · Under way. Migrate Azure to CSP manually')
  })

  it('is literal in answers and notifications too', () => {
    for (const locale of locales) {
      for (const text of naughty) {
        const entry = { at: now, by: partner.id, event: 'case.cancelled' as const, detail: {} }
        const line = { key: 'changed' as const, entry, who: text }
        const said = bannerText(line, locale).replaceAll('\u2060', '')
        expect(said).toContain(plainText(text, MAX_NAME_LENGTH).replaceAll('\u2060', ''))
        const viewer = { locale, sandbox: false, names: {}, at: now }
        expect(summary({ kind: 'message', banner: line }, viewer)).toContain(bannerText(line, locale))
        expect(bannerText({ key: 'no-date', typed: text }, locale).replaceAll('\u2060', '')).toContain(
          text.slice(0, 20),
        )
      }
    }
  })
})

/** Cards with text from Microsoft, or typed for it, in every place. */
function foreign(text: string): Case[] {
  const tenant = { ...contosoTenant, name: text, domain: `of ${text}` }
  const typed = { customer: text, source: text, email: text }
  const fault = { kind: 'refused', code: text.slice(0, 40), detail: text.slice(0, 200), claims: text } as const
  const items = [subscription(1, { name: text, status: 'failed', error: text.slice(0, 200) })]
  const target = { name: text }
  const known = { side: 'source', typed, customer: tenant } as const
  const transfer = transferWith({ status: 'other', said: text.slice(0, 40), items })
  const pending = { call: 'find-tenant', since: now }
  const request = {
    ...askedCase,
    typed: { customer: text, group: text },
    customer: tenant,
    justification: text,
    group: { id: contosoTenant.id, name: text },
  }
  const decision = { kind: 'denied', by: partner.id, at: now, reason: text } as const
  return [
    relationshipCase('collecting-customer', { typed: text, fault }),
    relationshipCase('collecting-customer', { typed: text, pending }),
    relationshipCase('collecting-customer', { typed: text, customer: tenant }),
    relationshipCase('fetching-link', { customer: tenant, fault }),
    relationshipCase('link-ready', { customer: tenant, link: text, linkAt: now }),
    relationshipCase('failed', { customer: tenant, fault }),
    transferCase('collecting', { side: 'target', typed, fault }),
    transferCase('collecting', { ...ready, customer: tenant, source: tenant, typed, fault }),
    transferCase('awaiting-source-partner', { ...ready, customer: tenant, source: tenant, transfer, due: now }),
    transferCase('collecting', { ...known, offered: [transferWith({ target })], subscriptions: items }),
    transferCase('collecting', { ...known, offered: [transferWith({ target }), transferWith({ target, items })] }),
    invitationCase('reseller', 'asking', { typed: text, note: text, customer: tenant }),
    invitationCase('direct-partner', 'at-direct-partner', {
      company: text.slice(0, 100),
      note: text,
      customer: tenant,
    }),
    invitationCase('reseller', 'declined', { customer: tenant, reason: text }),
    adminCase('drafting', { ...request, forCompany: text }),
    adminCase('awaiting-approval', request),
    adminCase('denied', { ...request, decision }),
  ]
}

/** The structure and behaviour of a card, without the content of fields and the titles of their choices. */
const builtOf = (card: unknown) =>
  JSON.stringify(card, (key, value: unknown) => {
    const { type } = value as { type?: unknown }
    if (key === 'inlines') return 'runs'
    if (key === 'fallbackText' || key === 'speak') return ''
    if (type === 'Input.Text') return { ...(value as object), value: '' }
    return type === 'Input.ChoiceSet' ? { ...(value as object), choices: [] } : value
  })

describe('text from Microsoft, or typed for it', () => {
  const drawnFrom = (text: string, locale: 'en' | 'fr' | 'de' = 'en') =>
    foreign(text).map((caseRecord) =>
      draw(policy, { kind: 'case', case: caseRecord }, { locale, sandbox: false, names: {}, at: now }),
    )

  it.each(naughty)('starts the text for clients without cards with the customer, without Markdown: %s', (text) => {
    const name = plainText(text, 20).replaceAll('\u2060', '')
    for (const card of drawnFrom(text).slice(2, 5)) {
      for (const said of [card.fallbackText, card.speak]) expect(String(said)).not.toMatch(/[*_`~[\]<>#|]/)
      expect(card.speak).toContain(card.fallbackText)
      expect(String(card.fallbackText).startsWith('MC-')).toBe(name === '')
    }
  })

  it.each(naughty)('shows %s as it is, in text runs and in fields only', (text) => {
    const shown = drawnFrom(text).map((card) => shownTexts(card).join('\n').replaceAll('\u2060', ''))
    const start = text.slice(0, 20)
    for (const index of [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])
      expect(shown[index], String(index)).toContain(start)
    const [, , field] = drawnFrom(text).flatMap((card) => allOf(card, 'Input.Text'))
    expect(String(field?.value).replaceAll('\u2060', '')).toBe(text)
  })

  it('changes only the words of text runs and the contents of fields', () => {
    const built = drawnFrom('text').map(builtOf)
    fc.assert(
      fc.property(
        anyText.filter((text) => plainText(text, 99).trim() !== '' && !URL.canParse(text)),
        (text) => {
          const cards = drawnFrom(text)
          expect(cards.map(builtOf)).toEqual(built)
          for (const card of cards) expect(parserFaults(card)).toEqual([])
        },
      ),
      { numRuns: 60 },
    )
  })

  it('contains nothing hidden, reversing or replaced by a local time', () => {
    const pattern = '{{DATE(2017-02-14T06:08:39Z, SHORT)}}'
    for (const card of drawnFrom(`${pattern}a\u202Eb\u200Bc\nd`)) {
      const shown = [...shownTexts(card), ...allOf(card, 'Input.Text').map(({ value }) => String(value))].join(' · ')
      expect(shown).not.toMatch(/[\u202E\u200B\n]|\{\{DATE\(2017/)
      expect(shown).toMatch(/\{\u2060\{DATE|abc d/)
    }
  })

  it('contains no Markdown in the choices of a field, where clients read it', () => {
    const titleOf = (text: string) => withoutMarkdown(text, 60)
    expect(titleOf('Microsoft 365 E3 (no Teams)')).toBe('Microsoft 365 E3 (no Teams)')
    fc.assert(
      fc.property(anyText, (text) => {
        expect(titleOf(text)).not.toMatch(/[*_`~[\]<>#\\|&]|:\/\/|www\.|\w@|^(?:[-+]|\d+[.)])/)
      }),
    )
    for (const text of naughty) {
      const titles = drawnFrom(text).flatMap((card) =>
        allOf(card, 'Input.ChoiceSet').flatMap(({ choices }) =>
          (choices as { title: string }[]).map(({ title }) => title),
        ),
      )
      expect(titles).toContain(titleOf(text))
    }
  })
})

const looks = ['size', 'weight', 'color', 'isSubtle', 'fontType', 'underline', 'strikethrough']
const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.constantFrom(...naughty))
const visibleText = fc
  .oneof(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 15 }), fc.string({ minLength: 1, maxLength: 40 }))
  .filter(
    (text) =>
      text.trim() === text &&
      !/[\p{C}\p{Zl}\p{Zp}\p{DI}\u2800]|\p{M}{4}|\{\{(DATE|TIME)\(/u.test(text) &&
      /[\p{L}\p{N}\p{P}\p{S}]/u.test(text) &&
      [...text].length <= 40,
  )
