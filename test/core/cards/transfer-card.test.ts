import { describe, expect, it } from 'vitest'
import { readCardAction } from '../../../cards/buttons.ts'
import { draw } from '../../../cards/draw.ts'
import type { View } from '../../../cards/view.ts'
import type { Viewer } from '../../../cards/viewer.ts'
import { transferWrites } from '../../../dialogs/calls.ts'
import type { Case } from '../../../dialogs/case.ts'
import { policy } from '../../support/policy.ts'
import {
  contosoTenant,
  fabrikamTenant,
  ready,
  subscription,
  ticketCase,
  transferCase,
  transferWith,
} from './action-cases.ts'
import { now, reseller } from './cases.ts'
import { allOf, dataOf, nodesOf, shownTexts } from './walk.ts'

const viewer: Viewer = { locale: 'en', sandbox: false, names: { [reseller.id]: 'A reseller' }, at: now }
const cardOf = (caseRecord: Case, more: Partial<Extract<View, { kind: 'case' }>> = {}) =>
  draw(policy, { kind: 'case', case: caseRecord, ...more }, viewer)
const read = (card: unknown) => shownTexts(card).join('\n').replaceAll('\u00a0', ' ')
const cardIn = (...args: Parameters<typeof transferCase>) => cardOf(transferCase(...args))
const valuesIn = (card: unknown) =>
  Object.fromEntries(allOf(card, 'Input.Text').map(({ id, value }) => [String(id), value]))
const buttonOf = (card: unknown, verb: string, step?: string) =>
  allOf(card, 'Action.Execute').find(
    (button) => button.verb === verb && (step === undefined || (button.data as { step?: string }).step === step),
  )
const startOf = (card: unknown, track: string) =>
  allOf(card, 'Action.Execute').find(
    ({ verb, data }) => verb === 'start' && (data as { track: string }).track === track,
  )

