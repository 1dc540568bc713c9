import { expect, it } from 'vitest'
import { readSources } from '../../../appPackage/package.ts'
import { draw } from '../../../cards/draw.ts'
import { dateText, type Locale, locales } from '../../../cards/text/text.ts'
import { policy } from '../../support/policy.ts'

const italian = 'it' as Locale

it('draws cards, writes dates and packs the app in the new language', () => {
  expect(locales).toContain(italian)
  expect(dateText(italian, '2026-11-28')).toContain('nov')
  const viewer = { locale: italian, sandbox: false, names: {}, at: '2026-11-28T10:00:00.000Z' }
  expect(draw(policy, { kind: 'language', locale: 'en' }, viewer).body).not.toHaveLength(0)
  expect(Object.keys(readSources())).toContain('it.json')
})
