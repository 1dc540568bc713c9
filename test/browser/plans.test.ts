import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../system/sandbox/terminal.ts'
import {
  buttonsNamed,
  caseIdIn,
  clickOn,
  follow,
  launchChromium,
  newest,
  openWindow,
  picture,
  playInBrowser,
  press,
  say,
  textInWindow,
} from './window.ts'

/** Questions that partners really ask, each played to its end. PICTURES names a folder for a picture of every step. */

let browser: Browser
let sandbox: Sandbox
/** Page on which the other side is played. */
let others: Page
let partner: Page
let reseller: Page

const reads = (card: Locator, words: string | RegExp) => card.getByText(words).first().waitFor()
const field = (card: Locator, name: string) => card.getByRole('textbox', { name })
const windowOf = async (name: string): Promise<Page> => openWindow(browser, await sandbox.url(name), name)

beforeAll(async () => {
  browser = await launchChromium()
  sandbox = await startSandbox([])
  const address = await sandbox.page()
  others = await browser.newPage()
  await others.goto(address)
  partner = await windowOf('Direct partner')
  reseller = await windowOf('Reseller')
})

afterAll(async () => {
  await browser?.close()
  await sandbox?.stop()
})

/** Opens a case and answers its questions; the role is asked for the first time only. */
async function openCase(page: Page, role: string, answers: readonly string[]): Promise<Locator> {
  const card = await say(page, 'new')
  const asksRole = (await (await buttonsNamed(card, role)).count()) > 0
  for (const answer of asksRole ? [role, ...answers] : answers) await clickOn(page, card, answer)
  return card
}

const shows = async (card: Locator, name: string) =>
  (await card.getByRole('button', { name, exact: true }).filter({ visible: true }).count()) > 0

/** Completes the open steps of a plan one after the other, by a choice where there is one; `named` pictures get that name. */
async function walkPlan(
  page: Page,
  card: Locator,
  name: string,
  choices: readonly string[] = [],
  named: Readonly<Record<number, string>> = {},
): Promise<void> {
  for (let step = 1; !/^Done: /m.test(await card.innerText()); step += 1) {
    await picture(card, named[step] ?? `${name}-${String(step).padStart(2, '0')}`)
    const offered = await Promise.all(choices.map((choice) => shows(card, choice)))
    await clickOn(page, card, choices[offered.indexOf(true)] ?? 'Mark as done')
  }
  await picture(card, `${name}-done`)
}

/** Requests a relationship for a step and has the customer accept it; gives the card, which says so. */
async function relate(page: Page, card: Locator, domain: string, customer: string): Promise<Locator> {
  await clickOn(page, card, 'Request the relationship')
  await field(card, 'Domain or tenant ID').fill(domain)
  await press(page, card, 'Look up')
  await reads(card, 'Is this the customer?')
  await press(page, card, 'Yes, continue')
  await reads(card, 'The invitation is ready')
  const adminCenter = await follow(card, 'Open the link')
  await press(page, card, 'I’ve sent it')
  await adminCenter.getByRole('radio', { name: customer }).check()
  const accept = adminCenter.getByRole('button', { name: 'Accept the agreement and the partner' })
  await reads(await textInWindow(page, () => accept.click()), customer)
  await reads(card, 'Relationship accepted')
  return card
}

const tracksOf = async (card: Locator) => {
  const { tracks } = await sandbox.show(await caseIdIn(card))
  return tracks.map(({ kind, state }) => `${kind} ${state}`)
}

