import { describe, expect, it } from 'vitest'
import { draw, drawBytes, summary } from '../../../cards/draw.ts'
import { currentFace } from '../../../cards/faces/case.ts'
import { locales } from '../../../cards/text/text.ts'
import type { View } from '../../../cards/view.ts'
import { type Case, standingOf } from '../../../dialogs/case.ts'
import { customerOf } from '../../../dialogs/customer.ts'
import { isOpen } from '../../../dialogs/tracks/registry.ts'
import { policy } from '../../support/policy.ts'
import { everyTrackCase, viewerIn } from './every-view.ts'
import { allOf, dataOf } from './walk.ts'

const name = 'Wingtip Toys'

const named = (caseRecord: Case, customer = name): Case => ({
  ...caseRecord,
  named: { name: customer, domain: null, tenant: null },
})

/** A row of the list for a case. */
const listOf = (each: Case): View => {
  const { id, answers, createdAt, updatedAt } = each
  const row = { id, standing: standingOf(each), answers, createdAt, updatedAt, customer: customerOf(each) }
  return { kind: 'list', cases: [row], page: 1, pages: 1, total: 1, open: false }
}

it.each(locales)('a customer stands in header, list row, notification and reminder of every track, in %s', (locale) => {
  const viewer = viewerIn(locale)
  for (const each of everyTrackCase().map((caseRecord) => named(caseRecord))) {
    const view: View = { kind: 'case', case: each }
    const reminder: View = { kind: 'line', case: each, banner: { key: 'term-reminder', days: 30 } }
    expect(JSON.stringify(draw(policy, view, viewer).body[0])).toContain(name)
    expect(JSON.stringify(draw(policy, listOf(each), viewer).body)).toContain(name)
    expect(JSON.stringify(draw(policy, reminder, viewer).body)).toContain(name)
    expect(summary(view, viewer)).toContain(name)
    expect(summary(reminder, viewer)).toContain(name)
  }
})

it('customers of other cases are offered by name, each one click away, beside the field for a new one', () => {
  const [some] = everyTrackCase()
  const view: View = {
    kind: 'customer',
    case: named(some as Case),
    customers: [name, 'Fabrikam', 'Contoso', 'Litware'],
  }
  const card = draw(policy, view, viewerIn('en'))
  expect(allOf(card, 'Input.Text')).toMatchObject([{ id: 'named', value: name }])
  const offered = (dataOf(card, 'customer') as { named?: string }[]).flatMap(({ named: offer }) => offer ?? [])
  expect(offered).toEqual(['Fabrikam', 'Contoso', 'Litware'])
  expect(allOf(card, 'Action.Execute').map(({ title }) => title)).toContain('Choose Fabrikam')
})

describe('where a term or a plan begins', () => {
  const asked = (card: unknown) => allOf(card, 'Input.Text').filter(({ id }) => id === 'named')
  const shows = (card: unknown) =>
    (dataOf(card, 'show') as { view?: string }[]).filter(({ view }) => view === 'customer')
  const begun = everyTrackCase().filter(({ intake, tracks }) => {
    const current = tracks.findLast(isOpen)
    return intake === 'answered' && (current?.kind === 'term' || current?.kind === 'plan')
  })
  const cardOf = (caseRecord: Case) => draw(policy, { kind: 'case', case: caseRecord }, viewerIn('en'))

  it('the customer is asked for, once on the card, while nobody has named it', () => {
    const nameless = begun.filter((each) => customerOf(each) === undefined)
    expect(new Set(nameless.map(({ tracks }) => tracks.findLast(isOpen)?.kind))).toEqual(new Set(['term', 'plan']))
    for (const each of nameless) {
      const card = cardOf(each)
      expect(asked(card)).toMatchObject([{ label: 'Customer (optional)' }])
      const [save, ...others] = allOf(card, 'Action.Execute').filter(({ verb }) => verb === 'customer')
      expect(save?.data).toEqual({ case: each.id, rev: each.revision, view: currentFace(each) })
      expect(others).toEqual([])
      expect(shows(card)).toEqual([])
    }
  })

  it('a customer that is known is not asked for', () => {
    for (const each of begun) {
      const card = cardOf(named(each))
      expect(asked(card)).toEqual([])
      expect(shows(card)).toHaveLength(1)
    }
  })
})

it('a card from the cache never names the customer of another case', () => {
  const [some] = everyTrackCase()
  const untracked: Case = { ...(some as Case), tracks: [], named: undefined }
  const text = (caseRecord: Case) =>
    Buffer.from(drawBytes(policy, { kind: 'case', case: caseRecord }, viewerIn('en'), ['', ''])).toString()
  const cases = [untracked, named(untracked, 'Fabrikam'), named(untracked, 'Contoso'), untracked]
  expect(cases.map((each) => text(each).match(/Fabrikam|Contoso/)?.[0])).toEqual([
    undefined,
    'Fabrikam',
    'Contoso',
    undefined,
  ])
})
