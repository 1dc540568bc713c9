import { describe, expect, it } from 'vitest'
import { draw, MAX_CARD_CHARACTERS } from '../../../cards/draw.ts'
import { invitationItem, invitationMessageCard } from '../../../cards/faces/invitation-message.ts'
import { type Locale, locales } from '../../../cards/text/text.ts'
import type { View } from '../../../cards/view.ts'
import type { Viewer } from '../../../cards/viewer.ts'
import type { Case } from '../../../dialogs/case.ts'
import { newsKinds } from '../../../dialogs/peer.ts'
import { adminStates } from '../../../dialogs/tracks/delegated-admin/context.ts'
import { invitationSides, invitationStates } from '../../../dialogs/tracks/invitation/context.ts'
import { policy } from '../../support/policy.ts'
import { contosoTenant, invitationUrl } from './action-cases.ts'
import { cardSchemaFaults } from './card-schema.ts'
import { caseWith, now, partner, reseller } from './cases.ts'
import { everyDeskCase, fabrikamPeer, invitationCase } from './desk-cases.ts'
import { parserFaults } from './parser.ts'
import { allOf, dataOf, nodesOf, shownTexts } from './walk.ts'

const names = { [reseller.id]: 'A reseller', [partner.id]: 'A direct partner' }
const viewer: Viewer = { locale: 'en', sandbox: false, names, at: now }
const cardOf = (caseRecord: Case, as: Partial<Viewer> = {}, more: Partial<Extract<View, { kind: 'case' }>> = {}) =>
  draw(policy, { kind: 'case', case: caseRecord, ...more }, { ...viewer, ...as })
const read = (card: unknown) => shownTexts(card).join('\n').replaceAll('\u00a0', ' ')
const linksOf = (card: unknown) => allOf(card, 'Action.OpenUrl').map(({ title }) => title)
const drawn = { case: 'MC-7K2P9Q', rev: 2 }
const due = '2026-12-04T09:00:00.000Z'
const asked = { what: 'asked', at: '2026-11-20T10:00:00.000Z', by: reseller.id } as const
const arrived = { what: 'invitation', at: '2026-11-22T08:00:00.000Z', by: 'peer' } as const
const found = { typed: 'contoso.com', customer: contosoTenant, note: 'Forty licences' }
const ours = { peer: fabrikamPeer, company: 'Northwind Cloud', customer: contosoTenant, note: 'Forty licences', due }

describe('the tracks of several desks', () => {
  it('are drawn in every resting state', () => {
    const seen = everyDeskCase('x').flatMap(({ tracks }) => tracks.map(({ kind, state }) => `${kind} ${state}`))
    const states = [
      // The work of a request has states of its own, drawn in request-card.test.ts.
      ...invitationStates.flatMap((state) =>
        ['by-hand', 'in-hand', 'fulfilled'].includes(state) ? [] : [`invitation ${state}`],
      ),
      // An approved request is created at once.
      ...adminStates.flatMap((state) => (state === 'approved' ? [] : [`delegated-admin ${state}`])),
    ]
    expect(new Set(seen)).toEqual(new Set(states))
  })
})