describe('in the Agents Playground', { timeout: 300_000 }, () => {
  it('licences bought at GoDaddy leave the bundle in order, the seller last', async () => {
    const card = await openCase(partner, 'Direct partner', [
      'Licences',
      'GoDaddy or a telecoms company',
      'The customer buys from you',
    ])
    await reads(card, 'Leave the bundle, seller last')
    await picture(card, 'a-answer')
    await clickOn(partner, card, 'Leave the bundle, seller last')
    await reads(card, 'Cancel the seller last.')
    await walkPlan(partner, card, 'a-step', ['Yes, same region', 'Federated (GoDaddy)'], { 5: 'plan' })
    expect(await tracksOf(card)).toEqual(['plan done'])
  })

  it('the answer for licences of another CSP partner stands beside the one of March 2017', async () => {
    const card = await openCase(partner, 'Direct partner', ['Licences', 'Another CSP partner', 'New commerce (NCE)'])
    await card.getByRole('button', { name: 'Source and earlier rules' }).click()
    await reads(card, 'Since November 2026')
    await reads(card, 'In March 2017')
    await card.getByText('Wait for the end of the term', { exact: true }).waitFor()
    await picture(card, 'outcome')
    expect((await sandbox.show(await caseIdIn(card))).outcome).toContain('transfer')
  })

  it('Azure pay-as-you-go moves within its tenant, where there are no reservations', async () => {
    const card = await openCase(partner, 'Direct partner', [
      'Azure',
      'Microsoft itself, online',
      'The tenant you work with',
    ])
    await reads(card, 'Move the Azure resources')
    await picture(card, 'b-answer')
    const accepted = await relate(partner, card, 'fabrikam.example', 'Fabrikam')
    await picture(accepted, 'b-accepted')
    await clickOn(partner, accepted, 'Answer')
    await picture(accepted, 'b-answer-accepted')
    await clickOn(partner, accepted, 'There are none')
    await picture(accepted, 'b-none')
    await clickOn(partner, accepted, 'Move the Azure resources')
    await walkPlan(partner, accepted, 'b-step', ['Yes, same region', 'There are none'])
    expect(await tracksOf(accepted)).toEqual(['relationship accepted', 'plan done', 'plan done'])
  })

  it('whoever only administers EA licences works with accounts in the customer’s tenant', async () => {
    const card = await openCase(partner, 'Direct partner', [
      'Licences',
      'Enterprise Agreement (EA)',
      'You only administer',
    ])
    await reads(card, 'Use accounts in the customer’s tenant')
    await picture(card, 'd-answer')
    await clickOn(partner, card, 'Use accounts in the customer’s tenant')
    await walkPlan(partner, card, 'd-step', ['Yes, same region'])
    expect(await tracksOf(card)).toEqual(['plan done'])
  })

  it('the current partner sees the subscriptions inside an Azure plan and hands them over', async () => {
    await playInBrowser(others, 'Woodgrove Bank', 'Litware asks for it')
    const card = await openCase(partner, 'Direct partner', ['Azure', 'Another CSP partner', 'Azure plan'])
    await picture(card, 'e-answer')
    await clickOn(partner, card, 'Start: prepare a transfer')
    await clickOn(partner, card, 'We hand over')
    await field(card, 'Domain or tenant ID').fill('woodgrove.example')
    await press(partner, card, 'Look up')
    await reads(card, 'A partner wants to take over')
    await reads(card, 'Woodgrove branches')
    await reads(card, 'Woodgrove back-up')
    await picture(card, 'e-offered')
    await press(partner, card, 'Accept')
    const news = await textInWindow(partner, () => press(partner, card, 'Yes, hand over'))
    await reads(news, 'Woodgrove')
    await reads(card, 'Partly transferred')
    await picture(card, 'e-handed-over')
    expect(await tracksOf(card)).toEqual(['transfer partially-completed'])
  })

  it('the transfer of an indirect reseller is completed through the desk of its provider', async () => {
    await reads(await say(partner, 'desk direct-partner'), /resellers’ requests arrive here/)
    const [given = ''] = /link \S+$/m.exec(await (await say(partner, 'link')).innerText()) ?? []
    await textInWindow(partner, async () => reads(await say(reseller, given), /now connected/))

    const card = await openCase(reseller, 'Indirect reseller', ['Azure', 'Another CSP partner', 'No'])
    await picture(card, 'c-answer')
    await clickOn(reseller, card, 'Start: ask your provider for the transfer')
    await field(card, 'Domain or tenant ID').fill('contoso.example')
    await field(card, 'Products or subscriptions').fill('Azure plan with two subscriptions')
    await picture(card, 'c-form')
    await press(reseller, card, 'Continue')
    await reads(card, 'Send this to your provider?')
    await picture(card, 'c-confirm')
    const request = await textInWindow(partner, () => press(reseller, card, 'Ask your provider'))
    await reads(request, 'A reseller needs your help')
    await picture(request, 'desk-request')

    await clickOn(partner, request, 'Accept and start')
    await field(request, 'Current partner').fill('litware.example')
    await field(request, 'Email').fill('it@contoso.example')
    await picture(request, 'c-desk-form')
    await press(partner, request, 'Check')
    await reads(request, 'Request this transfer?')
    await picture(request, 'c-desk-ready')
    await press(partner, request, 'Request the transfer')
    await reads(request, '30 days left to accept')
    await newest(reseller, 'The current partner now has to accept it')
    await picture(await newest(reseller, 'The current partner now has to accept it'), 'desk-news')

    await playInBrowser(others, 'Litware → First Up Consultants', 'Source accepts')
    await picture(await newest(partner, 'Transfer complete'), 'c-desk-complete')
    const completed = await newest(reseller, 'Your provider has completed it')
    await picture(completed, 'c-completed')
    expect(await tracksOf(completed)).toContain('invitation fulfilled')
  })
})
