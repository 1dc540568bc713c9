import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../system/sandbox/terminal.ts'
import {
  buttonsNamed,
  caseIdIn,
  clickOn,
  fillDate,
  follow,
  launchChromium,
  openWindow,
  picture,
  playInBrowser,
  press,
  say,
  textInWindow,
} from './window.ts'

let browser: Browser
let sandbox: Sandbox
/** Page on which the other side is played. */
let others: Page
const windows = new Map<string, Promise<Page>>()

/** The window of that person; it stays open from one test to the next. */
const windowOf = (name: string): Promise<Page> => {
  const open = windows.get(name) ?? sandbox.url(name).then((url) => openWindow(browser, url, name))
  windows.set(name, open)
  return open
}

/** Opens a case and answers its first questions; the role is asked for the first time only. */
async function openCase(page: Page, command: string, role: string, answers: readonly string[]): Promise<Locator> {
  const card = await say(page, command)
  const asksRole = (await (await buttonsNamed(card, role)).count()) > 0
  for (const answer of asksRole ? [role, ...answers] : answers) await clickOn(page, card, answer)
  return card
}

async function openTransfer(page: Page, side: string): Promise<Locator> {
  const card = await openCase(page, 'new', 'Direct partner', ['Azure', 'Another CSP partner', 'Azure plan'])
  for (const name of ['Start: prepare a transfer', side]) await clickOn(page, card, name)
  return card
}

const field = (card: Locator, name: string) => card.getByRole('textbox', { name })

const unfold = (card: Locator, name: string | RegExp) => card.getByRole('button', { name }).click()
const reads = (card: Locator, text: string | RegExp) => card.getByText(text).first().waitFor()
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

beforeAll(async () => {
  browser = await launchChromium()
  sandbox = await startSandbox(['--locale', 'manager=fr'])
  const address = await sandbox.page()
  others = await browser.newPage()
  await others.goto(address)
})

afterAll(async () => {
  await browser?.close()
  await sandbox?.stop()
})