describe('an invitation, as the reseller sees it', () => {
  it('starts from the answer that recommends it', () => {
    const caseRecord = caseWith({
      role: 'indirect-reseller',
      answers: { service: 'licence', 'licence-source': 'open' },
    }).case
    expect(dataOf(cardOf(caseRecord), 'start')).toEqual([{ ...drawn, track: 'invitation' }])
    expect(read(cardOf(invitationCase('reseller', 'asking')))).toContain('Answer\nInvitation')
  })

  it('asks for the customer and a note, and keeps the typed text with the fault beside the field', () => {
    const fault = { kind: 'not-found' } as const
    const card = cardOf(invitationCase('reseller', 'asking', { typed: 'contosso.com', note: 'Forty licences', fault }))
    expect(allOf(card, 'Input.Text')).toMatchObject([
      { id: 'customer', value: 'contosso.com', isRequired: true, maxLength: 253 },
      { id: 'note', value: 'Forty licences', isMultiline: true, maxLength: 500 },
    ])
    expect(allOf(card, 'Input.Text')[1]).not.toHaveProperty('isRequired')
    expect(dataOf(card, 'set')).toEqual([{ ...drawn, track: 'invitation' }])
    expect(read(card)).toContain('No organisation found.')
  })

  it('names the recipient and the disclosed details before anything is sent', () => {
    const card = cardOf(invitationCase('reseller', 'asking', found))
    expect(read(card)).toContain(
      'Ask for the invitation?\nYour direct partner will see the customer, what they bought and where',
    )
    expect(read(card)).toContain(`Contoso AG\ncontoso.com\n${contosoTenant.id}\nNote\nForty licences`)
    expect(read(card)).toContain('Goes to\nyour direct partner’s team')
    expect(dataOf(card, 'tick')).toEqual([{ ...drawn, step: 'ask-partner' }])
  })

  it('lists every hand-over with its person and time', () => {
    const card = cardOf(invitationCase('reseller', 'at-direct-partner', { ...found, handed: [asked], due }))
    expect(read(card)).toContain('Waiting for your direct partner')
    expect(read(card)).toContain('Timeline\nA reseller asked for the invitation\n  2 days ago')
    expect(read(card)).toContain('If there’s no reply, I’ll stop checking on 4 Dec 2026.')
    const all = newsKinds.map((what) => ({ what, at: now, by: 'peer' }))
    const told = read(cardOf(invitationCase('reseller', 'with-customer', { ...found, handed: all, due })))
    for (const deed of [
      'sent you the invitation',
      'sent the invitation to the customer',
      'withdrew it',
      'sent an update on the admin rights',
    ])
      expect(told).toContain(`Your direct partner ${deed}\n  just now`)
  })

  it('can be opened, copied and mailed once received, and passed on with one click', () => {
    const context = { ...found, link: invitationUrl, linkAt: now, handed: [asked, arrived], due }
    const card = cardOf(invitationCase('reseller', 'with-reseller', context))
    expect(linksOf(card)).toEqual(['Open the link', 'English', 'Français', 'Deutsch'])
    expect(allOf(card, 'Input.Text')).toMatchObject([{ id: 'invitation', value: invitationUrl }])
    expect(dataOf(card, 'forward')).toEqual([drawn])
    expect(read(card)).toContain('Your direct partner sent you the invitation\n  2 hours ago')
  })

  it('keeps a known link available while the invitation is with the customer', () => {
    const context = { ...found, handed: [asked], due }
    const without = cardOf(invitationCase('reseller', 'with-customer', context))
    expect(read(without)).toContain('Waiting for the customer')
    expect(linksOf(without)).toEqual([])
    const card = cardOf(invitationCase('reseller', 'with-customer', { ...context, link: invitationUrl }))
    expect(allOf(card, 'Container').filter(({ id }) => id === 'link')).toMatchObject([{ isVisible: false }])
    expect(linksOf(card)).toHaveLength(4)
  })

  it('ends with the reason of a denial and can be requested again', () => {
    const context = { ...found, handed: [asked], reason: 'They buy elsewhere' }
    const card = cardOf(invitationCase('reseller', 'declined', context))
    expect(read(card)).toContain('Your direct partner declined')
    expect(read(card)).toContain('Reason\nThey buy elsewhere')
    expect(dataOf(card, 'start')).toEqual([{ ...drawn, track: 'invitation' }])
  })

  it('shows the state of the rights that the direct partner requests', () => {
    const admin = { state: 'awaiting-customer', customer: contosoTenant.name, at: now } as const
    const card = cardOf(invitationCase('reseller', 'accepted', { ...found, admin }))
    expect(read(card)).toContain('Admin rights of your direct partner at Contoso AG: waiting for the customer')
    expect(dataOf(card, 'start')).toEqual([])
  })
})

