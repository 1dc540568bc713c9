import { describe, expect, it } from 'vitest'
import { readCardAction } from '../../../cards/buttons.ts'
import { draw, MAX_CARD_CHARACTERS } from '../../../cards/draw.ts'
import { type Locale, locales } from '../../../cards/text/text.ts'
import type { View } from '../../../cards/view.ts'
import type { Viewer } from '../../../cards/viewer.ts'
import type { Case } from '../../../dialogs/case.ts'
import { startTrack, type Track } from '../../../dialogs/tracks/registry.ts'
import { policy } from '../../support/policy.ts'
import { cardSchemaFaults } from './card-schema.ts'
import { parserFaults } from './parser.ts'
import {
  customer,
  deskRequestCase,
  due,
  everyRequestCase,
  filledIn,
  ours,
  peer,
  person,
  requestCase,
  requestedAt,
  resellerRequest,
} from './request-cases.ts'
import { allOf, dataOf, nodesOf, shownTexts } from './walk.ts'

const viewer: Viewer = { locale: 'en', sandbox: false, names: { [person.id]: 'Robin' }, at: requestedAt }

const view = (caseRecord: Case, more: Partial<Extract<View, { kind: 'case' }>> = {}) =>
  ({ kind: 'case', case: caseRecord, ...more }) as const
const cardOf = (caseRecord: Case, locale: Locale = 'en', more: Partial<Extract<View, { kind: 'case' }>> = {}) =>
  draw(policy, view(caseRecord, more), { ...viewer, locale })
const read = (card: unknown) => shownTexts(card).join('\n').replaceAll('\u00a0', ' ')
const ref = { case: 'MC-7K2P9Q', rev: 0 }

describe.each(locales)('the card of a request in %s', (locale) => {
  const cards = everyRequestCase.map((caseRecord) => cardOf(caseRecord, locale))

  it('is valid, complete and not too long in every state', () => {
    for (const card of cards) {
      expect(cardSchemaFaults(card)).toEqual([])
      expect(parserFaults(card)).toEqual([])
      expect(JSON.stringify(card).length).toBeLessThan(MAX_CARD_CHARACTERS)
      expect(read(card)).not.toMatch(/undefined|\{\w+\}/)
    }
  })

  it('has buttons that are read back, each with a name', () => {
    for (const card of cards) {
      for (const { verb, data, title, associatedInputs } of allOf(card, 'Action.Execute')) {
        expect(title).toMatch(/\S/)
        if (associatedInputs === 'none') expect(readCardAction(verb, data)).toBeDefined()
      }
    }
  })

  it('labels every field', () => {
    for (const card of cards) for (const { label } of allOf(card, 'Input.Text')) expect(label).toMatch(/\S/)
  })
})