describe('in the Agents Playground', () => {
  it('a direct partner with EA licences is advised to request a relationship', async () => {
    const page = await windowOf('Direct partner')
    const card = await say(page, 'new')
    await reads(card, 'What’s your role in the CSP programme?')
    await press(page, card, 'Direct partner')
    await reads(card, 'What did the customer buy elsewhere?')
    await picture(card, 'question')
    await press(page, card, 'Licences')
    await clickOn(page, card, 'Enterprise Agreement (EA)')
    await clickOn(page, card, 'The customer buys from you')
    await reads(card, 'Request a reseller relationship')

    const shown = await sandbox.show(await caseIdIn(card))
    expect(shown).toMatchObject({
      tenant: 'bbbbbbbb-0000-4000-8000-000000000000',
      createdBy: 'bbbbbbbb-0000-4000-8000-000000000001',
      state: 'answered',
      answers: { role: 'direct', service: 'licence', 'licence-source': 'ea', goal: 'take-over' },
      outcome: ['request-relationship', 'channel-transfer', 'switch-licences', 'request-delegated-admin'],
    })
  })

  it('Azure from another CSP partner leads to a transfer', async () => {
    const page = await windowOf('Direct partner')
    const card = await openCase(page, 'new', 'Direct partner', ['Azure', 'Another CSP partner', 'Azure plan'])
    await reads(card, 'Take over the subscription')

    const shown = await sandbox.show(await caseIdIn(card))
    expect(shown.outcome).toEqual([
      'request-relationship',
      'plan-reservations',
      'transfer',
      'resource-move',
      'regain-access',
    ])
    expect(shown.answers).toEqual({
      role: 'direct',
      service: 'usage',
      'usage-source': 'csp-partner',
      offer: 'azure-plan',
    })
  })

  it('a customer is invited and accepts in its admin center, and the chat reports it', async () => {
    const page = await windowOf('Direct partner')
    const card = await openCase(page, 'new', 'Direct partner', [
      'Licences',
      'Enterprise Agreement (EA)',
      'The customer buys from you',
    ])
    await clickOn(page, card, 'Request the relationship')
    await field(card, 'Domain or tenant ID').fill('fabrikam.example')
    await press(page, card, 'Look up')
    await reads(card, 'Is this the customer?')
    await press(page, card, 'Yes, continue')
    await reads(card, 'The invitation is ready')
    await picture(card, 'relationship-link')
    const adminCenter = await follow(card, 'Open the link')
    await press(page, card, 'I’ve sent it')
    await reads(card, 'Waiting for the customer')

    await adminCenter.getByRole('radio', { name: 'Fabrikam' }).check()
    const accept = adminCenter.getByRole('button', { name: 'Accept the agreement and the partner' })
    const news = await textInWindow(page, () => accept.click())
    await reads(news, 'Fabrikam')
    await reads(card, 'Relationship accepted')
    await picture(card, 'relationship-accepted')

    const shown = await sandbox.show(await caseIdIn(card))
    expect(shown.tracks).toMatchObject([{ kind: 'relationship', state: 'accepted' }])
  })

  it('a transfer of Azure is requested, accepted by the current partner and completed', async () => {
    const page = await windowOf('Direct partner')
    const card = await openTransfer(page, 'We take over')
    await field(card, 'Customer:').fill('contoso.example')
    await field(card, 'Current partner').fill('litware.example')
    await field(card, 'Email').fill('it@contoso.example')
    await press(page, card, 'Check')
    await reads(card, 'Request this transfer?')
    await press(page, card, 'Request the transfer')
    await reads(card, '30 days left to accept')
    await picture(card, 'transfer-waiting')

    const news = await textInWindow(page, () =>
      playInBrowser(others, 'Litware → First Up Consultants', 'Source accepts'),
    )
    await reads(news, 'Contoso')
    await reads(card, 'Transfer complete')
    await reads(card, 'Contoso production')
    await picture(card, 'transfer-completed')
    const shown = await sandbox.show(await caseIdIn(card))
    expect(shown.tracks).toMatchObject([{ kind: 'transfer', state: 'completed' }])
  })

  it('a transfer that another partner requests is accepted in the chat, which names the remaining subscriptions', async () => {
    const page = await windowOf('Direct partner')
    await playInBrowser(others, 'Woodgrove Bank', 'Litware asks for it')
    const card = await openTransfer(page, 'We hand over')
    await field(card, 'Domain or tenant ID').fill('woodgrove.example')
    await press(page, card, 'Look up')
    await reads(card, 'A partner wants to take over')
    await press(page, card, 'Accept')
    const news = await textInWindow(page, () => press(page, card, 'Yes, hand over'))
    await reads(news, 'Woodgrove')
    await reads(card, 'Partly transferred')
    await reads(card, /Third-party marketplace products do not move/)
    const shown = await sandbox.show(await caseIdIn(card))
    expect(shown.tracks).toMatchObject([{ kind: 'transfer', state: 'partially-completed' }])
  })

  it('the end of a term is asked again until the date is valid, and is then awaited', async () => {
    const page = await windowOf('Direct partner')
    const card = await openCase(page, 'new', 'Direct partner', [
      'Licences',
      'Another CSP partner',
      'New commerce (NCE)',
    ])
    await unfold(card, 'Source and earlier rules')
    await press(page, card, 'Show the 2017-03 answer')
    await reads(card, 'Wait for the end of the term')
    await fillDate(card, '2020-01-31')
    await press(page, card, 'Save')
    await reads(card, /is in the past/)
    const id = await caseIdIn(card)
    expect((await sandbox.show(id)).answers['term-end']).toBeUndefined()

    const end = inDays(200)
    await fillDate(card, end)
    await press(page, card, 'Save')
    await press(page, card, 'Set reminders')
    await reads(card, /^(200|199) days left$/)
    await picture(card, 'term')
    const shown = await sandbox.show(id)
    expect(shown.answers['term-end']).toBe(end)
    expect(shown.tracks).toMatchObject([{ kind: 'term', state: 'waiting', due: expect.any(String) }])
  })

  it('a bot killed in the middle of a case resumes it in the same window', async () => {
    const page = await windowOf('Reseller')
    const card = await openCase(page, 'new', 'Indirect reseller', ['Licences'])
    await reads(card, 'Who sold the licences?')
    const id = await caseIdIn(card)
    const before = await sandbox.show(id)

    const killed = sandbox.botPid()
    process.kill(killed, 'SIGKILL')
    await sandbox.shown(/the bot is back/)
    expect(sandbox.botPid()).not.toBe(killed)

    await press(page, card, 'Enterprise Agreement (EA)')
    await reads(card, 'What will you do for the customer?')
    const after = await sandbox.show(id)
    expect(after.answers['licence-source']).toBe('ea')
    expect(after.revision).toBe(before.revision + 1)
    expect(after.history.slice(0, -1)).toEqual(before.history)
  })

  it('a person with a French client gets questions and answers in French', async () => {
    const page = await windowOf('Manager')
    const card = await say(page, 'nouveau')
    await reads(card, 'Quel est votre rôle dans le programme CSP ?')
    await press(page, card, 'Partenaire de facturation directe')
    await reads(card, 'Qu’a acheté le client ailleurs ?')
    await press(page, card, 'Licences')
    await clickOn(page, card, 'Contrat Entreprise (EA)')
    await clickOn(page, card, 'Le client achète chez vous')
    await reads(card, 'Demandez une relation de revendeur')
    await picture(card, 'outcome-fr')

    const shown = await sandbox.show(await caseIdIn(card))
    expect(shown.outcome).toEqual([
      'request-relationship',
      'channel-transfer',
      'switch-licences',
      'request-delegated-admin',
    ])
  })

  it('the steps of a migration are ticked, unticked and skipped with a reason', async () => {
    const page = await windowOf('Direct partner')
    const card = await openCase(page, 'new', 'Direct partner', [
      'Azure',
      'Microsoft itself, online',
      'The tenant you work with',
    ])
    await unfold(card, 'Or else')
    await clickOn(page, card, 'Start: migrate Azure to CSP manually')
    await reads(card, 'Migrate Azure to CSP manually')
    await reads(card, '0 of 9 steps')
    for (const step of ['1 of 9 steps', '2 of 9 steps']) {
      await clickOn(page, card, 'Mark as done')
      await reads(card, step)
    }
    await unfold(card, /later steps/)
    await clickOn(page, card, 'Mark as done: Inventory complete')
    await reads(card, '3 of 9 steps')
    await unfold(card, /steps done/)
    await clickOn(page, card, 'Mark as not done: Inventory complete')
    await reads(card, '2 of 9 steps')

    await press(page, card, 'Skip a step')
    await card.getByRole('combobox', { name: 'Step' }).click()
    await page.getByRole('option', { name: 'Cost data and invoices exported' }).click()
    await card.getByRole('textbox', { name: /Reason/ }).fill('The customer keeps the portal')
    await press(page, card, 'Skip with this reason')
    await reads(card, '3 of 9 steps')
    await unfold(card, /steps done/)
    await reads(card, 'Skipped: The customer keeps the portal')

    const shown = await sandbox.show(await caseIdIn(card))
    expect(shown.outcome).toEqual(['request-relationship', 'plan-reservations', 'resource-move', 'manual-migration'])
    expect(shown.tracks).toMatchObject([{ kind: 'plan', state: 'open' }])
    const steps = shown.history.flatMap(({ event, detail }) => (detail.step ? [[event, detail.step]] : []))
    expect(steps).toEqual([
      ['step.ticked', 'relationship'],
      ['step.ticked', 'services'],
      ['step.ticked', 'list-everything'],
      ['step.ticked', 'list-everything'],
      ['step.skipped', 'billing-data'],
    ])
    expect(shown.history.at(-1)?.detail.reason).toBe('The customer keeps the portal')
  })
})