describe('the rights of a direct partner, on the card of its reseller', () => {
  const news = { customer: contosoTenant.name, at: now } as const

  it('are said to be those of the direct partner, with their number and end, never the reseller’s', () => {
    const admin = { ...news, state: 'active', company: 'First Up Consultants', roles: 3, until: '2026-12-28' } as const
    const shown = read(cardOf(invitationCase('reseller', 'accepted', { ...found, admin })))
    expect(shown).toContain('First Up Consultants now has admin rights at Contoso AG (3 roles, until 28 Dec 2026).')
    expect(shown).not.toMatch(/rights for you|your admin rights/i)
  })

  it('are told in the timeline with what each piece of news was', () => {
    const states = ['awaiting-approval', 'approved', 'awaiting-customer', 'active'] as const
    const handed = states.map((admin) => ({ what: 'admin', at: now, by: 'peer', admin }) as const)
    const shown = read(cardOf(invitationCase('reseller', 'accepted', { ...found, handed })))
    for (const words of ['waiting for approval', 'approved', 'waiting for the customer', 'active'])
      expect(shown).toContain(`Admin rights: ${words}\n`)
    expect(shown).not.toContain('sent an update on the admin rights')
  })
})

describe('an invitation, as the direct partner sees it', () => {
  const asking = { ...ours, handed: [{ ...asked, by: 'peer' }] }

  it('shows the requester, the customer, the purchase and the reason', () => {
    const card = cardOf(invitationCase('direct-partner', 'at-direct-partner', asking))
    expect(read(card)).toContain('Contoso AG\ncontoso.com')
    expect(read(card)).toContain(
      'Asked by\nNorthwind Cloud\nBought\nLicences · Open, Open Value or MPSA\nNote\nForty licences',
    )
    expect(read(card)).toContain('Northwind Cloud asked for the invitation\n  2 days ago')
    const nameless = cardOf(invitationCase('direct-partner', 'at-direct-partner', { ...asking, company: null }))
    expect(read(nameless)).toContain(`Asked by\n${fabrikamPeer.tenant}`)
    expect(read(nameless)).toContain('The reseller asked for the invitation')
  })

  it('is created, or declined with a reason', () => {
    const card = cardOf(invitationCase('direct-partner', 'at-direct-partner', asking))
    expect(dataOf(card, 'create-invitation')).toEqual([drawn])
    expect(dataOf(card, 'decline')).toEqual([drawn])
    expect(allOf(card, 'Input.Text')).toMatchObject([{ id: 'reason', isRequired: true, maxLength: 300 }])
    const busy = { ...asking, pending: { call: 'check-agreement', since: now } }
    const waiting = cardOf(invitationCase('direct-partner', 'at-direct-partner', busy))
    expect(read(waiting)).toContain('Checking the reseller’s agreement …')
    expect([...dataOf(waiting, 'create-invitation'), ...dataOf(waiting, 'decline')]).toEqual([])
  })

  it('names the missing agreement of the reseller and can be retried', () => {
    const fault = { kind: 'agreement-missing' } as const
    const card = cardOf(invitationCase('direct-partner', 'at-direct-partner', { ...asking, fault }))
    expect(read(card)).toContain('The reseller hasn’t accepted the Microsoft Partner Agreement.')
    expect(allOf(card, 'Action.Execute').find(({ verb }) => verb === 'create-invitation')).toMatchObject({
      title: 'Try again',
    })
  })

  it('goes to the reseller or to the customer, and from the reseller on to the customer', () => {
    const linked = { ...asking, link: invitationUrl, linkAt: now }
    const created = cardOf(invitationCase('direct-partner', 'created', linked))
    expect(dataOf(created, 'send')).toEqual([
      { ...drawn, to: 'reseller' },
      { ...drawn, to: 'customer' },
    ])
    expect(linksOf(created)).toEqual(['Open the link', 'English', 'Français', 'Deutsch'])
    const held = cardOf(invitationCase('direct-partner', 'with-reseller', linked))
    expect(dataOf(held, 'send')).toEqual([{ ...drawn, to: 'customer' }])
    expect(dataOf(cardOf(invitationCase('direct-partner', 'with-customer', linked)), 'send')).toEqual([])
  })

  it('offers administration rights once there is a link, and never a relationship', () => {
    const linked = { ...asking, link: invitationUrl, linkAt: now }
    for (const state of ['created', 'with-reseller', 'with-customer', 'accepted'] as const) {
      const card = cardOf(invitationCase('direct-partner', state, linked))
      expect(dataOf(card, 'start'), state).toEqual([{ ...drawn, track: 'delegated-admin' }])
    }
    const started = allOf(cardOf(invitationCase('direct-partner', 'created', linked)), 'Action.Execute')
    expect(started.filter(({ style }) => style === 'positive')).toMatchObject([{ verb: 'send' }])
    const before = cardOf(invitationCase('direct-partner', 'at-direct-partner', asking))
    expect(dataOf(before, 'start')).toEqual([])
  })

  it('and the reseller each read the number of the other’s case, once there is one', () => {
    const numberOn = (side: (typeof invitationSides)[number], more: object) =>
      /.*case number: .*/.exec(read(cardOf(invitationCase(side, 'with-customer', { ...asking, ...more }))))?.[0]
    expect(numberOn('direct-partner', {})).toBe(`The reseller’s case number: ${fabrikamPeer.case}`)
    expect(numberOn('reseller', {})).toBe(`Your direct partner’s case number: ${fabrikamPeer.case}`)
    expect(numberOn('reseller', { peer: null })).toBeUndefined()
    const work = { request: 'order', products: 'E3' } as const
    const inHand = cardOf(invitationCase('reseller', 'in-hand', { ...asking, ...work }))
    expect(read(inHand)).toContain(`Your provider’s case number: ${fabrikamPeer.case}`)
  })

  it('names no person of the other side', () => {
    for (const side of invitationSides) {
      const handed = newsKinds.map((what) => ({ what, at: now, by: 'peer' }))
      const told = read(cardOf(invitationCase(side, 'with-customer', { ...ours, handed })))
      expect(told).not.toContain('Someone')
      expect(told).not.toContain('peer')
    }
  })
})