describe('a transfer as the new partner', () => {
  const typed = { customer: 'contoso.com', source: 'fabricam.example', email: 'it@contoso.com' }

  it('begins with the choice of the side, one click each', () => {
    const card = cardIn('collecting')
    expect(read(card)).toContain('Which side are you on?')
    expect(dataOf(card, 'set')).toMatchObject([
      { track: 'transfer', side: 'target' },
      { track: 'transfer', side: 'source' },
    ])
  })

  it('asks for three things and shows no fault before anything was typed', () => {
    const card = cardIn('collecting', { side: 'target' })
    expect(valuesIn(card)).toEqual({ customer: '', source: '', email: '' })
    expect(read(card)).not.toContain('Please enter')
    expect(dataOf(card, 'set')).toMatchObject([{ track: 'transfer' }, { side: 'source' }])
  })

  it('keeps the typed text and shows each fault beside its field', () => {
    const context = { side: 'target', typed, email: typed.email, fault: { kind: 'not-found' } } as const
    /** Fields and faults in the order in which they stand on the card. */
    const orderIn = (card: unknown) =>
      [...nodesOf(card)].flatMap(({ type, id, text }) => {
        if (type === 'Input.Text') return String(id)
        return String(text).startsWith('No organisation found. Check the spelling') ? 'fault' : []
      })
    const source = cardIn('collecting', { ...context, customer: contosoTenant })
    expect(valuesIn(source)).toEqual(typed)
    expect(orderIn(source)).toEqual(['customer', 'source', 'fault', 'email'])
    expect(orderIn(cardIn('collecting', context))).toEqual(['customer', 'fault', 'source', 'email'])
  })

  it('says what is missing', () => {
    const card = cardIn('collecting', {
      side: 'target',
      typed: { customer: 'contoso.com', source: '', email: 'nobody' },
    })
    expect(read(card)).toContain('Please enter a domain, an email address, a web address or a tenant ID.')
    expect(read(card)).toContain('Please enter an email address.')
  })

  it('shows the conditions before it is requested', () => {
    const eligibility = { relationship: 'yes', region: 'unknown', azurePlan: 'no' } as const
    const card = cardIn('collecting', { ...ready, eligibility })
    const shown = read(card)
    expect(shown).toContain('Customer\ncontoso.com\nCurrent partner\nFabrikam\n  fabrikam.example')
    expect(shown).toContain('–\nThe customer has accepted your reseller relationship.')
    expect(shown).toContain(
      '–\nCheck with Microsoft’s list of regional markets that the customer is in your CSP region.',
    )
    expect(shown).toContain('–\nYou don’t have an Azure plan for this customer: order it in Partner Center first.')
    expect(shown).toContain('–\nMicrosoft bills you directly, so you can request transfers.')
    expect(dataOf(card, 'tick')).toMatchObject([{ step: 'check-again' }])
    expect(dataOf(cardIn('collecting', ready), 'tick')).toMatchObject([{ step: 'request' }])
    expect(buttonOf(cardIn('collecting', ready), 'tick')).toHaveProperty('style', 'positive')
    const far = cardIn('collecting', { ...ready, eligibility: { ...ready.eligibility, region: 'no' } })
    expect(dataOf(far, 'tick')).toMatchObject([{ step: 'request' }])
    expect(buttonOf(far, 'tick')).not.toHaveProperty('style')
    expect(read(cardIn('collecting', { ...ready, product: 'licences' }))).not.toContain('Azure plan')
  })

  it('offers to request a missing relationship first', () => {
    const eligibility = { ...ready.eligibility, relationship: 'no' } as const
    const lacking = cardIn('collecting', { ...ready, eligibility })
    expect(read(lacking)).toContain('–\nThe customer hasn’t accepted your reseller relationship yet')
    expect(dataOf(lacking, 'start')).toMatchObject([{ track: 'relationship' }])
    const refused = cardIn('collecting', { ...ready, eligibility, fault: { kind: 'no-relationship' } })
    expect(dataOf(refused, 'start')).toHaveLength(1)
    expect(dataOf(cardIn('collecting', ready), 'start')).toEqual([])
  })

  it('returns to the form with the reason and all its content if Microsoft refuses', () => {
    const fault = { kind: 'azure-plan-missing', code: '900133', detail: 'Customer has not purchased a plan.' } as const
    const card = cardIn('collecting', { ...ready, fault })
    expect(read(card)).toContain(
      'You don’t have an Azure plan for this customer.\nOrder the Azure plan for the customer',
    )
    expect(read(card)).toContain('Microsoft says: 900133 · Customer has not purchased a plan.')
    expect(valuesIn(card)).toEqual(ready.typed)
    expect(dataOf(card, 'tick')).toMatchObject([{ step: 'check-again' }])
    const denied = cardIn('collecting', { ...ready, fault: { kind: 'access-denied' } })
    expect(dataOf(denied, 'tick')).toMatchObject([{ step: 'request' }])
  })

  it('names what the transfer before failed to move', () => {
    const left = [subscription(1), subscription(2)]
    expect(read(cardIn('collecting', { ...ready, left }))).toContain(
      'Not moved last time\nAzure subscription 1, Azure subscription 2',
    )
    expect(read(cardIn('collecting', ready))).not.toContain('Not moved last time')
  })

  it('shows the last day, the days left, and lets the request be taken back while it waits', () => {
    const due = '2026-12-20T09:00:00.000Z'
    const card = cardIn('awaiting-source-partner', { ...ready, due, transfer: transferWith() })
    expect(read(card)).toContain('Waiting for the current partner')
    expect(read(card)).toContain('20 Dec 2026\n28 days left to accept')
    expect(dataOf(card, 'tick')).toMatchObject([{ step: 'take-back' }])
    const moving = cardIn('awaiting-source-partner', {
      ...ready,
      due,
      transfer: transferWith({ status: 'in-progress' }),
    })
    expect(read(moving)).toContain('Microsoft is carrying out the transfer')
    expect(read(moving)).not.toContain('days left')
    expect(dataOf(moving, 'tick')).toEqual([])
    expect(read(cardIn('awaiting-source-partner', { ...ready, due: now }))).toContain('The request expires today')
    expect(read(cardIn('awaiting-source-partner', { ...ready, due: '2026-11-20T09:00:00.000Z' }))).toContain(
      'The time to accept is over',
    )
  })

  it('quotes an unknown state', () => {
    const transfer = transferWith({ status: 'other', said: 'Simmering' })
    expect(read(cardIn('awaiting-source-partner', { ...ready, transfer }))).toContain(
      'Microsoft calls this status “Simmering”.',
    )
  })

  it('shows each subscription of a partial end, what failed first and why', () => {
    const items = [
      subscription(1, { status: 'completed' }),
      subscription(2, { status: 'open' }),
      subscription(3, { status: 'failed', error: 'The subscription is disabled.' }),
    ]
    const card = cardIn('partially-completed', { ...ready, transfer: transferWith({ items }) })
    expect(read(card)).toContain(
      'Subscription\nState\nReason\nAzure subscription 3\nNot moved\nThe subscription is disabled.\nAzure subscription 2\nNot yet moved\n–\nAzure subscription 1\nMoved\n–',
    )
    expect(buttonOf(card, 'start')).toMatchObject({ title: 'Request the rest', data: { track: 'transfer' } })
    const many = Array.from({ length: 15 }, (_, index) => subscription(index, { status: 'completed' }))
    expect(read(cardIn('completed', { ...ready, transfer: transferWith({ items: many }) }))).toContain('and 3 more')
  })

  it('can be started again after a partial end only if a new request could transfer the rest', () => {
    const again = (more: Parameters<typeof transferCase>[1]) =>
      startOf(cardIn('partially-completed', { ...ready, ...more }), 'transfer')?.title
    const licence = subscription(4, { product: 'OnlineServicesNCE', status: 'failed' })
    const items = [subscription(1, { status: 'completed' }), licence]
    expect(again({ transfer: transferWith({ items }) })).toBeUndefined()
    expect(again({ product: 'licences', transfer: transferWith({ items }) })).toBe('Request the rest')
    expect(again({ transfer: transferWith() })).toBe('Request the rest')
  })

  it('calls the other partner the former one once everything has moved', () => {
    expect(read(cardIn('completed', ready))).toContain('Former partner\nFabrikam')
    expect(read(cardIn('completed', ready))).not.toContain('Current partner')
    for (const state of ['partially-completed', 'rejected', 'awaiting-source-partner'] as const)
      expect(read(cardIn(state, ready))).toContain('Current partner\nFabrikam')
  })

  it('separates the last day from the text above it', () => {
    const card = cardIn('awaiting-source-partner', { ...ready, due: '2026-12-20T09:00:00.000Z' })
    const date = allOf(card, 'RichTextBlock').find((block) => shownTexts(block).join().includes('2026'))
    expect(date).toHaveProperty('spacing', 'medium')
  })

  it('is not offered again once it is complete, unless the customer has another service', () => {
    const complete = cardIn('completed', ready)
    expect(startOf(complete, 'transfer')).toBeUndefined()
    expect(startOf(complete, 'plan/regain-access')).toBeDefined()
    const both = {
      service: 'both',
      'licence-source': 'csp-partner',
      'usage-source': 'csp-partner',
      commerce: 'new-commerce',
      offer: 'azure-plan',
    } as const
    const card = cardIn('completed', ready, { edition: '2026-11', role: 'direct', answers: both })
    expect(startOf(card, 'transfer')).toMatchObject({ title: 'Prepare a transfer' })
  })

  it.each(['rejected', 'expired', 'cancelled', 'failed'] as const)('can be started again when it is %s', (state) => {
    expect(buttonOf(cardIn(state, ready), 'start')).toMatchObject({ title: 'Start over' })
  })

  it('says why it failed', () => {
    const fault = { kind: 'national-cloud', code: '900138' } as const
    expect(read(cardIn('failed', { ...ready, fault }))).toContain(
      'In this cloud, Microsoft refuses transfers between partners.\nWait for the term to end',
    )
  })
})