describe('a request on the reseller’s card', () => {
  it('asks for customer, products and note, in its own name', () => {
    const card = cardOf(requestCase({ side: 'reseller' }, 'asking'))
    expect(read(card)).toContain('Ask your provider to order the licences')
    expect(allOf(card, 'Input.Text')).toMatchObject([
      { id: 'customer', isRequired: true },
      { id: 'products', isRequired: true, maxLength: 500 },
      { id: 'partnerId', maxLength: 10, isMultiline: false },
      { id: 'note', maxLength: 500 },
    ])
    const data = { ...ref, track: 'invitation/order' }
    expect(dataOf(card, 'set')).toEqual([data])
    expect(readCardAction('set', { ...data, customer: 'contoso.com', products: 'E3' })).toEqual({
      verb: 'set',
      ...data,
      customer: 'contoso.com',
      products: 'E3',
      partnerId: '',
      note: '',
    })
  })

  it('shows what the provider will see before it is sent', () => {
    const card = cardOf(resellerRequest('asking'))
    expect(read(card)).toContain('Send this to your provider?')
    expect(read(card)).toContain('Products\n25 × Microsoft 365 E3\nNote\nBefore the first.')
    expect(dataOf(card, 'tick')).toEqual([{ ...ref, track: 'invitation/order', step: 'ask-partner' }])
  })

  it('keeps the form open for a customer that is known without products', () => {
    const card = cardOf(resellerRequest('asking', { products: '' }))
    expect(dataOf(card, 'tick')).toEqual([])
    expect(allOf(card, 'Input.Text')[0]).toMatchObject({ value: 'contoso.com' })
  })

  it('lists the news of the provider with their age, oldest first', () => {
    const handed = [
      { what: 'asked', at: '2026-11-24T10:00:00.000Z', by: person.id },
      { what: 'request', at: '2026-11-25T10:00:00.000Z', by: 'peer', state: 'in-hand' },
      { what: 'request', at: '2026-11-26T10:00:00.000Z', by: 'peer', state: 'requested' },
      { what: 'request', at: '2026-11-27T10:00:00.000Z', by: 'peer', state: 'rejected' },
    ] as const
    const card = cardOf(resellerRequest('in-hand', { peer, handed: [...handed], due }))
    expect(read(card)).toMatch(
      /Robin sent the request\n.*4 days ago\nYour provider started on it\n.*3 days ago\nTransfer requested, waiting for the current partner\n.*2 days ago\nThe current partner rejected it\n.*yesterday/,
    )
    const banner = { key: 'request-news', days: 0, request: 'rejected' } as const
    expect(read(cardOf(resellerRequest('in-hand', { peer, handed: [...handed] }), 'en', { banner }))).toContain(
      'The current partner rejected the transfer.',
    )
  })

  it('gives the text in three languages where no provider is connected', () => {
    const card = cardOf(resellerRequest('by-hand'), 'fr')
    const texts = allOf(card, 'Input.Text').map(({ value }) => String(value))
    expect(texts).toHaveLength(3)
    for (const text of texts) {
      for (const part of [customer.name, customer.domain, customer.id, filledIn.products, filledIn.note]) {
        expect(text).toContain(part)
      }
    }
    expect(texts.map((text) => text.split('\n')[0])).toEqual(['Hello,', 'Bonjour,', 'Guten Tag,'])
    expect(allOf(card, 'Action.ToggleVisibility').map(({ title }) => title)).toEqual(
      expect.arrayContaining(['English', 'Français', 'Deutsch']),
    )
    const folds = [...nodesOf(card)].filter(({ id }) => typeof id === 'string' && id.startsWith('text-'))
    expect(folds.map(({ isVisible }) => isVisible)).toEqual([false, false, false])
    const drafts = allOf(card, 'Action.OpenUrl').map(({ url }) => decodeURIComponent(String(url)))
    expect(drafts).toHaveLength(3)
    for (const draft of drafts) expect(draft).toMatch(/^mailto:\?subject=.*Contoso AG[\s\S]*25 × Microsoft 365 E3/)
    expect(read(card)).toMatch(/tapez «\u202flier\u202f»/)
  })

  it('goes on by ticks where no provider is connected', () => {
    const steps = (card: unknown) => (dataOf(card, 'tick') as { step: string }[]).map(({ step }) => step)
    expect(steps(cardOf(resellerRequest('by-hand')))).toEqual(['asked-by-hand', 'request-done', 'ask-partner'])
    const asked = cardOf(resellerRequest('by-hand', { askedAt: requestedAt, due }))
    expect(steps(asked)).toEqual(['request-done', 'ask-partner'])
    expect(read(asked)).toContain('You asked your provider on 28 Nov 2026.')
  })

  it('is one click away from the step of a plan that waits for it', () => {
    const start = {
      kind: 'plan',
      plan: 'switch-licences',
      role: 'indirect-reseller',
      source: null,
      topic: null,
    } as const
    const done = { at: requestedAt, by: person.id }
    const settled = Object.fromEntries(
      ['region', 'relationship', 'agreement', 'inventory', 'same-offer'].map((step) => [step, done]),
    )
    const { track: plan } = startTrack({ ...start, settled }, person.id, requestedAt)
    const waiting = requestCase({ side: 'reseller' }, 'at-direct-partner', filledIn, [plan])
    const card = cardOf(waiting, 'en', { show: 'plan/switch-licences' })
    expect(allOf(card, 'Action.Execute')).toContainEqual(
      expect.objectContaining({ title: 'View request under way', data: { ...ref, view: 'invitation/order' } }),
    )
  })
})

describe('a request on the provider’s card', () => {
  it('shows the request and starts the work, declines it or notes that it is done', () => {
    const card = cardOf(deskRequestCase('at-direct-partner'))
    expect(read(card)).toContain('A reseller needs your help\nThey’re asking for the order.')
    expect(read(card)).toContain('Asked by\nNorthwind Cloud')
    expect(dataOf(card, 'start')).toEqual([{ ...ref, track: 'plan/switch-licences' }])
    expect(allOf(card, 'Action.Execute')).toContainEqual(expect.objectContaining({ title: 'Accept and start' }))
    expect(dataOf(card, 'tick')).toEqual([{ ...ref, track: 'invitation/order', step: 'request-done' }])
    expect(dataOf(card, 'decline')).toEqual([ref])
    expect(dataOf(card, 'create-invitation')).toEqual([])
  })

  it('leads to the work under way, and offers it again once it is over', () => {
    const start = {
      kind: 'plan',
      plan: 'switch-licences',
      role: 'indirect-provider',
      source: null,
      topic: null,
    } as const
    const { track: plan } = startTrack({ ...start, settled: {} }, person.id, requestedAt)
    const working = cardOf(deskRequestCase('in-hand', {}, [plan]))
    expect(dataOf(working, 'show')).toContainEqual({ ...ref, view: 'plan/switch-licences' })
    expect(dataOf(working, 'start')).toEqual([])
    const over = cardOf(deskRequestCase('in-hand', {}, [{ ...plan, state: 'cancelled' } as Track]))
    expect(dataOf(over, 'start')).toEqual([{ ...ref, track: 'plan/switch-licences' }])
  })

  it('has a tab apart from the work of the same name', () => {
    const { track } = startTrack({ kind: 'transfer', way: 'api', product: 'azure', moved: [] }, person.id, requestedAt)
    const both = requestCase({ side: 'direct-partner', request: 'transfer' }, 'in-hand', ours, [track])
    expect(read(cardOf(both))).toContain('Answer\nTransfer\nRequest')
  })
})