describe('an invitation inserted into any chat', () => {
  const inserted = (locale: Locale, more = {}) =>
    invitationMessageCard(
      { customer: contosoTenant, link: invitationUrl, ...more },
      { ...viewer, locale, sandbox: true },
    )

  it.each(locales)('needs no bot in its chat in %s', (locale) => {
    const card = inserted(locale)
    expect(cardSchemaFaults(card)).toEqual([])
    expect(parserFaults(card)).toEqual([])
    expect(JSON.stringify(card).length).toBeLessThanOrEqual(MAX_CARD_CHARACTERS)
    for (const { type } of nodesOf(card)) expect(['Action.Execute', 'Action.Submit']).not.toContain(type)
    expect(card).not.toHaveProperty('refresh')
    expect(linksOf(card)).toEqual([expect.any(String), 'English', 'Français', 'Deutsch'])
    expect(shownTexts(card)).toContain('Contoso AG')
  })

  it('can only be copied if the link is insecure', () => {
    const card = inserted('en', { link: 'javascript:alert(1)' })
    expect(linksOf(card)).toEqual([])
    expect(read(card)).toContain('This isn’t a secure (https) address')
    expect(read(inserted('en', { customer: undefined }))).not.toContain('Customer')
  })

  it('is found by its customer and shows state and date in plain text', () => {
    const item = { customer: contosoTenant, state: 'with-reseller', since: '2026-11-20T09:00:00.000Z' } as const
    expect(invitationItem('en', item)).toEqual({
      title: 'Contoso AG',
      subtitle: 'with the reseller · 20\u00a0Nov\u00a02026',
    })
    expect(invitationItem('de', item).subtitle).toBe('beim Handelspartner · 20.11.2026')
    const naughty = { ...contosoTenant, name: '**[x](https://example.com)** <at>all</at>' }
    expect(invitationItem('en', { ...item, customer: naughty }).title).not.toMatch(/[*[\]<>]|:\/\//)
  })
})
