import { expect, it } from 'vitest'
import { draw, drawBytes, summary } from '../../../cards/draw.ts'
import { locales } from '../../../cards/text/text.ts'
import type { View } from '../../../cards/view.ts'
import { type Case, standingOf } from '../../../dialogs/case.ts'
import { customerOf } from '../../../dialogs/customer.ts'
import { policy } from '../../support/policy.ts'
import { everyTrackCase, viewerIn } from './every-view.ts'

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
