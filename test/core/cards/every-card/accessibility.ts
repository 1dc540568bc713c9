import { expect, it } from 'vitest'
import { summary } from '../../../../cards/draw.ts'
import { customerTitle } from '../../../../cards/text/case-name.ts'
import { withoutMarkdown } from '../../../../cards/text/literal.ts'
import type { Locale } from '../../../../cards/text/text.ts'
import { distinctCards, viewerIn } from '../every-view.ts'
import { allOf, nodesOf, shownTexts } from '../walk.ts'

/** Reduces a text to its words: marks, numbers of steps and separators are not read. */
const wordsIn = (text: string) =>
  text
    .toLowerCase()
    .replace(/[›▾✓○]|^– /g, '')
    .replace(/^\d+ · /, '')
    .replaceAll(' · ', ', ')
    .replace(/\s+/g, ' ')
    .trim()

/** Returns the texts of a card that a screen reader reads one by one: those outside of all that can be clicked. */
function readTexts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(readTexts)
  if (typeof value !== 'object' || value === null || 'selectAction' in value) return []
  const { type, text } = value as { type?: unknown; text?: unknown }
  const isRead = type === 'TextBlock' || type === 'TextRun' || type === 'Badge'
  const own = isRead && typeof text === 'string' ? [text] : []
  return [...own, ...Object.values(value).flatMap(readTexts)]
}

/** Checks what a screen reader reads of every card in a language. */
export function checkAccessibility(locale: Locale): void {
  const cards = distinctCards(locale)

  it('names all that can be clicked in full: what it shows is part of its name', () => {
    const lacking = new Set<string>()
    let count = 0
    for (const { card } of cards) {
      for (const node of nodesOf(card.body)) {
        const { selectAction, ...shown } = node
        if (!selectAction || !String(node.type).match(/^(Column|ColumnSet|Container)$/)) continue
        count += 1
        const name = wordsIn(String((selectAction as { title?: string }).title))
        // Long names of foreign things are cut.
        if (name.includes('…')) continue
        const missing = shownTexts(shown)
          .map(wordsIn)
          .filter((text) => !name.includes(text))
        if (missing.length > 0) lacking.add(`${name} | ${missing.join(' | ')}`)
      }
    }
    expect(count).toBeGreaterThan(1000)
    expect([...lacking]).toEqual([])
  })

  it('has no mark that would be read as a character, but in the rows whose names are read instead', () => {
    const marked = cards.flatMap(({ card }) => readTexts(card.body).filter((text) => /[○●◔✓✗•›▾]|^\W*[!?]/.test(text)))
    expect([...new Set(marked)]).toEqual([])
  })

  it('has a label on every field, and one title for each service that it is about', () => {
    const unlabelled = new Set<string>()
    for (const { view, card } of cards) {
      for (const { type, id, label, title } of nodesOf(card.body)) {
        if (String(type).startsWith('Input.') && !(type === 'Input.Toggle' ? title : label)) unlabelled.add(String(id))
      }
      const titles = allOf(card, 'TextBlock').filter(({ style }) => style === 'heading')
      const hasBoth = view.kind === 'case' && view.case.answers.service === 'both'
      expect(titles.length).toBeLessThanOrEqual(hasBoth ? 2 : 1)
      // An answer that depends on an open question has the title of each possible answer in its frame.
      if (!['case', 'line', 'stub', 'message'].includes(view.kind)) expect(titles).toHaveLength(1)
    }
    expect([...unlabelled]).toEqual([])
  })

  it('names what opens an address shortly: clients would name it by the address, or by the whole mail', () => {
    const links = cards.flatMap(({ card }) => allOf(card, 'Action.OpenUrl'))
    expect(links.filter(({ url }) => String(url).startsWith('mailto:')).length).toBeGreaterThan(0)
    for (const { tooltip, url } of links) {
      expect(tooltip).toMatch(/^[^:/%]{3,60}$/)
      expect(tooltip).not.toBe(url)
    }
  })

  it('says the customer and the title wherever a client shows no card', () => {
    let count = 0
    for (const { view, card } of cards) {
      if (!('case' in view)) continue
      const [title = ''] = allOf(card, 'TextBlock').flatMap(({ style, text }) => (style === 'heading' ? [text] : []))
      const customer = customerTitle(view.case)
      const notified = summary(view, viewerIn(locale), card)
      expect(notified).toContain(customer)
      if (!('banner' in view) || view.banner === undefined) expect(notified).toContain(title)
      for (const said of [card.speak, card.fallbackText]) {
        expect(said).toContain(withoutMarkdown(customer, 200))
        expect(said).toContain(withoutMarkdown(String(title), 200))
      }
      count += 1
    }
    expect(count).toBeGreaterThan(1000)
  })

  it('has one tab of a case that is no button', () => {
    let count = 0
    for (const { view, card } of cards) {
      if (view.kind !== 'case' || view.case.intake !== 'answered' || view.case.tracks.length === 0) continue
      const tabs = card.body.find(
        ({ type, separator, columns }) =>
          type === 'ColumnSet' &&
          separator === undefined &&
          Array.isArray(columns) &&
          columns.length === view.case.tracks.length + 1 &&
          columns.some(({ selectAction }) => selectAction?.verb === 'show'),
      )
      if (!tabs) continue
      count += 1
      expect((tabs.columns as { selectAction?: unknown }[]).filter(({ selectAction }) => !selectAction)).toHaveLength(1)
    }
    expect(count).toBeGreaterThan(20)
  })
}