describe('a write with an unknown outcome', () => {
  it.each(transferWrites)('asks a person to check %s, with a button for each answer', (call) => {
    const pending = { call, since: now, parked: true }
    const state = call === 'cancel-transfer' ? 'awaiting-source-partner' : 'creating'
    const card = cardIn(state, { ...ready, transfer: transferWith(), pending })
    expect(read(card)).toMatch(
      /Please check in Partner Center\n.*never got (?:Microsoft’s|a) reply.*\nOpen the customer in Partner/,
    )
    expect(dataOf(card, 'tick')).toMatchObject([{ step: 'call-happened' }, { step: 'call-again' }])
  })
})

describe('a transfer as the current partner', () => {
  const known = {
    side: 'source',
    typed: { customer: 'contoso.com', source: '', email: '' },
    customer: contosoTenant,
  } as const
  const subscriptions = [1, 2, 3].map((index) => subscription(index))
  const ids = subscriptions.map((item) => item.subscription)
  const choice = (card: unknown) =>
    allOf(card, 'Input.ChoiceSet')[0] as { value: string; choices: { title: string; value: string }[] } | undefined

  it('asks for the customer alone', () => {
    const card = cardIn('collecting', { side: 'source' })
    expect(read(card)).toContain('Which customer is it about?')
    expect(Object.keys(valuesIn(card))).toEqual(['customer'])
  })

  it('says that there is no request, and offers to look again', () => {
    const card = cardIn('collecting', known)
    expect(read(card)).toContain('No transfers need your answer\nThe new partner has to request the transfer first.')
    expect(dataOf(card, 'set')[0]).toMatchObject({ track: 'transfer', customer: contosoTenant.id })
  })

  it('shows the requester and the dates, and preselects every item of its product', () => {
    const card = cardIn('collecting', { ...known, offered: [transferWith()], subscriptions })
    expect(read(card)).toContain('A partner wants to take over')
    expect(read(card)).toContain('Requested by Northwind Cloud\nOn 20 Nov 2026 · Expires on 20 Dec 2026')
    expect(choice(card)?.value).toBe(ids.join(','))
    expect(choice(card)?.choices.map(({ value }) => value)).toEqual(ids)
    expect(dataOf(card, 'decline')).toMatchObject([{ transfer: transferWith().id }])
  })

  it('preselects only items of its product, and lists the others after them', () => {
    const licence = subscription(9, { name: 'Microsoft 365 E5', product: 'OnlineServicesNCE' })
    const savings = subscription(8, { product: 'AzureSavingsPlan' })
    const context = { ...known, offered: [transferWith()], subscriptions: [licence, ...subscriptions, savings] }
    const azure = [...ids, savings.subscription]
    expect(choice(cardIn('collecting', context))?.value).toBe(azure.join(','))
    expect(choice(cardIn('collecting', context))?.choices.map(({ value }) => value)).toEqual([
      ...azure,
      licence.subscription,
    ])
    expect(choice(cardIn('collecting', { ...context, product: 'licences' }))?.value).toBe(licence.subscription)
    const nothing = cardIn('collecting', { ...context, product: 'licences', subscriptions })
    expect(choice(nothing)).toMatchObject({ value: '' })
    expect(choice(nothing)?.choices).toHaveLength(3)
  })

  it('preselects what the transfer before failed to move', () => {
    const left = [subscription(2, { status: 'failed' }), subscription(9, { status: 'failed' })]
    const card = cardIn('collecting', { ...known, offered: [transferWith()], subscriptions, left })
    expect(choice(card)?.value).toBe(ids[1])
  })

  it('accepts only items of its product if there is no choice, unless the request has no other items', () => {
    const licence = subscription(9, { name: 'Microsoft 365 E5', product: 'OnlineServicesNCE' })
    const [first, second] = [[...subscriptions, licence], [licence]].map((items, index) =>
      transferWith({ id: `transfer-${index}`, items }),
    )
    if (!first || !second) throw new Error('two requests are needed')
    const card = cardIn('collecting', { ...known, offered: [first, second], subscriptions })
    expect(dataOf(card, 'set')).toMatchObject([
      { transfer: first.id, items: ids.join(',') },
      { transfer: second.id, items: licence.subscription },
      { side: 'target' },
    ])
  })

  it('tells the number of licences where one leaves, and none for Azure', () => {
    const seats = subscription(7, { name: 'Microsoft 365 E5', product: 'OnlineServicesNCE', quantity: 25 })
    const azure = subscription(8, { quantity: 1 })
    const transfer = transferWith({ items: [seats, azure] })
    const details = { ...known, product: 'licences' as const, offered: [transfer] }
    const chosen = choice(cardIn('collecting', details))?.choices.map(({ title }) => title)
    expect(chosen).toEqual(['Microsoft 365 E5 · 25 licences', 'Azure subscription 8'])
    const caseRecord = transferCase('collecting', details)
    const items = [seats.subscription, azure.subscription]
    const confirm = read(
      draw(policy, { kind: 'confirm-hand-over', case: caseRecord, transfer: transfer.id, items }, viewer),
    )
    expect(confirm).toContain('Microsoft 365 E5\n25 licences · leaves you\n')
    expect(confirm).toContain('Azure subscription 8\nleaves you')
    const declining = read(draw(policy, { kind: 'confirm-hand-over', case: caseRecord, transfer: transfer.id }, viewer))
    expect(declining).toContain('Microsoft 365 E5\n25 licences · stays with you')
  })

  it('hands over the selected items', () => {
    const card = cardIn('collecting', { ...known, offered: [transferWith()], subscriptions })
    const accept = buttonOf(card, 'set')
    expect(accept).toMatchObject({ title: 'Accept', data: { transfer: transferWith().id } })
    expect(accept).not.toHaveProperty('associatedInputs')
    const pressed = readCardAction('set', { ...(accept?.data as object), items: `${ids[0]},${ids[2]}` })
    expect(pressed).toMatchObject({ verb: 'set', transfer: transferWith().id, items: [ids[0], ids[2]] })
    // A further field on the card would be sent too and make the action invalid.
    expect(allOf(card, 'Input.Text')).toEqual([])
  })

  it('has one choice for equal requests and none for different ones', () => {
    const other = { id: 'another', target: { name: 'Adventure Works' } }
    const same = cardIn('collecting', { ...known, offered: [transferWith(), transferWith(other)], subscriptions })
    expect(choice(same)?.value).toBe(ids.join(','))
    const items = subscriptions.slice(1)
    const different = cardIn('collecting', {
      ...known,
      offered: [transferWith(), transferWith({ ...other, items })],
      subscriptions,
    })
    expect(choice(different)).toBeUndefined()
    expect(read(different)).toContain('Requested by Adventure Works\n')
    expect(read(different)).toContain('Azure subscription 2 · Azure subscription 3')
    expect(dataOf(different, 'set')).toMatchObject([
      { items: ids.join(',') },
      { transfer: 'another', items: ids.slice(1).join(',') },
      { side: 'target' },
    ])
  })

  it('can only be declined if there is nothing to hand over', () => {
    const card = cardIn('collecting', { ...known, offered: [transferWith()] })
    expect(read(card)).toContain('I can’t see any of this customer’s subscriptions')
    expect(dataOf(card, 'set')).toMatchObject([{ side: 'target' }])
    expect(dataOf(card, 'decline')).toHaveLength(1)
  })

  it('waits for Microsoft once it has answered', () => {
    const transfer = transferWith({ status: 'in-progress', items: subscriptions })
    const card = cardIn('awaiting-source-partner', { ...known, transfer })
    expect(read(card)).toContain('Microsoft is carrying out the transfer')
    expect(dataOf(card, 'tick')).toEqual([])
    expect(read(cardIn('completed', { ...known, transfer }))).toContain(
      'The subscriptions are now with the new partner.',
    )
  })

  it('names the new partner once an item has moved', () => {
    for (const state of ['completed', 'partially-completed'] as const)
      expect(read(cardIn(state, { ...known, transfer: transferWith() }))).toContain('New partner\nNorthwind Cloud')
    for (const state of ['rejected', 'awaiting-source-partner'] as const)
      expect(read(cardIn(state, { ...known, transfer: transferWith() }))).not.toContain('New partner')
  })

  it('describes a partial end to the current partner, which cannot request it again', () => {
    const items = [subscription(1, { status: 'completed' }), subscription(2, { status: 'failed' })]
    const card = cardIn('partially-completed', { ...known, transfer: transferWith({ items }) })
    expect(read(card)).toContain('What didn’t move is still with you.')
    expect(read(card)).not.toContain('current partner')
    expect(startOf(card, 'transfer')).toBeUndefined()
    expect(read(cardIn('partially-completed', { ...ready, transfer: transferWith({ items }) }))).toContain(
      'What didn’t move is still with the current partner.',
    )
  })
})

