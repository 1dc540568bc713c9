import { describe, expect, it } from 'vitest'
import { locales } from '../../../cards/text/text.ts'
import { everyCard } from './every-view.ts'
import { nodesOf, shownTexts } from './walk.ts'

describe.each(locales)('every card in %s for screen readers', (locale) => {
  const cards = everyCard(locale)

  it('names rows in full: the title and the line that explains it', () => {
    // Rows of lists have more texts, or no mark at their end.
    const isChoice = (texts: readonly string[]) => texts.length === 3 && /^[›✓]$/.test(texts[2] ?? '')
    const rows = cards.flatMap(({ card }) =>
      [...nodesOf(card.body)].filter(
        (node) => node.type === 'Container' && node.selectAction !== undefined && isChoice(shownTexts(node)),
      ),
    )
    const names = new Map(rows.map((row) => [shownTexts(row).slice(0, 2).join(': '), row.selectAction]))
    expect(names.size).toBeGreaterThan(20)
    for (const [name, action] of names) expect(action).toMatchObject({ title: name })
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
})
