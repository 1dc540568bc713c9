import { describe, expect, it } from 'vitest'
import { draw } from '../../../cards/draw.ts'
import { locales, text } from '../../../cards/text/text.ts'
import type { View } from '../../../cards/view.ts'
import type { Viewer } from '../../../cards/viewer.ts'
import { faultKinds } from '../../../dialogs/calls.ts'
import type { Case } from '../../../dialogs/case.ts'
import { trackNames } from '../../../dialogs/track-names.ts'
import { relationshipStates } from '../../../dialogs/tracks/relationship/context.ts'
import { transferStates } from '../../../dialogs/tracks/transfer/context.ts'
import { policy } from '../../support/policy.ts'
import { contosoTenant, everyActionCase, invitationUrl, relationshipCase } from './action-cases.ts'
import { caseWith, now, start, tick } from './cases.ts'
import { allOf, dataOf, shownTexts } from './walk.ts'

const viewer: Viewer = { locale: 'en', sandbox: false, names: {}, at: now }
const cardOf = (caseRecord: Case, as: Partial<Viewer> = {}, more: Partial<Extract<View, { kind: 'case' }>> = {}) =>
  draw(policy, { kind: 'case', case: caseRecord, ...more }, { ...viewer, ...as })
const read = (card: unknown) => shownTexts(card).join('\n').replaceAll('\u00a0', ' ')
const fieldOf = (card: unknown) => allOf(card, 'Input.Text').find(({ id }) => id === 'customer')
const linksOf = (card: unknown) =>
  allOf(card, 'Action.OpenUrl').map(({ title, url }) => [title, url] as [string, string])
const drawn = { case: 'MC-7K2P9Q', rev: 2 }

const found = { typed: 'contoso.com', customer: contosoTenant }
const linked = {
  ...found,
  link: invitationUrl,
  linkAt: '2026-11-20T09:00:00.000Z',
  remindAt: '2026-11-23T09:00:00.000Z',
}
const pending = { call: 'find-tenant', since: now }

describe('the tracks that Microsoft carries out', () => {
  it('are drawn in every state they have', () => {
    const cases = everyActionCase('x').flatMap(({ tracks }) => tracks.map(({ kind, state }) => `${kind} ${state}`))
    const states = [
      ...relationshipStates.map((state) => `relationship ${state}`),
      ...transferStates.map((state) => `transfer ${state}`),
    ]
    expect(new Set(cases)).toEqual(new Set(states))
  })

  it('have a tab and a button that starts them', () => {
    const caseRecord = caseWith({ role: 'direct', answers: { service: 'licence', 'licence-source': 'ea' } }).case
    expect(dataOf(cardOf(caseRecord), 'start')).toEqual([{ ...drawn, track: 'relationship' }])
    for (const locale of locales) for (const name of trackNames) expect(text(locale, `tab.${name}`)).not.toBe('')
  })
})

