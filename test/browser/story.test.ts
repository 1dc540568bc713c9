import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../system/sandbox/terminal.ts'
import {
  caseIdIn,
  clickOn,
  follow,
  launchChromium,
  newest,
  openWindow,
  picture,
  postMessage,
  press,
  say,
  textInWindow,
} from './window.ts'

/** The steps that the sandbox prints, one after the other. */

let browser: Browser
let sandbox: Sandbox
let reseller: Page
let partner: Page
let manager: Page

const reads = (card: Locator, text: string | RegExp) => card.getByText(text).first().waitFor()
const windowOf = async (name: string): Promise<Page> => openWindow(browser, await sandbox.url(name), name)

beforeAll(async () => {
  browser = await launchChromium()
  sandbox = await startSandbox([])
  reseller = await windowOf('Reseller')
  partner = await windowOf('Direct partner')
  manager = await windowOf('Manager')
})

afterAll(async () => {
  await browser?.close()
  await sandbox?.stop()
})

async function setUp(): Promise<void> {
  await manager.getByText('Approvals', { exact: true }).click()
  await reads(await postMessage(manager, 'desk approvals'), /requests for admin rights are decided in this channel/)
  await reads(await say(partner, 'desk direct-partner'), /resellers’ requests arrive here/)
  const [given = ''] = /link \S+$/m.exec(await (await say(partner, 'link')).innerText()) ?? []
  const linked = await textInWindow(partner, async () => reads(await say(reseller, given), /now connected/))
  await reads(linked, /now connected/)
}

/** Gives the card on which the direct partner reads who asks. */
async function ask(): Promise<Locator> {
  const card = await say(reseller, 'new')
  const answers = ['Indirect reseller', 'Licences', 'Microsoft itself, online', 'The customer buys from you']
  for (const answer of answers) await clickOn(reseller, card, answer)
  await card.getByRole('button', { name: 'Or else', exact: true }).click()
  await clickOn(reseller, card, 'Start: ask your direct partner')
  await card.getByRole('textbox', { name: 'Domain or tenant ID' }).fill('fabrikam.example')
  await press(reseller, card, 'Look up')
  await reads(card, 'Ask for the invitation?')
  return textInWindow(partner, () => press(reseller, card, 'Ask for the invitation'))
}

/** Gives the page of the customer, which has the invitation now. */
async function handOver(request: Locator): Promise<Page> {
  await reads(request, 'Wingtip Services')
  await press(partner, request, 'Create invitation')
  await reads(request, 'The invitation is ready')
  const arrived = await textInWindow(reseller, () => press(partner, request, 'Send to reseller'))
  await reads(arrived, 'Fabrikam')
  const open = await newest(reseller, 'Your invitation has arrived')
  await picture(open, 'story-invitation')
  const adminCenter = await follow(open, 'Open the link')
  await press(reseller, open, 'I’ve sent it')
  await reads(open, 'Waiting for the customer')
  return adminCenter
}

async function request(card: Locator): Promise<void> {
  await press(partner, card, 'Request admin rights')
  await card.getByText(/Helpdesk:/).click()
  await card.getByText(/Exchange:/).click()
  await card.getByRole('textbox', { name: 'Why is this needed?' }).fill('Support after the move')
  await card.getByRole('textbox', { name: /^Security group/ }).fill('Customer care')
  await press(partner, card, 'Next')
  await reads(card, 'Goes to')
  await press(partner, card, 'Ask for approval')
}

async function narrow(): Promise<Locator> {
  const card = await newest(manager, 'Approve these admin rights?')
  await picture(card, 'story-approval')
  await card.getByRole('button', { name: 'Reduce …' }).click()
  await card.locator('label').getByText('Exchange Administrator').click()
  await card.getByRole('combobox', { name: 'Duration' }).click()
  await manager.getByRole('option', { name: '30 days' }).click()
  await press(manager, card, 'Approve with changes')
  return newest(manager, 'Approved with changes')
}

describe('in three windows of the Agents Playground', () => {
  it('an invitation passes through two desks to the customer, and the manager approves fewer admin rights', async () => {
    await setUp()
    const adminCenter = await handOver(await ask())
    await adminCenter.getByRole('radio', { name: 'Fabrikam' }).check()
    await adminCenter.getByRole('button', { name: 'Accept the agreement and the partner' }).click()
    await newest(reseller, 'The customer has accepted your direct partner’s invitation')
    const accepted = await newest(partner, 'The customer accepted your invitation')

    await request(accepted)
    const decided = await narrow()
    await reads(decided, /Exchange Administrator removed, 90 → 30 days/)
    await reads(decided, /waiting for the customer’s approval/)
    await picture(decided, 'story-narrowed')
    const approved = await newest(partner, 'needs to open the link and approve')
    const page = await follow(approved, 'Open the link')
    await page.getByRole('button', { name: 'Approve all' }).click()

    const active = await newest(partner, 'Admin rights are active')
    await picture(active, 'story-active')
    await newest(reseller, 'First Up Consultants now has admin rights at Fabrikam')
    await reads(decided, /the rights are active/)

    const shown = await sandbox.show(await caseIdIn(active))
    expect(shown.tracks).toMatchObject([
      { kind: 'invitation', state: 'accepted' },
      { kind: 'delegated-admin', state: 'active' },
    ])
  })
})
