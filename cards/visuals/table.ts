import { type Element, render } from '../render.ts'

/** A cell with any elements. */
export const cell = (items: readonly Element[]): Element[] => render('cell', { items })

/** A cell with a text, which may be foreign. */
export const textCell = (text: string, size: 'default' | 'small' = 'default'): Element[] =>
  render('text-cell', { text, size })

/** Draws a table of cells below the titles of its columns. `widths` are the shares of the columns. */
export function tableOf(widths: readonly number[], head: readonly string[], rows: readonly Element[][][]): Element[] {
  const titles = head.map((text) => render('header-cell', { text }))
  return render('table', {
    columns: widths.map((width) => ({ width })),
    rows: [titles, ...rows].flatMap((cells) => render('table-row', { cells: cells.flat() })),
  })
}