describe('a relationship card', () => {
  it('asks for the customer, and keeps the typed text with the fault beside the field', () => {
    const empty = cardOf(relationshipCase('collecting-customer'))
    expect(read(empty)).toContain('Who is the customer?\nI’ll look up the customer first. Nothing is sent yet.')
    expect(fieldOf(empty)).toMatchObject({ value: '', isRequired: true, maxLength: 253 })
    expect(dataOf(empty, 'set')).toEqual([{ ...drawn, track: 'relationship' }])
    const wrong = cardOf(
      relationshipCase('collecting-customer', { typed: 'contosso.com', fault: { kind: 'not-found' } }),
    )
    expect(fieldOf(wrong)).toMatchObject({ value: 'contosso.com' })
    expect(read(wrong)).toContain('No organisation found. Check the spelling')
    expect(allOf(wrong, 'Container').filter(({ style }) => style === 'attention')).toEqual([])
  })

  it('shows any other fault of the lookup in a frame, in Microsoft’s words', () => {
    const fault = { kind: 'access-denied', code: '2032', detail: 'Access is denied.' } as const
    const card = cardOf(relationshipCase('collecting-customer', { typed: 'contoso.com', fault }))
    expect(read(card)).toContain('Your account isn’t allowed to do this in Partner Center.')
    expect(read(card)).toContain('Microsoft says: 2032 · Access is denied.')
    expect(fieldOf(card)).toMatchObject({ value: 'contoso.com' })
  })

  it('shows the lookup and the time of the next attempt', () => {
    const card = cardOf(relationshipCase('collecting-customer', { typed: 'contoso.com', pending }))
    expect(read(card)).toContain('Looking it up …\nThis card updates itself.\ncontoso.com')
    const again = { at: '2026-11-22T10:05:00.123Z', why: 'unreachable' } as const
    const delayed = cardOf(relationshipCase('collecting-customer', { pending: { ...pending, again } }))
    expect(read(delayed)).toContain('can’t be reached right now. Trying again at 10:05 UTC.')
    const busy = { ...again, why: 'busy' } as const
    expect(read(cardOf(relationshipCase('collecting-customer', { pending: { ...pending, again: busy } })))).toContain(
      'Microsoft is busy right now. Trying again at',
    )
  })

  it('shows the customer for confirmation and lets it be changed', () => {
    const card = cardOf(relationshipCase('collecting-customer', found))
    expect(read(card)).toContain(`Is this the customer?\nIf so, I’ll get the invitation link.`)
    expect(read(card)).toContain(`Customer\nContoso AG\ncontoso.com\n${contosoTenant.id}`)
    expect(dataOf(card, 'tick')).toEqual([{ ...drawn, step: 'confirm-customer' }])
    expect(allOf(card, 'Action.ToggleVisibility')).toMatchObject([
      { title: 'No, a different customer', targetElements: ['details'] },
    ])
    expect(fieldOf(card)).toMatchObject({ value: 'contoso.com' })
    const known = cardOf(relationshipCase('collecting-customer', { ...found, isCustomer: true }))
    expect(read(known)).toContain('You already have a relationship with this customer. No invitation needed.')
  })

  it('warns of another region before the request, and blocks nothing', () => {
    const cardIn = (region: 'yes' | 'no' | 'unknown') =>
      cardOf(relationshipCase('collecting-customer', { ...found, region }))
    expect(read(cardIn('yes'))).toContain('–\nThe customer is in your CSP region.')
    expect(read(cardIn('no'))).toContain('–\nThe customer is outside your CSP region: Microsoft will probably refuse.')
    expect(read(cardIn('unknown'))).toContain('–\nCheck with Microsoft’s list of regional markets')
    expect(dataOf(cardIn('no'), 'tick')).toEqual([{ ...drawn, step: 'confirm-customer' }])
  })

  it('asks to sign in if needed, and continues afterwards', () => {
    const fault = { kind: 'sign-in', link: 'https://login.example/authorize' } as const
    const card = cardOf(relationshipCase('fetching-link', { ...found, fault }))
    expect(linksOf(card)).toEqual([['Sign in', 'https://login.example/authorize']])
    expect(dataOf(card, 'tick')).toEqual([{ ...drawn, step: 'fetch-link' }])
    expect(allOf(card, 'Action.Execute').find(({ verb }) => verb === 'tick')).toMatchObject({ title: 'Continue' })
    expect(linksOf(cardOf(relationshipCase('fetching-link', { ...found, fault: { kind: 'sign-in' } })))).toEqual([])
  })

  it('explains a missing second factor in plain words, with the claims folded for the administrator', () => {
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
    const card = cardOf(relationshipCase('fetching-link', { ...found, fault: { kind: 'second-factor', claims } }))
    expect(read(card)).toContain('You need to sign in with multifactor authentication (MFA).')
    const [fold] = allOf(card, 'Container').filter(({ id }) => id === 'claims')
    expect(fold).toMatchObject({ isVisible: false })
    expect(shownTexts(fold)).toContain(claims)
  })

  it('names the missing role', () => {
    const card = cardOf(relationshipCase('fetching-link', { ...found, fault: { kind: 'access-denied' } }))
    expect(read(card)).toContain('You need the Admin agent role (Sales agent is enough for invitations).')
    expect(dataOf(card, 'tick')).toEqual([{ ...drawn, step: 'fetch-link' }])
  })

  it('offers the link to open, to copy and as a mail draft in each language', () => {
    const card = cardOf(relationshipCase('link-ready', linked))
    expect(linksOf(card).map(([title]) => title)).toEqual(['Open the link', 'English', 'Français', 'Deutsch'])
    expect(linksOf(card)[0]?.[1]).toBe(invitationUrl)
    expect(allOf(card, 'Input.Text')).toMatchObject([{ id: 'invitation', value: invitationUrl, isMultiline: true }])
    expect(read(card)).toContain('The field contains the full link, even if you only see part of it.')
    expect(dataOf(card, 'tick')).toEqual([{ ...drawn, step: 'sent' }])
  })

  it('shows who has to act and the dates, with the link available', () => {
    const card = cardOf(relationshipCase('awaiting-customer', { ...linked, sentAt: '2026-11-21T09:00:00.000Z' }))
    expect(read(card)).toContain('Waiting for the customer\nA Global or Billing Administrator at the customer')
    expect(read(card)).toContain(
      'Invited: 21 Nov 2026, yesterday\nNext reminder: 23 Nov 2026\nIf there’s no reply, I’ll stop checking on 20 Dec 2026.',
    )
    const [fold] = allOf(card, 'Container').filter(({ id }) => id === 'link')
    expect(fold).toMatchObject({ isVisible: false })
    expect(allOf(fold, 'Input.Text')).toMatchObject([{ id: 'invitation', value: invitationUrl }])
    expect(linksOf(card)).toHaveLength(4)
  })

  it('announces no reminder if the end comes next', () => {
    const last = { ...linked, remindAt: '2026-12-20T09:00:00.000Z' }
    expect(read(cardOf(relationshipCase('awaiting-customer', last)))).not.toContain('Next reminder')
  })

  it('offers the next tracks once the customer has accepted', () => {
    const transfer = { edition: '2026-11', role: 'direct' } as const
    const answers = { service: 'usage', 'usage-source': 'csp-partner', offer: 'azure-plan' } as const
    const card = cardOf(relationshipCase('accepted', linked, { ...transfer, answers }))
    expect(read(card)).toContain('Relationship accepted\nWell done! You can now sell to this customer.')
    expect(dataOf(card, 'start')).toMatchObject([
      { track: 'plan/plan-reservations' },
      { track: 'transfer' },
      { track: 'plan/resource-move' },
    ])
    expect(dataOf(cardOf(relationshipCase('accepted', linked)), 'start')).toEqual([])
  })

  it.each(faultKinds)('explains the failure %s and its remedy in every language', (kind) => {
    const fault = { kind, code: '900123', detail: 'As the service put it.' }
    for (const locale of locales) {
      const card = cardOf(relationshipCase('failed', { ...found, fault }), { locale })
      const shown = shownTexts(card)
      expect(shown).toContain(text(locale, `fault.${kind}`))
      expect(shown).toContain(text(locale, `fault.${kind}.next`))
      expect(shown.join('\n')).toContain('900123 · As the service put it.')
      expect(dataOf(card, 'start')).toMatchObject([{ track: 'relationship' }])
    }
  })

  it('says that the customer is one already where nothing was sent, and praises nothing', () => {
    const known = read(cardOf(relationshipCase('accepted', { ...found, isCustomer: true })))
    expect(known).toContain('Already your customer\nThe relationship was there before; nothing was sent.')
    expect(known).not.toMatch(/Relationship accepted|Well done/)
    const invited = { ...found, link: invitationUrl, linkAt: now }
    expect(read(cardOf(relationshipCase('accepted', invited)))).toContain('Relationship accepted\nWell done!')
  })

  it('can be started again after no answer', () => {
    const card = cardOf(relationshipCase('lapsed', linked))
    expect(read(card)).toContain('No reply within 30 days\nAsk the customer whether the invitation arrived,')
    expect(allOf(card, 'Action.Execute').find(({ verb }) => verb === 'start')).toMatchObject({ title: 'Start over' })
  })

  it('starts with one click once a term has ended', () => {
    const answers = { service: 'licence', 'licence-source': 'csp-partner', 'term-end': '2026-11-24' } as const
    const watched = caseWith({ role: 'direct', answers, events: [start('term'), tick('cancelled-early')] }).case
    expect(dataOf(cardOf(watched), 'start')).toMatchObject([{ track: 'relationship' }])
  })
})
