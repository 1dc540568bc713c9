import { expect, it } from 'vitest'
import { standingText } from '../../../cards/text/standings.ts'
import { locales } from '../../../cards/text/text.ts'

it('a standing names what is next and what failed, in every language', () => {
  const partly = { state: 'needs-attention', failed: 2, total: 5 } as const
  expect(locales.map((locale) => standingText(locale, partly))).toEqual([
    'Needs attention: 2 of 5 failed',
    'À traiter : 2 en échec sur 5',
    'Handlungsbedarf: 2 von 5 fehlgeschlagen',
  ])
  expect(standingText('en', { ...partly, failed: 0, total: 0 })).toBe('Needs attention')
  expect(locales.map((locale) => standingText(locale, { state: 'next', next: 'transfer' }))).toEqual([
    'Next: transfer',
    'Étape suivante : transfert',
    'Nächster Schritt: Übertragung',
  ])
})