describe('a transfer on paper', () => {
  const done = { at: '2026-11-21T09:00:00.000Z', by: reseller.id }

  it('leads through the steps with their instructions', () => {
    const card = cardOf(ticketCase('collecting', { agreement: done }))
    expect(read(card)).toContain('Transfer by support ticket')
    expect(read(card)).toContain('1 of 5 steps')
    expect(read(card)).toContain('✓ Customer and both partners agree\nDone: A reseller, yesterday')
    expect(read(card)).toContain(
      '○\nTransfer form signed by all three parties\nThe customer, the current partner and you sign it.',
    )
    expect(dataOf(card, 'tick')).toMatchObject(
      ['agreement', 'forms', 'ticket', 'confirmation', 'access'].map((step) => ({ step })),
    )
  })

  it('waits for Microsoft when the ticket is open, and ends with the list', () => {
    const three = { agreement: done, forms: done, ticket: done }
    expect(read(cardOf(ticketCase('awaiting-source-partner', three)))).toContain(
      'The ticket is open\nMicrosoft usually replies within one working day.',
    )
    const card = cardOf(ticketCase('completed', { ...three, confirmation: done, access: done }))
    expect(read(card)).toContain('Transfer complete\nWell done! The subscriptions are yours, and no one else')
    expect(shownTexts(card).filter((shown) => shown.startsWith('Done: '))).toHaveLength(5)
    expect(dataOf(card, 'tick')).toEqual([])
  })

  it('names neither customer nor partner, because none is looked up', () => {
    expect(read(cardOf(ticketCase('collecting')))).not.toContain(fabrikamTenant.name)
  })
})
