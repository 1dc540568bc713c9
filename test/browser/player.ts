import type { Browser, Locator, Page } from 'playwright-core'
import type { Sandbox } from '../system/sandbox/terminal.ts'
import type { PlayStep } from './steps.ts'
import { cards, openWindow, postMessage, say } from './window.ts'

/** Place of the reader: a chat window, or a page of the other side. */
interface Place {
  page: Page
  kind: 'window' | 'overview' | 'opened'
  /** The newest post of a channel is on top. */
  newest: 'first' | 'last'
  row?: string
}

const PATIENCE_MS = 60_000
const quoted = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
/** Names of elements often go on after a sign, with an explanation. */
const beginning = (name: string) => new RegExp(`^\\s*${quoted(name)}(?:$|[\\s.,:;…])`)
const described = (name: string) => new RegExp(`^\\s*${quoted(name)}\\s*[.,:;\\n(–]`)

const timesSeen = (page: Page, words: string) => page.getByText(words).filter({ visible: true }).count()

/** Plays walk-throughs as a reader does, who sees names and knows nothing of the cards. */
export async function createPlayer(browser: Browser, sandbox: Sandbox) {
  const overview = await browser.newPage()
  const windows = new Map<string, Page>()
  const underWay = new Map<Page, number>()
  let place: Place = { page: overview, kind: 'overview', newest: 'last' }
  let opened: Page | undefined
  let code = ''
  /** Number of times that each window shows what the walk-through is to bring. */
  let seenBefore = new Map<Page, Map<string, number>>()

  async function windowOf(desk: string): Promise<Page> {
    const known = windows.get(desk)
    if (known) return known
    const page = await openWindow(browser, await sandbox.url(desk), desk)
    const count = (change: number) => underWay.set(page, (underWay.get(page) ?? 0) + change)
    const isInvoke = (url: string) => url.endsWith('/_conversation/v1/invoke')
    page.on('request', (request) => isInvoke(request.url()) && count(1))
    page.on('requestfinished', (request) => isInvoke(request.url()) && count(-1))
    page.on('requestfailed', (request) => isInvoke(request.url()) && count(-1))
    windows.set(desk, page)
    return page
  }

  async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + PATIENCE_MS; !(await isSo()); await place.page.waitForTimeout(100)) {
      if (Date.now() > end) throw new Error(what)
    }
  }

  /** The newest visible element, by its whole name or else by the beginning of it. */
  async function newest(what: string, exact: Locator, begins: Locator): Promise<Locator> {
    const [whole, begun] = [exact, begins].map((found) => found.filter({ visible: true })) as [Locator, Locator]
    await until(`there is no ${what}`, async () => (await whole.count()) + (await begun.count()) > 0)
    const found = (await whole.count()) > 0 ? whole : begun
    return place.newest === 'first' ? found.first() : found.last()
  }

  const allText = async () => (await cards(place.page).allInnerTexts()).join('\n')

  async function changing(what: string, act: () => Promise<unknown>): Promise<void> {
    const { page, kind } = place
    if (kind !== 'window') {
      await Promise.all([page.waitForEvent('load'), act()])
      const trouble = page.getByRole('alert')
      if ((await trouble.count()) > 0) throw new Error(`${what}: ${await trouble.innerText()}`)
      return
    }
    const before = await allText()
    await act()
    await until(`${what} changed nothing`, async () => !underWay.get(page) && (await allText()) !== before)
  }

  async function press(name: string, ifAsked = false): Promise<void> {
    const { page, kind, row } = place
    const all = cards(page)
    const card = place.newest === 'first' ? all.first() : all.last()
    if (ifAsked && (await card.getByRole('button', { name: beginning(name) }).count()) === 0) return
    if (kind === 'overview') await page.reload()
    const scope = row === undefined ? page : page.getByRole('row').filter({ hasText: row })
    const button = await newest(
      `button “${name}”`,
      scope.getByRole('button', { name, exact: true }),
      scope.getByRole('button', { name: described(name) }),
    )
    await changing(`“${name}”`, () => button.click())
  }

  async function fill(field: string, text: string): Promise<void> {
    const { page } = place
    const box = await newest(
      `field “${field}”`,
      page.getByRole('textbox', { name: field, exact: true }),
      page.getByRole('textbox', { name: beginning(field) }),
    )
    await box.fill(text)
  }

  async function see(words: string): Promise<void> {
    const { page, kind } = place
    const before = kind === 'window' ? (seenBefore.get(page)?.get(words) ?? 0) : 0
    await until(`“${words}” is not to be seen`, async () => {
      if (kind === 'overview') await page.reload()
      return (await timesSeen(page, words)) > before
    })
  }

  async function play(step: PlayStep): Promise<void> {
    const { page } = place
    switch (step.do) {
      case 'go': {
        place = { page: await windowOf(step.window), kind: 'window', newest: step.channel ? 'first' : 'last' }
        if (step.channel) await place.page.getByText(step.channel, { exact: true }).first().click()
        return
      }
      case 'turn':
        if (step.to === 'opened' && opened === undefined) throw new Error('no page has opened')
        place = { page: step.to === 'opened' ? (opened as Page) : overview, kind: step.to, newest: 'last' }
        if (step.to === 'overview') await overview.goto(await sandbox.page())
        return
      case 'row':
        place = { ...place, row: step.row }
        return
      case 'press':
        return press(step.name, step.ifAsked)
      case 'open': {
        const link = await newest(
          `link “${step.name}”`,
          page.getByRole('link', { name: step.name, exact: true }),
          page.getByRole('link', { name: described(step.name) }),
        )
        const popup = page.waitForEvent('popup')
        await link.click()
        opened = await popup
        place = { page: opened, kind: 'opened', newest: 'last' }
        return
      }
      case 'tick':
      case 'untick': {
        const label = page.locator('label').filter({ hasText: new RegExp(`^\\s*${quoted(step.name)}`) })
        return (await newest(`choice “${step.name}”`, label, label)).click()
      }
      case 'choose': {
        const box = page.getByRole('combobox', { name: beginning(step.field) })
        await (await newest(`list “${step.field}”`, box, box)).click()
        return page.getByRole('option', { name: step.option, exact: true }).click()
      }
      case 'type': {
        if (step.field !== undefined) return fill(step.field, step.text)
        await say(page, step.text.replace('CODE', code))
        await until('the bot did not answer', async () => !underWay.get(page))
        code = [...(await allText()).matchAll(/\blink ([A-Z0-9]{6,})/g)].at(-1)?.[1] ?? code
        return
      }
      case 'post':
        await postMessage(page, step.text)
        return
      case 'see':
        return see(step.words)
      default:
        return step satisfies never
    }
  }

  async function countSeen(steps: readonly PlayStep[]): Promise<void> {
    for (const page of windows.values()) {
      const counts = new Map<string, number>()
      for (const step of steps) if (step.do === 'see') counts.set(step.words, await timesSeen(page, step.words))
      seenBefore.set(page, counts)
    }
  }

  /** News may change an old card while later steps are played: what it no longer shows was not seen before. */
  async function lowerSeen(): Promise<void> {
    for (const [page, counts] of seenBefore) {
      for (const [words, before] of counts) {
        if (before > 0) counts.set(words, Math.min(before, await timesSeen(page, words)))
      }
    }
  }

  return {
    /** The window of a desk, if it is open. */
    window: (desk: string) => windows.get(desk),
    play: async (steps: readonly PlayStep[]): Promise<void> => {
      seenBefore = new Map()
      await countSeen(steps)
      for (const [index, step] of steps.entries()) {
        await lowerSeen()
        await play(step).catch(async (error: unknown) => {
          const shown = await place.page.locator('body').innerText()
          throw new Error(`step ${index + 1}, ${JSON.stringify(step)}: ${String(error)}, on:\n${shown}`, {
            cause: error,
          })
        })
      }
    },
  }
}
export type Player = Awaited<ReturnType<typeof createPlayer>>
