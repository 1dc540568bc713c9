import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Locator, type Page } from 'playwright-core'
import { seats } from '../../sandbox/windows/seats.ts'

const executablePath = '/usr/bin/chromium'

/** Throws with what to do where there is no Chromium. */
export function launchChromium(): Promise<Browser> {
  if (!existsSync(executablePath)) {
    throw new Error(`the browser tests need Chromium at ${executablePath}; on Debian: apt-get install chromium`)
  }
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking']
  return chromium.launch({ executablePath, args })
}

const pictures = process.env.PICTURES ?? join(tmpdir(), 'multicanal-pictures')
const documented = join(import.meta.dirname, '..', '..', 'docs', 'images')

/** Pictures of the documents are replaced on request only: a test leaves the tree as it was. */
function fileOf(name: string): string {
  const inDocuments = join(documented, `${name}.png`)
  const replaced = process.env.UPDATE_SCREENSHOTS === '1' && existsSync(inDocuments)
  return replaced ? inDocuments : join(pictures, `${name}.png`)
}

/** Opens the Playground window of a desk and waits for the greeting. */
export async function openWindow(browser: Browser, url: string, desk: string) {
  const user = seats.find((seat) => seat.desk === desk)?.name ?? desk
  const context = await browser.newContext({ viewport: { width: 1280, height: 1400 }, deviceScaleFactor: 2 })
  // The page asks for fonts on the internet and does without.
  await context.route(
    ({ hostname }) => hostname !== '127.0.0.1',
    (route) => route.abort(),
  )
  const page = await context.newPage()
  await page.goto(url)
  // Before its configuration is there the page shows another user and other conversations.
  await page.getByRole('img', { name: user, exact: true }).first().waitFor()
  await cards(page).first().waitFor()
  return page
}

export const cards = (page: Page) => page.locator('.ac-adaptiveCard')

/** Types and sends; gives the card that answers. */
export async function say(page: Page, text: string): Promise<Locator> {
  const before = await cards(page).count()
  await page.locator('[data-lexical-editor=true]').last().click()
  await page.keyboard.type(text)
  await page.keyboard.press('Enter')
  const card = cards(page).nth(before)
  await card.waitFor()
  return card
}

/**
 * Posts something for the bot in the channel that is shown; gives the card that answers. A bot hears in a channel only
 * what mentions it, and the newest post is on top.
 */
export async function postMessage(page: Page, text: string): Promise<Locator> {
  const before = await cards(page).count()
  await page.locator('[data-lexical-editor=true]').first().click()
  await page.keyboard.type('@Multi')
  await page.getByRole('menuitem', { name: 'Multicanal' }).click()
  await page.keyboard.type(` ${text}`)
  await page.getByRole('button', { name: 'Post', exact: true }).click()
  await cards(page).nth(before).waitFor()
  return cards(page).first()
}

/** Matches a button whose name is this, or goes on with what explains it. */
const named = (name: string) => new RegExp(`^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?:[.] | [(]|$)`)

/** Finds the buttons of that name, else the rows: their names go on with the line that explains the title. */
export async function buttonsNamed(card: Locator, name: string): Promise<Locator> {
  const exact = card.getByRole('button', { name, exact: true })
  return (await exact.count()) > 0 ? exact : card.getByRole('button', { name: named(name) })
}

/** Clicks the row or button of that name and waits for the bot's answer; the card that takes the place keeps its locator. */
export const press = async (page: Page, card: Locator, name: string): Promise<void> =>
  click(page, await buttonsNamed(card, name), name)

async function click(page: Page, button: Locator, name: string): Promise<void> {
  const [response] = await Promise.all([
    page.waitForResponse((answer) => answer.url().endsWith('/_conversation/v1/invoke')),
    button.click(),
  ])
  if (!response.ok()) throw new Error(`${name}: ${response.status()} ${await response.text()}`)
}

/**
 * Clicks a button and waits until the card shows something else. Where a row has a link of the same name that only unfolds
 * it, the button comes after that.
 */
export async function clickOn(page: Page, card: Locator, name: string): Promise<void> {
  const before = await card.innerText()
  await click(page, (await buttonsNamed(card, name)).last(), name)
  for (const end = Date.now() + 20_000; (await card.innerText()) === before; await page.waitForTimeout(50)) {
    if (Date.now() > end) throw new Error(`“${name}” changed nothing on:\n${before}`)
  }
}

/** The lowest card that says this, as soon as there is one; the locator stays with its place, whatever it says later. */
export async function newest(page: Page, words: string): Promise<Locator> {
  for (const end = Date.now() + 30_000; Date.now() < end; await page.waitForTimeout(50)) {
    const texts = await cards(page).allTextContents()
    const index = texts.findLastIndex((text) => text.includes(words))
    if (index >= 0) return cards(page).nth(index)
  }
  throw new Error(`no card says “${words}”`)
}

/** The card that the bot sends by itself while this is done. */
export async function textInWindow(page: Page, doing: () => Promise<unknown>): Promise<Locator> {
  const card = cards(page).nth(await cards(page).count())
  await doing()
  await card.waitFor()
  return card
}

/** Clicks a link of a card; gives the page it opens. */
export async function follow(card: Locator, name: string): Promise<Page> {
  const opened = card.page().waitForEvent('popup')
  await card.getByRole('link', { name, exact: true }).click()
  return opened
}

/** Clicks a button of the simulated Partner Center, in the row of this company. */
export async function playInBrowser(page: Page, row: string, name: string): Promise<void> {
  await page.reload()
  const button = page.getByRole('row').filter({ hasText: row }).getByRole('button', { name, exact: true })
  await Promise.all([page.waitForEvent('load'), button.click()])
  const trouble = page.getByRole('alert')
  if ((await trouble.count()) > 0) throw new Error(`${name}: ${await trouble.textContent()}`)
}

/** Fills a date field. Enter would open a calendar, which takes the rest of the page out of reach. */
export async function fillDate(card: Locator, date: string): Promise<void> {
  const field = card.locator('.fui-DatePicker input')
  await field.fill(date)
  await field.blur()
}

export const caseIdIn = async (card: Locator) =>
  /MC-[0-9A-Z]{6}/.exec((await card.textContent()) ?? '')?.[0] ?? 'no case id'

/** Keeps a picture of the card, without the frame that the window draws around it. */
export async function picture(card: Locator, name: string): Promise<void> {
  await card.scrollIntoViewIfNeeded()
  // The button just clicked would look pressed.
  await card.page().mouse.move(0, 0)
  const box = await card.boundingBox()
  if (!box) throw new Error(`no card to take the picture ${name} of`)
  const clip = { x: Math.ceil(box.x) + 1, y: Math.ceil(box.y) + 1, width: box.width - 4, height: box.height - 4 }
  await card.page().screenshot({ path: fileOf(name), clip, animations: 'disabled' })
}
