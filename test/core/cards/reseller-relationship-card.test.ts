import { describe, expect, it } from 'vitest'
import { draw } from '../../../cards/draw.ts'
import { type Locale, locales } from '../../../cards/text/text.ts'
import { openCase } from '../../../dialogs/step.ts'
import { trackSchema } from '../../../dialogs/tracks/registry.ts'
import { openRelationship, type RelationshipContext } from '../../../dialogs/tracks/relationship/context.ts'
import { policy } from '../../support/policy.ts'
import { allOf, dataOf, shownTexts } from './walk.ts'

const at = '2026-11-22T10:00:00.000Z'
const person = { tenant: 'bbbbbbbb-0000-4000-8000-000000000000', id: 'person' }
const contoso = { id: 'c0000000-0000-4000-8000-000000000001', name: 'Contoso', domain: 'contoso.example' }

type Role = 'direct' | 'indirect-reseller'

/** Draws a relationship in a state, of a partner in this role. */
function cardOf(role: Role, state: string, context: Partial<RelationshipContext>, locale: Locale = 'en') {
  const opening = { id: 'MC-7K2P9Q', conversation: 'c', edition: '2026-11', cloud: 'global', by: person, at } as const
  const opened = openCase(policy, { ...opening, role }).case
  const track = trackSchema.parse({
    kind: 'relationship',
    state,
    context: { ...openRelationship, typed: 'contoso.example', customer: contoso, ...context },
    since: at,
    startedAt: at,
    startedBy: person.id,
  })
  const caseRecord = { ...opened, intake: 'answered' as const, tracks: [track] }
  return draw(
    policy,
    { kind: 'case', case: caseRecord, show: 'relationship' },
    { locale, sandbox: false, names: {}, at },
  )
}
const stepsOf = (card: unknown) => (dataOf(card, 'tick') as { step: string }[]).map(({ step }) => step)
const read = (card: unknown) => shownTexts(card).join('\n')
const denied = { fault: { kind: 'access-denied', code: '2032', detail: 'Access is denied.' } } as const

describe('the relationship of an indirect reseller', () => {
  it('is requested by hand where Partner Center denies access, and never tried again', () => {
    const card = cardOf('indirect-reseller', 'fetching-link', denied)
    expect(stepsOf(card)).toEqual(['sent-by-hand'])
    expect(read(card)).toContain('Customers > Request a reseller relationship')
    expect(read(card)).toContain('2032 · Access is denied.')
    expect(allOf(card, 'Action.OpenUrl')).toMatchObject([{ url: 'https://partner.microsoft.com/dashboard/home' }])
    for (const locale of locales)
      expect(stepsOf(cardOf('indirect-reseller', 'fetching-link', denied, locale))).toEqual(['sent-by-hand'])
  })

  it('of any other partner names the missing role and can be tried again', () => {
    expect(stepsOf(cardOf('direct', 'fetching-link', denied))).toEqual(['fetch-link'])
  })

  it('sent by hand is accepted by hand, and has no link to show', () => {
    const card = cardOf('indirect-reseller', 'awaiting-customer', { isByHand: true, sentAt: at })
    expect(stepsOf(card)).toEqual(['customer-accepted'])
    expect(read(card)).toContain('check your customer list in Partner Center')
    expect(allOf(card, 'Input.Text')).toEqual([])
    const seen = cardOf('indirect-reseller', 'awaiting-customer', { link: 'https://admin.microsoft.com/x', linkAt: at })
    expect(stepsOf(seen)).toEqual([])
  })

  it('can be requested jointly with the provider, for a new customer only', () => {
    expect(stepsOf(cardOf('indirect-reseller', 'collecting-customer', {}))).toEqual([
      'confirm-customer',
      'confirm-jointly',
    ])
    expect(stepsOf(cardOf('indirect-reseller', 'collecting-customer', { isCustomer: true }))).toEqual([
      'confirm-customer',
    ])
    expect(stepsOf(cardOf('direct', 'collecting-customer', {}))).toEqual(['confirm-customer'])
  })
})

describe('the acceptance of another tenant', () => {
  const coho = { id: 'c0000000-0000-4000-8000-000000000002', name: 'Coho Vineyard', domain: 'coho.example' }
  const link = { link: 'https://admin.microsoft.com/x', linkAt: at }

  it('is said with its id beside that of the invited one, and with what to do', () => {
    for (const state of ['link-ready', 'awaiting-customer']) {
      const card = cardOf('direct', state, { ...link, others: [coho], isOtherOpen: true })
      for (const told of ['It may be another customer of yours', coho.name, coho.id, contoso.id, 'private window']) {
        expect(read(card)).toContain(told)
      }
      expect(stepsOf(card)).toEqual(expect.arrayContaining(['other-is-right', 'send-again', 'other-is-unrelated']))
    }
  })

  it('is not mentioned once it is answered', () => {
    const card = cardOf('direct', 'awaiting-customer', { ...link, others: [coho] })
    expect(read(card)).not.toContain(coho.name)
    expect(stepsOf(card)).toEqual([])
  })
})
