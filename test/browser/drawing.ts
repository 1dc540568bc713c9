import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser } from 'playwright-core'
import { launchChromium } from './window.ts'

/** A card as the browser has drawn it. */
export interface Drawn {
  /** In pixels. */
  height: number
  /** Words of which one line shows only a part. */
  broken: string[]
  /** Titles of the buttons that reach beyond the card. */
  cut: string[]
}

export interface Drawing {
  draw(cards: readonly object[], width: number): Promise<Drawn[]>
  close(): Promise<void>
}

/** Opens a page that draws cards with the spacing and type sizes of Teams, which wraps buttons to another row. */
export async function openDrawing(): Promise<Drawing> {
  const browser: Browser = await launchChromium()
  const page = await browser.newPage()
  await page.setContent(
    `<style>.ac-actionSet { flex-wrap: wrap } .ac-pushButton { padding: 5px 12px; font: 14px Segoe UI, sans-serif }</style>
    <body style="margin:0;font:14px Segoe UI,sans-serif"><div id="card"></div></body>`,
  )
  const library = createRequire(import.meta.url).resolve('adaptivecards/dist/adaptivecards.min.js')
  await page.addScriptTag({ content: readFileSync(library, 'utf8') })
  return {
    async draw(cards, width) {
      await page.setViewportSize({ width, height: 900 })
      return page.evaluate(drawAll, cards)
    },
    close: () => browser.close(),
  }
}

/** Runs in the page, whose types are not those of this project. */
function drawAll(cards: readonly object[]): Drawn[] {
  // biome-ignore lint/suspicious/noExplicitAny: the page and the library in it.
  const { AdaptiveCards, document, NodeFilter } = globalThis as any
  const config = new AdaptiveCards.HostConfig({
    spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 16 },
    fontFamily: 'Segoe UI, sans-serif',
    fontSizes: { small: 12, default: 14, medium: 14, large: 18, extraLarge: 24 },
    actions: { buttonSpacing: 8, actionsOrientation: 'horizontal', actionAlignment: 'left' },
  })
  const place = document.getElementById('card')

  const brokenWords = (): string[] => {
    const broken: string[] = []
    const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (const { 0: word, index } of String(node.data).matchAll(/[\p{L}\p{N}]+/gu)) {
        const range = document.createRange()
        // The hyphen that a soft one shows is at the end of the line above.
        range.setStart(node, node.data[index - 1] === '\u00ad' ? index + 1 : index)
        range.setEnd(node, index + word.length)
        const tops = new Set([...range.getClientRects()].map(({ top }: { top: number }) => Math.round(top)))
        if (tops.size > 1) broken.push(word)
      }
    }
    return broken
  }
  const cutButtons = (): string[] => {
    const { right } = place.getBoundingClientRect()
    return [...place.querySelectorAll('.ac-pushButton')].flatMap((button) =>
      button.getBoundingClientRect().right > right ? [String(button.innerText)] : [],
    )
  }
  return cards.map((each) => {
    const card = new AdaptiveCards.AdaptiveCard()
    card.hostConfig = config
    card.parse(each)
    place.replaceChildren(card.render())
    return { height: Math.ceil(place.getBoundingClientRect().height), broken: brokenWords(), cut: cutButtons() }
  })
}
